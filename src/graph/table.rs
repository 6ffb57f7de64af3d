use super::key::{Key, Map};

/// A map for what is known of most of the project's objects: those that some migration creates go by their places in
/// the future's list of them, so that each map needs neither their keys nor a way to find them.
#[derive(Debug)]
pub(super) struct Table<'a, V> {
    created: &'a Map<Key, u32>,
    values: Vec<Option<V>>,
    others: Map<Key, V>,
}

impl<V> Default for Table<'_, V> {
    fn default() -> Self {
        static NONE: Map<Key, u32> = Map::new();
        Self::over(&NONE)
    }
}

impl<'a, V> Table<'a, V> {
    /// An empty table over these keys; what it holds for others takes more room.
    pub fn over(created: &'a Map<Key, u32>) -> Self {
        let values = std::iter::repeat_with(|| None).take(created.len()).collect();
        Self { created, values, others: Map::default() }
    }

    pub fn get(&self, key: &Key) -> Option<&V> {
        match self.created.place(key) {
            Some(place) => self.values[place].as_ref(),
            None => self.others.get(key),
        }
    }

    pub fn get_mut(&mut self, key: &Key) -> Option<&mut V> {
        match self.created.place(key) {
            Some(place) => self.values[place].as_mut(),
            None => self.others.get_mut(key),
        }
    }

    pub fn contains_key(&self, key: &Key) -> bool {
        self.get(key).is_some()
    }

    pub fn get_or_default(&mut self, key: &Key) -> &mut V
    where
        V: Default,
    {
        match self.created.place(key) {
            Some(place) => self.values[place].get_or_insert_default(),
            None => self.others.get_or_default(key.clone()),
        }
    }

    pub fn insert(&mut self, key: Key, value: V) {
        match self.created.place(&key) {
            Some(place) => self.values[place] = Some(value),
            None => self.others.insert(key, value),
        }
    }

    pub fn remove(&mut self, key: &Key) -> Option<V> {
        match self.created.place(key) {
            Some(place) => self.values[place].take(),
            None => self.others.swap_remove(key),
        }
    }

    /// In the order of the files, whole objects before members; what no migration creates last.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &V)> {
        let created = self.created.keys().zip(&self.values);
        created.filter_map(|(key, value)| Some((key, value.as_ref()?))).chain(self.others.iter())
    }

    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.iter().map(|(key, _)| key)
    }
}

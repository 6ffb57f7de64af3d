use std::fmt;
use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// A map for lookups by key: as quick as a hash, and its order is that of the insertions until something is removed.
///
/// A replay holds millions of entries, so they are packed: nothing is kept of an entry but itself and four bytes.
#[derive(Clone)]
pub(super) struct Map<K, V> {
    entries: Vec<(K, V)>,
    places: HashTable<u32>,
}

impl<K, V> Map<K, V> {
    pub const fn new() -> Self {
        Self { entries: Vec::new(), places: HashTable::new() }
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Eq + Hash, V> Map<K, V> {
    fn hash(key: &K) -> u64 {
        FxBuildHasher.hash_one(key)
    }

    /// Where the key is in the order of the insertions, as long as nothing is removed.
    pub fn place(&self, key: &K) -> Option<usize> {
        let place = self.places.find(Self::hash(key), |at| self.entries[*at as usize].0 == *key)?;
        Some(*place as usize)
    }

    pub fn contains_key(&self, key: &K) -> bool {
        self.place(key).is_some()
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        Some(&self.entries[self.place(key)?].1)
    }

    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let place = self.place(key)?;
        Some(&mut self.entries[place].1)
    }

    /// The value of a key, which gets one if it has none.
    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        let place = self.place(&key).unwrap_or_else(|| self.push(key, make()));
        &mut self.entries[place].1
    }

    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        self.get_or_insert_with(key, V::default)
    }

    fn push(&mut self, key: K, value: V) -> usize {
        let place = self.entries.len();
        let entries = &self.entries;
        // Memory ends long before the numbers do.
        let short = u32::try_from(place).unwrap_or(u32::MAX);
        self.places.insert_unique(Self::hash(&key), short, |at| Self::hash(&entries[*at as usize].0));
        self.entries.push((key, value));
        place
    }

    pub fn insert(&mut self, key: K, value: V) {
        match self.place(&key) {
            Some(place) => self.entries[place].1 = value,
            None => _ = self.push(key, value),
        }
    }

    /// Removes a key; the last entry takes its place.
    pub fn swap_remove(&mut self, key: &K) -> Option<V> {
        let place = self.place(key)?;
        let last = self.entries.len() - 1;
        let of = |entries: &[(K, V)], place: usize| Self::hash(&entries[place].0);
        let is = |at: &u32, place: usize| *at as usize == place;
        self.places.find_entry(of(&self.entries, place), |at| is(at, place)).ok()?.remove();
        if let Some(moved) = self.places.find_mut(of(&self.entries, last), |at| is(at, last)) {
            *moved = u32::try_from(place).unwrap_or(u32::MAX);
        }
        Some(self.entries.swap_remove(place).1)
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.entries.iter().map(|(key, _)| key)
    }
}

impl<K: Eq + Hash, V> Extend<(K, V)> for Map<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, all: I) {
        all.into_iter().for_each(|(key, value)| self.insert(key, value));
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Map<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.entries.iter().map(|(key, value)| (key, value))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_there_after_removals() {
        let mut map: Map<u32, u32> = Map::default();
        (0..1000).for_each(|it| map.insert(it, it * 2));
        (0..1000).filter(|it| it % 3 == 0).for_each(|it| assert_eq!(map.swap_remove(&it), Some(it * 2)));
        assert_eq!(map.swap_remove(&3), None);
        *map.get_or_default(3) += 1;
        (0..1000).for_each(|it| {
            let expected = if it == 3 { Some(1) } else { (it % 3 != 0).then_some(it * 2) };
            assert_eq!(map.get(&it).copied(), expected);
        });
        assert_eq!(map.len(), map.keys().count());
    }
}

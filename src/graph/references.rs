//! What definitions refer to: what one statement makes has that in common.

use std::num::NonZeroU32;

use super::access::{Facet, short};
use super::key::{Few, Key, Map, Set};
use super::table::Table;
use super::world::World;

/// What definitions have referred to: an object has to go, or let go, before that can be dropped. A member's shape goes
/// with its existence.
#[derive(Debug, Default)]
pub(super) struct References<'a> {
    /// What each statement refers to: one list behind the other.
    all: Vec<(Key, Facet)>,
    ends: Vec<u32>,
    /// Of a member: the list of the statement that has defined it.
    members: Table<'a, List>,
    /// Of any other object: those of all statements that have brought it something new.
    wholes: Map<Key, Few<List>>,
}

/// The number of a list, counted from one.
type List = NonZeroU32;

impl<'a> References<'a> {
    /// No definitions; most will be of what migrations create.
    pub fn over(created: &'a Map<Key, u32>) -> Self {
        Self { members: Table::over(created), ..Self::default() }
    }

    fn push(&mut self, list: impl IntoIterator<Item = (Key, Facet)>) -> List {
        let number = List::MIN.saturating_add(short(self.ends.len()));
        self.all.extend(list);
        self.ends.push(short(self.all.len()));
        number
    }

    fn list(&self, number: List) -> &[(Key, Facet)] {
        let at = number.get() as usize - 1;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start as usize..self.ends[at] as usize]
    }

    /// What the definition of an object or member has referred to; of an object, not itself and its members.
    pub fn of(&self, key: &Key) -> impl Iterator<Item = &(Key, Facet)> {
        let member = self.members.get(key).filter(|_| key.member.is_some());
        let lists = member.into_iter().chain(self.wholes.get(key).into_iter().flatten());
        lists.flat_map(|it| self.list(*it)).filter(|(it, _)| !key.has(it))
    }

    /// Remembers what one statement refers to that defines these.
    pub fn define(&mut self, defined: Vec<Key>, used: &Set<(Key, Facet)>) {
        let mut list = None;
        for key in defined {
            let is_new = |it: &(Key, Facet)| !key.has(&it.0) && !self.of(&key).any(|known| known == it);
            if key.member.is_some() || used.iter().any(is_new) {
                let list = *list.get_or_insert_with(|| self.push(used.iter().cloned()));
                if key.member.is_some() {
                    self.members.insert(key, list);
                } else {
                    self.wholes.get_or_default(key).insert(list);
                }
            }
        }
    }

    /// What the definition of one object has referred to that of another has as well.
    pub fn copy(&mut self, from: &Key, to: &Key) {
        let used = self.of(from).cloned().collect();
        self.define(vec![to.clone()], &used);
    }

    /// The object goes by another name.
    pub fn carry(&mut self, from: &Key, to: &Key) {
        if let Some(list) = self.members.remove(from) {
            self.members.insert(to.clone(), list);
        } else if from.member.is_none() {
            self.copy(from, to);
            self.wholes.swap_remove(from);
        }
    }
}

impl World<'_> {
    /// The types that a column's definition has referred to.
    pub fn types_of(&self, column: &Key) -> Vec<(Key, Facet)> {
        let types = self.uses.of(column).filter(|_| column.member.is_some());
        types.filter(|(it, facet)| it.member.is_none() && *facet == Facet::Shape).cloned().collect()
    }
}

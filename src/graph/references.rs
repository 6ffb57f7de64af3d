//! What the definitions of members refer to: many members have one statement in common.

use super::access::{Facet, short};
use super::key::Key;
use super::world::World;

/// What the definitions in each statement refer to that defines members: one list behind the other.
#[derive(Debug, Default)]
pub(super) struct References {
    all: Vec<(Key, Facet)>,
    ends: Vec<u32>,
}

impl References {
    /// Appends a list; returns its number.
    fn push(&mut self, list: impl IntoIterator<Item = (Key, Facet)>) -> u32 {
        self.all.extend(list);
        self.ends.push(short(self.all.len()));
        short(self.ends.len() - 1)
    }

    fn get(&self, number: u32) -> &[(Key, Facet)] {
        let at = number as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start as usize..self.ends[at] as usize]
    }
}

impl World<'_> {
    /// Remembers what the definitions of these members, in one statement, refer to.
    pub fn members_use(&mut self, members: Vec<Key>, used: impl IntoIterator<Item = (Key, Facet)>) {
        if !members.is_empty() {
            let number = self.shared_uses.push(used);
            self.member_uses.extend(members.into_iter().map(|it| (it, number)));
        }
    }

    /// The types that a column's definition has referred to.
    pub fn types_of(&self, column: &Key) -> Vec<(Key, Facet)> {
        let types = self.uses_of_member(column).iter();
        types.filter(|(it, facet)| it.member.is_none() && *facet == Facet::Shape).cloned().collect()
    }

    /// What a member's definition has referred to.
    pub fn uses_of_member(&self, member: &Key) -> &[(Key, Facet)] {
        self.member_uses.get(member).map_or(&[], |it| self.shared_uses.get(*it))
    }
}

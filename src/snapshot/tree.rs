use std::collections::BTreeMap;

use super::{Entry, Kind, Step};

/// Entries while they are collected, in whatever order they come.
#[derive(Debug, Default)]
pub(super) struct Tree {
    definition: String,
    place: i64,
    below: BTreeMap<Step, Tree>,
}

impl Tree {
    /// Adds what stands at the end of the path. `place` is its place among those of its kind.
    pub(super) fn add(&mut self, path: impl IntoIterator<Item = Step>, place: i64, definition: Option<&str>) {
        let mut at = self;
        for step in path {
            at = at.below.entry(step).or_default();
        }
        at.place = place;
        definition.unwrap_or_default().clone_into(&mut at.definition);
    }

    /// The entries, each after those of smaller kind, place and name.
    pub(super) fn entries(self) -> Vec<Entry> {
        let mut below: Vec<(Step, Self)> = self.below.into_iter().collect();
        below.sort_by(|(one, first), (other, second)| {
            (one.kind, first.place, &one.name).cmp(&(other.kind, second.place, &other.name))
        });
        let entry = |(step, tree): (Step, Self)| Entry {
            kind: step.kind,
            name: step.name,
            definition: tree.definition.clone(),
            entries: tree.entries(),
        };
        below.into_iter().map(entry).collect()
    }
}

impl Step {
    pub(super) const fn new(kind: Kind, name: String) -> Self {
        Self { kind, name }
    }
}

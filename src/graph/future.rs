use std::collections::{BTreeMap, BTreeSet};

use super::Node;
use super::access::short;
use super::key::{Key, Map};
use super::world::candidates;
use crate::model::{Fingerprint, Ident, Namespace, ObjectKind, ObjectName, Span};
use crate::sql::{self, Action, Effect};

/// The table of which an effect makes a partition or child, or a copy with its indexes.
fn copied(effect: &Effect) -> Option<&Ident> {
    let of = &effect.object;
    match (effect.action, of.kind) {
        (Action::Joins | Action::Creates, ObjectKind::Table) => effect.part_of.as_ref().map(|it| &it.name),
        (Action::ReadsShape, ObjectKind::Index) => Some(&of.name),
        _ => None,
    }
}

/// What the whole project creates at some time, whatever the order: who could provide what is not there yet.
#[derive(Debug, Default)]
pub(super) struct Future {
    /// The first who creates it.
    creators: Map<Key, u32>,
    /// The others.
    more: Map<Key, Vec<u32>>,
    /// Names that some migration looks for in the catalog, and what is created under them.
    looked_for: Map<Ident, Vec<Key>>,
    /// Names of tables whose indexes others get: partitions and copies.
    copied: BTreeSet<Ident>,
    /// Place of each migration in the order of the current replay.
    position: Vec<usize>,
    /// Labels that `ALTER TYPE` adds or renames, by the names they have before and after.
    labels: Map<Fingerprint, Vec<(usize, Span, ObjectName)>>,
    /// Functions and operators that somebody creates under a name that is built in as well.
    overloading: BTreeMap<Ident, BTreeSet<Key>>,
}

impl Future {
    /// Reads every migration's creations once.
    pub fn of(nodes: &[Node<'_>]) -> Self {
        let mut future = Self { position: (0..nodes.len()).collect(), ..Self::default() };
        for (node, it) in nodes.iter().enumerate() {
            for object in it.provides {
                future.creates_at(Key::of(object), node);
            }
            let effects = || it.script.statements.iter().flat_map(|it| &it.effects);
            for effect in effects().filter(|it| it.action == Action::Creates && it.object.member.is_none()) {
                if effect.object.schema.is_some() || !effect.object.kind.lives_in_schema() {
                    future.creates_at(Key::of(&effect.object), node);
                }
                if sql::is_overloaded(&effect.object) {
                    let name = effect.object.name.clone();
                    future.overloading.entry(name).or_default().insert(Key::of(&effect.object));
                }
            }
        }
        // Members and moves in a second round: their owners may be named without a schema.
        for (node, it) in nodes.iter().enumerate() {
            for statement in &it.script.statements {
                for effect in
                    statement.effects.iter().filter(|it| it.action == Action::Creates && it.object.member.is_some())
                {
                    future.member(node, effect);
                }
                let path = statement.effects.first().map(|it| &*it.search_path).unwrap_or_default();
                for it in &statement.moves {
                    future.moved(node, it, path);
                }
                let new_enum = statement
                    .effects
                    .iter()
                    .any(|it| it.action == Action::Creates && it.object.kind == ObjectKind::Enum);
                if !new_enum {
                    future.added_labels(node, &statement.effects);
                }
            }
        }
        let effects = || nodes.iter().flat_map(|it| &it.script.statements).flat_map(|it| &it.effects);
        future.copied = effects().filter_map(copied).cloned().collect();
        for it in nodes.iter().flat_map(|it| &it.script.statements).flat_map(|it| &it.moves) {
            if it.name.as_ref().is_some_and(|name| future.copied.contains(name)) {
                future.copied.insert(it.from.name.clone());
            } else if future.copied.contains(&it.from.name) {
                future.copied.extend(it.name.clone());
            }
        }
        for effect in effects().filter(|it| it.action == Action::LooksFor) {
            let name = effect.object.member.as_ref().unwrap_or(&effect.object.name);
            future.looked_for.get_or_default(name.clone());
        }
        for key in future.creators.keys() {
            if let Some(keys) = future.looked_for.get_mut(key.last_name()) {
                keys.push(key.clone());
            }
        }
        future
    }

    /// Everything created at any time under a name that is looked for, whatever it is and wherever.
    pub fn looked_for(&self, name: &Ident) -> &[Key] {
        self.looked_for.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether tables of this name may have partitions or copies, which get their indexes.
    pub fn is_copied(&self, table: &Key) -> bool {
        self.copied.contains(&table.name)
    }

    /// Everything that some migration creates.
    pub fn created(&self) -> &Map<Key, u32> {
        &self.creators
    }

    fn creates_at(&mut self, key: Key, node: usize) {
        if self.creators.contains_key(&key) {
            self.more.get_or_default(key).push(short(node));
        } else {
            self.creators.insert(key, short(node));
        }
    }

    fn creators(&self, key: &Key) -> impl Iterator<Item = usize> {
        let all = self.creators.get(key).into_iter().chain(self.more.get(key).into_iter().flatten());
        all.map(|node| *node as usize)
    }

    fn member(&mut self, node: usize, effect: &Effect) {
        let keys = candidates(&effect.object, &effect.search_path);
        let known = keys.iter().find(|it| self.creators.contains_key(&it.owner()));
        if let Some(key) = known.or(keys.first()).cloned() {
            self.creates_at(key, node);
        }
    }

    fn moved(&mut self, node: usize, it: &crate::sql::Move, path: &[Ident]) {
        let keys = candidates(&it.from, path);
        let known = keys.iter().find(|it| self.creators.contains_key(*it)).or(keys.first()).cloned();
        let Some(key) = known else { return };
        if it.from.kind == ObjectKind::EnumLabel {
            for key in [key.clone(), key.moved(it)] {
                self.changed_label(&key, node, it.span);
            }
        }
        self.creates_at(key.moved(it), node);
    }

    fn changed_label(&mut self, key: &Key, node: usize, span: Span) {
        let changed = (node, span, key.object(ObjectKind::EnumLabel));
        self.labels.get_or_default(Fingerprint::of(key.last_name().as_str())).push(changed);
    }

    fn added_labels(&mut self, node: usize, effects: &[Effect]) {
        for effect in
            effects.iter().filter(|it| it.action == Action::Creates && it.object.kind == ObjectKind::EnumLabel)
        {
            let keys = candidates(&effect.object, &effect.search_path);
            let key = keys.iter().find(|it| self.creators.contains_key(&it.owner())).or(keys.first());
            if let Some(key) = key.cloned() {
                self.changed_label(&key, node, effect.span);
            }
        }
    }

    /// Takes the order of the next replay.
    pub fn reorder(&mut self, order: &[usize]) {
        for (place, node) in order.iter().enumerate() {
            self.position[*node] = place;
        }
    }

    /// What the project creates among the built-in names that a file uses, with the place of the use.
    pub fn overloading(&self, mentions: &[(Ident, Span)]) -> Vec<(Key, Span)> {
        let meant = mentions.iter().filter_map(|(name, span)| Some((self.overloading.get(name)?, *span)));
        meant.flat_map(|(keys, span)| keys.iter().map(move |key| (key.clone(), span))).collect()
    }

    /// Whether anybody creates it at any time.
    pub fn creates(&self, key: &Key) -> bool {
        self.creators.contains_key(key)
    }

    /// Whether this migration creates it at some place.
    pub fn creates_in(&self, key: &Key, node: usize) -> bool {
        self.creators(key).any(|creator| creator == node)
    }

    /// The key under which somebody creates it; a type may be a table's row type.
    pub fn known(&self, key: &Key) -> Option<Key> {
        if self.creates(key) {
            return Some(key.clone());
        }
        let row_type = key.as_relation();
        (key.namespace() == Namespace::Type && key.member.is_none() && self.creates(&row_type)).then_some(row_type)
    }

    /// The first migration after `node` that creates it.
    pub fn after(&self, key: &Key, node: usize) -> Option<usize> {
        let later = self.creators(key).filter(|it| self.position[*it] > self.position[node]);
        later.min_by_key(|it| self.position[*it])
    }

    /// A migration's place in the order of the current replay.
    pub fn place(&self, node: usize) -> usize {
        self.position[node]
    }

    /// Whether a migration comes before another in the order of the current replay.
    pub fn is_before(&self, node: usize, other: usize) -> bool {
        self.position[node] < self.position[other]
    }

    /// Labels added or renamed by other migrations that a file's strings may mean.
    pub fn changed_labels_among(&self, literals: &[Fingerprint]) -> Vec<(usize, Span, ObjectName)> {
        if self.labels.len() < literals.len() {
            self.labels
                .iter()
                .filter(|(label, _)| literals.binary_search(label).is_ok())
                .flat_map(|(_, it)| it.clone())
                .collect()
        } else {
            literals.iter().filter_map(|it| self.labels.get(it)).flatten().cloned().collect()
        }
    }
}

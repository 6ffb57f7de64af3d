use std::collections::BTreeSet;

use super::definition::Behaviour;
use super::following::{Columns, Referrer};
use super::key::{Few, Key, Map, Set};
use super::references::References;
use super::table::Table;
use crate::model::{Ident, Interned, Namespace, ObjectKind, ObjectName, Span};
use crate::sql::Effect;

/// An object that exists at some point of the replay.
#[derive(Debug, Clone)]
pub(super) struct Object {
    /// Who provided it under this name.
    pub node: u32,
    pub kind: ObjectKind,
    pub part_of: Option<Key>,
}

/// What exists, and what it does, at one point of the replay.
#[derive(Debug, Default)]
pub(super) struct World<'a> {
    pub objects: Table<'a, Object>,
    /// Owner to members: columns, constraints, triggers, labels.
    members: Map<Key, Few<Key>>,
    /// Whole to parts: a table to its indexes, owned sequences and partitions.
    pub(super) parts: Map<Key, Few<Key>>,
    /// The indexes behind a unique key before the one that its object knows.
    pub(super) indexes: Map<Key, Few<Key>>,
    /// What `DROP … CASCADE` of the key takes along.
    pub dependents: Map<Key, Few<Key>>,
    /// What `DROP … CASCADE` of the key may take, or take something from: a foreign key, a default, an index.
    pub shaken: Map<Key, Few<Key>>,
    /// The foreign keys that refer to the table, or did, with the key each refers to.
    pub foreign_keys: Map<Key, Few<(Key, Columns)>>,
    /// The foreign keys that do something when rows of the table go or change.
    pub referrers: Map<Key, Few<Referrer>>,
    /// The columns of a table that change with every update of a row.
    pub generated: Map<Key, Few<Columns>>,
    /// The names that columns of a table had and got: its keys still go by the old ones.
    pub renamed_columns: Map<Key, Few<(Columns, Columns)>>,
    /// The project's functions and operators that a definition may mean by built-in names.
    pub mentions: Map<Key, Few<Key>>,
    pub behaviours: Map<Key, Behaviour<'a>>,
    pub uses: References<'a>,
    /// The names that renamed things got.
    pub(super) renamed: Map<Key, Key>,
    /// The argument lists of a routine's namesakes.
    pub(super) overloads: Map<Key, Few<&'static str>>,
    /// Who dropped what is no longer there.
    pub dropped: Map<Key, (usize, Span)>,
    /// Whatever has lost or renamed a column: keys go by their columns, so they are no longer certain.
    disturbed: Set<Key>,
    /// The extensions that are there.
    pub extensions: BTreeSet<Key>,
}

impl<'a> World<'a> {
    /// Nothing exists; most of what comes will be what migrations create.
    pub fn over(created: &'a Map<Key, u32>) -> Self {
        Self { objects: Table::over(created), uses: References::over(created), ..Self::default() }
    }

    /// The key under which the object is there; a type may be a table's row type.
    pub fn present(&self, key: &Key) -> Option<Key> {
        if self.objects.contains_key(key) {
            return Some(key.clone());
        }
        let row_type = key.as_relation();
        (key.namespace() == Namespace::Type && key.member.is_none() && self.objects.contains_key(&row_type))
            .then_some(row_type)
    }

    pub fn add(&mut self, key: Key, object: Object) {
        if let Some(whole) = &object.part_of
            && key.member.is_none()
        {
            self.parts.get_or_default(whole.clone()).insert(key.clone());
        }
        if key.member.is_some() {
            self.members.get_or_default(key.owner()).insert(key.clone());
        }
        if key.namespace() == Namespace::Other(ObjectKind::Extension) {
            self.extensions.insert(key.clone());
        }
        self.dropped.swap_remove(&key);
        if matches!(key.as_member(), Some((ObjectKind::Index, _)))
            && let Some(index) = self.objects.get(&key).and_then(|it| it.part_of.clone())
        {
            self.indexes.get_or_default(key.clone()).insert(index);
        }
        self.objects.insert(key, object);
    }

    /// The table that a name chosen by PostgreSQL may begin with (`t_a_idx`, `t_id_seq`), there or renamed since.
    pub fn may_be_named_after(&self, key: &Key) -> Option<Key> {
        let name = key.name.as_str();
        let ends = name.char_indices().rev().filter(|(at, it)| *it == '_' && *at > 0);
        let mut tables = ends.map(|(at, _)| key.with(|it| it.name = Ident::exact(&name[..at])));
        let whole = tables.find(|it| {
            self.objects.get(it).is_some_and(|it| it.kind == ObjectKind::Table) || self.dropped.contains_key(it)
        });
        whole.or_else(|| self.cut_in(key))
    }

    /// The table whose name a name of full length may begin with: of both its parts PostgreSQL keeps this much at least
    /// (18, indexcmds.c, `makeObjectName`).
    fn cut_in(&self, key: &Key) -> Option<Key> {
        const KEPT: usize = 26;
        let kept = key.name.as_str().get(..KEPT).filter(|_| key.name.as_str().len() > 2 * KEPT)?;
        let of = |it: &Key| it.schema == key.schema && it.member.is_none() && it.name.as_str().starts_with(kept);
        let mut tables = self.objects.iter().filter(|(_, it)| it.kind == ObjectKind::Table);
        tables.find(|(it, _)| of(it)).map(|(it, _)| it.clone())
    }

    /// The members of an object: columns, constraints, triggers, labels.
    pub fn members(&self, owner: &Key) -> Vec<Key> {
        self.members.get(owner).into_iter().flatten().cloned().collect()
    }

    /// The columns of a relation.
    pub fn columns(&self, relation: &Key) -> Vec<Key> {
        let members = self.members.get(relation).into_iter().flatten();
        members.filter(|it| matches!(it.as_member(), Some((ObjectKind::Column, _)))).cloned().collect()
    }

    /// The sequences behind a table's columns.
    pub fn owned_sequences(&self, table: &Key) -> Vec<Key> {
        let parts = self.parts.get(table).into_iter().flatten();
        parts.filter(|it| self.objects.get(it).is_some_and(|it| it.kind == ObjectKind::Sequence)).cloned().collect()
    }

    /// The index behind a constraint, or the constraint that an index is behind: they share one name.
    pub fn twin(&self, key: &Key) -> Option<Key> {
        let twin = match key.as_member() {
            Some((ObjectKind::Constraint, name)) => key.owner().with(|it| it.name = name.clone()),
            Some(_) => return None,
            None => self.objects.get(key)?.part_of.as_ref()?.member(ObjectKind::Constraint, key.name.clone()),
        };
        let index = if twin.member.is_none() { &twin } else { key };
        let table = if twin.member.is_none() { key.owner() } else { twin.owner() };
        let is_its = self.objects.get(index).is_some_and(|it| it.part_of.as_ref() == Some(&table));
        (is_its && self.objects.contains_key(&twin)).then_some(twin)
    }

    /// What a column may take along when it is dropped: indexes, sequences, statistics and constraints of its table.
    pub fn attached(&self, table: &Key) -> Vec<Key> {
        let parts = self.parts.get(table).into_iter().flatten().cloned();
        let aside = parts.filter(|it| {
            let kind = self.objects.get(it).map(|it| it.kind);
            matches!(kind, Some(ObjectKind::Index | ObjectKind::Sequence | ObjectKind::Statistics))
        });
        let constraints = self
            .members(table)
            .into_iter()
            .filter(|it| it.as_member().is_some_and(|(kind, _)| kind == ObjectKind::Constraint));
        aside.chain(constraints).collect()
    }

    /// What goes with the object when it is dropped, itself first.
    pub fn falling(&self, key: &Key, cascade: bool) -> Vec<Key> {
        let mut all = Vec::new();
        let mut open = vec![key.clone()];
        let mut seen = Set::default();
        while let Some(next) = open.pop() {
            if !seen.insert(next.clone()) {
                continue;
            }
            if next.member.is_none() {
                open.extend(self.members(&next));
            }
            open.extend(self.parts.get(&next).into_iter().flatten().cloned());
            if next.namespace() == Namespace::Other(ObjectKind::Schema) {
                open.extend(self.objects.keys().filter(|it| it.schema.as_ref() == Some(&next.name)).cloned());
            }
            if cascade {
                open.extend(self.dependents.get(&next).into_iter().flatten().map(|it| self.current(it)));
            }
            all.push(next);
        }
        all
    }

    /// What is made anew no longer falls with what its definition referred to before.
    pub fn depends_anew(&mut self, dependent: &Key) {
        let used: Vec<Key> = self.uses.of(dependent).map(|(it, _)| self.current(it)).collect();
        for key in used {
            for it in self.columns(&key).into_iter().chain([key]) {
                if let Some(dependents) = self.dependents.get_mut(&it) {
                    dependents.remove(dependent);
                }
            }
        }
    }

    /// What `DROP … CASCADE` of the key may take something from; a foreign key is bound to the unique key it found.
    pub fn shaken_by(&self, key: &Key) -> Vec<Key> {
        let keys = matches!(key.as_member(), Some((ObjectKind::Constraint | ObjectKind::Column, _)));
        let table = match key.as_member() {
            Some(_) if keys => Some(key.owner()),
            _ => self.objects.get(key).filter(|it| it.kind == ObjectKind::Index).and_then(|it| it.part_of.clone()),
        };
        let unique = table.iter().flat_map(|it| self.keys(it));
        let all: Vec<Key> = unique.chain([key.clone()]).collect();
        let mut shaken: Vec<Key> = all.iter().filter_map(|it| self.shaken.get(it)).flatten().cloned().collect();
        let sequence = self.objects.get(key).filter(|it| it.kind == ObjectKind::Sequence);
        shaken.extend(sequence.and_then(|it| it.part_of.clone()));
        shaken.iter().map(|it| self.current(it)).collect()
    }

    /// The unique keys of a table that end with this constraint or index: foreign keys are bound to them.
    pub fn keys_behind(&self, key: &Key) -> Vec<Key> {
        let (index, table) = match key.as_member() {
            Some((ObjectKind::Constraint, name)) => (key.owner().with(|it| it.name = name.clone()), key.owner()),
            Some(_) => return Vec::new(),
            None => {
                let index = self.objects.get(key).filter(|it| it.kind == ObjectKind::Index);
                let Some(table) = index.and_then(|it| it.part_of.clone()) else { return Vec::new() };
                (key.clone(), table)
            }
        };
        let behind = |it: &Key| {
            let part_of = self.objects.get(it).and_then(|it| it.part_of.as_ref()).map(|it| self.current(it));
            let mut before = self.indexes.get(it).into_iter().flatten().map(|it| self.current(it));
            part_of.is_none_or(|it| it == index || it == table) || before.any(|it| it == index)
        };
        self.keys(&table).into_iter().filter(behind).collect()
    }

    /// The unique keys of a table.
    pub fn keys(&self, table: &Key) -> Vec<Key> {
        self.members(table).into_iter().filter(|it| matches!(it.as_member(), Some((ObjectKind::Index, _)))).collect()
    }

    /// Notes one more routine of this name.
    pub fn overload(&mut self, key: &Key, arguments: Option<Interned>) {
        self.overloads.get_or_default(key.clone()).insert(arguments.map_or("", |it| it.as_str()));
    }

    /// Whether a routine of this name remains once the one with these arguments is gone.
    pub fn keeps_overload(&mut self, key: &Key, arguments: Option<Interned>) -> bool {
        let Some(known) = self.overloads.get_mut(key) else { return false };
        // Spelled differently (`int`, `integer`): with one left it is that one, with several it can't be told which.
        let matched = arguments.is_some_and(|it| known.remove(&it.as_str()));
        if !matched && known.len() < 2 {
            *known = Few::default();
        }
        !known.is_empty()
    }

    pub fn remove(&mut self, key: &Key, node: usize, span: Span) -> Option<Object> {
        self.dropped.insert(key.clone(), (node, span));
        self.behaviours.swap_remove(key);
        self.parts.swap_remove(key);
        self.forget_member(key);
        self.extensions.remove(key);
        let object = self.objects.remove(key)?;
        self.forget_part(key, &object);
        Some(object)
    }

    /// A part that goes, or goes by another name, leaves this one to others.
    pub(super) fn forget_part(&mut self, key: &Key, object: &Object) {
        if let Some(parts) = object.part_of.as_ref().and_then(|it| self.parts.get_mut(it)) {
            parts.remove(key);
        }
    }

    pub(super) fn forget_member(&mut self, key: &Key) {
        if key.as_member().is_some_and(|(kind, _)| kind == ObjectKind::Column) {
            self.disturbed.insert(key.owner());
        }
        if key.member.is_some()
            && let Some(members) = self.members.get_mut(&key.owner())
        {
            members.remove(key);
        }
    }

    /// Who has given this owner members, columns aside.
    pub fn givers(&self, owner: &Key) -> Vec<usize> {
        let members = self.members.get(owner).into_iter().flatten();
        let others = members.filter(|it| it.as_member().is_some_and(|(kind, _)| kind != ObjectKind::Column));
        let mut nodes: Vec<usize> = others.filter_map(|it| Some(self.objects.get(it)?.node as usize)).collect();
        nodes.dedup();
        nodes
    }

    /// Whether the text shows every key, trigger and policy of the table: it stands alone, and kept its columns.
    pub fn knows_members_of(&self, table: &Key) -> bool {
        let whole = self.objects.get(table).is_some_and(|it| it.part_of.is_none());
        whole && self.knows_columns_of(table) && !self.disturbed.contains(table)
    }

    /// Whether the relation may have columns that the text doesn't show.
    pub fn is_open_ended(&self, relation: &Key) -> bool {
        self.objects.contains_key(&relation.member(ObjectKind::Column, Ident::exact("*")))
    }

    /// Whether the text shows every column of the relation.
    pub fn knows_columns_of(&self, relation: &Key) -> bool {
        self.objects.get(relation).is_some_and(|it| it.kind == ObjectKind::Table || it.kind == ObjectKind::ForeignTable)
            && !self.is_open_ended(relation)
    }
}

/// The keys an object may have, most likely first.
pub(super) fn candidates(object: &ObjectName, path: &[Ident]) -> Vec<Key> {
    if object.schema.is_some() || !object.kind.lives_in_schema() {
        return vec![Key::of(object)];
    }
    path.iter().map(|schema| Key::in_schema(object, Some(schema.clone()))).collect()
}

/// The keys an effect's object may have.
pub(super) fn effect_candidates(effect: &Effect) -> Vec<Key> {
    candidates(&effect.object, &effect.search_path)
}

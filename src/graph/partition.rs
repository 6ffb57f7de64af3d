//! What tables share with their partitions, children and copies.

use super::access::{Facet, short};
use super::key::{Key, Set};
use super::replay::Replay;
use super::world::{Object, World};
use crate::model::{Ident, ObjectKind, Span};
use crate::sql::Effect;

impl World<'_> {
    /// Makes an object a part of another from now on (`ATTACH PARTITION`, `INHERIT`, `OWNED BY`).
    pub fn make_part(&mut self, part: &Key, whole: &Key) {
        // A table may have several parents.
        let sequence = self.objects.get(part).filter(|it| it.kind == ObjectKind::Sequence);
        if let Some(owner) = sequence.and_then(|it| it.part_of.clone()) {
            self.leave(part, &owner);
        }
        self.parts.get_or_default(whole.clone()).insert(part.clone());
        if let Some(object) = self.objects.get_mut(part) {
            object.part_of = Some(whole.clone());
        }
    }

    /// The opposite of [`Self::make_part`] (`DETACH PARTITION`, `NO INHERIT`, `OWNED BY NONE`).
    pub fn leave(&mut self, part: &Key, whole: &Key) {
        if let Some(parts) = self.parts.get_mut(whole) {
            parts.remove(part);
        }
        if let Some(object) = self.objects.get_mut(part) {
            object.part_of = None;
            if object.kind == ObjectKind::Sequence {
                // Columns may go on drawing from it.
                self.uses.define(vec![whole.clone()], &Set::from_iter([(part.clone(), Facet::Existence)]));
            }
        }
    }

    /// The partitions of a table, the tables that inherit from it, and theirs.
    pub fn children(&self, table: &Key) -> Vec<Key> {
        let mut all: Vec<Key> = Vec::new();
        let mut open = vec![table];
        while let Some(next) = open.pop() {
            for part in self.parts.get(next).into_iter().flatten() {
                let is_table = self.objects.get(part).is_some_and(|it| it.kind == ObjectKind::Table);
                if is_table && !all.contains(part) {
                    all.push(part.clone());
                    open.push(part);
                }
            }
        }
        all
    }

    /// What the children of a table have in place of this: of a member their members of that name.
    fn same_of_children(&self, key: &Key) -> Vec<Key> {
        let children = self.children(&key.owner());
        children.into_iter().map(|it| it.same_as(key)).collect()
    }

    /// The tables whose rows are also this one's, or the other way round: those it is a part of, and its children.
    pub fn kin(&self, table: &Key) -> Vec<Key> {
        let mut all = self.children(table);
        all.extend(self.wholes(table));
        all
    }

    /// What a table is a part or child of, and so on.
    pub fn wholes(&self, table: &Key) -> Vec<Key> {
        let mut all: Vec<Key> = Vec::new();
        let mut whole = self.objects.get(table).and_then(|it| it.part_of.as_ref());
        while let Some(next) = whole.filter(|it| !all.contains(it)) {
            all.push(next.clone());
            whole = self.objects.get(next).and_then(|it| it.part_of.as_ref());
        }
        all
    }

    /// The sequences that a write of the table may draw from: its own, those of what it is a child of, and those of
    /// what it is a copy of.
    pub fn drawn(&self, table: &Key) -> Set<Key> {
        let own = std::iter::once(table.clone()).chain(self.wholes(table));
        let mut all: Set<Key> = own.flat_map(|it| self.owned_sequences(&it)).collect();
        let used = self.uses.of(table).map(|(it, _)| self.current(it));
        all.extend(used.filter(|it| self.objects.get(it).is_some_and(|it| it.kind == ObjectKind::Sequence)));
        all
    }
}

impl Replay<'_> {
    /// The name that a column's sequence gets: the first of `t_id_seq`, `t_id_seq1`, … that no sequence of another table
    /// has, which was called `t` before (18, indexcmds.c, `ChooseRelationName`).
    pub(super) fn free_for(&mut self, key: Key, effect: &Effect, table: Option<&Key>) -> Key {
        let Some(table) = table.filter(|_| effect.object.kind == ObjectKind::Sequence) else { return key };
        let mut free = key.clone();
        for number in 1_u32.. {
            let owner = self.world.objects.get(&free).and_then(|it| it.part_of.as_ref());
            if !owner.is_some_and(|it| it != table && self.world.objects.contains_key(it)) {
                break;
            }
            // It may be gone with its column after all, which isn't tracked.
            self.share_softly(&free, Facet::Existence, effect.span, &free.object(ObjectKind::Sequence));
            self.world.uses.define(vec![table.clone()], &Set::from_iter([(free, Facet::Existence)]));
            free = key.with(|it| it.name = Ident::exact(&format!("{}{number}", key.name)));
        }
        free
    }

    /// An index of a table that has partitions or copies: those of several over the same columns are numbered in their
    /// order, and one that a partition has already is taken for the table's.
    pub(super) fn names_indexes(&mut self, effect: &Effect) {
        let Some(names) = self.resolve(effect) else { return };
        let table = names.owner();
        if !self.future.is_copied(&table) && self.world.wholes(&table).is_empty() {
            return;
        }
        for it in self.world.children(&table).into_iter().chain([table]) {
            let names = it.same_as(&names);
            self.exclude(&names, Facet::Shape, effect.span, &names.object(ObjectKind::Index), false);
        }
    }

    /// Columns and constraints of a table are also those of its partitions and children.
    pub(super) fn alters_children(&mut self, key: &Key, span: Span) {
        for child in self.world.same_of_children(key) {
            self.exclude(&child, Facet::Shape, span, &child.object(ObjectKind::Table), false);
        }
    }

    /// A column that a table gets its children get too, if they don't have it (documentation of `CREATE TABLE`,
    /// `INHERITS`); of most their columns aren't known anyway.
    pub(super) fn children_get(&mut self, column: &Key, span: Span) {
        for it in self.world.same_of_children(column) {
            let child = it.owner();
            if self.world.knows_columns_of(&child) && !self.world.objects.contains_key(&it) {
                self.exclude(&it, Facet::Existence, span, &it.object(ObjectKind::Column), true);
                let part_of = Some(child);
                self.world.add(it, Object { node: short(self.node), kind: ObjectKind::Column, part_of });
            }
        }
    }

    /// A column that a table loses its children may lose too: whether they have it of themselves isn't tracked.
    pub(super) fn children_may_lose(&mut self, column: &Key, cascade: bool, span: Span) {
        for it in self.world.same_of_children(column) {
            let dependents = self.world.dependents.get(&it).into_iter().flatten().map(|it| self.world.current(it));
            let dependents = dependents.filter(|_| cascade).flat_map(|it| self.world.falling(&it, true));
            let lost: Vec<Key> = dependents.chain(self.world.attached(&it.owner())).chain([it]).collect();
            for it in lost {
                let kind = self.world.objects.get(&it).map_or(ObjectKind::Table, |it| it.kind);
                self.exclude(&it, Facet::Existence, span, &it.object(kind), false);
            }
        }
    }

    /// A column goes by its new name in the children as well.
    pub(super) fn renames_in_children(&mut self, column: &Key, to: &Key, span: Span) {
        for from in self.world.same_of_children(column) {
            let to = from.same_as(to);
            let (before, after) = (from.object(ObjectKind::Column), to.object(ObjectKind::Column));
            self.exclude(&from, Facet::Existence, span, &before, false);
            self.exclude(&to, Facet::Existence, span, &after, true);
            if self.world.objects.contains_key(&from) {
                self.world.rename(&from, &to, ObjectKind::Column, (self.node, span));
            }
        }
    }

    /// A table that goes, or goes elsewhere, takes rows from those it was a part or child of.
    pub(super) fn takes_rows(&mut self, key: &Key, span: Span) {
        if !self.world.objects.get(key).is_some_and(|it| it.kind == ObjectKind::Table && it.part_of.is_some()) {
            return;
        }
        for it in self.world.wholes(key) {
            for facet in [Facet::Rows, Facet::Keys] {
                self.exclude(&it, facet, span, &it.object(ObjectKind::Table), false);
            }
        }
    }
}

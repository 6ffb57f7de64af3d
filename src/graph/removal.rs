//! What goes: objects that are dropped, and names that are given up for others.

use super::access::{Facet, Use, short};
use super::key::Key;
use super::replay::Replay;
use super::world::{Object, candidates};
use crate::model::{Ident, Namespace, ObjectKind, Span};
use crate::sql::{Effect, Move};

impl Replay<'_> {
    pub(super) fn drops(&mut self, effect: &Effect, cascade: bool) {
        let Some(key) = self.resolve(effect) else { return };
        let stays = effect.conditional;
        if !stays && key.namespace() == Namespace::Routine && self.world.keeps_overload(&key, effect.object.arguments) {
            return self.exclude(&key, Facet::Existence, effect.span, &key.object(effect.object.kind), true);
        }
        let index = self.world.twin(&key).filter(|it| it.member.is_none());
        for it in self.world.keys_behind(&key) {
            self.exclude(&it, Facet::Existence, effect.span, &it.object(ObjectKind::Index), false);
        }
        for falling in self.world.falling(&key, cascade).into_iter().chain(index) {
            if cascade {
                self.shakes(&falling, effect.span);
            }
            let kind = self.world.objects.get(&falling).map_or(effect.object.kind, |it| it.kind);
            let object = falling.object(kind);
            self.exclude(&falling, Facet::Existence, effect.span, &object, false);
            self.lets_go(&falling, effect.span);
            self.shares_content(&falling, effect.span);
            self.takes_rows(&falling, effect.span);
            if let Some(whole) = self.world.objects.get(&falling).and_then(|it| it.part_of.clone())
                && self.world.objects.contains_key(&whole)
            {
                let object = whole.object(ObjectKind::Table);
                self.accesses.note(&self.use_of(&whole, Facet::Existence, effect.span, &object));
            }
            if !stays {
                self.world.remove(&falling, self.node, effect.span);
            }
        }
        if stays {
            self.may_be_another(&key);
        }
        if let Some((ObjectKind::Column, _)) = key.as_member() {
            // Which of them it really takes along isn't tracked; whoever makes them anew has to come after.
            for attached in self.world.attached(&key.owner()) {
                let kind = self.world.objects.get(&attached).map_or(ObjectKind::Index, |it| it.kind);
                self.exclude(&attached, Facet::Existence, effect.span, &attached.object(kind), false);
            }
            self.children_may_lose(&key, cascade, effect.span);
        }
    }

    /// What a cascade takes from tables, routines and types that stay isn't tracked: whoever needs or makes it anew
    /// keeps the order.
    fn shakes(&mut self, falling: &Key, span: Span) {
        for key in self.world.shaken_by(falling) {
            let Some(kind) = self.world.objects.get(&key).map(|it| it.kind) else { continue };
            self.exclude(&key, Facet::Shape, span, &key.object(kind), false);
            let inherits = self.world.is_open_ended(&key);
            let itself = inherits || key.namespace() != Namespace::Relation;
            for it in self.world.attached(&key).into_iter().chain(itself.then(|| key.clone())) {
                let kind = self.world.objects.get(&it).map_or(kind, |it| it.kind);
                self.exclude(&it, Facet::Existence, span, &it.object(kind), false);
            }
        }
    }

    /// Changing or dropping something may free what it referred to, whose own drop has to wait for that.
    pub(super) fn lets_go(&mut self, key: &Key, span: Span) {
        for (used, facet) in self.world.uses.of(key) {
            for used in [used.clone(), self.world.current(used)] {
                let kind = self.world.objects.get(&used).map_or(ObjectKind::Table, |it| it.kind);
                let object = used.object(kind);
                let it = Use { node: self.node, key: &used, facet: *facet, span, object: &object, soft: true };
                self.accesses.note(&it);
            }
        }
        if let Some((ObjectKind::Column, _)) = key.as_member() {
            // Its default may be the next value of a sequence of the table, or of one that it inherits from.
            let table = key.owner();
            let mut tables = self.world.kin(&table);
            tables.push(table);
            for sequence in tables.iter().flat_map(|it| self.world.drawn(it)) {
                let object = sequence.object(ObjectKind::Sequence);
                self.accesses.note(&self.use_of(&sequence, Facet::Existence, span, &object));
            }
        }
    }

    /// What may not have moved under a condition: it is there as well, and the text doesn't show what is on it.
    fn may_remain(&mut self, from: &Key, it: &Move) {
        let object = Object { node: short(self.node), kind: it.from.kind, part_of: None };
        self.world.add(from.clone(), object.clone());
        if from.member.is_none() && from.namespace() == Namespace::Relation {
            self.exclude(from, Facet::Shape, it.span, &from.object(object.kind), false);
            self.may_be_another(from);
        }
    }

    /// A relation whose columns the text doesn't tell from here on: another may be made where this one was.
    fn may_be_another(&mut self, key: &Key) {
        if key.member.is_none() && key.namespace() == Namespace::Relation {
            let any = key.member(ObjectKind::Column, Ident::exact("*"));
            self.world.add(any, Object { node: short(self.node), kind: ObjectKind::Column, part_of: None });
        }
    }

    pub(super) fn moves(&mut self, it: &Move, effects: &[Effect]) {
        let path = effects.first().map(|effect| &*effect.search_path).unwrap_or_default();
        // What no migration makes is taken to be in the first schema of the path.
        let from = self.resolve_name(&it.from, path).or_else(|| candidates(&it.from, path).into_iter().next());
        let Some(from) = from else { return };
        let to = from.moved(it);
        let (before, after) = (from.object(it.from.kind), to.object(it.from.kind));
        self.shares_content(&from, it.span);
        self.shares_content(&to, it.span);
        if from == to {
            return self.exclude(&from, Facet::Shape, it.span, &before, false);
        }
        if from.namespace() == Namespace::Routine
            && (it.conditional || self.world.keeps_overload(&from, it.from.arguments))
        {
            self.exclude(&from, Facet::Existence, it.span, &before, false);
            self.exclude(&to, Facet::Existence, it.span, &after, true);
            return self.world.rename_overload(&from, &to, it, self.node);
        }
        let twin = self.world.twin(&from);
        self.exclude(&from, Facet::Existence, it.span, &before, false);
        self.exclude(&to, Facet::Existence, it.span, &after, true);
        if from.namespace() == Namespace::Other(ObjectKind::Schema) {
            self.opaque("a schema is renamed, and everything in it", it.span);
        }
        if let Some((ObjectKind::Column, _)) = to.as_member() {
            // Views and inserts that name all columns see the new name.
            let owner = to.owner();
            let object = owner.object(ObjectKind::Table);
            self.exclude(&owner, Facet::Shape, it.span, &object, false);
            self.alters_children(&owner, it.span);
            self.renames_in_children(&from, &to, it.span);
        }
        if it.from.kind == ObjectKind::Table && from.member.is_none() {
            // Indexes that it gets from tables it is a part of are named after it.
            for whole in self.world.wholes(&from) {
                self.exclude(&whole, Facet::Content, it.span, &whole.object(ObjectKind::Table), false);
            }
        }
        if from.schema != to.schema && from.member.is_none() {
            // Statistics stay where they are.
            for part in
                self.world.attached(&from).into_iter().filter(|it| it.as_relation() == *it && it.member.is_none())
            {
                let target = part.with(|it| it.schema.clone_from(&to.schema));
                let kind = self.world.objects.get(&part).map_or(ObjectKind::Index, |it| it.kind);
                self.exclude(&part, Facet::Existence, it.span, &part.object(kind), false);
                self.exclude(&target, Facet::Existence, it.span, &target.object(kind), true);
                self.world.rename(&part, &target, kind, (self.node, it.span));
            }
        }
        self.world.rename(&from, &to, it.from.kind, (self.node, it.span));
        if it.conditional {
            self.may_remain(&from, it);
        }
        if to.namespace() == Namespace::Routine {
            self.world.overload(&to, it.from.arguments);
        }
        if let (Some(from), Some(name)) = (twin, &it.name) {
            let (kind, to) = match from.as_member() {
                Some((kind, _)) => (kind, from.owner().member(kind, name.clone())),
                None => (ObjectKind::Index, from.with(|it| it.name = name.clone())),
            };
            self.exclude(&from, Facet::Existence, it.span, &from.object(kind), false);
            self.exclude(&to, Facet::Existence, it.span, &to.object(kind), true);
            let until_now = self.world.objects.get(&from).cloned();
            self.world.rename(&from, &to, kind, (self.node, it.span));
            // What may not have moved is there as well.
            if let Some(object) = until_now.filter(|_| it.conditional) {
                self.world.add(from, object);
            }
        }
    }
}

//! What goes: objects that are dropped, and names that are given up for others.

use super::access::{Facet, Use};
use super::key::Key;
use super::replay::Replay;
use crate::model::{Ident, Namespace, ObjectKind, Span};
use crate::sql::{Effect, Move};

impl Replay<'_> {
    pub(super) fn drops(&mut self, effect: &Effect, cascade: bool) {
        let Some(key) = self.resolve(effect) else { return };
        if key.namespace == Namespace::Routine && self.world.keeps_overload(&key, effect.object.arguments.as_deref()) {
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
            self.world.remove(&falling, self.node, effect.span);
        }
        if let Some((ObjectKind::Column, _)) = key.member {
            // Which of them it really takes along isn't tracked; whoever makes them anew has to come after.
            for attached in self.world.attached(&key.owner()) {
                let kind = self.world.objects.get(&attached).map_or(ObjectKind::Index, |it| it.kind);
                self.exclude(&attached, Facet::Existence, effect.span, &attached.object(kind), false);
            }
        }
    }

    /// What a cascade takes from tables, routines and types that stay isn't tracked: whoever needs or makes it anew
    /// keeps the order.
    fn shakes(&mut self, falling: &Key, span: Span) {
        for key in self.world.shaken_by(falling) {
            let Some(kind) = self.world.objects.get(&key).map(|it| it.kind) else { continue };
            self.exclude(&key, Facet::Shape, span, &key.object(kind), false);
            let inherits = self.world.objects.contains_key(&key.member(ObjectKind::Column, Ident::exact("*")));
            let itself = inherits || key.namespace != Namespace::Relation;
            for it in self.world.attached(&key).into_iter().chain(itself.then(|| key.clone())) {
                let kind = self.world.objects.get(&it).map_or(kind, |it| it.kind);
                self.exclude(&it, Facet::Existence, span, &it.object(kind), false);
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

    /// Changing or dropping something may free what it referred to, whose own drop has to wait for that.
    pub(super) fn lets_go(&mut self, key: &Key, span: Span) {
        let own = self.world.uses.get(key).into_iter().flatten();
        let shared = self.world.member_uses.get(key).into_iter().flat_map(|it| it.iter());
        for (used, facet) in own.chain(shared) {
            for used in [used.clone(), self.world.current(used)] {
                let kind = self.world.objects.get(&used).map_or(ObjectKind::Table, |it| it.kind);
                let object = used.object(kind);
                let it = Use { node: self.node, key: &used, facet: *facet, span, object: &object, soft: true };
                self.accesses.note(&it);
            }
        }
    }

    pub(super) fn moves(&mut self, it: &Move, effects: &[Effect]) {
        let path = effects.first().map(|effect| &*effect.search_path).unwrap_or_default();
        let Some(from) = self.resolve_name(&it.from, path) else { return };
        let mut to = from.clone();
        to.schema = it.schema.clone().or(to.schema);
        if let Some(name) = &it.name {
            match &mut to.member {
                Some((_, member)) => member.clone_from(name),
                None => to.name.clone_from(name),
            }
        }
        let (before, after) = (from.object(it.from.kind), to.object(it.from.kind));
        self.shares_content(&from, it.span);
        self.shares_content(&to, it.span);
        if from == to {
            return self.exclude(&from, Facet::Shape, it.span, &before, false);
        }
        if from.namespace == Namespace::Routine && self.world.keeps_overload(&from, it.from.arguments.as_deref()) {
            self.exclude(&from, Facet::Existence, it.span, &before, false);
            self.exclude(&to, Facet::Existence, it.span, &after, true);
            return self.world.rename_overload(&from, &to, it, self.node);
        }
        let twin = self.world.twin(&from);
        self.exclude(&from, Facet::Existence, it.span, &before, false);
        self.exclude(&to, Facet::Existence, it.span, &after, true);
        if from.namespace == Namespace::Other(ObjectKind::Schema) {
            self.opaque("a schema is renamed, and everything in it", it.span);
        }
        if let Some((ObjectKind::Column, _)) = to.member {
            // Views and inserts that name all columns see the new name.
            let owner = to.owner();
            let object = owner.object(ObjectKind::Table);
            self.exclude(&owner, Facet::Shape, it.span, &object, false);
            self.alters_children(&owner, it.span);
        }
        if from.schema != to.schema && from.member.is_none() {
            for part in self.world.attached(&from).into_iter().filter(|it| it.member.is_none()) {
                let target = Key { schema: to.schema.clone(), ..part.clone() };
                let kind = self.world.objects.get(&part).map_or(ObjectKind::Index, |it| it.kind);
                self.exclude(&part, Facet::Existence, it.span, &part.object(kind), false);
                self.exclude(&target, Facet::Existence, it.span, &target.object(kind), true);
                self.world.rename(&part, &target, kind, (self.node, it.span));
            }
        }
        self.world.rename(&from, &to, it.from.kind, (self.node, it.span));
        if to.namespace == Namespace::Routine {
            self.world.overload(&to, it.from.arguments.as_deref());
        }
        if let (Some(from), Some(name)) = (twin, &it.name) {
            let (kind, to) = match &from.member {
                Some((kind, _)) => (*kind, from.owner().member(*kind, name.clone())),
                None => (ObjectKind::Index, Key { name: name.clone(), ..from.clone() }),
            };
            self.exclude(&from, Facet::Existence, it.span, &from.object(kind), false);
            self.exclude(&to, Facet::Existence, it.span, &to.object(kind), true);
            self.world.rename(&from, &to, kind, (self.node, it.span));
        }
    }
}

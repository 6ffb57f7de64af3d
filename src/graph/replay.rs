//! The replay: migrations one after the other, each effect against what exists at that point.

use std::collections::BTreeMap;

use super::access::{Accesses, Facet, Use};
use super::edge::{Edges, Reason, ReasonKind};
use super::future::Future;
use super::key::{Key, Set};
use super::need::Need;
use super::world::{Object, World, candidates};
use super::{External, Node};
use crate::model::{Ident, Namespace, ObjectKind, ObjectName, Span};
use crate::sql::{Action, Effect, Move, Statement};

/// What one replay found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub edges: Edges,
    pub needs: Vec<Need>,
    /// Migrations that may do what their text doesn't show, with the reason and place.
    pub opaque: BTreeMap<usize, (String, Span)>,
}

/// The state of a replay.
pub(super) struct Replay<'a> {
    pub(super) nodes: &'a [Node<'a>],
    pub(super) external: &'a External,
    pub(super) future: &'a Future,
    pub(super) world: World<'a>,
    accesses: Accesses,
    pub(super) found: Findings,
    /// The migration being replayed.
    pub(super) node: usize,
    /// What it needs and another provides, noted already.
    pub(super) needed: Set<Key>,
    /// Routines whose bodies it has brought in already.
    pub(super) called: Set<Key>,
    /// The last opaque migration, and everything since.
    barrier: Option<(usize, Span)>,
    since_barrier: Vec<usize>,
}

/// Replays the migrations in this order.
pub(super) fn replay<'a>(
    nodes: &'a [Node<'a>],
    external: &'a External,
    future: &'a Future,
    order: &[usize],
) -> Findings {
    let mut replay = Replay {
        nodes,
        external,
        future,
        world: World::default(),
        accesses: Accesses::default(),
        found: Findings::default(),
        node: 0,
        needed: Set::default(),
        called: Set::default(),
        barrier: None,
        since_barrier: Vec::new(),
    };
    for node in order {
        replay.migration(*node);
    }
    replay.found
}

impl<'a> Replay<'a> {
    fn migration(&mut self, node: usize) {
        self.node = node;
        self.needed.clear();
        self.called.clear();
        for object in self.nodes[node].provides {
            self.provide(object, Span::default(), None);
        }
        self.mentions(node);
        for statement in &self.nodes[node].script.statements {
            self.statement(statement);
        }
        self.labels(node);
        self.stand_behind_barriers(node);
    }

    /// Built-in names that a migration has given a second meaning: which is meant the text doesn't tell.
    fn mentions(&mut self, node: usize) {
        for (key, span) in self.future.overloading(&self.nodes[node].script.mentions) {
            if let Some(kind) = self.world.objects.get(&key).map(|it| it.kind) {
                self.share(&key, Facet::Existence, span, &key.object(kind));
            }
        }
    }

    fn statement(&mut self, statement: &'a Statement) {
        if let Some(reason) = &statement.opaque {
            self.opaque(reason, statement.span);
        }
        let defines_routine = statement.effects.iter().any(|it| it.action == Action::Creates && is_routine(&it.object));
        for effect in &statement.effects {
            match effect.action {
                Action::Requires => self.requires(effect, false),
                Action::RequiresLater if defines_routine => {}
                Action::RequiresLater => self.requires(effect, true),
                Action::Creates => self.creates(effect),
                Action::Alters => self.alters(effect),
                Action::Annotates => self.annotates(effect),
                Action::Drops => self.drops(effect, statement.cascade),
                Action::ReadsShape => self.reads_shape(effect),
                Action::ReadsRows => self.rows(effect, false, statement),
                Action::WritesRows => self.rows(effect, true, statement),
                Action::Calls => self.calls(effect, statement),
            }
        }
        self.remember(statement);
        for it in &statement.moves {
            self.moves(it, statement);
        }
    }

    fn use_of<'k>(&self, key: &'k Key, facet: Facet, span: Span, object: &'k ObjectName) -> Use<'k> {
        Use { node: self.node, key, facet, span, object }
    }

    pub(super) fn share(&mut self, key: &Key, facet: Facet, span: Span, object: &ObjectName) {
        let it = self.use_of(key, facet, span, object);
        self.accesses.share(&mut self.found.edges, &it);
    }

    pub(super) fn exclude(&mut self, key: &Key, facet: Facet, span: Span, object: &ObjectName, provides: bool) {
        let it = self.use_of(key, facet, span, object);
        self.accesses.exclude(&mut self.found.edges, &it, provides);
    }

    /// The key an effect acts on, there or to come; `None` if nothing in the project ever has that name.
    pub(super) fn resolve(&self, effect: &Effect) -> Option<Key> {
        self.resolve_name(&effect.object, &effect.search_path)
    }

    pub(super) fn resolve_name(&self, object: &ObjectName, path: &[Ident]) -> Option<Key> {
        let candidates = candidates(object, path);
        if object.member.is_some() {
            // A member is where its owner is.
            let owners = || candidates.iter().map(|it| (it, it.owner()));
            let there = owners().find(|(_, owner)| self.world.objects.contains_key(owner));
            let found = there.or_else(|| owners().find(|(_, owner)| self.future.creates(owner)));
            return found.map(|(key, _)| key.clone()).or_else(|| candidates.into_iter().next());
        }
        candidates
            .iter()
            .find_map(|key| self.world.present(key))
            .or_else(|| candidates.iter().find_map(|key| self.future.known(key)))
            .or_else(|| object.schema.is_some().then(|| Key::of(object)))
    }

    fn creates(&mut self, effect: &Effect) {
        let part_of = effect.part_of.as_deref().and_then(|it| self.resolve_name(it, &effect.search_path));
        let mut key = if effect.object.member.is_some() { self.resolve(effect) } else { None }
            .unwrap_or_else(|| Key::of(&effect.object));
        if key.schema.is_none() && effect.object.kind.lives_in_schema() {
            // An index is where its table is.
            key.schema =
                part_of.as_ref().and_then(|it| it.schema.clone()).or_else(|| effect.search_path.first().cloned());
        }
        let object = key.object(effect.object.kind);
        // What already is there under IF NOT EXISTS keeps its provider, but the order is kept.
        self.exclude(&key, Facet::Existence, effect.span, &object, true);
        self.shares_content(&key, effect.span);
        if is_overloadable(&key) {
            self.world.overload(&key, effect.object.arguments.as_deref());
        }
        self.world.add(key, Object { node: self.node, span: effect.span, kind: effect.object.kind, part_of });
    }

    /// Something the header says the migration provides.
    fn provide(&mut self, object: &ObjectName, span: Span, part_of: Option<Key>) {
        let key = Key::of(object);
        self.exclude(&key, Facet::Existence, span, object, true);
        self.world.add(key, Object { node: self.node, span, kind: object.kind, part_of });
    }

    fn alters(&mut self, effect: &Effect) {
        let Some(key) = self.resolve(effect) else { return };
        let kind = self.world.objects.get(&key).map_or(effect.object.kind, |it| it.kind);
        let object = key.object(kind);
        self.exclude(&key, Facet::Shape, effect.span, &object, false);
        self.lets_go(&key, effect.span);
        if let Some(whole) = effect.part_of.as_deref().and_then(|it| self.resolve_name(it, &effect.search_path)) {
            self.world.make_part(&key, &whole);
        }
    }

    fn annotates(&mut self, effect: &Effect) {
        let Some(key) = self.resolve(effect) else { return };
        let kind = self.world.objects.get(&key).map_or(effect.object.kind, |it| it.kind);
        self.exclude(&key, Facet::Notes, effect.span, &key.object(kind), false);
        // In order with grants on everything in the schema.
        self.shares_content(&key, effect.span);
    }

    /// Whoever depends on everything in a schema, or in any, minds this.
    fn shares_content(&mut self, key: &Key, span: Span) {
        if let (Some(schema), None) = (&key.schema, &key.member) {
            for name in [schema.clone(), Ident::exact("*")] {
                let schema = ObjectName::global(ObjectKind::Schema, name);
                self.share(&Key::of(&schema), Facet::Content, span, &schema);
            }
        }
    }

    fn drops(&mut self, effect: &Effect, cascade: bool) {
        let Some(key) = self.resolve(effect) else { return };
        if is_overloadable(&key) && self.world.keeps_overload(&key, effect.object.arguments.as_deref()) {
            return self.exclude(&key, Facet::Existence, effect.span, &key.object(effect.object.kind), true);
        }
        for falling in self.world.falling(&key, cascade) {
            let kind = self.world.objects.get(&falling).map_or(effect.object.kind, |it| it.kind);
            let object = falling.object(kind);
            self.exclude(&falling, Facet::Existence, effect.span, &object, false);
            self.lets_go(&falling, effect.span);
            self.shares_content(&falling, effect.span);
            self.world.remove(&falling, self.node, effect.span);
        }
        if let Some((ObjectKind::Column, _)) = key.member {
            // Which of them it really takes along isn't tracked; whoever makes them anew has to come after.
            for attached in self.world.attached(&key.owner()) {
                let kind = self.world.objects.get(&attached).map_or(ObjectKind::Index, |it| it.kind);
                self.exclude(&attached, Facet::Existence, effect.span, &attached.object(kind), false);
            }
        }
        if let (Namespace::Relation, Some((ObjectKind::Constraint, name))) = (key.namespace, &key.member) {
            // The index behind a key has the constraint's name.
            let index = Key { name: name.clone(), member: None, ..key.clone() };
            if self.world.objects.get(&index).is_some_and(|it| it.part_of.as_ref() == Some(&key.owner())) {
                self.world.remove(&index, self.node, effect.span);
            }
        }
    }

    /// Changing or dropping something may free what it referred to, whose own drop has to wait for that.
    fn lets_go(&mut self, key: &Key, span: Span) {
        let own = self.world.uses.get(key).into_iter().flatten();
        let shared = self.world.member_uses.get(key).into_iter().flat_map(|it| it.iter());
        for (used, facet) in own.chain(shared) {
            let kind = self.world.objects.get(used).map_or(ObjectKind::Table, |it| it.kind);
            let object = used.object(kind);
            self.accesses.note(&Use { node: self.node, key: used, facet: *facet, span, object: &object });
        }
    }

    fn moves(&mut self, it: &Move, statement: &Statement) {
        let path = statement.effects.first().map(|effect| &*effect.search_path).unwrap_or_default();
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
        }
        self.world.rename(&from, &to, it.from.kind, (self.node, it.span));
    }

    pub(super) fn reads_shape(&mut self, effect: &Effect) {
        if effect.object.kind == ObjectKind::Schema {
            self.exclude(&Key::of(&effect.object), Facet::Content, effect.span, &effect.object, false);
        } else if let Some(key) = self.resolve(effect) {
            let kind = self.world.objects.get(&key).map_or(effect.object.kind, |it| it.kind);
            self.share(&key, Facet::Shape, effect.span, &key.object(kind));
        }
    }

    /// Strings that may be labels added by an earlier migration: the text doesn't tell the type.
    fn labels(&mut self, node: usize) {
        for (to, span, object) in self.future.added_labels_among(&self.nodes[node].script.literals) {
            if self.world.objects.get(&Key::of(&object)).is_some_and(|it| it.node == to) {
                let reason =
                    Reason { kind: ReasonKind::Conflict, object: Some(object), from_span: None, to_span: Some(span) };
                self.found.edges.add(node, to, reason);
            }
        }
    }

    pub(super) fn opaque(&mut self, reason: &str, span: Span) {
        self.found.opaque.entry(self.node).or_insert_with(|| (reason.to_owned(), span));
    }

    /// An opaque migration stands after everything before it, and everything after it behind it.
    fn stand_behind_barriers(&mut self, node: usize) {
        let reason = |from_span, to_span| Reason { kind: ReasonKind::Opaque, object: None, from_span, to_span };
        if let Some((barrier, span)) = self.barrier {
            self.found.edges.add(node, barrier, reason(None, Some(span)));
        }
        if let Some((_, span)) = self.found.opaque.get(&node) {
            for earlier in self.since_barrier.drain(..) {
                self.found.edges.add(node, earlier, reason(Some(*span), None));
            }
            self.barrier = Some((node, *span));
        } else {
            self.since_barrier.push(node);
        }
    }
}

/// Whether several objects of this name may exist at once, told apart by their arguments.
fn is_overloadable(key: &Key) -> bool {
    matches!(key.namespace, Namespace::Routine | Namespace::Other(ObjectKind::Operator))
}

pub(super) fn is_routine(object: &ObjectName) -> bool {
    matches!(object.kind, ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Aggregate)
}

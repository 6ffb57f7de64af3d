//! The replay: migrations one after the other, each effect against what exists at that point.

use std::collections::{BTreeMap, BTreeSet};

use super::access::{Accesses, Facet, Use};
use super::edge::{Edges, Reason, ReasonKind};
use super::future::Future;
use super::key::{Key, Space};
use super::need::{Need, Provision};
use super::world::{Object, World, candidates, effect_candidates};
use super::{External, Node};
use crate::model::{Ident, ObjectKind, ObjectName, Span};
use crate::sql::{self, Action, Effect, Move, Statement};

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
    nodes: &'a [Node<'a>],
    external: &'a External,
    future: &'a Future,
    world: World<'a>,
    accesses: Accesses,
    found: Findings,
    /// The migration being replayed.
    node: usize,
    /// Routines whose bodies it has brought in already.
    called: BTreeSet<Key>,
    /// The last opaque migration, and everything since.
    barrier: Option<(usize, Span)>,
    since_barrier: Vec<usize>,
}

/// Replays the migrations in this order.
pub(super) fn replay<'a>(nodes: &'a [Node<'a>], external: &'a External, future: &'a Future, order: &[usize]) -> Findings {
    let mut replay = Replay {
        nodes,
        external,
        future,
        world: World::default(),
        accesses: Accesses::default(),
        found: Findings::default(),
        node: 0,
        called: BTreeSet::new(),
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
        self.called.clear();
        for object in self.nodes[node].provides {
            self.provide(object, Span::default(), None);
        }
        for statement in &self.nodes[node].script.statements {
            self.statement(statement);
        }
        self.labels(node);
        self.stand_behind_barriers(node);
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

    fn share(&mut self, key: &Key, facet: Facet, span: Span, object: &ObjectName) {
        let it = self.use_of(key, facet, span, object);
        self.accesses.share(&mut self.found.edges, &it);
    }

    fn exclude(&mut self, key: &Key, facet: Facet, span: Span, object: &ObjectName, provides: bool) {
        let it = self.use_of(key, facet, span, object);
        self.accesses.exclude(&mut self.found.edges, &it, provides);
    }

    /// The key an effect acts on, there or to come; `None` if nothing in the project ever has that name.
    fn resolve(&self, effect: &Effect) -> Option<Key> {
        self.resolve_name(&effect.object, &effect.search_path)
    }

    fn resolve_name(&self, object: &ObjectName, path: &[Ident]) -> Option<Key> {
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

    /// A requirement; a soft one gives order but never a missing prerequisite.
    fn requires(&mut self, effect: &Effect, soft: bool) {
        let key = self.resolve(effect);
        if let Some((key, provider)) = key.as_ref().and_then(|key| Some((key, self.world.objects.get(key)?))) {
            let (provider, object) = (provider.node, key.object(provider.kind));
            self.share(key, Facet::Existence, effect.span, &object);
            if key.member.is_some() {
                self.share(key, Facet::Shape, effect.span, &object);
            }
            if !soft && provider != self.node {
                self.need(effect, Some(key), Provision::By(provider));
            }
            return;
        }
        if effect.object.member.is_some() {
            self.requires_member(effect, key, soft);
        } else if let Some(key) = &key {
            let object = key.object(effect.object.kind);
            self.share(key, Facet::Existence, effect.span, &object);
            if !soft {
                self.missing(effect, Some(key));
            }
        } else if !soft {
            self.missing(effect, None);
        }
    }

    /// A member that isn't there: to come, or unknown because not everything about its owner is known.
    fn requires_member(&mut self, effect: &Effect, key: Option<Key>, soft: bool) {
        let Some(key) = key else { return };
        let owner = key.owner();
        let Some(kind) = self.world.objects.get(&owner).map(|it| it.kind) else {
            // Its owner is missed already, or comes from outside; a later migration may still add this to it.
            if !soft && self.future.creates(&key) && !self.future.creates(&owner) {
                self.missing(effect, Some(&key));
            }
            return;
        };
        let object = owner.object(kind);
        self.share(&owner, Facet::Shape, effect.span, &object);
        let certain = match effect.object.kind {
            ObjectKind::Column => self.world.knows_columns_of(&owner),
            ObjectKind::EnumLabel => kind == ObjectKind::Enum,
            _ => false,
        };
        if !soft && (certain || self.future.creates(&key)) {
            self.missing(effect, Some(&key));
        }
    }

    /// Something that nobody has provided so far: a later migration, an extension, the environment, or nobody.
    fn missing(&mut self, effect: &Effect, key: Option<&Key>) {
        let dropped = key.and_then(|it| self.world.dropped.get(it)).copied();
        let later = key.filter(|_| dropped.is_none()).and_then(|it| self.future.after(it, self.node));
        if let Some((provider, span)) = later {
            let reason = Reason {
                kind: ReasonKind::Requires,
                object: key.map(|it| it.object(effect.object.kind)),
                from_span: Some(effect.span),
                to_span: Some(span),
            };
            self.found.edges.add(self.node, provider, reason);
            self.need(effect, key, Provision::By(provider));
            return;
        }
        if self.from_extension(effect) || self.external.has(&effect.object) || is_public(&effect.object) {
            return;
        }
        let provision = match dropped {
            Some((node, span)) if node != self.node => Provision::DroppedBy(node, span),
            _ => Provision::Nowhere(self.who_may(effect)),
        };
        self.need(effect, key, provision);
    }

    /// Whether an extension of the project is known to bring the object; if so, it comes first.
    fn from_extension(&mut self, effect: &Effect) -> bool {
        for extension in sql::extensions_providing(&effect.object) {
            let object = ObjectName::global(ObjectKind::Extension, Ident::exact(extension));
            let key = Key::of(&object);
            if self.world.objects.contains_key(&key) {
                self.share(&key, Facet::Existence, effect.span, &object);
                return true;
            }
            if let Some((provider, span)) = self.future.after(&key, self.node) {
                let reason = Reason {
                    kind: ReasonKind::Requires,
                    object: Some(object),
                    from_span: Some(effect.span),
                    to_span: Some(span),
                };
                self.found.edges.add(self.node, provider, reason);
                return true;
            }
        }
        false
    }

    /// Who might have provided what nothing is seen to provide; extensions that may have come first.
    fn who_may(&mut self, effect: &Effect) -> Option<String> {
        if sql::may_be_built_in(&effect.object) {
            return Some("it may be built in".to_owned());
        }
        if matches!(effect.object.kind, ObjectKind::Function | ObjectKind::Type | ObjectKind::OperatorClass) {
            let present: Vec<Key> = self
                .world
                .objects
                .keys()
                .filter(|it| it.space == Space::Other(ObjectKind::Extension))
                .filter(|it| it.name.as_str() != "plpgsql")
                .cloned()
                .collect();
            for key in &present {
                let object = key.object(ObjectKind::Extension);
                self.share(key, Facet::Existence, effect.span, &object);
            }
            if !present.is_empty() {
                let names: Vec<String> = present.iter().map(|it| format!("`{}`", it.name)).collect();
                return Some(format!("it may come from extension {}", names.join(" or ")));
            }
        }
        let (opaque, _) = self.found.opaque.iter().next()?;
        Some(format!("`{}` may create it, which is opaque", self.nodes[*opaque].id))
    }

    fn need(&mut self, effect: &Effect, key: Option<&Key>, provision: Provision) {
        // Keys and indexes behind constraints have no names a person knows them by.
        if effect.object.member.is_some() && effect.object.kind == ObjectKind::Index {
            return;
        }
        let mut object = key.map_or_else(|| effect.object.clone(), |it| it.object(effect.object.kind));
        object.arguments.clone_from(&effect.object.arguments);
        let candidates = if key.is_some() {
            vec![object.clone()]
        } else {
            effect_candidates(effect).iter().map(|it| it.object(effect.object.kind)).collect()
        };
        self.found.needs.push(Need { node: self.node, object, candidates, span: effect.span, provision });
    }

    fn creates(&mut self, effect: &Effect) {
        let part_of = effect.part_of.as_ref().and_then(|it| self.resolve_name(it, &effect.search_path));
        let mut key = if effect.object.member.is_some() { self.resolve(effect) } else { None }.unwrap_or_else(|| Key::of(&effect.object));
        if key.schema.is_none() && super::key::lives_in_schema(effect.object.kind) {
            // An index is where its table is.
            key.schema = part_of.as_ref().and_then(|it| it.schema.clone()).or_else(|| effect.search_path.first().cloned());
        }
        let object = key.object(effect.object.kind);
        // What already is there under IF NOT EXISTS keeps its provider, but the order is kept.
        self.exclude(&key, Facet::Existence, effect.span, &object, true);
        if let (Some(schema), None) = (&key.schema, &key.member) {
            for name in [schema.clone(), Ident::exact("*")] {
                let schema = ObjectName::global(ObjectKind::Schema, name);
                self.share(&Key::of(&schema), Facet::Content, effect.span, &schema);
            }
        }
        if key.space == Space::Routine {
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
        if let Some(whole) = effect.part_of.as_ref().and_then(|it| self.resolve_name(it, &effect.search_path)) {
            self.world.make_part(&key, &whole);
        }
    }

    fn drops(&mut self, effect: &Effect, cascade: bool) {
        let Some(key) = self.resolve(effect) else { return };
        if key.space == Space::Routine && self.world.keeps_overload(&key, effect.object.arguments.as_deref()) {
            return self.exclude(&key, Facet::Existence, effect.span, &key.object(effect.object.kind), true);
        }
        for falling in self.world.falling(&key, cascade) {
            let kind = self.world.objects.get(&falling).map_or(effect.object.kind, |it| it.kind);
            let object = falling.object(kind);
            self.exclude(&falling, Facet::Existence, effect.span, &object, false);
            self.lets_go(&falling, effect.span);
            if let (Some(schema), None) = (&falling.schema, &falling.member) {
                let schema = ObjectName::global(ObjectKind::Schema, schema.clone());
                self.share(&Key::of(&schema), Facet::Content, effect.span, &schema);
            }
            self.world.remove(&falling, self.node, effect.span);
        }
        if let Some((ObjectKind::Column, _)) = key.member {
            // Which of them it really takes along isn't tracked; whoever makes them anew has to come after.
            for attached in self.world.attached(&key.owner()) {
                let kind = self.world.objects.get(&attached).map_or(ObjectKind::Index, |it| it.kind);
                self.exclude(&attached, Facet::Existence, effect.span, &attached.object(kind), false);
            }
        }
        if let (Space::Relation, Some((ObjectKind::Constraint, name))) = (key.space, &key.member) {
            // The index behind a key has the constraint's name.
            let index = Key { name: name.clone(), member: None, ..key.clone() };
            if self.world.objects.get(&index).is_some_and(|it| it.part_of.as_ref() == Some(&key.owner())) {
                self.world.remove(&index, self.node, effect.span);
            }
        }
    }

    /// Changing or dropping something may free what it referred to, whose own drop has to wait for that.
    fn lets_go(&mut self, key: &Key, span: Span) {
        let uses: Vec<Key> = self.world.uses.get(key).into_iter().flatten().cloned().collect();
        for used in uses {
            let kind = self.world.objects.get(&used).map_or(ObjectKind::Table, |it| it.kind);
            let object = used.object(kind);
            self.accesses.note(&self.use_of(&used, Facet::Existence, span, &object));
            if used.member.is_some() {
                self.accesses.note(&self.use_of(&used, Facet::Shape, span, &object));
            }
        }
    }

    fn moves(&mut self, it: &Move, statement: &Statement) {
        let path = statement.effects.first().map(|effect| effect.search_path.as_ref()).unwrap_or_default();
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
        if from.space == Space::Other(ObjectKind::Schema) {
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

    fn reads_shape(&mut self, effect: &Effect) {
        if effect.object.kind == ObjectKind::Schema {
            self.exclude(&Key::of(&effect.object), Facet::Content, effect.span, &effect.object, false);
        } else if let Some(key) = self.resolve(effect) {
            let kind = self.world.objects.get(&key).map_or(effect.object.kind, |it| it.kind);
            self.share(&key, Facet::Shape, effect.span, &key.object(kind));
        }
    }

    /// Rows read or written, and what that sets off: a view's query, defaults, checks, foreign keys, triggers.
    fn rows(&mut self, effect: &Effect, writes: bool, statement: &'a Statement) {
        let Some(key) = self.resolve(effect) else { return };
        let kind = self.world.objects.get(&key).map_or(effect.object.kind, |it| it.kind);
        let object = key.object(kind);
        if writes {
            self.exclude(&key, Facet::Rows, effect.span, &object, false);
        } else {
            self.share(&key, Facet::Rows, effect.span, &object);
        }
        let view = matches!(kind, ObjectKind::View | ObjectKind::MaterializedView);
        if (writes || view) && self.called.insert(key.clone()) {
            self.set_off(&key, effect.span, writes && view, statement);
        }
    }

    /// Brings in what a definition refers to, at the place that sets it off.
    fn set_off(&mut self, key: &Key, span: Span, writes: bool, by: &'a Statement) {
        let statements = self.world.behaviours.get(key).map(|it| it.statements.clone()).unwrap_or_default();
        for statement in statements {
            for effect in &statement.effects {
                let action = effect.action;
                let referred = matches!(action, Action::Requires | Action::RequiresLater) && effect.object.member.is_none();
                if !referred {
                    continue;
                }
                let effect = Effect { span, ..effect.clone() };
                self.requires(&effect, true);
                if is_routine(&effect.object) {
                    self.calls(&effect, by);
                } else if effect.object.kind == ObjectKind::Table {
                    self.reads_shape(&effect);
                    self.rows(&effect, writes || action == Action::RequiresLater, by);
                }
            }
        }
    }

    /// A routine that runs now: what its body names is used now.
    fn calls(&mut self, effect: &Effect, by: &'a Statement) {
        let Some(key) = self.resolve(effect).filter(|it| self.world.objects.contains_key(it)) else {
            let alone = matches!(by.tag.as_str(), "SELECT" | "CALL" | "DO");
            if alone && sql::extensions_providing(&effect.object).is_empty() && !sql::may_be_built_in(&effect.object) {
                self.opaque(&format!("calls {}, which no migration defines", effect.object), effect.span);
            }
            return;
        };
        if !self.called.insert(key.clone()) {
            return;
        }
        let reason = self.world.behaviours.get(&key).and_then(|it| it.statements.iter().find_map(|it| it.body_opaque.clone()));
        if let Some(reason) = reason {
            self.opaque(&format!("calls {}: {reason}", effect.object), effect.span);
        }
        self.set_off(&key, effect.span, false, by);
    }

    /// Remembers what using the things a statement defines will set off, and what falls with what it refers to.
    fn remember(&mut self, statement: &'a Statement) {
        let mut defined = BTreeSet::new();
        for effect in &statement.effects {
            let table = effect.object.kind == ObjectKind::Table || effect.object.kind == ObjectKind::ForeignTable;
            let view = matches!(effect.object.kind, ObjectKind::View | ObjectKind::MaterializedView);
            let creates = effect.action == Action::Creates && (table || view || is_routine(&effect.object));
            if effect.object.member.is_none() && (creates || effect.action == Action::Alters && table) {
                if let Some(key) = self.resolve(effect) {
                    if defined.insert(key.clone()) {
                        let replacing = effect.action == Action::Creates && !table;
                        self.world.behave(key, statement, replacing);
                    }
                }
            }
        }
        let falls = |kind| {
            matches!(
                kind,
                ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule
            )
        };
        self.remember_uses(statement);
        let dependents: Vec<Key> = statement
            .effects
            .iter()
            .filter(|it| it.action == Action::Creates && falls(it.object.kind))
            .filter_map(|it| self.resolve(it))
            .collect();
        for dependent in dependents {
            for effect in statement.effects.iter().filter(|it| it.action == Action::Requires) {
                if let Some(key) = self.resolve(effect).filter(|it| *it != dependent) {
                    self.world.dependents.entry(key).or_default().insert(dependent.clone());
                }
            }
        }
    }

    fn remember_uses(&mut self, statement: &Statement) {
        let used: BTreeSet<Key> = statement
            .effects
            .iter()
            .filter(|it| it.action == Action::Requires)
            .filter_map(|it| self.resolve(it))
            .collect();
        if used.is_empty() {
            return;
        }
        for effect in statement.effects.iter().filter(|it| matches!(it.action, Action::Creates | Action::Alters)) {
            if let Some(key) = self.resolve(effect) {
                self.world.uses.entry(key).or_default().extend(used.iter().cloned());
            }
        }
    }

    /// Strings that may be labels added by an earlier migration: the text doesn't tell the type.
    fn labels(&mut self, node: usize) {
        for (to, span, object) in self.future.added_labels_among(&self.nodes[node].script.literals) {
            if self.world.objects.get(&Key::of(&object)).is_some_and(|it| it.node == to) {
                let reason = Reason { kind: ReasonKind::Conflict, object: Some(object), from_span: None, to_span: Some(span) };
                self.found.edges.add(node, to, reason);
            }
        }
    }

    fn opaque(&mut self, reason: &str, span: Span) {
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

fn is_routine(object: &ObjectName) -> bool {
    matches!(object.kind, ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Aggregate)
}

fn is_public(object: &ObjectName) -> bool {
    object.kind == ObjectKind::Schema && object.name.as_str() == "public"
}

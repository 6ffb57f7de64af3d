//! Effects on more than one named object: all of a table, all of a schema, all of one name.

use std::collections::{BTreeMap, BTreeSet};

use super::Node;
use super::access::{Facet, short};
use super::edge::{Edges, Reason, ReasonKind};
use super::key::Key;
use super::need::Assumption;
use super::replay::Replay;
use super::world::Object;
use crate::model::{Ident, Namespace, ObjectKind, ObjectName, Span};
use crate::sql::{Action, Effect};

/// Migrations that may change anything in a schema, and who has to keep before or behind them.
#[derive(Debug, Default)]
pub(super) struct Unbounded {
    /// Schemas that some migration may change anything in.
    schemas: BTreeSet<Ident>,
    /// The last of those, and who touched the schema since.
    barriers: BTreeMap<Ident, Barrier>,
    /// The migrations so far that may create anything, or anything in a schema, in the order of the replay.
    unclear: Vec<(usize, Option<Ident>)>,
    /// What the migration being replayed touches, and what it may change.
    touched: BTreeMap<Ident, Span>,
    changed: BTreeMap<Ident, Span>,
}

#[derive(Debug, Default)]
struct Barrier {
    last: Option<(usize, Span)>,
    since: Vec<(usize, Span)>,
}

impl Unbounded {
    pub fn of(nodes: &[Node<'_>]) -> Self {
        let statements = nodes.iter().flat_map(|it| &it.script.statements);
        let effects = statements.flat_map(|it| it.effects.iter().chain(it.body.iter().flat_map(|body| &body.effects)));
        let whole = effects.filter(|it| it.action == Action::MayChange && it.object.kind == ObjectKind::Schema);
        Self { schemas: whole.map(|it| it.object.name.clone()).collect(), ..Self::default() }
    }

    /// Notes that the migration uses something in a schema.
    pub fn touch_schema(&mut self, schema: Option<&Ident>, span: Span) {
        if let Some(schema) = schema.filter(|it| self.schemas.contains(it)) {
            self.touched.entry(schema.clone()).or_insert(span);
        }
    }

    /// Notes the schemas that an effect is in, or may be in.
    pub fn touch(&mut self, effect: &Effect) {
        if self.schemas.is_empty() {
            return;
        }
        let object = &effect.object;
        let own = if object.kind == ObjectKind::Schema { Some(&object.name) } else { object.schema.as_ref() };
        self.touch_schema(own, effect.span);
        if own.is_none() && object.kind.lives_in_schema() {
            effect.search_path.iter().for_each(|it| self.touch_schema(Some(it), effect.span));
        }
    }

    /// Ends a migration: it stands behind who changed what it touches, and before who touches what it changed.
    pub fn migrated(&mut self, node: usize, edges: &mut Edges) {
        for (schema, span) in std::mem::take(&mut self.touched) {
            let reason = |from: Span, to: Span| Reason {
                kind: ReasonKind::Opaque,
                object: Some(ObjectName::global(ObjectKind::Schema, schema.clone()).into()),
                from_span: Some(from),
                to_span: Some(to),
            };
            let changed = self.changed.remove(&schema);
            let barrier = self.barriers.entry(schema.clone()).or_default();
            if let Some((last, to)) = barrier.last {
                edges.add(node, last, reason(span, to));
            }
            if let Some(span) = changed {
                for (earlier, to) in barrier.since.drain(..) {
                    edges.add(node, earlier, reason(span, to));
                }
                barrier.last = Some((node, span));
            } else {
                barrier.since.push((node, span));
            }
        }
        self.changed.clear();
    }
}

impl Replay<'_> {
    /// The migration being replayed does what its text does not show.
    pub(super) fn opaque(&mut self, reason: &str, span: Span) {
        if !self.found.opaque.contains_key(&self.node) {
            self.found.opaque.insert(self.node, (reason.to_owned(), span));
            self.unbounded.unclear.push((self.node, None));
        }
    }

    /// Which migrations so far, or since one of them, may have created something that their text does not show.
    pub(super) fn may_create(&self, effect: &Effect, since: Option<usize>) -> Option<Assumption> {
        let passed = |node: usize| self.order.iter().position(|it| *it == node);
        let after = since.and_then(passed);
        let may = self.unbounded.unclear.iter().rev().filter(|(node, schema)| {
            let there = schema.as_ref().is_none_or(|schema| {
                effect.object.schema.iter().chain(effect.search_path.iter()).any(|it| it == schema)
            });
            there && (after.is_none() || passed(*node) > after)
        });
        let may: Vec<&(usize, Option<Ident>)> = may.collect();
        let (last, schema) = may.first()?;
        let id = self.nodes[*last].id;
        let reason = match schema {
            Some(schema) => format!("`{id}` may create it, which may change anything in schema `{schema}`"),
            None => format!("`{id}` may create it, which is opaque"),
        };
        Some(Assumption::Migrations(reason, may.iter().map(|(node, _)| short(*node)).collect()))
    }

    /// An opaque migration stands after everything before it, and everything after it behind it.
    pub(super) fn stand_behind_barriers(&mut self, node: usize) {
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

    /// Something that may change an object with all that belongs to it, or everything in a schema.
    pub(super) fn may_change(&mut self, effect: &Effect) {
        if effect.object.kind == ObjectKind::Schema {
            let changed = (self.node, Some(effect.object.name.clone()));
            if !self.unbounded.unclear.contains(&changed) {
                self.unbounded.unclear.push(changed);
            }
            self.unbounded.changed.entry(effect.object.name.clone()).or_insert(effect.span);
            return;
        }
        let Some(key) = self.resolve(effect) else { return };
        for it in self.world.falling(&key, false) {
            let kind = self.world.objects.get(&it).map_or(effect.object.kind, |it| it.kind);
            let object = it.object(kind);
            for facet in [Facet::Existence, Facet::Shape, Facet::Notes, Facet::Rows, Facet::Keys] {
                self.exclude(&it, facet, effect.span, &object, false);
            }
        }
        if key.namespace() == Namespace::Relation && self.world.objects.contains_key(&key) {
            // From here on the text does not show all its columns.
            let any = key.member(ObjectKind::Column, Ident::exact("*"));
            let object = Object { node: short(self.node), kind: ObjectKind::Column, part_of: None };
            self.world.add(any, object);
        }
    }

    /// A question to the catalog: whoever creates, drops or alters what it may mean keeps the order.
    pub(super) fn looks_for(&mut self, effect: &Effect) {
        let wanted = Key::in_schema(&effect.object, effect.object.schema.clone());
        let meant = |key: &&Key| {
            let namespace = key.namespace() == wanted.namespace()
                || wanted.namespace() == Namespace::Type && key.namespace() == Namespace::Relation;
            let owner = wanted.member.is_some() && wanted.name.as_str() == "*" || key.name == wanted.name;
            let kind = key.as_member().map(|(kind, _)| kind) == wanted.as_member().map(|(kind, _)| kind);
            namespace && owner && kind && (wanted.schema.is_none() || key.schema == wanted.schema)
        };
        for key in self.future.looked_for(wanted.last_name()).iter().filter(meant) {
            let kind = self.world.objects.get(key).map_or(effect.object.kind, |it| it.kind);
            let object = key.object(kind);
            self.share_softly(key, Facet::Existence, effect.span, &object);
            self.share_softly(key, Facet::Shape, effect.span, &object);
        }
    }
}

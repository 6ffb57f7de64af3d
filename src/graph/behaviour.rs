//! What statements set off: queries of views, bodies of routines, triggers, defaults, checks and foreign keys.

use std::sync::Arc;

use super::access::Facet;
use super::key::{Key, Set};
use super::replay::{Replay, is_routine};
use super::world::{Behaviour, References};
use crate::model::{ObjectKind, Span};
use crate::sql::{self, Action, Body, Effect, Move, Statement};

impl<'a> Replay<'a> {
    /// Rows read or written, and what that sets off: a view's query, defaults, checks, foreign keys, triggers.
    pub(super) fn rows(&mut self, effect: &Effect, writes: bool, statement: &'a Statement) {
        let Some(key) = self.resolve(effect) else { return };
        let kind = self.world.objects.get(&key).map_or(effect.object.kind, |it| it.kind);
        let object = key.object(kind);
        if writes {
            self.exclude(&key, Facet::Rows, effect.span, &object, false);
            for it in self.world.kin(&key) {
                self.exclude(&it, Facet::Rows, effect.span, &it.object(ObjectKind::Table), false);
            }
            if kind == ObjectKind::Table && !matches!(statement.tag.as_str(), "INSERT" | "UPDATE" | "COPY") {
                self.deletes(&key, statement.tag.starts_with("TRUNCATE"), effect.span);
            }
            for sequence in self.world.owned_sequences(&key) {
                self.draws(&sequence, effect.span);
            }
        } else {
            self.share(&key, Facet::Rows, effect.span, &object);
        }
        let view = matches!(kind, ObjectKind::View | ObjectKind::MaterializedView);
        if (writes || view) && self.called.insert(key.clone()) {
            self.set_off(&key, effect.span, writes && view, statement);
        }
    }

    /// Rows that go may take those that refer to them along, and TRUNCATE refuses while any table refers to this one.
    fn deletes(&mut self, table: &Key, truncates: bool, span: Span) {
        let mut open = vec![table.clone()];
        let mut seen: Vec<Key> = Vec::new();
        while let Some(next) = open.pop() {
            for key in if truncates { self.world.keys(&next) } else { Vec::new() } {
                self.exclude(&key, Facet::Existence, span, &key.object(ObjectKind::Index), false);
            }
            let followers = self.world.followers.get(&next).into_iter().flatten();
            let followers: Vec<Key> = followers.map(|it| self.world.current(it)).collect();
            for it in followers {
                let is_table = self.world.objects.get(&it).is_some_and(|it| it.kind == ObjectKind::Table);
                if is_table && it != *table && !seen.contains(&it) {
                    self.exclude(&it, Facet::Rows, span, &it.object(ObjectKind::Table), false);
                    seen.push(it.clone());
                    open.push(it);
                }
            }
        }
    }

    /// A sequence gives its next value: which one depends on who drew before, and on its definition.
    pub(super) fn draws(&mut self, sequence: &Key, span: Span) {
        let object = sequence.object(ObjectKind::Sequence);
        self.exclude(sequence, Facet::Rows, span, &object, false);
        self.share(sequence, Facet::Shape, span, &object);
    }

    /// Brings in what a definition refers to, at the place that sets it off.
    pub(super) fn set_off(&mut self, key: &Key, span: Span, writes: bool, by: &'a Statement) {
        let behaviour = || self.world.behaviours.get(key).into_iter();
        let references: Vec<&Effect> = behaviour().flat_map(Behaviour::references).collect();
        let bodies: Vec<&Body> = behaviour().flat_map(Behaviour::bodies).collect();
        for reference in references {
            let effect = Effect { span, ..reference.clone() };
            self.requires(&effect, true);
            if is_routine(&effect.object) {
                self.calls(&effect, by);
            } else if effect.object.kind == ObjectKind::Sequence {
                if let Some(key) = self.resolve(&effect) {
                    self.draws(&key, span);
                }
            } else if effect.object.kind == ObjectKind::Table {
                self.reads_shape(&effect);
                self.rows(&effect, writes, by);
            }
        }
        for body in bodies {
            self.run(body, span, by);
        }
    }

    /// What a routine's body does, at the place of the call.
    fn run(&mut self, body: &'a Body, span: Span, by: &'a Statement) {
        let mut moves = body.moves.iter().peekable();
        for (at, effect) in body.effects.iter().enumerate() {
            while let Some(it) = moves.next_if(|it| it.after <= at) {
                self.moves(&Move { span, ..it.clone() }, &body.effects);
            }
            self.apply(&Effect { span, ..effect.clone() }, body.cascade, by);
        }
        self.remember(&body.effects, None, true);
        for it in moves {
            self.moves(&Move { span, ..it.clone() }, &body.effects);
        }
    }

    /// A routine that runs now: what its body names is used now.
    pub(super) fn calls(&mut self, effect: &Effect, by: &'a Statement) {
        let Some(key) = self.resolve(effect).filter(|it| self.world.objects.contains_key(it)) else {
            let alone = matches!(by.tag.as_str(), "SELECT" | "CALL" | "DO");
            let brought = !sql::extensions_providing(&effect.object).is_empty();
            if alone && !brought && sql::may_be_built_in(&effect.object).is_none() {
                self.opaque(&format!("calls {}, which no migration defines", effect.object), effect.span);
            }
            return;
        };
        if !self.called.insert(key.clone()) {
            return;
        }
        let opaque =
            self.world.behaviours.get(&key).into_iter().flat_map(Behaviour::bodies).find_map(|it| it.opaque.as_ref());
        if let Some(reason) = opaque {
            self.opaque(&format!("calls {}: {reason}", effect.object), effect.span);
        }
        self.set_off(&key, effect.span, false, by);
    }

    /// Remembers what using the things a statement defines will set off, and what falls with what it refers to.
    pub(super) fn remember(&mut self, effects: &'a [Effect], body: Option<&'a Body>, follows_deletes: bool) {
        let mut defined = Set::default();
        for effect in effects {
            let table = effect.object.kind == ObjectKind::Table || effect.object.kind == ObjectKind::ForeignTable;
            let view = matches!(effect.object.kind, ObjectKind::View | ObjectKind::MaterializedView);
            let creates = effect.action == Action::Creates && (table || view || is_routine(&effect.object));
            if (effect.object.member.is_none() && (creates || effect.action == Action::Alters && table))
                && let Some(key) = self.resolve(effect)
            {
                if let Some(body) = body.filter(|_| is_routine(&effect.object)) {
                    self.world.run_when_called(key.clone(), effect.object.arguments.as_deref(), body);
                }
                if defined.insert(key.clone()) {
                    self.world.behave(key, effects, effect.action == Action::Creates && !table);
                }
            }
        }
        let falls = |kind| {
            matches!(
                kind,
                ObjectKind::View
                    | ObjectKind::MaterializedView
                    | ObjectKind::Trigger
                    | ObjectKind::Policy
                    | ObjectKind::Rule
            )
        };
        self.remember_uses(effects, follows_deletes);
        let dependents: Vec<Key> = effects
            .iter()
            .filter(|it| it.action == Action::Creates && falls(it.object.kind))
            .filter_map(|it| self.resolve(it))
            .collect();
        for dependent in dependents {
            for effect in effects.iter().filter(|it| it.action == Action::Requires) {
                if let Some(key) = self.resolve(effect).filter(|it| *it != dependent) {
                    self.world.dependents.entry(key).or_default().insert(dependent.clone());
                }
            }
        }
    }

    fn remember_uses(&mut self, effects: &[Effect], follows_deletes: bool) {
        let mut used: Set<(Key, Facet)> = Set::default();
        for effect in effects {
            let facets: &[Facet] = match (effect.action, effect.object.member.is_some()) {
                // A table's row type is its shape.
                (Action::Requires, false) if effect.object.kind != ObjectKind::Type => &[Facet::Existence],
                (Action::Requires, _) => &[Facet::Existence, Facet::Shape],
                (Action::ReadsShape, _) if effect.object.kind != ObjectKind::Schema => &[Facet::Shape],
                _ => continue,
            };
            if let Some(key) = self.resolve(effect) {
                used.extend(facets.iter().map(|facet| (key.clone(), *facet)));
            }
        }
        if used.is_empty() {
            return;
        }
        for effect in effects.iter().filter(|it| matches!(it.action, Action::Creates | Action::Alters)) {
            let Some(dependent) = self.resolve(effect).map(|it| it.owner()) else { continue };
            for (key, _) in used.iter().filter(|(it, facet)| *facet == Facet::Existence && it.owner() != dependent) {
                let shaken = self.world.shaken.entry(key.clone()).or_default();
                shaken.insert(dependent.clone());
                if follows_deletes && key.member.is_none() {
                    self.world.followers.entry(key.clone()).or_default().insert(dependent.clone());
                }
            }
        }
        let shared: References = used.iter().cloned().collect();
        for effect in effects.iter().filter(|it| matches!(it.action, Action::Creates | Action::Alters)) {
            let Some(key) = self.resolve(effect) else { continue };
            if key.member.is_some() {
                self.world.member_uses.insert(key, Arc::clone(&shared));
            } else {
                let others = used.iter().filter(|(it, _)| it.owner() != key);
                self.world.uses.entry(key.clone()).or_default().extend(others.cloned());
            }
        }
    }
}

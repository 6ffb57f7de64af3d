//! What statements set off: queries of views, bodies of routines, triggers, defaults, checks and foreign keys.

use std::collections::BTreeSet;

use super::access::Facet;
use super::key::Key;
use super::replay::{Replay, is_routine};
use crate::model::{ObjectKind, Span};
use crate::sql::{self, Action, Effect, Statement};

impl<'a> Replay<'a> {
    /// Rows read or written, and what that sets off: a view's query, defaults, checks, foreign keys, triggers.
    pub(super) fn rows(&mut self, effect: &Effect, writes: bool, statement: &'a Statement) {
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
    pub(super) fn set_off(&mut self, key: &Key, span: Span, writes: bool, by: &'a Statement) {
        let statements = self.world.behaviours.get(key).map(|it| it.statements.clone()).unwrap_or_default();
        for statement in statements {
            for effect in &statement.effects {
                let action = effect.action;
                let referred =
                    matches!(action, Action::Requires | Action::RequiresLater) && effect.object.member.is_none();
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
        let reason =
            self.world.behaviours.get(&key).and_then(|it| it.statements.iter().find_map(|it| it.body_opaque.clone()));
        if let Some(reason) = reason {
            self.opaque(&format!("calls {}: {reason}", effect.object), effect.span);
        }
        self.set_off(&key, effect.span, false, by);
    }

    /// Remembers what using the things a statement defines will set off, and what falls with what it refers to.
    pub(super) fn remember(&mut self, statement: &'a Statement) {
        let mut defined = BTreeSet::new();
        for effect in &statement.effects {
            let table = effect.object.kind == ObjectKind::Table || effect.object.kind == ObjectKind::ForeignTable;
            let view = matches!(effect.object.kind, ObjectKind::View | ObjectKind::MaterializedView);
            let creates = effect.action == Action::Creates && (table || view || is_routine(&effect.object));
            if (effect.object.member.is_none() && (creates || effect.action == Action::Alters && table))
                && let Some(key) = self.resolve(effect)
                && defined.insert(key.clone())
            {
                let replacing = effect.action == Action::Creates && !table;
                self.world.behave(key, statement, replacing);
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

    pub(super) fn remember_uses(&mut self, statement: &Statement) {
        let mut used: BTreeSet<(Key, Facet)> = BTreeSet::new();
        for effect in &statement.effects {
            let facets: &[Facet] = match (effect.action, effect.object.member.is_some()) {
                (Action::Requires, false) => &[Facet::Existence],
                (Action::Requires, true) => &[Facet::Existence, Facet::Shape],
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
        for effect in statement.effects.iter().filter(|it| matches!(it.action, Action::Creates | Action::Alters)) {
            if let Some(key) = self.resolve(effect) {
                self.world.uses.entry(key).or_default().extend(used.iter().cloned());
            }
        }
    }
}

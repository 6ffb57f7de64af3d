//! What statements set off: queries of views, bodies of routines, triggers, defaults, checks and foreign keys.

use std::sync::Arc;

use super::access::Facet;
use super::key::{Key, Set};
use super::replay::{Replay, is_routine};
use super::world::{Behaviour, References};
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
        let references: Vec<&Effect> =
            self.world.behaviours.get(key).into_iter().flat_map(Behaviour::references).collect();
        for reference in references {
            let effect = Effect { span, ..reference.clone() };
            self.requires(&effect, true);
            if is_routine(&effect.object) {
                self.calls(&effect, by);
            } else if effect.object.kind == ObjectKind::Table {
                self.reads_shape(&effect);
                self.rows(&effect, writes || effect.action == Action::RequiresLater, by);
            }
        }
    }

    /// A routine that runs now: what its body names is used now.
    pub(super) fn calls(&mut self, effect: &Effect, by: &'a Statement) {
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
        if let Some(reason) = self.world.behaviours.get(&key).and_then(|it| it.opaque) {
            self.opaque(&format!("calls {}: {reason}", effect.object), effect.span);
        }
        self.set_off(&key, effect.span, false, by);
    }

    /// Remembers what using the things a statement defines will set off, and what falls with what it refers to.
    pub(super) fn remember(&mut self, statement: &'a Statement) {
        let mut defined = Set::default();
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
        let mut used: Set<(Key, Facet)> = Set::default();
        for effect in &statement.effects {
            let facets: &[Facet] = match (effect.action, effect.object.member.is_some()) {
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
        let shared: References = used.iter().cloned().collect();
        for effect in statement.effects.iter().filter(|it| matches!(it.action, Action::Creates | Action::Alters)) {
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

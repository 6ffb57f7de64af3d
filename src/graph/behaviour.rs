//! What statements set off: queries of views, bodies of routines, triggers, defaults, checks and foreign keys.

use super::access::Facet;
use super::definition::Behaviour;
use super::key::{Key, Set};
use super::replay::{Replay, is_routine, runs};
use super::world::candidates;
use crate::model::{Ident, Namespace, ObjectKind, Span};
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
            if kind == ObjectKind::Table && effect.action != Action::WritesRows {
                // Through a view: what is done to them its own effects don't say.
                self.may_take_along(&key, effect.span, statement);
            }
            for sequence in self.world.drawn(&key) {
                self.draws(&sequence, effect.span);
            }
        } else {
            self.share(&key, Facet::Rows, effect.span, &object);
        }
        let view = matches!(kind, ObjectKind::View | ObjectKind::MaterializedView);
        // Rows of a partition are rows of its table: triggers of either see them.
        let kin = if writes { self.world.kin(&key) } else { Vec::new() };
        for it in (writes || view).then_some(key).into_iter().chain(kin) {
            if self.called.insert(it.clone()) {
                self.set_off(&it, effect.span, writes && view, statement);
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
        let referred: Vec<&Effect> = behaviour().flat_map(Behaviour::referred).collect();
        let bodies: Vec<&Body> = behaviour().flat_map(Behaviour::bodies).collect();
        let by_key = references.len();
        for (at, reference) in references.into_iter().chain(referred).enumerate() {
            let mut effect = Effect { span, ..reference.clone() };
            let named = candidates(&effect.object, &effect.search_path);
            if !named.iter().any(|it| self.world.objects.contains_key(it))
                && let Some(key) = named.iter().find(|it| self.world.renamed.contains_key(*it))
            {
                effect.object = self.world.current(key).object(effect.object.kind).into();
            }
            self.requires(&effect, true);
            self.makes_value(&effect, by);
            if runs(&effect.object) {
                self.calls(&effect, by);
            } else if effect.object.kind == ObjectKind::Sequence {
                if let Some(key) = self.resolve(&effect) {
                    self.draws(&key, span);
                }
            } else if effect.object.kind == ObjectKind::Table {
                self.reads_shape(&effect);
                if at < by_key {
                    self.rows(&effect, writes, by);
                } else {
                    self.reads_keys(&effect);
                }
            }
        }
        for body in bodies {
            self.run(body, span, by);
        }
        for overloading in self.world.mentions.get(key).cloned().unwrap_or_default() {
            if self.called.insert(overloading.clone()) {
                self.set_off(&overloading, span, false, by);
            }
        }
    }

    /// What a routine's body does, at the place of the call.
    fn run(&mut self, body: &'a Body, span: Span, by: &'a Statement) {
        let mut moves = body.moves.iter().peekable();
        for (at, effect) in body.effects.iter().enumerate() {
            while let Some(it) = moves.next_if(|it| it.after <= at) {
                self.moves(&Move { span, ..it.clone() }, &body.effects);
            }
            let effect = Effect { span, ..effect.clone() };
            self.apply(&effect, body.cascade, by);
            self.makes_value(&effect, by);
        }
        self.labels(&body.literals);
        self.remember(&body.effects, None);
        for it in moves {
            self.moves(&Move { span, ..it.clone() }, &body.effects);
        }
    }

    /// A routine that runs now: what its body names is used now.
    pub(super) fn calls(&mut self, effect: &Effect, by: &'a Statement) {
        let Some(key) = self.resolve(effect).filter(|it| self.world.objects.contains_key(it)) else {
            let alone = is_routine(&effect.object) && matches!(by.tag.as_str(), "SELECT" | "CALL" | "DO");
            let brought = !sql::extensions_providing(&effect.object).is_empty();
            if alone && !brought && sql::may_be_built_in(&effect.object).is_none() {
                self.opaque(&format!("calls {}, which no migration defines", effect.object), effect.span);
            }
            return;
        };
        if !self.called.insert(key.clone()) {
            return;
        }
        self.minds_declaration(effect);
        let opaque = self.world.behaviours.get(&key).into_iter().flat_map(Behaviour::bodies).find_map(|it| it.opaque);
        if let Some(opaque) = opaque {
            self.opaque(&format!("calls {}: {}", effect.object, opaque.reason), effect.span);
        }
        self.set_off(&key, effect.span, false, by);
    }

    /// A value of a type may be made: the checks and the default of a domain run.
    fn makes_value(&mut self, effect: &Effect, by: &'a Statement) {
        let named = matches!(effect.action, Action::Requires | Action::RequiresLater);
        if named
            && effect.object.kind.namespace() == Namespace::Type
            && let Some(key) = self.resolve(effect).filter(|it| it.namespace() == Namespace::Type)
            && self.world.behaviours.contains_key(&key)
            && self.called.insert(key.clone())
        {
            self.set_off(&key, effect.span, false, by);
        }
    }

    /// A statement names a routine: a definition may run it, or look at how it is declared. Or a type, of which it may make
    /// values.
    pub(super) fn defines_with(&mut self, effect: &Effect, by: &'a Statement) {
        if makes_values(&by.tag) {
            self.makes_value(effect, by);
        }
        if effect.action != Action::Requires || !runs(&effect.object) {
            return;
        }
        match by.tag.as_str() {
            // What runs over rows that are there already, as opposed to later ones, runs now.
            "CREATE INDEX" | "ALTER TABLE" | "ALTER DOMAIN" => self.calls(effect, by),
            // Generated columns and partition keys are `IMMUTABLE`, the first value of an aggregate depends on `STRICT`,
            // a transform is not `VOLATILE`.
            "CREATE TABLE" | "CREATE AGGREGATE" | "CREATE TRANSFORM" => self.minds_declaration(effect),
            _ => {}
        }
    }

    /// A use for which it matters how the routine is declared: `IMMUTABLE`, `STRICT`, `SECURITY DEFINER`.
    fn minds_declaration(&mut self, effect: &Effect) {
        if let Some(key) = self.resolve(effect) {
            self.share(&key, Facet::Shape, effect.span, &key.object(effect.object.kind));
        }
    }

    /// Remembers what using the things a statement defines will set off, and what falls with what it refers to.
    pub(super) fn remember(&mut self, effects: &'a [Effect], body: Option<&'a Body>) {
        let mut defined = Set::default();
        let rule = effects.iter().find(|it| it.action == Action::Creates && it.object.kind == ObjectKind::Rule);
        for effect in effects {
            let table = effect.object.kind == ObjectKind::Table || effect.object.kind == ObjectKind::ForeignTable;
            let view = matches!(effect.object.kind, ObjectKind::View | ObjectKind::MaterializedView);
            let operator = effect.object.kind == ObjectKind::Operator;
            let of_type = matches!(effect.object.kind, ObjectKind::Domain | ObjectKind::Type);
            let runs_later = table || view || operator || of_type || is_routine(&effect.object);
            let key = match effect.action {
                _ if effect.object.member.is_some() => None,
                Action::Creates if effect.object.kind == ObjectKind::Index => self.computes_for(effect, effects),
                Action::Creates if runs_later => self.resolve(effect),
                Action::Alters if table || of_type => self.resolve(effect),
                _ => None,
            };
            if let Some(key) = key {
                let rule = rule.and_then(|it| it.object.member.as_ref()).map(Ident::as_str);
                if let Some(body) = body.filter(|_| rule.is_some() || is_routine(&effect.object)) {
                    self.world.run_when_called(key.clone(), rule.or(effect.object.arguments.as_deref()), body);
                }
                if defined.insert(key.clone()) {
                    let index = effect.object.kind == ObjectKind::Index;
                    self.world.behave(key.clone(), effects, effect.action == Action::Creates && !table && !index);
                    if effect.action == Action::Creates && table {
                        self.copies(&key, effects);
                    }
                    if !self.mentioned.is_empty() {
                        self.world.mentions.get_or_default(key).extend(self.mentioned.iter().cloned());
                    }
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
        self.remember_uses(effects);
        self.remember_actions(effects);
        let dependents: Vec<Key> = effects
            .iter()
            .filter(|it| it.action == Action::Creates && falls(it.object.kind))
            .filter_map(|it| self.resolve(it))
            .collect();
        for dependent in dependents {
            self.world.depends_anew(&dependent);
            for (at, effect) in effects.iter().enumerate() {
                // Reading rows looks at the shape of what they are read from, but binds nothing.
                let reads = |it: &Effect| it.action == Action::ReadsRows && it.object == effect.object;
                let binds = match effect.action {
                    Action::Requires => true,
                    Action::ReadsShape => !at.checked_sub(1).and_then(|it| effects.get(it)).is_some_and(reads),
                    _ => false,
                };
                let Some(key) = self.resolve(effect).filter(|it| binds && *it != dependent) else { continue };
                // `SELECT *` binds every column that is there.
                let whole = effect.action == Action::ReadsShape && key.member.is_none();
                let bound = if whole { self.world.columns(&key) } else { vec![key] };
                for key in bound {
                    self.world.dependents.get_or_default(key).insert(dependent.clone());
                }
            }
        }
    }

    /// The table whose rows an index computes something from.
    fn computes_for(&self, index: &Effect, effects: &[Effect]) -> Option<Key> {
        let computes = !self.mentioned.is_empty() || effects.iter().any(|it| runs(&it.object));
        let table = index.part_of.as_deref().filter(|_| computes)?;
        self.resolve_name(table, &index.search_path)
    }

    /// The types and defaults of columns that a table has from others.
    fn copies(&mut self, table: &Key, effects: &[Effect]) {
        let sources = effects.iter().filter(|it| it.action == Action::ReadsShape);
        for source in sources.filter_map(|it| self.resolve(it)).collect::<Vec<_>>() {
            let copied: Vec<&'a Effect> =
                self.world.behaviours.get(&source).into_iter().flat_map(Behaviour::references).collect();
            let behaviour = self.world.behaviours.get_or_default(table.clone());
            copied.into_iter().filter(|it| it.object.kind != ObjectKind::Table).for_each(|it| behaviour.refer(it));
        }
    }

    /// What the columns of tables and views that a statement copies are made with.
    fn used_by_sources(&self, effects: &[Effect]) -> Vec<(Key, Facet)> {
        let columns = |kind| matches!(kind, ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView);
        if !effects.iter().any(|it| it.action == Action::Creates && columns(it.object.kind)) {
            return Vec::new();
        }
        let sources = effects.iter().filter(|it| it.action == Action::ReadsShape).filter_map(|it| self.resolve(it));
        let mut used: Vec<(Key, Facet)> = Vec::new();
        for source in sources {
            used.extend(self.world.uses.of(&source).cloned());
            used.extend(self.world.owned_sequences(&source).into_iter().map(|it| (it, Facet::Existence)));
            for member in self.world.members(&source) {
                used.extend(self.world.uses.of(&member).cloned());
            }
        }
        used.retain(|(key, _)| key.member.is_none() && self.world.objects.get(key).is_some_and(|it| !columns(it.kind)));
        used
    }

    fn remember_uses(&mut self, effects: &[Effect]) {
        let mut used: Set<(Key, Facet)> = Set::default();
        let body = |it: &Effect| matches!(it.object.kind, ObjectKind::Function | ObjectKind::Procedure);
        let has_body = effects.iter().any(|it| it.action == Action::Creates && body(it));
        let may_be_built_in = |it: &Effect| body(it) || is_of_text_search(it.object.kind);
        for effect in effects {
            let facets: &[Facet] = match (effect.action, effect.object.member.is_some()) {
                // A table's row type is its shape.
                (Action::Requires, false) if effect.object.kind == ObjectKind::Type => {
                    &[Facet::Existence, Facet::Shape]
                }
                (Action::Requires, _) => &[Facet::Existence],
                // An aggregate's or an operator's function, a dictionary: unless it is the server's own.
                (Action::RequiresLater, false) if !has_body && may_be_built_in(effect) => &[Facet::Existence],
                // The key that a query is grouped by.
                (Action::RequiresLater, true) if effect.object.kind == ObjectKind::Index => &[Facet::Existence],
                (Action::ReadsShape, _) if effect.object.kind != ObjectKind::Schema => &[Facet::Shape],
                _ => continue,
            };
            if let Some(key) = self.resolve(effect) {
                if effect.action == Action::ReadsShape {
                    used.extend(self.world.types_of(&key));
                }
                used.extend(facets.iter().map(|facet| (key.clone(), *facet)));
            }
            used.extend(self.extension_behind(effect).map(|it| (it, Facet::Existence)));
        }
        used.extend(self.used_by_sources(effects));
        if used.is_empty() {
            return;
        }
        let makes = |it: &&Effect| matches!(it.action, Action::Creates | Action::Alters);
        let defined: Vec<Key> = effects.iter().filter(makes).filter_map(|it| self.resolve(it)).collect();
        for dependent in defined.iter().map(Key::owner).collect::<Set<Key>>() {
            for (key, _) in used.iter().filter(|(it, facet)| *facet == Facet::Existence && it.owner() != dependent) {
                let shaken = self.world.shaken.get_or_default(key.clone());
                shaken.insert(dependent.clone());
            }
        }
        self.world.uses.define(defined, &used);
    }
}

/// Whether such a statement makes values of the types that it names.
fn makes_values(tag: &str) -> bool {
    const TAGS: [&str; 13] = [
        "SELECT",
        "SELECT INTO",
        "INSERT",
        "UPDATE",
        "DELETE",
        "MERGE",
        "CREATE TABLE AS",
        "CREATE MATERIALIZED VIEW",
        "CREATE INDEX",
        "ALTER TABLE",
        "DO",
        "CALL",
        "EXECUTE",
    ];
    TAGS.contains(&tag)
}

const fn is_of_text_search(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::TextSearchConfiguration
            | ObjectKind::TextSearchDictionary
            | ObjectKind::TextSearchParser
            | ObjectKind::TextSearchTemplate
    )
}

//! What a definition refers to, and what runs by it.

use super::key::{Few, Key};
use super::world::World;
use crate::model::ObjectKind;
use crate::sql::{Action, Body, Effect};

/// What runs when somebody calls a routine, reads a view, or writes a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Behaviour<'a> {
    /// What its definition refers to; the same reference in many statements is one.
    references: Few<Reference<'a>>,
    /// The tables that its foreign keys refer to.
    referred: Few<Reference<'a>>,
    /// What a call runs: of a routine with namesakes, by arguments; of a table, by the names of its rules.
    bodies: Vec<(&'a str, &'a Body)>,
}

/// What a definition refers to, wherever it does.
#[derive(Debug, Clone)]
struct Reference<'a>(&'a Effect);

impl PartialEq for Reference<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.0, other.0);
        (&a.object, a.action) == (&b.object, b.action) && a.search_path == b.search_path
    }
}

impl<'a> Behaviour<'a> {
    pub fn refer(&mut self, it: &'a Effect) {
        self.references.insert(Reference(it));
    }

    pub fn referred(&self) -> impl Iterator<Item = &'a Effect> {
        self.referred.iter().map(|it| it.0)
    }

    pub fn references(&self) -> impl Iterator<Item = &'a Effect> {
        self.references.iter().map(|it| it.0)
    }

    pub fn bodies(&self) -> impl Iterator<Item = &'a Body> {
        self.bodies.iter().map(|(_, it)| *it)
    }

    fn run_when_called(&mut self, name: &'a str, body: &'a Body) {
        match self.bodies.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = body,
            None => self.bodies.push((name, body)),
        }
    }

    /// Takes in what another of the same name does.
    pub(super) fn join(&mut self, other: Self) {
        self.references.extend(other.references);
        self.referred.extend(other.referred);
        other.bodies.into_iter().for_each(|(name, body)| self.run_when_called(name, body));
    }
}

impl<'a> World<'a> {
    /// Remembers that using the object brings in what this statement refers to, and what a call of it runs.
    pub fn behave(&mut self, key: Key, effects: &'a [Effect], replacing: bool) {
        let behaviour = self.behaviours.get_or_default(key);
        if replacing {
            behaviour.references = Few::default();
        }
        let requires = |it: &Effect| matches!(it.action, Action::Requires | Action::RequiresLater);
        // What tables alone refer to by a key is only looked up there; a query reads more.
        let tables = |it: &Effect| {
            it.action != Action::Creates
                || matches!(
                    it.object.kind,
                    ObjectKind::Table
                        | ObjectKind::Column
                        | ObjectKind::Constraint
                        | ObjectKind::Index
                        | ObjectKind::Sequence
                )
        };
        let only_tables = effects.iter().all(tables);
        let by_key = |table: &Effect| {
            only_tables
                && effects.iter().any(|it| {
                    requires(it)
                        && matches!((it.object.kind, &it.object.member), (ObjectKind::Index, Some(_)))
                        && (&it.object.schema, &it.object.name) == (&table.object.schema, &table.object.name)
                })
        };
        for it in effects.iter().filter(|it| requires(it) && it.object.member.is_none()) {
            if it.object.kind == ObjectKind::Table && by_key(it) {
                behaviour.referred.insert(Reference(it));
            } else {
                behaviour.refer(it);
            }
        }
    }

    /// Remembers what a call of the routine runs; its namesakes with other arguments stay as they are.
    pub fn run_when_called(&mut self, routine: Key, arguments: Option<&'a str>, body: &'a Body) {
        self.behaviours.get_or_default(routine).run_when_called(arguments.unwrap_or_default(), body);
    }
}

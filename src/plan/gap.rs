use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::PlanInput;
use super::segment::segments;
use super::step::SegmentKind;
use crate::catalog::{Presence, Wanted};
use crate::diagnostic::{Diagnostic, Place, Source};
use crate::graph::Prerequisite;
use crate::model::{Ident, MigrationId, ObjectKind, ObjectName, Span};
use crate::sql::{Action, Effect};

/// What the pending migrations need and nothing provides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// In the order in which to create them: schemas before what is in them, then by first need.
    pub missing: Vec<MissingObject>,
    /// What can't be applied until they exist.
    pub blocked: BlockedWork,
}

impl Gap {
    /// One diagnostic for each missing object, at the first place that needs it.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.missing.iter().map(MissingObject::diagnostic).collect()
    }
}

/// One missing object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingObject {
    /// What is missing.
    pub object: ObjectName,
    /// Its columns that the migrations use, for a relation.
    pub columns: Vec<Ident>,
    /// Every place that needs it, in order.
    pub needed_at: Vec<(MigrationId, Place)>,
    /// What comes near, in words: "`public.suppliers` is a view", "exists in schema `core`".
    pub near: Option<String>,
    /// The first of them.
    pub first_need: Need,
    /// What became of it, where a migration of the project is known to have had it: "`V3__x` drops or renames it".
    pub gone: Option<String>,
}

/// The first place that needs a missing object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Which migration, as an index into the project's.
    pub migration: usize,
    /// Its text.
    pub source: Arc<Source>,
    /// Where in it.
    pub span: Span,
}

impl MissingObject {
    fn diagnostic(&self) -> Diagnostic {
        let id = self.needed_at.first().map_or_else(String::new, |(id, _)| id.to_string());
        let (kind, path) = (self.object.kind, self.object.path());
        let label = match self.needed_at.len() {
            0 | 1 => "required here".to_owned(),
            2 => "required here, and in 1 more place".to_owned(),
            count => format!("required here, and in {} more places", count - 1),
        };
        let mut diagnostic =
            Diagnostic::error("M302", format!("`{id}` requires {kind} `{path}`, which nothing provides"))
                .label(&self.first_need.source, self.first_need.span, label)
                .help("create it in an earlier migration, or list it under [external] in migrate.toml");
        diagnostic.notes.extend(self.near.iter().chain(&self.gone).cloned());
        diagnostic
    }
}

/// What waits behind the missing objects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BlockedWork {
    /// In the order in which they would run.
    pub migrations: Vec<MigrationId>,
    /// How many of each kind they would create: `("table", 3)`, the plural left to the reader.
    pub creates: BTreeMap<String, usize>,
}

/// Compares what the selected migrations need with what the database has; `None` when nothing is missing.
///
/// What is there though no migration provides it is accepted, and said in `notes`.
pub(super) fn gap(input: &PlanInput<'_>, notes: &mut Vec<String>) -> Option<Gap> {
    let migrations = &input.project.migrations;
    let mut missing: Vec<MissingObject> = Vec::new();
    let mut accepted: Vec<String> = Vec::new();
    let mut blocked: BTreeSet<usize> = BTreeSet::new();
    let begun = begun(input);
    for mut prerequisite in input.graph.prerequisites(input.selected) {
        prerequisite.places.retain(|place| {
            !begun.iter().any(|(index, part)| *index == place.0 && part.range().contains(&place.1.start()))
        });
        if prerequisite.places.is_empty() {
            continue;
        }
        let wanted = wanted(&prerequisite);
        let presence = input.catalog.presence(&wanted);
        if let Presence::Present(found) = &presence {
            if prerequisite.provider.is_none() && is_handmade(found) {
                accepted.push(found.to_string());
            }
            continue;
        }
        if let Some(reason) = &prerequisite.assumed {
            notes.push(format!("{} is not there yet; {reason}", prerequisite.object));
            continue;
        }
        blocked.extend(prerequisite.places.iter().map(|(index, _)| *index));
        let needed_at = prerequisite.places.iter().map(|(index, span)| {
            let migration = &migrations[*index];
            (migration.id.clone(), migration.source.place(span.start()))
        });
        let Some((first, span)) = prerequisite.places.first().copied() else { continue };
        let object = in_full(&prerequisite);
        missing.push(MissingObject {
            columns: columns_used(input, &prerequisite.object),
            object,
            needed_at: needed_at.collect(),
            first_need: Need { migration: first, source: migrations[first].source.clone(), span },
            near: near(&prerequisite.object, &presence),
            gone: gone(input, &prerequisite),
        });
    }
    // One object may be needed under several names, with and without its schema.
    let mut said = BTreeSet::new();
    accepted.retain(|object| said.insert(object.clone()));
    if !accepted.is_empty() {
        notes.push(format!("accepted from the database, though no migration here makes it: {}", accepted.join(", ")));
    }
    if missing.is_empty() {
        return None;
    }
    let position: BTreeMap<usize, usize> =
        input.graph.order().iter().enumerate().map(|(at, index)| (*index, at)).collect();
    missing.sort_by_key(|object| (position.get(&object.first_need.migration).copied(), object.first_need.span));
    let missing = with_schemas(input, &fold(missing));
    Some(Gap { missing, blocked: blocked_work(input, &blocked) })
}

/// The parts of the selected migrations that an interrupted run has committed, or has begun and can't have rolled back:
/// what they needed may be gone since, by their own doing.
fn begun(input: &PlanInput<'_>) -> Vec<(usize, Span)> {
    let migrations = &input.project.migrations;
    let mut begun = Vec::new();
    for index in input.selected {
        let migration = &migrations[*index];
        let intents: Vec<_> = input.ledger.intents.iter().filter(|it| it.migration == migration.id).collect();
        if intents.is_empty() {
            continue;
        }
        let choice = migration.header.transaction;
        let Ok((_, segments)) = segments(&migration.id, &migration.source, &input.scripts[*index], choice) else {
            continue;
        };
        begun.extend(intents.into_iter().filter_map(|intent| {
            let segment = segments.get(intent.step).filter(|segment| segment.checksum == intent.checksum)?;
            (intent.finished || segment.kind != SegmentKind::Transaction).then_some((*index, segment.span))
        }));
    }
    begun
}

/// Where a migration has removed the object, or one that is applied had provided it.
fn gone(input: &PlanInput<'_>, prerequisite: &Prerequisite) -> Option<String> {
    let id = |index: usize| &input.project.migrations[index].id;
    if let Some((index, _)) = prerequisite.dropped_by {
        return Some(format!("`{}` drops or renames it", id(index)));
    }
    let provider = prerequisite.provider?;
    Some(format!("`{}` is applied and provided it: somebody removed it since", id(provider)))
}

/// The object as it is to be created: in the first schema that the text's own `search_path` gives.
fn in_full(prerequisite: &Prerequisite) -> ObjectName {
    let created_in = |it: &&ObjectName| it.schema.as_ref().is_none_or(|schema| schema.as_str() != "pg_catalog");
    let first = prerequisite.candidates.iter().find(created_in).filter(|_| prerequisite.object.schema.is_none());
    first.unwrap_or(&prerequisite.object).clone()
}

/// The columns of a missing relation that the selected migrations name.
fn columns_used(input: &PlanInput<'_>, relation: &ObjectName) -> Vec<Ident> {
    let effects = input.selected.iter().flat_map(|i| &input.scripts[*i].statements).flat_map(|s| &s.effects);
    let of_relation = |e: &&Effect| {
        e.object.kind == ObjectKind::Column && e.object.schema == relation.schema && e.object.name == relation.name
    };
    effects
        .filter(of_relation)
        .filter_map(|e| e.object.member.clone())
        .filter(|column| column.as_str() != "*")
        .collect()
}

/// How the catalog is asked for a prerequisite.
#[must_use]
pub fn wanted(prerequisite: &Prerequisite) -> Wanted {
    let schemas = prerequisite.candidates.iter().filter_map(|candidate| candidate.schema.clone()).collect();
    Wanted { object: prerequisite.object.clone(), schemas }
}

fn is_handmade(found: &ObjectName) -> bool {
    let system = |schema: &Ident| schema.as_str().starts_with("pg_") || schema.as_str() == "information_schema";
    let builtin_kind = matches!(
        found.kind,
        ObjectKind::Role
            | ObjectKind::Language
            | ObjectKind::AccessMethod
            | ObjectKind::Column
            | ObjectKind::Constraint
    );
    let public = found.kind == ObjectKind::Schema && found.name.as_str() == "public";
    !builtin_kind && !public && !found.schema.as_ref().is_some_and(system)
}

fn near(wanted: &ObjectName, presence: &Presence) -> Option<String> {
    match presence {
        Presence::Present(_) | Presence::Absent(None) => None,
        Presence::OtherKind(found) if found.kind == wanted.kind => {
            Some(format!("there is {found} with other arguments"))
        }
        Presence::OtherKind(found) => Some(format!("`{}` is a {}", found.path(), found.kind)),
        Presence::Elsewhere(found) => Some(format!(
            "there is one in schema `{}`",
            found.schema.as_ref().map_or_else(String::new, ToString::to_string)
        )),
        Presence::Absent(Some(found)) => Some(format!("did you mean `{}`?", found.path())),
    }
}

/// Tells each gap once: joins what is needed both with and without its schema, and puts the missing columns of a missing
/// relation under it.
fn fold(missing: Vec<MissingObject>) -> Vec<MissingObject> {
    let (members, wholes): (Vec<_>, Vec<_>) = missing.into_iter().partition(|it| it.object.member.is_some());
    let mut owners: Vec<MissingObject> = Vec::new();
    for object in wholes {
        match owners.iter_mut().find(|owner| owner.object == object.object) {
            Some(owner) => {
                owner.needed_at.extend(object.needed_at);
                owner.columns.extend(object.columns);
            }
            None => owners.push(object),
        }
    }
    for member in members {
        let of = |owner: &&mut MissingObject| {
            owner.object.schema == member.object.schema && owner.object.name == member.object.name
        };
        match owners.iter_mut().find(of) {
            Some(owner) => {
                owner.columns.extend(member.object.member.filter(|_| member.object.kind == ObjectKind::Column));
            }
            None => owners.push(member),
        }
    }
    for owner in &mut owners {
        owner.columns.sort();
        owner.columns.dedup();
    }
    owners
}

/// Adds the schemas that are missing too, each before the first thing that is in it.
fn with_schemas(input: &PlanInput<'_>, missing: &[MissingObject]) -> Vec<MissingObject> {
    let created = |schema: &Ident| {
        let effects = input.selected.iter().flat_map(|i| &input.scripts[*i].statements).flat_map(|s| &s.effects);
        effects
            .into_iter()
            .any(|e| e.action == Action::Creates && e.object.kind == ObjectKind::Schema && e.object.name == *schema)
    };
    let mut ordered: Vec<MissingObject> = Vec::new();
    let listed = |list: &[MissingObject], schema: &Ident| {
        list.iter().any(|o| o.object.kind == ObjectKind::Schema && o.object.name == *schema)
    };
    for object in missing {
        if object.object.kind == ObjectKind::Schema && listed(&ordered, &object.object.name) {
            continue;
        }
        if let Some(schema) = &object.object.schema {
            let name = ObjectName::global(ObjectKind::Schema, schema.clone());
            let absent = !matches!(input.catalog.presence(&Wanted::exactly(name.clone())), Presence::Present(_));
            if absent && !created(schema) && !listed(&ordered, schema) {
                let own = missing.iter().find(|o| o.object == name);
                ordered.push(own.cloned().unwrap_or_else(|| MissingObject {
                    object: name,
                    columns: Vec::new(),
                    near: None,
                    ..object.clone()
                }));
            }
        }
        ordered.push(object.clone());
    }
    ordered
}

fn blocked_work(input: &PlanInput<'_>, directly: &BTreeSet<usize>) -> BlockedWork {
    let mut blocked = input.graph.dependents(directly);
    blocked.extend(directly);
    let order = input.graph.order().iter().filter(|index| blocked.contains(index) && input.selected.contains(index));
    let mut work = BlockedWork::default();
    for index in order {
        work.migrations.push(input.project.migrations[*index].id.clone());
        let Some(creations) = input.graph.creations(*index) else { continue };
        for (kind, count) in &creations.kinds {
            *work.creates.entry(kind.to_string()).or_default() += count;
        }
        if creations.partitions > 0 {
            *work.creates.entry("partition".to_owned()).or_default() += creations.partitions;
        }
    }
    work
}

use std::collections::{BTreeMap, BTreeSet};

use super::PlanInput;
use super::live::{begun, created_schemas, is_decided, is_handmade, nobodys, presence, wanted};
use super::missing::{MissingObject, Need, near, statement};
use crate::catalog::{Presence, Wanted};
use crate::diagnostic::Diagnostic;
use crate::graph::{Assumption, Prerequisite};
use crate::model::{Ident, MigrationId, Namespace, ObjectKind, ObjectName};
use crate::project::Project;
use crate::sql::Script;

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
/// What is there though no migration provides it is accepted, and said in `notes`; `facts` takes down everything that was
/// looked up.
pub(super) fn gap(input: &PlanInput<'_>, notes: &mut Vec<String>, facts: &mut BTreeMap<String, String>) -> Option<Gap> {
    let migrations = &input.project.migrations;
    let mut missing: Vec<MissingObject> = Vec::new();
    let mut accepted: Vec<String> = Vec::new();
    let mut blocked: BTreeSet<usize> = BTreeSet::new();
    let (begun, columns) = (begun(input), columns_used(input.scripts, input.selected));
    let nobodys = nobodys(input);
    let outside = input.graph.outside(input.selected).into_iter().filter(|it| is_decided(input, it));
    for mut prerequisite in input.graph.prerequisites(input.selected).into_iter().chain(outside) {
        prerequisite.places.retain(|place| {
            !begun.iter().any(|(index, part)| *index == place.0 && part.range().contains(&place.1.start()))
        });
        if prerequisite.places.is_empty() {
            continue;
        }
        if prerequisite.candidates.len() > 1 {
            prerequisite.candidates.retain(|it| it.schema.as_ref().is_none_or(|schema| !nobodys.contains(schema)));
        }
        let wanted = wanted(&prerequisite);
        let presence = presence(input, &prerequisite, &wanted);
        if let Some(fact) = fact(&presence) {
            facts.insert(in_full(&prerequisite).to_string(), fact);
        }
        if let Presence::Present(found) = &presence {
            let made =
                prerequisite.provider.is_some() || matches!(prerequisite.assumed, Some(Assumption::Migrations(..)));
            if !made && is_handmade(found) {
                accepted.push(found.to_string());
            }
            continue;
        }
        if let Some(reason) = may_come(input, &prerequisite) {
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
            columns: columns_of(&columns, &prerequisite.object),
            sql: statement(input.catalog, &object),
            object,
            needed_at: needed_at.collect(),
            first_need: Need { migration: first, source: migrations[first].source.clone(), span },
            near: near(input.catalog, &wanted, &presence),
            gone: gone(input, &prerequisite),
            elsewhere: match prerequisite.assumed {
                Some(Assumption::Server(reason)) => Some(reason),
                _ => None,
            },
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
    missing.sort_by_key(|it| (position.get(&it.first_need.migration).copied(), it.first_need.span));
    let missing = in_order(input, fold(missing));
    Some(Gap { missing, blocked: blocked_work(input, &blocked) })
}

/// What was found, in words; nothing of the server's own objects, which stay.
fn fact(presence: &Presence) -> Option<String> {
    let own = |it: &&ObjectName| it.schema.as_ref().is_none_or(|schema| schema.as_str() != "pg_catalog");
    match presence {
        Presence::Present(found) | Presence::OtherKind(found) => Some(found).filter(own).map(ToString::to_string),
        Presence::Elsewhere(_) | Presence::Absent => Some("absent".to_owned()),
    }
}

/// Why the object may be there once it is needed, though nobody shows that it creates it.
fn may_come(input: &PlanInput<'_>, prerequisite: &Prerequisite) -> Option<String> {
    match prerequisite.assumed.as_ref()? {
        Assumption::Project(reason) => Some(reason.clone()),
        Assumption::Migrations(reason, by) if by.iter().any(|it| input.selected.contains(&(*it as usize))) => {
            Some(reason.clone())
        }
        Assumption::Server(_) | Assumption::Migrations(..) => None,
    }
}

/// Where a migration has removed the object, or one that is applied had provided it, or may have.
fn gone(input: &PlanInput<'_>, prerequisite: &Prerequisite) -> Option<String> {
    let id = |index: usize| &input.project.migrations[index].id;
    dropped(input.project, prerequisite).or_else(|| match (prerequisite.provider, &prerequisite.assumed) {
        (Some(provider), _) => {
            Some(format!("`{}` is applied and provided it: somebody removed it since", id(provider)))
        }
        (None, Some(Assumption::Migrations(_, by))) => {
            let last = id(*by.first()? as usize);
            Some(format!("`{last}` may create it, and is applied: it did not, or somebody removed it since"))
        }
        (None, _) => None,
    })
}

/// Which migration has removed the object.
pub(super) fn dropped(project: &Project, prerequisite: &Prerequisite) -> Option<String> {
    let (index, _) = prerequisite.dropped_by?;
    Some(format!("`{}` drops or renames it", project.migrations[index].id))
}

/// The object as it is to be created: in the first schema that the text's own `search_path` gives.
pub(super) fn in_full(prerequisite: &Prerequisite) -> ObjectName {
    if matches!(prerequisite.assumed, Some(Assumption::Server(_))) {
        // Whoever names it means the server's own.
        return ObjectName { schema: None, ..prerequisite.object.clone() };
    }
    let created_in = |it: &&ObjectName| it.schema.as_ref().is_none_or(|schema| schema.as_str() != "pg_catalog");
    let first = prerequisite.candidates.iter().find(created_in).filter(|_| prerequisite.object.schema.is_none());
    first.unwrap_or(&prerequisite.object).clone()
}

pub(super) fn columns_of(used: &BTreeMap<(Option<Ident>, Ident), BTreeSet<Ident>>, object: &ObjectName) -> Vec<Ident> {
    let whole = object.member.is_none() && object.kind.namespace() == Namespace::Relation;
    let columns = used.get(&(object.schema.clone(), object.name.clone())).filter(|_| whole);
    columns.into_iter().flatten().cloned().collect()
}

/// The columns that the selected migrations name, by relation as they name it.
pub(super) fn columns_used(
    scripts: &[Script],
    selected: &BTreeSet<usize>,
) -> BTreeMap<(Option<Ident>, Ident), BTreeSet<Ident>> {
    let effects = selected.iter().flat_map(|i| &scripts[*i].statements).flat_map(|s| &s.effects);
    let mut used = BTreeMap::<_, BTreeSet<Ident>>::new();
    for object in effects.map(|it| &it.object).filter(|it| it.kind == ObjectKind::Column) {
        if let Some(column) = object.member.as_ref().filter(|column| column.as_str() != "*") {
            used.entry((object.schema.clone(), object.name.clone())).or_default().insert(column.clone());
        }
    }
    used
}

/// Tells each gap once: joins what is needed both with and without its schema, and puts the missing members of a missing
/// relation under it.
pub(super) fn fold(missing: Vec<MissingObject>) -> Vec<MissingObject> {
    let (members, wholes): (Vec<_>, Vec<_>) = missing.into_iter().partition(|it| it.object.member.is_some());
    let mut owners: Vec<MissingObject> = Vec::new();
    let mut known: BTreeMap<ObjectName, usize> = BTreeMap::new();
    let mut relations: BTreeMap<(Option<Ident>, Ident), usize> = BTreeMap::new();
    for object in wholes {
        if let Some(at) = known.get(&object.object) {
            let owner = &mut owners[*at];
            owner.needed_at.extend(object.needed_at);
            owner.columns.extend(object.columns);
            continue;
        }
        known.insert(object.object.clone(), owners.len());
        relations.insert((object.object.schema.clone(), object.object.name.clone()), owners.len());
        owners.push(object);
    }
    let wholes = owners.len();
    for member in members {
        let owner = relations.get(&(member.object.schema.clone(), member.object.name.clone()));
        match owner.filter(|at| **at < wholes).and_then(|at| owners.get_mut(*at)) {
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

/// Puts what depends on nothing first, and adds the schemas that are missing too, each before the first thing in it.
fn in_order(input: &PlanInput<'_>, mut missing: Vec<MissingObject>) -> Vec<MissingObject> {
    let standalone = |kind| matches!(kind, ObjectKind::Role | ObjectKind::Extension);
    // Stable: otherwise in the order of the first need.
    missing.sort_by_key(|it| (it.object.member.is_some(), !standalone(it.object.kind)));
    let created = created_schemas(input);
    let mut own: BTreeMap<Ident, MissingObject> = missing
        .extract_if(.., |it| it.object.kind == ObjectKind::Schema)
        .map(|it| (it.object.name.clone(), it))
        .collect();
    let mut ordered: Vec<MissingObject> = Vec::new();
    let mut seen: BTreeSet<Ident> = BTreeSet::new();
    for object in missing {
        if let Some(schema) = object.object.schema.clone().filter(|schema| seen.insert(schema.clone())) {
            let name = ObjectName::global(ObjectKind::Schema, schema.clone());
            let absent = || !matches!(input.catalog.presence(&Wanted::exactly(name.clone())), Presence::Present(_));
            if let Some(own) = own.remove(&schema) {
                ordered.push(own);
            } else if !created.contains(&schema) && absent() {
                let statement = statement(input.catalog, &name);
                ordered.push(MissingObject {
                    object: name,
                    columns: Vec::new(),
                    near: None,
                    gone: None,
                    sql: statement,
                    ..object.clone()
                });
            }
        }
        ordered.push(object);
    }
    own.into_values().chain(ordered).collect()
}

fn blocked_work(input: &PlanInput<'_>, directly: &BTreeSet<usize>) -> BlockedWork {
    let mut blocked = input.graph.dependents(directly);
    blocked.extend(directly);
    let mut work = BlockedWork::default();
    for index in input.graph.ordered(input.selected).filter(|index| blocked.contains(index)) {
        work.migrations.push(input.project.migrations[index].id.clone());
        let Some(creations) = input.graph.creations(index) else { continue };
        for (kind, count) in &creations.kinds {
            *work.creates.entry(kind.to_string()).or_default() += count;
        }
        if creations.partitions > 0 {
            *work.creates.entry("partition".to_owned()).or_default() += creations.partitions;
        }
    }
    work
}

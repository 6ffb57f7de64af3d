use std::collections::BTreeSet;

use super::MissingObject;
use super::gap::{Need, columns_used, dropped, fold, in_full};
use crate::diagnostic::nearest;
use crate::graph::{MigrationGraph, Objects};
use crate::model::{MigrationId, ObjectName};
use crate::project::Project;
use crate::sql::Script;

/// What these migrations need and no migration of the project provides, as far as it can be told without a database.
#[derive(Debug, Clone, Default)]
pub struct Unprovided {
    /// In the order of first need.
    pub missing: Vec<MissingObject>,
    /// What may well be there although no migration shows it: who needs it first, and why it may.
    pub assumed: Vec<(ObjectName, MigrationId, String)>,
}

/// Finds it. `near` of a missing object names what a migration creates under a similar name.
#[must_use]
pub fn unprovided(
    project: &Project,
    scripts: &[Script],
    graph: &MigrationGraph,
    objects: &Objects,
    of: &BTreeSet<usize>,
) -> Unprovided {
    let migrations = &project.migrations;
    let mut found = Unprovided::default();
    for prerequisite in graph.prerequisites(of).iter().filter(|it| it.provider.is_none()) {
        let Some((first, span)) = prerequisite.places.first().copied() else { continue };
        let object = in_full(prerequisite);
        if let Some(why) = &prerequisite.assumed {
            found.assumed.push((object, migrations[first].id.clone(), why.clone()));
            continue;
        }
        let place = |(index, span): &(usize, crate::model::Span)| {
            (migrations[*index].id.clone(), migrations[*index].source.place(span.start()))
        };
        found.missing.push(MissingObject {
            columns: columns_used(scripts, of, &prerequisite.object),
            needed_at: prerequisite.places.iter().map(place).collect(),
            first_need: Need { migration: first, source: migrations[first].source.clone(), span },
            near: near(&object, objects),
            gone: dropped(project, prerequisite),
            object,
        });
    }
    found.missing = fold(found.missing);
    let mut position = vec![0; migrations.len()];
    for (place, node) in graph.order().iter().enumerate() {
        position[*node] = place;
    }
    found.missing.sort_by_key(|it| (position[it.first_need.migration], it.first_need.span));
    found
}

fn near(object: &ObjectName, objects: &Objects) -> Option<String> {
    if object.member.is_some() {
        return None;
    }
    let alike = objects.names.iter().filter(|it| it.kind.namespace() == object.kind.namespace());
    let paths: Vec<String> = alike.map(ObjectName::path).collect();
    let wanted = object.path();
    let others = paths.iter().map(String::as_str).filter(|it| *it != wanted);
    nearest(&wanted, others).map(|path| format!("did you mean `{path}`?"))
}

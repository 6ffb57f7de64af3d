//! Whether a table is partitioned, which several commands treat otherwise.

use super::PlanInput;
use crate::catalog::{Presence, Wanted};
use crate::model::{Ident, ObjectKind, ObjectName};
use crate::sql::{Action, Creation, Effect, Statement};

/// The effect of a statement that needs a partitioned table, as far as the project's files or the live catalog tell.
pub(super) fn needed<'a>(input: &PlanInput<'_>, index: usize, statement: &'a Statement) -> Option<&'a Effect> {
    let mut needed = statement.effects.iter().filter(|it| {
        it.action == Action::Requires && it.object.kind == ObjectKind::Table && it.object.member.is_none()
    });
    needed.find(|it| is_partitioned(input, index, it))
}

fn is_partitioned(input: &PlanInput<'_>, index: usize, effect: &Effect) -> bool {
    let object = &effect.object;
    let schemas: Vec<Ident> = match &object.schema {
        Some(schema) => vec![schema.clone()],
        None => effect.search_path.to_vec(),
    };
    // Which of them is meant depends on what there is; what the project makes is not looked up in the catalog.
    let made = schemas.iter().find_map(|schema| made_by_project(input, index, schema, &object.name));
    made.unwrap_or_else(|| match input.catalog.presence(&Wanted { object: ObjectName::clone(object), schemas }) {
        Presence::Present(found) => input.catalog.is_partitioned(&found),
        _ => false,
    })
}

/// What the last `CREATE TABLE` up to a migration says of the table.
fn made_by_project(input: &PlanInput<'_>, index: usize, schema: &Ident, name: &Ident) -> Option<bool> {
    let makes = |it: &Effect| {
        let object = &it.object;
        it.action == Action::Creates
            && object.kind == ObjectKind::Table
            && object.member.is_none()
            && object.name == *name
            && object.schema.as_ref() == Some(schema)
    };
    let order = input.graph.order();
    let last = order.iter().position(|it| *it == index)?;
    let statements = order[..=last].iter().rev().flat_map(|it| input.scripts[*it].statements.iter().rev());
    let mut found = statements.filter(|it| it.effects.iter().any(makes));
    found.next().map(|it| it.creates == Some(Creation::PartitionedTable))
}

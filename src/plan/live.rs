//! What the plan asks of the live catalog, and how it takes the answers.

use std::collections::BTreeSet;

use super::PlanInput;
use super::segment::{File, segments};
use super::step::SegmentKind;
use crate::catalog::{Presence, Wanted};
use crate::graph::Prerequisite;
use crate::model::{Ident, Namespace, ObjectKind, ObjectName, Span};
use crate::sql::{Action, Statement};

/// How the catalog is asked for a prerequisite.
#[must_use]
pub fn wanted(prerequisite: &Prerequisite) -> Wanted {
    let schemas = prerequisite.candidates.iter().filter_map(|candidate| candidate.schema.clone()).collect();
    Wanted { object: prerequisite.object.clone(), schemas }
}

/// How the catalog is asked for the function that a column may be instead: `alias.name`.
#[must_use]
pub fn as_field(column: &Wanted) -> Option<Wanted> {
    let name = column.object.member.clone().filter(|_| column.object.kind == ObjectKind::Column)?;
    Some(Wanted { object: ObjectName::global(ObjectKind::Function, name), schemas: column.schemas.clone() })
}

/// What the database has of a prerequisite, given what each of its places does with it.
pub(super) fn presence(input: &PlanInput<'_>, prerequisite: &Prerequisite, wanted: &Wanted) -> Presence {
    let presence = input.catalog.presence(wanted);
    let everywhere = |serves: &dyn Fn(&Statement, Span) -> bool| {
        let serves = |(index, span): &(usize, Span)| {
            statement_at(input, *index, *span).is_none_or(|statement| serves(statement, *span))
        };
        prerequisite.places.iter().all(serves)
    };
    let whole = wanted.object.member.is_none();
    match (&presence, wanted.object.kind) {
        (Presence::Present(_), _) => presence,
        // A name in a query may be any relation's; the text tells where only some will do.
        (Presence::OtherKind(found), ObjectKind::Table) if found.kind.namespace() == Namespace::Relation => {
            let fits = everywhere(&|statement, span| serves(statement, span, found.kind));
            if fits { Presence::Present(found.clone()) } else { presence }
        }
        // An index may be renamed as what it is not (18, tablecmds.c, `RenameRelation`).
        (Presence::OtherKind(found), ObjectKind::Index) if whole => {
            let fits =
                everywhere(&|statement, _| statement.tag.as_str() == "ALTER INDEX" && !statement.moves.is_empty());
            if fits { Presence::Present(found.clone()) } else { presence }
        }
        (_, ObjectKind::Table) if whole => {
            let object = ObjectName { kind: ObjectKind::Type, ..wanted.object.clone() };
            let found = input.catalog.presence(&Wanted { object, schemas: wanted.schemas.clone() });
            let fits = everywhere(&|statement, _| matches!(statement.tag.as_str(), "COMMENT" | "CREATE TABLE"));
            match found {
                Presence::Present(ref it) if fits && it.kind == ObjectKind::Type => found,
                _ => presence,
            }
        }
        (_, ObjectKind::Column) => {
            let is_field = |(index, span): &(usize, Span)| {
                let text = &input.project.migrations[*index].source.text;
                text.get(span.range()).is_some_and(|it| it.contains('.'))
            };
            let field = as_field(wanted).filter(|_| prerequisite.places.iter().all(is_field));
            match field.map(|it| input.catalog.presence(&it)) {
                Some(Presence::Present(found)) if is_handmade(&found) => Presence::Present(found),
                _ => presence,
            }
        }
        _ => presence,
    }
}

/// Whether the catalog can tell of a member that it is missing: its owner is there, and of a kind that has such members.
pub(super) fn is_decided(input: &PlanInput<'_>, member: &Prerequisite) -> bool {
    let kind = if member.object.kind == ObjectKind::EnumLabel { ObjectKind::Type } else { ObjectKind::Table };
    let mut owner = wanted(member);
    owner.object = ObjectName { kind, member: None, ..owner.object };
    match (input.catalog.presence(&owner), member.object.kind) {
        (Presence::Present(_), _) => true,
        // Rows written to a view meet the keys of the table behind it.
        (Presence::OtherKind(found), ObjectKind::Column) => found.kind.namespace() == Namespace::Relation,
        _ => false,
    }
}

fn statement_at<'a>(input: &PlanInput<'a>, index: usize, span: Span) -> Option<&'a Statement> {
    let statements = &input.scripts[index].statements;
    let at = statements.partition_point(|statement| statement.span.end() <= span.start());
    statements.get(at)
}

/// Whether a relation of this kind serves a statement that names it at `span`.
///
/// Foreign keys, policies, columns and constraints need a table; an index a table or a materialised view. Triggers and
/// rows a view can have too. `ALTER TABLE` takes an index for what indexes have: a name, options, a tablespace.
fn serves(statement: &Statement, span: Span, kind: ObjectKind) -> bool {
    if kind == ObjectKind::Index {
        return statement.tag.as_str() == "ALTER TABLE"
            && statement.effects.iter().all(|it| it.object.member.is_none());
    }
    let named = |object: &ObjectName| object.kind == ObjectKind::Table && object.member.is_none();
    let Some(target) = statement.effects.iter().find(|it| it.span == span && named(&it.object)) else { return true };
    let target = &target.object;
    let of_target = |it: &ObjectName| it.name == target.name && it.schema == target.schema;
    let local = matches!(kind, ObjectKind::Table | ObjectKind::ForeignTable);
    statement.effects.iter().all(|it| {
        let part = it.part_of.as_deref().is_some_and(of_target);
        match (it.action, it.object.kind, it.object.member.is_some() && of_target(&it.object)) {
            (Action::Requires, ObjectKind::Index, true) | (Action::Creates, ObjectKind::Policy, true) => {
                kind == ObjectKind::Table
            }
            (Action::Creates, ObjectKind::Column | ObjectKind::Constraint, true) => local,
            (Action::Creates, ObjectKind::Index, false) if part => {
                matches!(kind, ObjectKind::Table | ObjectKind::MaterializedView)
            }
            (Action::Creates, ObjectKind::Table, false) if part => local,
            _ => true,
        }
    })
}

/// The parts of the selected migrations that an interrupted run has committed, or has begun and can't have rolled back:
/// what they needed may be gone since, by their own doing.
pub(super) fn begun(input: &PlanInput<'_>) -> Vec<(usize, Span)> {
    let migrations = &input.project.migrations;
    let mut begun = Vec::new();
    for index in input.selected {
        let migration = &migrations[*index];
        let intents: Vec<_> = input.ledger.intents.iter().filter(|it| it.migration == migration.id).collect();
        if intents.is_empty() {
            continue;
        }
        let Ok((_, segments)) = segments(&File::of(input, *index)) else {
            continue;
        };
        begun.extend(intents.into_iter().filter_map(|intent| {
            let segment = segments.get(intent.step).filter(|segment| segment.checksum == intent.checksum)?;
            (intent.finished || segment.kind != SegmentKind::Transaction).then_some((*index, segment.span))
        }));
    }
    begun
}

/// Whether somebody must have made what was found: it is not the system's, and not a mere part.
pub(super) fn is_handmade(found: &ObjectName) -> bool {
    let system = |schema: &Ident| schema.as_str().starts_with("pg_") || schema.as_str() == "information_schema";
    let builtin_kind = matches!(found.kind, ObjectKind::Role | ObjectKind::Language | ObjectKind::AccessMethod);
    let public = found.kind == ObjectKind::Schema && found.name.as_str() == "public";
    !builtin_kind && found.member.is_none() && !public && !found.schema.as_ref().is_some_and(system)
}

/// The schemas that the selected migrations create.
pub(super) fn created_schemas(input: &PlanInput<'_>) -> BTreeSet<Ident> {
    let effects = input.selected.iter().flat_map(|i| &input.scripts[*i].statements).flat_map(|s| &s.effects);
    effects
        .filter(|it| it.action == Action::Creates && it.object.kind == ObjectKind::Schema)
        .map(|it| it.object.name.clone())
        .collect()
}

/// The schemas that `"$user"` would stand for if there were any.
pub(super) fn nobodys(input: &PlanInput<'_>) -> BTreeSet<Ident> {
    let effects = input.selected.iter().flat_map(|i| &input.scripts[*i].statements).flat_map(|s| &s.effects);
    let users: BTreeSet<&Ident> = effects.filter_map(|it| it.search_path.user_schema()).collect();
    let created = created_schemas(input);
    let is_there = |it: &Ident| {
        let schema = ObjectName::global(ObjectKind::Schema, it.clone());
        created.contains(it) || matches!(input.catalog.presence(&Wanted::exactly(schema)), Presence::Present(_))
    };
    users.into_iter().filter(|it| !is_there(it)).cloned().collect()
}

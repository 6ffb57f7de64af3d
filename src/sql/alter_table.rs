//! `ALTER TABLE` and what shares its forms: foreign tables, views, materialised views, indexes, sequences.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::constraint::{bound, constraint, is_constraint, owned_sequence};
use super::create_table::{column_constraints, column_definition};
use super::expression::{expression, parts};
use super::names::{self, child, child_ident, ident, span};
use super::record::Recorder;
use super::{Action, Effect, Move, naming};
use crate::model::{Ident, Namespace, ObjectKind, ObjectName, Span};

/// `ALTER TABLE`, `ALTER FOREIGN TABLE`, `ALTER VIEW`, `ALTER MATERIALIZED VIEW`.
pub(super) fn alter_table(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    if let Some(everywhere) = child(node, K::ALL_IN_TABLESPACE) {
        rec.opaque("moves every table of a tablespace");
        return parts(rec, &everywhere);
    }
    let Some(reference) =
        node.children().find(|it| matches!(it.kind(), K::TABLE_RELATION_NAME | K::VIEW_REF | K::TABLE_NAME_REF))
    else {
        return;
    };
    let Some(table) = names::object(ObjectKind::Table, &names::path(&reference)) else { return };
    let at = names::descendant(&reference, K::PATH_REF).map_or_else(|| span(&reference), |it| span(&it));
    let if_exists = child(node, K::IF_EXISTS).is_some();
    rec.target(table.clone(), at, if_exists);
    rec.effect(Action::Alters, table.clone(), at);
    let conditional = rec.conditional;
    let (effects, moves) = (rec.effects.len(), rec.moves.len());
    rec.conditional |= if_exists;
    for action in node.children().filter(|it| it.kind() != K::IF_EXISTS && *it != reference) {
        table_action(rec, &table, &action, at);
    }
    rec.conditional = conditional;
    if if_exists {
        // It is no condition on a table that is known.
        rec.effects.iter_mut().skip(effects).for_each(|it| it.change(|it| it.conditional = conditional));
        rec.moves.iter_mut().skip(moves).for_each(|it| it.conditional = conditional);
    }
}

fn table_action(rec: &mut Recorder<'_>, table: &ObjectName, action: &SyntaxNode, at: Span) {
    rec.unless_exists = child(action, K::IF_NOT_EXISTS).is_some();
    match action.kind() {
        K::ADD_COLUMN => add_column(rec, table, action, at),
        K::DROP_COLUMN => drop_member(rec, table, ObjectKind::Column, K::COLUMN_NAME_REF, action),
        K::ALTER_COLUMN => alter_column(rec, table, action, at),
        K::ADD_CONSTRAINT => {
            for part in action.children().filter(|it| is_constraint(it.kind())) {
                add_constraint(rec, table, &part, at);
            }
        }
        K::DROP_CONSTRAINT => drop_constraint(rec, table, action),
        K::VALIDATE_CONSTRAINT | K::ALTER_CONSTRAINT => existing_constraint(rec, table, action, at),
        K::RENAME_CONSTRAINT => rename_constraint(rec, table, action),
        K::RENAME_COLUMN => rename_column(rec, table, action),
        K::TABLE_RENAME_TO | K::VIEW_RENAME_TO => renamed(rec, table, action),
        K::SET_SCHEMA => set_schema(rec, table, action),
        K::ATTACH_PARTITION => attach(rec, table, action, at),
        K::DETACH_PARTITION => detach(rec, table, action, at),
        K::INHERIT_TABLE | K::NO_INHERIT_TABLE => {
            for parent in names::children(action, K::TABLE_NAME_REF) {
                if let Some(object) = names::object(ObjectKind::Table, &names::path(&parent)) {
                    rec.effect(Action::Requires, object.clone(), span(&parent));
                    rec.reads_shape(object.clone(), span(&parent));
                    let part = if action.kind() == K::INHERIT_TABLE { Action::Joins } else { Action::Leaves };
                    rec.part(part, table.clone(), &object, span(&parent));
                }
            }
        }
        K::MERGE_PARTITIONS | K::SPLIT_PARTITION => {
            rec.opaque("merges or splits partitions");
            parts(rec, action);
        }
        K::CLUSTER_ON | K::REPLICA_IDENTITY => require_index(rec, table, action),
        K::ENABLE_TRIGGER | K::DISABLE_TRIGGER | K::ENABLE_ALWAYS_TRIGGER | K::ENABLE_REPLICA_TRIGGER => {
            require_member(rec, table, ObjectKind::Trigger, K::TRIGGER_REF, action);
        }
        // Privileges are those of the new owner from here on.
        K::OWNER_TO => {
            parts(rec, action);
            rec.effect(Action::Annotates, table.clone(), at);
        }
        K::ALTER_VIEW_COLUMN => bound(rec, table, &[], action),
        K::SET_OPTIONS | K::RESET_OPTIONS => {}
        _ => parts(rec, action),
    }
}

fn add_column(rec: &mut Recorder<'_>, table: &ObjectName, action: &SyntaxNode, at: Span) {
    let first = rec.effects.len();
    column_definition(rec, table, action, K::COLUMN_NAME);
    column_constraints(rec, table, action, K::COLUMN_NAME);
    let has = |kind| child(action, kind).is_some();
    let fills = has(K::DEFAULT_CONSTRAINT) || has(K::GENERATED_CONSTRAINT);
    if let Some(default) = child(action, K::DEFAULT_CONSTRAINT) {
        // It is evaluated for the rows that are there: what it calls runs, and a sequence is drawn from.
        let before = rec.effects.len();
        parts(rec, &default);
        let runs = |it: &Effect| matches!(it.action, Action::Calls | Action::WritesRows);
        if rec.effects[before..].iter().any(runs) {
            rec.effect(Action::ReadsRows, table.clone(), at);
        } else {
            rec.effects.truncate(before);
        }
    }
    let checks = has(K::CHECK_CONSTRAINT)
        || has(K::UNIQUE_CONSTRAINT)
        || has(K::PRIMARY_KEY_CONSTRAINT)
        || has(K::REFERENCES_CONSTRAINT);
    if checks || (has(K::NOT_NULL_CONSTRAINT) && !fills) {
        rec.effect(Action::ReadsRows, table.clone(), at);
    }
    rec.effects[first..].iter_mut().for_each(|it| it.change(|it| it.unless_exists = rec.unless_exists));
}

/// A constraint on a table with rows: they must satisfy it, and a foreign key's rows must be there.
fn add_constraint(rec: &mut Recorder<'_>, table: &ObjectName, node: &SyntaxNode, at: Span) {
    constraint(rec, table, None, node);
    if names::descendant(node, K::NOT_VALID).is_some() {
        return;
    }
    rec.effect(Action::ReadsRows, table.clone(), at);
    if let Some(reference) = child(node, K::TABLE_NAME_REF)
        && let Some(referenced) = names::object(ObjectKind::Table, &names::path(&reference))
    {
        rec.effect(Action::ReadsKeys, referenced, span(&reference));
    }
}

/// A member that the action names: required unless `IF EXISTS`.
fn member(
    rec: &mut Recorder<'_>,
    table: &ObjectName,
    kind: ObjectKind,
    reference: K,
    action: &SyntaxNode,
) -> Option<(ObjectName, Span)> {
    let node = child(action, reference)?;
    let name = names::path(&node).pop()?;
    let object = table.member(kind, name);
    rec.target(object.clone(), span(&node), child(action, K::IF_EXISTS).is_some());
    Some((object, span(&node)))
}

fn require_member(rec: &mut Recorder<'_>, table: &ObjectName, kind: ObjectKind, reference: K, action: &SyntaxNode) {
    if names::descendant(action, reference).is_some()
        && let Some((object, place)) = member(rec, table, kind, reference, action)
    {
        rec.effect(Action::Alters, object, place);
    }
}

fn drop_member(rec: &mut Recorder<'_>, table: &ObjectName, kind: ObjectKind, reference: K, action: &SyntaxNode) {
    rec.cascade |= child(action, K::CASCADE).is_some();
    if let Some((object, place)) = member(rec, table, kind, reference, action) {
        rec.effect(Action::Drops, object, place);
    }
}

fn drop_constraint(rec: &mut Recorder<'_>, table: &ObjectName, action: &SyntaxNode) {
    drop_member(rec, table, ObjectKind::Constraint, K::CONSTRAINT_NAME_REF, action);
}

fn existing_constraint(rec: &mut Recorder<'_>, table: &ObjectName, action: &SyntaxNode, at: Span) {
    if let Some((object, place)) = member(rec, table, ObjectKind::Constraint, K::CONSTRAINT_NAME_REF, action) {
        rec.effect(Action::Alters, object, place);
        rec.effect(Action::ReadsRows, table.clone(), at);
    }
}

fn alter_column(rec: &mut Recorder<'_>, table: &ObjectName, action: &SyntaxNode, at: Span) {
    let Some((column, place)) = member(rec, table, ObjectKind::Column, K::COLUMN_NAME_REF, action) else { return };
    rec.effect(Action::Alters, column.clone(), place);
    for option in action.children().filter(|it| it.kind() != K::COLUMN_NAME_REF) {
        match option.kind() {
            K::SET_NOT_NULL | K::SET_TYPE | K::SET_EXPRESSION => rec.effect(Action::ReadsRows, table.clone(), at),
            K::ADD_GENERATED => {
                let given = names::descendant(&option, K::SEQUENCE).map(|it| names::path(&it));
                if let Some(name) = &column.member {
                    owned_sequence(rec, table, name, given.as_deref(), place);
                }
            }
            K::DROP_IDENTITY => {
                // Its sequence goes with it; under another name than the usual one the text doesn't show it.
                let before = std::mem::replace(&mut rec.conditional, true);
                if let Some(name) = &column.member {
                    let sequence = naming::object_name(table.name.as_str(), Some(name.as_str()), "seq");
                    let sequence = ObjectName { kind: ObjectKind::Sequence, name: sequence, ..table.clone() };
                    rec.effect(Action::Drops, sequence, place);
                }
                rec.conditional = before;
            }
            _ => {}
        }
        bound(rec, table, &[], &option);
    }
}

fn rename_constraint(rec: &mut Recorder<'_>, table: &ObjectName, action: &SyntaxNode) {
    let Some(name) = child_ident(action, K::CONSTRAINT_NAME) else { return };
    if let Some((from, place)) = member(rec, table, ObjectKind::Constraint, K::CONSTRAINT_NAME_REF, action) {
        moves(rec, from, None, Some(name), place);
    }
}

fn rename_column(rec: &mut Recorder<'_>, table: &ObjectName, action: &SyntaxNode) {
    let Some(name) = child_ident(action, K::COLUMN_NAME) else { return };
    if let Some((from, place)) = member(rec, table, ObjectKind::Column, K::COLUMN_NAME_REF, action) {
        moves(rec, from, None, Some(name), place);
    }
}

/// Records a move: the object goes, and comes back under its new name.
pub(super) fn moves(rec: &mut Recorder<'_>, from: ObjectName, schema: Option<Ident>, name: Option<Ident>, place: Span) {
    if from.member.is_none() && from.kind.namespace() == Namespace::Relation && rec.session.has_created(&from) {
        let schema = schema.clone().or_else(|| from.schema.clone()).or_else(|| rec.session.path.first().cloned());
        let new_name = name.clone().unwrap_or_else(|| from.name.clone());
        rec.session.created.extend(schema.map(|schema| (schema, new_name)));
    }
    rec.moves.push(Move { from, schema, name, span: place, after: rec.effects.len(), conditional: rec.conditional });
}

/// `RENAME TO` of any object: the action's last name is the new one.
pub(super) fn renamed(rec: &mut Recorder<'_>, object: &ObjectName, action: &SyntaxNode) {
    let holder = action.children().last();
    if let Some(name) = holder.and_then(|it| names::path(&it).pop().or_else(|| ident(&it))) {
        moves(rec, object.clone(), None, Some(name), span(action));
    }
}

/// `SET SCHEMA` of any object.
pub(super) fn set_schema(rec: &mut Recorder<'_>, object: &ObjectName, action: &SyntaxNode) {
    if let Some(schema) = child_ident(action, K::SCHEMA_REF) {
        rec.requires_schema(&schema, span(action));
        moves(rec, object.clone(), Some(schema), None, span(action));
    }
}

fn attach(rec: &mut Recorder<'_>, parent: &ObjectName, action: &SyntaxNode, at: Span) {
    let Some(reference) = child(action, K::TABLE_NAME_REF) else { return };
    let Some(partition) = names::object(ObjectKind::Table, &names::path(&reference)) else { return };
    // Partitions are independent of each other: the parent is read, not altered.
    rec.effects.retain(|it| !(it.action == Action::Alters && it.object == *parent));
    rec.reads_shape(parent.clone(), at);
    rec.effect(Action::ReadsRows, parent.clone(), at);
    rec.effect(Action::Requires, partition.clone(), span(&reference));
    rec.part(Action::Joins, partition.clone(), parent, span(&reference));
    rec.effect(Action::ReadsRows, partition, span(&reference));
    for bounds in action.children().filter(|it| it.kind() != K::TABLE_NAME_REF) {
        expression(rec, &bounds);
    }
}

fn detach(rec: &mut Recorder<'_>, parent: &ObjectName, action: &SyntaxNode, at: Span) {
    let Some(reference) = child(action, K::TABLE_NAME_REF) else { return };
    if let Some(partition) = names::object(ObjectKind::Table, &names::path(&reference)) {
        rec.effect(Action::ReadsRows, parent.clone(), at);
        rec.effect(Action::Requires, partition.clone(), span(&reference));
        rec.part(Action::Leaves, partition, parent, span(&reference));
    }
}

fn require_index(rec: &mut Recorder<'_>, table: &ObjectName, action: &SyntaxNode) {
    let Some(reference) = names::descendant(action, K::INDEX_REF) else { return };
    if let Some(mut index) = names::object(ObjectKind::Index, &names::path(&reference)) {
        index.schema.clone_from(&table.schema);
        rec.effect(Action::Requires, index, span(&reference));
    }
}

//! `CREATE TABLE` in its forms, and `SELECT … INTO`.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::Action;
use super::constraint::{self, bound, constraint, is_constraint};
use super::expression::expression;
use super::names::{self, child, child_ident, span};
use super::query;
use super::record::{Recorder, When};
use crate::model::{Ident, ObjectKind, ObjectName, Span};

/// `CREATE TABLE` and `CREATE FOREIGN TABLE`.
pub(super) fn create_table(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let kind = if node.kind() == K::CREATE_FOREIGN_TABLE { ObjectKind::ForeignTable } else { ObjectKind::Table };
    let Some((table, temporary, place)) = new_table(rec, node, kind) else { return };
    let first = rec.effects.len();
    let partition_of = child(node, K::PARTITION_OF);
    let parent = partition_of.as_ref().and_then(|it| names::object(ObjectKind::Table, &names::path(it)));
    rec.own = Some(table.clone());
    rec.creates(table.clone(), place, parent.as_ref());
    let mut open_ended = false;
    if let (Some(clause), Some(parent)) = (&partition_of, &parent) {
        let at = child(clause, K::TABLE_NAME_REF).map_or(place, |it| span(&it));
        inherit(rec, parent, at);
        rec.effect(Action::ReadsRows, parent.clone(), at);
        open_ended = true;
    }
    if let Some(inherits) = child(node, K::INHERITS) {
        for reference in names::children(&inherits, K::TABLE_NAME_REF) {
            if let Some(parent) = names::object(ObjectKind::Table, &names::path(&reference)) {
                inherit(rec, &parent, span(&reference));
                rec.part(Action::Joins, table.clone(), &parent, span(&reference));
            }
        }
        open_ended = true;
    }
    if let Some(of) = child(node, K::OF_TYPE) {
        expression(rec, &of);
        open_ended = true;
    }
    open_ended |= table_arguments(rec, &table, node);
    if open_ended {
        rec.creates(table.member(ObjectKind::Column, Ident::exact("*")), place, Some(&table));
    }
    let handled = [K::TABLE_NAME, K::PARTITION_OF, K::INHERITS, K::OF_TYPE, K::TABLE_ARG_LIST];
    for part in node.children().filter(|it| !handled.contains(&it.kind()) && !is_constraint(it.kind())) {
        bound(rec, &table, &[], &part);
    }
    rec.own = None;
    if temporary {
        forget(rec, first, &table);
    }
}

/// The name in `TABLE_NAME`, and whether it is temporary.
fn new_table(rec: &mut Recorder<'_>, node: &SyntaxNode, kind: ObjectKind) -> Option<(ObjectName, bool, Span)> {
    let name = child(node, K::TABLE_NAME)?;
    let parts = names::path(&name);
    let temporary = child(node, K::TEMP).is_some()
        || match parts.as_slice() {
            [_] => rec.session.path.creates_temporary(),
            parts => parts.first().is_some_and(super::built_in::is_temporary),
        };
    if temporary {
        let name = parts.last()?.clone();
        rec.session.temporary.insert(name.clone());
        return Some((ObjectName::qualified(kind, Ident::exact("pg_temp"), name), true, span(node)));
    }
    let place = span(&name);
    let object = rec.new_name(kind, &parts, place)?;
    rec.session.temporary.remove(&object.name);
    Some((object, false, place))
}

/// Drops what was recorded of a temporary relation itself; what it needed stays.
fn forget(rec: &mut Recorder<'_>, first: usize, table: &ObjectName) {
    let recent = rec.effects.split_off(first);
    let temporary = |object: &ObjectName| object.schema.as_ref().is_some_and(super::built_in::is_temporary);
    rec.effects.extend(recent.into_iter().filter(|it| {
        !temporary(&it.object) && !it.part_of.as_deref().is_some_and(temporary) && it.object.name != table.name
    }));
}

fn inherit(rec: &mut Recorder<'_>, parent: &ObjectName, at: Span) {
    rec.effect(Action::Requires, parent.clone(), at);
    rec.reads_shape(parent.clone(), at);
}

/// Reads columns, constraints and `LIKE`; tells whether more columns come from elsewhere.
fn table_arguments(rec: &mut Recorder<'_>, table: &ObjectName, node: &SyntaxNode) -> bool {
    let Some(arguments) = child(node, K::TABLE_ARG_LIST) else { return false };
    let mut open_ended = false;
    // Columns first: a constraint may stand before the columns it names, and PostgreSQL names keys after all columns.
    for column in names::children(&arguments, K::COLUMN) {
        column_definition(rec, table, &column, K::COLUMN_NAME);
    }
    for argument in arguments.children() {
        match argument.kind() {
            K::COLUMN => column_constraints(rec, table, &argument, K::COLUMN_NAME),
            K::LIKE_CLAUSE => {
                open_ended = true;
                if let Some(reference) = child(&argument, K::RELATION_NAME_REF)
                    && let Some(source) = names::object(ObjectKind::Table, &names::path(&reference))
                {
                    inherit(rec, &source, span(&reference));
                    let text = argument.text().to_string().to_ascii_uppercase();
                    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    if ["ALL", "INDEXES", "STATISTICS", "COMMENTS", "IDENTITY"]
                        .iter()
                        .any(|it| text.contains(&format!("INCLUDING {it}")))
                    {
                        let indexes = source.member(ObjectKind::Index, Ident::exact("*"));
                        rec.effect(Action::ReadsShape, indexes, span(&reference));
                    }
                }
            }
            kind if is_constraint(kind) => constraint(rec, table, None, &argument),
            _ => {}
        }
    }
    open_ended
}

/// A column's name, type and implied sequence; its constraints come separately.
pub(super) fn column_definition(rec: &mut Recorder<'_>, table: &ObjectName, node: &SyntaxNode, name_kind: K) {
    let Some(name) = child(node, name_kind) else { return };
    let Some(column) = names::ident(&name) else { return };
    rec.creates(table.member(ObjectKind::Column, column.clone()), span(&name), Some(table));
    for part in node.children().filter(|it| it.kind() != name_kind && !is_constraint(it.kind())) {
        let serial = part.kind() == K::PATH_TYPE && {
            let parts = names::path(&part);
            let kinds = ["serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"];
            parts.len() == 1 && parts.last().is_some_and(|it| kinds.contains(&it.as_str()))
        };
        if serial {
            constraint::owned_sequence(rec, table, &column, None, span(&name));
        } else {
            bound(rec, table, &[], &part);
        }
    }
}

/// The constraints that stand at a column.
pub(super) fn column_constraints(rec: &mut Recorder<'_>, table: &ObjectName, node: &SyntaxNode, name_kind: K) {
    let column = child_ident(node, name_kind);
    for part in node.children().filter(|it| is_constraint(it.kind())) {
        constraint(rec, table, column.as_ref(), &part);
    }
}

/// `CREATE TABLE … AS`.
pub(super) fn create_table_as(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let first = rec.effects.len();
    for part in node.children().filter(|it| it.kind() != K::TABLE_NAME) {
        expression(rec, &part);
    }
    let Some((table, temporary, place)) = new_table(rec, node, ObjectKind::Table) else { return };
    rec.creates(table.clone(), place, None);
    rec.creates(table.member(ObjectKind::Column, Ident::exact("*")), place, Some(&table));
    if temporary {
        forget(rec, first, &table);
    }
}

/// The `INTO` of `SELECT … INTO table`; in PL/pgSQL it names variables.
pub(super) fn select_into(rec: &mut Recorder<'_>, into: &SyntaxNode) {
    if rec.depth > 0 {
        return;
    }
    let Some((table, temporary, place)) = new_table(rec, into, ObjectKind::Table) else { return };
    if !temporary {
        rec.creates(table.clone(), place, None);
        rec.creates(table.member(ObjectKind::Column, Ident::exact("*")), place, Some(&table));
    }
}

/// `CREATE VIEW` and `CREATE MATERIALIZED VIEW`.
pub(super) fn create_view(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(name) = child(node, K::VIEW) else { return };
    let materialized = node.kind() == K::CREATE_MATERIALIZED_VIEW;
    let kind = if materialized { ObjectKind::MaterializedView } else { ObjectKind::View };
    let parts = names::path(&name);
    let temporary = child(node, K::TEMP).is_some() || parts.len() == 1 && rec.session.path.creates_temporary();
    let recursive = names::has_token(node, K::RECURSIVE_KW);
    let filled = materialized && names::descendant(node, K::WITH_NO_DATA).is_none();
    let before = rec.when;
    let mut scope = super::record::Scope::default();
    scope.ctes.extend(parts.last().filter(|_| recursive).cloned());
    rec.scopes.push(scope);
    // What it is bound to, then what is read to fill it.
    for when in [When::Bound, When::Now].into_iter().take(1 + usize::from(filled && before == When::Now)) {
        rec.when = when;
        node.children().filter(|it| query::is_query(it.kind())).for_each(|it| query::query(rec, &it));
    }
    rec.scopes.pop();
    rec.when = before;
    if temporary {
        rec.session.temporary.extend(parts.last().cloned());
        return;
    }
    if let Some(view) = rec.new_name(kind, &parts, span(&name)) {
        rec.creates(view.clone(), span(&name), None);
        rec.creates(view.member(ObjectKind::Column, Ident::exact("*")), span(&name), Some(&view));
    }
}

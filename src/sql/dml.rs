//! `INSERT`, `UPDATE`, `DELETE`, `MERGE`, `TRUNCATE`, `COPY`.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::Action;
use super::expression::{self, expression};
use super::names::{self, child, child_ident, ident, span};
use super::query::{self, from_items, is_query};
use super::record::{Recorder, Relation};
use crate::model::{Ident, ObjectKind, ObjectName};

/// Records that rows of the relation a node names are written, and returns it.
///
/// Writing rows runs defaults, constraints and triggers, so it depends on the table as a whole.
pub(super) fn writes(rec: &mut Recorder<'_>, node: &SyntaxNode) -> Option<ObjectName> {
    let reference = node.descendants().find(|it| matches!(it.kind(), K::RELATION_NAME_REF | K::TABLE_NAME_REF))?;
    let object = names::object(ObjectKind::Table, &names::path(&reference))?;
    let place = span(&reference);
    rec.effect(Action::Requires, object.clone(), place);
    rec.reads_shape(object.clone(), place);
    rec.effect(Action::WritesRows, object.clone(), place);
    Some(object)
}

fn bring_into_scope(rec: &mut Recorder<'_>, alias: Option<Ident>, object: &ObjectName) {
    let temporary = object.schema.is_none() && rec.session.temporary.contains(&object.name);
    if let Some(scope) = rec.scopes.last_mut() {
        let alias = alias.unwrap_or_else(|| object.name.clone());
        scope.relations.push(Relation { alias, object: (!temporary).then(|| object.clone()) });
    }
}

fn column_targets(rec: &mut Recorder<'_>, node: &SyntaxNode, table: &ObjectName) {
    let of_inner_query =
        |target: &SyntaxNode| target.ancestors().take_while(|it| it != node).any(|it| is_query(it.kind()));
    for target in node.descendants().filter(|it| it.kind() == K::COLUMN_TARGET).filter(|it| !of_inner_query(it)) {
        let column = child(&target, K::COLUMN_NAME_REF).and_then(|it| Some((ident(&it)?, span(&it))));
        if let Some((name, place)) = &column {
            rec.requires_column(table, name, *place);
        }
        if target.ancestors().take_while(|it| it != node).any(|it| it.kind() == K::SET_CLAUSE) {
            let changed = column.map_or_else(|| table.clone(), |(name, _)| table.member(ObjectKind::Column, name));
            rec.effect(Action::Updates, changed, span(&target));
        }
    }
}

/// `INSERT`, inside the query level opened for it.
pub(super) fn insert(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(target) = child(node, K::RELATION_NAME_REF) else { return };
    let table = writes(rec, &target);
    for source in node.children().filter(|it| is_query(it.kind())) {
        query::query(rec, &source);
    }
    let Some(table) = table else { return };
    rec.effect(Action::Inserts, table.clone(), span(&target));
    if let Some(columns) = child(node, K::COLUMN_TARGET_LIST) {
        column_targets(rec, &columns, &table);
    }
    let alias = child(node, K::REQUIRED_AS_ALIAS).and_then(|it| child_ident(&it, K::TABLE_ALIAS));
    bring_into_scope(rec, alias, &table);
    if let Some(conflict) = child(node, K::ON_CONFLICT_CLAUSE) {
        on_conflict(rec, &conflict, &table);
    }
    if let Some(returning) = child(node, K::RETURNING_CLAUSE) {
        returned(rec, &returning, &table);
    }
}

/// `RETURNING`, where `old` and `new`, or the names given for them, have the table's columns (18, "INSERT").
fn returned(rec: &mut Recorder<'_>, node: &SyntaxNode, table: &ObjectName) {
    let given = node.descendants().filter(|it| matches!(it.kind(), K::RETURNING_OLD | K::RETURNING_NEW));
    let given = given.filter_map(|it| names::descendant(&it, K::TABLE_ALIAS)).filter_map(|it| ident(&it));
    let mut rows: Vec<Ident> = given.chain(["old", "new"].map(Ident::exact)).collect();
    rows.retain(|it| !rec.variables.contains(it));
    with_rows(rec, node, table, &rows);
    for it in &rows {
        rec.variables.remove(it);
    }
}

fn on_conflict(rec: &mut Recorder<'_>, node: &SyntaxNode, table: &ObjectName) {
    if let Some(constraint) = names::descendant(node, K::CONFLICT_ON_CONSTRAINT)
        && let Some(name) = names::path(&constraint).pop()
    {
        rec.effect(Action::Requires, table.member(ObjectKind::Constraint, name), span(&constraint));
    }
    if let Some(items) = names::descendant(node, K::CONFLICT_INDEX_ITEM_LIST) {
        let columns: Option<Vec<Ident>> =
            names::children(&items, K::CONFLICT_INDEX_ITEM).map(|it| names::indexed_column(&it)).collect();
        let some_rows = items.parent().is_some_and(|it| child(&it, K::WHERE_CLAUSE).is_some());
        match columns.map(|it| (table.unique_key(&it), names::partial_key(table, &it))) {
            Some((key, partial)) if some_rows => {
                let action = if rec.conditional { Action::RequiresLater } else { Action::Requires };
                rec.part(action, partial, &key, span(&items));
            }
            Some((key, _)) => rec.effect(Action::Requires, key, span(&items)),
            None => {}
        }
    }
    // `excluded` has the table's columns. Single names in DO UPDATE can't mean it, so it must not make them ambiguous.
    for update in node.children().filter(|it| it.kind() != K::CONFLICT_ON_CONSTRAINT) {
        column_targets(rec, &update, table);
        for part in update.descendants().filter(|it| it.kind() == K::SET_EXPR || it.kind() == K::WHERE_CLAUSE) {
            with_rows(rec, &part, table, &[Ident::exact("excluded")]);
        }
    }
}

/// Reads an expression in which these names are rows of the table.
fn with_rows(rec: &mut Recorder<'_>, node: &SyntaxNode, table: &ObjectName, rows: &[Ident]) {
    rec.variables.extend(rows.iter().cloned());
    expression::parts(rec, node);
    let references = node.descendants().filter(|it| it.kind() == K::FIELD_EXPR);
    for (parts, place) in references.filter_map(|it| Some((expression::dotted(&it)?.0, span(&it)))) {
        if let [owner, column] = parts.as_slice()
            && rows.contains(owner)
        {
            rec.requires_column(table, column, place);
        }
    }
}

/// `UPDATE`, `DELETE`, `MERGE`, inside the query level opened for them.
pub(super) fn change(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(target) = node.children().find(|it| matches!(it.kind(), K::RELATION_NAME | K::TABLE_RELATION_NAME)) else {
        return;
    };
    let table = writes(rec, &target);
    if let Some(table) = &table {
        let alias = child(node, K::OPTIONAL_AS_ALIAS).and_then(|it| child_ident(&it, K::TABLE_ALIAS));
        bring_into_scope(rec, alias, table);
        column_targets(rec, node, table);
        let merges = |kind| node.kind() == K::MERGE && names::descendant(node, kind).is_some();
        if merges(K::MERGE_INSERT) {
            rec.effect(Action::Inserts, table.clone(), span(&target));
        }
        if node.kind() == K::DELETE || merges(K::MERGE_DELETE) {
            rec.effect(Action::Deletes, table.clone(), span(&target));
        }
    }
    for sources in
        node.children().filter(|it| matches!(it.kind(), K::FROM_CLAUSE | K::USING_CLAUSE | K::USING_ON_CLAUSE))
    {
        from_items(rec, &sources);
    }
    for part in node.children() {
        match (part.kind(), &table) {
            (K::RETURNING_CLAUSE, Some(table)) => returned(rec, &part, table),
            (K::WITH_CLAUSE | K::RELATION_NAME | K::TABLE_RELATION_NAME | K::OPTIONAL_AS_ALIAS, _) => {}
            (K::FROM_CLAUSE | K::USING_CLAUSE | K::USING_ON_CLAUSE, _) => expression::parts(rec, &part),
            _ => expression(rec, &part),
        }
    }
}

/// `TRUNCATE`.
pub(super) fn truncate(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    rec.cascade |= child(node, K::CASCADE).is_some();
    for target in node.descendants().filter(|it| it.kind() == K::TABLE_RELATION_NAME) {
        if let Some(table) = writes(rec, &target) {
            rec.effect(Action::Truncates, table, span(&target));
        }
    }
}

/// `COPY`, from and to.
pub(super) fn copy(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    if let Some(table) = child(node, K::COPY_TABLE) {
        if child(node, K::COPY_FROM).is_some() {
            if let Some(object) = writes(rec, &table) {
                copied_columns(rec, &table, &object);
                rec.effect(Action::Inserts, object, span(&table));
            }
        } else if let Some(object) = query::relation(rec, &table, None) {
            copied_columns(rec, &table, &object);
        }
    }
    if let Some(query) = child(node, K::COPY_QUERY) {
        expression::parts(rec, &query);
    }
}

fn copied_columns(rec: &mut Recorder<'_>, node: &SyntaxNode, table: &ObjectName) {
    for column in node.descendants().filter(|it| it.kind() == K::COLUMN_NAME_REF) {
        if let Some(name) = ident(&column) {
            rec.requires_column(table, &name, span(&column));
        }
    }
}

/// `CLUSTER`: with an index it also marks that one for the next time.
pub(super) fn cluster(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(reference) = names::descendant(node, K::TABLE_NAME_REF) else { return };
    let Some(table) = names::object(ObjectKind::Table, &names::path(&reference)) else { return };
    rec.effect(Action::Requires, table.clone(), span(&reference));
    if let Some(index) = names::descendant(node, K::INDEX_REF)
        && let Some(mut object) = names::object(ObjectKind::Index, &names::path(&index))
    {
        object.schema.clone_from(&table.schema);
        rec.effect(Action::Requires, object, span(&index));
        rec.effect(Action::Alters, table, span(&reference));
    }
}

/// `REFRESH MATERIALIZED VIEW`: runs its query, which the graph knows from its definition.
pub(super) fn refresh(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(reference) = child(node, K::VIEW_REF) else { return };
    let Some(view) = names::object(ObjectKind::Table, &names::path(&reference)) else { return };
    rec.effect(Action::Requires, view.clone(), span(&reference));
    rec.reads_shape(view.clone(), span(&reference));
    rec.effect(Action::ReadsRows, view.clone(), span(&reference));
    rec.effect(Action::WritesRows, view, span(&reference));
}

//! Queries and expressions: which relations, columns, functions and types they name.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::names::{self, child, child_ident, children, span};
use super::record::{Recorder, Relation, Scope, When};
use super::{Action, expression};
use crate::model::{Ident, ObjectKind, ObjectName};

/// Whether a node is a query level of its own.
pub(super) const fn is_query(kind: K) -> bool {
    matches!(
        kind,
        K::SELECT
            | K::SELECT_INTO
            | K::VALUES
            | K::TABLE
            | K::PAREN_SELECT
            | K::COMPOUND_SELECT
            | K::INSERT
            | K::UPDATE
            | K::DELETE
            | K::MERGE
            | K::PLPGSQL_EXPR
    )
}

/// Reads a query: its relations first, then everything that names their columns.
pub(super) fn query(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    rec.scopes.push(Scope::default());
    if let Some(with) = child(node, K::WITH_CLAUSE).or_else(|| leading_with(node)) {
        with_clause(rec, &with);
    }
    match node.kind() {
        K::INSERT => super::dml::insert(rec, node),
        K::UPDATE | K::DELETE | K::MERGE => super::dml::change(rec, node),
        K::TABLE => {
            if let Some(name) = child(node, K::RELATION_NAME) {
                relation(rec, &name, None);
                star(rec, node);
            }
        }
        _ => select(rec, node),
    }
    rec.scopes.pop();
}

/// The `WITH` of `WITH … SELECT … UNION …`, which the tree hangs on the first operand although it serves all.
fn leading_with(node: &SyntaxNode) -> Option<SyntaxNode> {
    let mut first = node.clone();
    while first.kind() == K::COMPOUND_SELECT {
        first = first.children().next()?;
    }
    child(&first, K::WITH_CLAUSE).filter(|_| node.kind() == K::COMPOUND_SELECT)
}

fn with_clause(rec: &mut Recorder<'_>, with: &SyntaxNode) {
    let recursive = names::has_token(with, K::RECURSIVE_KW);
    for table in children(with, K::WITH_TABLE) {
        let name = child_ident(&table, K::CTE_NAME);
        if recursive {
            define_cte(rec, name.clone());
        }
        for inner in table.children().filter(|it| is_query(it.kind())) {
            query(rec, &inner);
        }
        if !recursive {
            define_cte(rec, name);
        }
    }
}

fn define_cte(rec: &mut Recorder<'_>, name: Option<Ident>) {
    if let (Some(scope), Some(name)) = (rec.scopes.last_mut(), name) {
        scope.ctes.push(name);
    }
}

fn select(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    if let Some(into) = child(node, K::INTO_CLAUSE) {
        super::create_table::select_into(rec, &into);
    }
    if let Some(from) = child(node, K::FROM_CLAUSE) {
        from_items(rec, &from);
    }
    let mut late = Vec::new();
    for part in node.children() {
        match part.kind() {
            K::WITH_CLAUSE | K::INTO_CLAUSE => {}
            K::ORDER_BY_CLAUSE | K::GROUP_BY_CLAUSE => late.push(part),
            K::FROM_CLAUSE => expression::parts(rec, &part),
            _ => expression::expression(rec, &part),
        }
    }
    if late.is_empty() {
        return;
    }
    let outputs =
        node.descendants().filter(|it| it.kind() == K::AS_NAME).filter_map(|it| child_ident(&it, K::COLUMN_NAME));
    let outputs: Vec<Ident> = outputs.collect();
    if let Some(scope) = rec.scopes.last_mut() {
        scope.outputs = outputs;
    }
    for part in late {
        expression::expression(rec, &part);
        if part.kind() == K::GROUP_BY_CLAUSE {
            grouped(rec, &part);
        }
    }
}

/// What is grouped by its primary key may name its other columns, and then depends on the key (documentation of `SELECT`,
/// "GROUP BY").
fn grouped(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let relations = rec.scopes.last().into_iter().flat_map(|it| &it.relations);
    let keys: Vec<ObjectName> = relations.filter_map(|it| it.object.as_ref().map(names::primary_key)).collect();
    let before = std::mem::replace(&mut rec.conditional, true);
    for key in keys {
        rec.effect(Action::Requires, key, span(node));
    }
    rec.conditional = before;
}

/// Brings the relations below a `FROM`, `USING` or parenthesis into the current scope.
///
/// A subquery that is not `LATERAL` is read here, before its neighbours are visible.
pub(super) fn from_items(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    for item in node.children() {
        match item.kind() {
            K::RELATION_FROM_ITEM => {
                let object = relation(rec, &item, alias(&item));
                if let Some(object) = object.filter(|_| renames_columns(&item)) {
                    rec.reads_shape(object, span(&item));
                    rec.scopes
                        .last_mut()
                        .and_then(|it| it.relations.last_mut())
                        .into_iter()
                        .for_each(|it| it.object = None);
                }
                if child(&item, K::TABLESAMPLE_CLAUSE).is_some() {
                    star(rec, &item);
                }
            }
            K::JOIN => {
                if names::has_token(&item, K::NATURAL_KW) || child(&item, K::JOIN_USING_CLAUSE).is_some() {
                    from_items(rec, &item);
                    star(rec, &item);
                } else {
                    from_items(rec, &item);
                }
            }
            K::JOIN_EXPR | K::PAREN_EXPR => from_items(rec, &item),
            K::PAREN_FROM_ITEM => paren_item(rec, &item),
            K::FUNCTION_FROM_ITEM
            | K::EXPR_FROM_ITEM
            | K::ROWS_FROM_ITEM
            | K::JSON_TABLE_FROM_ITEM
            | K::XML_TABLE_FROM_ITEM
            | K::GRAPH_TABLE_FROM_ITEM => unknown_relation(rec, alias(&item)),
            _ => {}
        }
    }
}

fn paren_item(rec: &mut Recorder<'_>, item: &SyntaxNode) {
    let lateral = names::has_token(item, K::LATERAL_KW);
    if let Some(inner) = item.children().find(|it| is_query(it.kind())) {
        if !lateral {
            let here = rec.scopes.pop();
            // CTEs stay visible; the neighbouring relations don't.
            let ctes = here.as_ref().map(|scope| scope.ctes.clone()).unwrap_or_default();
            rec.scopes.push(Scope { ctes, ..Scope::default() });
            query(rec, &inner);
            rec.scopes.pop();
            rec.scopes.extend(here);
        }
        unknown_relation(rec, alias(item));
    } else {
        from_items(rec, item);
        if let Some(alias) = alias(item) {
            unknown_relation(rec, Some(alias));
        }
    }
}

fn alias(item: &SyntaxNode) -> Option<Ident> {
    child_ident(&child(item, K::FROM_ALIAS)?, K::TABLE_ALIAS)
}

/// Whether its columns go by names of the query's own: `t AS a (x, y)`, the first two of them.
fn renames_columns(item: &SyntaxNode) -> bool {
    child(item, K::FROM_ALIAS).is_some_and(|it| child(&it, K::COLUMN_LIST).is_some())
}

fn unknown_relation(rec: &mut Recorder<'_>, alias: Option<Ident>) {
    if let (Some(scope), Some(alias)) = (rec.scopes.last_mut(), alias) {
        scope.relations.push(Relation { alias, object: None });
    }
}

/// Whether an unqualified name means a CTE of a query around it.
pub(super) fn is_cte(rec: &Recorder<'_>, object: &ObjectName) -> bool {
    object.schema.is_none() && rec.scopes.iter().any(|scope| scope.ctes.contains(&object.name))
}

/// A relation named in `FROM` and the like: read if the query runs now, required in any case.
pub(super) fn relation(rec: &mut Recorder<'_>, node: &SyntaxNode, alias: Option<Ident>) -> Option<ObjectName> {
    let reference = node.descendants().find(|it| matches!(it.kind(), K::RELATION_NAME_REF | K::TABLE_NAME_REF))?;
    let object = names::object(ObjectKind::Table, &names::path(&reference))?;
    let place = span(&reference);
    let alias = alias.unwrap_or_else(|| object.name.clone());
    let known = !is_cte(rec, &object) && !is_transition_table(rec, &object);
    if known {
        rec.requires_relation(object.clone(), place);
        if rec.when == When::Now {
            rec.effect(Action::ReadsRows, object.clone(), place);
            rec.reads_shape(object.clone(), place);
        }
    }
    let object = known.then_some(object);
    if let Some(scope) = rec.scopes.last_mut() {
        scope.relations.push(Relation { alias, object: object.clone() });
    }
    object
}

fn is_transition_table(rec: &Recorder<'_>, object: &ObjectName) -> bool {
    object.schema.is_none() && rec.variables.contains(&object.name)
}

/// `*`, or a name that may belong to any relation in sight: depends on all columns of each.
pub(super) fn star(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let visible: Vec<ObjectName> =
        rec.scopes.last().into_iter().flat_map(|scope| &scope.relations).filter_map(|it| it.object.clone()).collect();
    for object in visible {
        rec.reads_shape(object, span(node));
    }
}

/// A column reference: `column`, `alias.column`, `schema.table.column`.
///
/// Where the text leaves the owner open, every relation in sight is depended on as a whole; none is guessed. Returns the
/// column that is meant, if that is certain.
pub(super) fn column(rec: &mut Recorder<'_>, parts: &[Ident], node: &SyntaxNode) -> Option<ObjectName> {
    let (name, owner) = parts.split_last()?;
    let place = span(node);
    if let Some(alias) = owner.last() {
        let found = rec.scopes.iter().rev().flat_map(|scope| scope.relations.iter().rev()).find(|it| {
            it.alias == *alias || owner.len() > 1 && it.object.as_ref().is_some_and(|object| object.name == *alias)
        });
        match found.map(|it| it.object.clone()) {
            Some(Some(object)) => {
                rec.requires_column(&object, name, place);
                return Some(object.member(ObjectKind::Column, name.clone()));
            }
            Some(None) => {}
            None if rec.variables.contains(alias) => {}
            None => everything_in_sight(rec, node),
        }
        return None;
    }
    if rec.variables.contains(name) || rec.scopes.last().is_some_and(|scope| scope.outputs.contains(name)) {
        return None;
    }
    let relations = || rec.scopes.iter().flat_map(|scope| &scope.relations);
    let whole_row = relations().find(|it| it.alias == *name).map(|it| it.object.clone());
    let mut all = relations();
    match (whole_row, all.next(), all.next()) {
        (Some(Some(object)), _, _) => rec.reads_shape(object, place),
        (Some(None), _, _) | (None, None, _) => {}
        (None, Some(Relation { object: Some(object), .. }), None) => {
            let object = object.clone();
            rec.requires_column(&object, name, place);
            return Some(object.member(ObjectKind::Column, name.clone()));
        }
        _ => everything_in_sight(rec, node),
    }
    None
}

fn everything_in_sight(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let visible: Vec<ObjectName> =
        rec.scopes.iter().flat_map(|scope| &scope.relations).filter_map(|it| it.object.clone()).collect();
    for object in visible {
        rec.reads_shape(object, span(node));
    }
}

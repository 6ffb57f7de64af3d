//! Constraints of tables and columns, with the indexes and names they imply.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::expression::expression;
use super::names::{self, child, child_ident, ident, span};
use super::record::{Recorder, Relation, Scope};
use super::{Action, naming};
use crate::model::{Ident, ObjectKind, ObjectName, Span};

/// Whether a node is a constraint of a column or table.
pub(super) const fn is_constraint(kind: K) -> bool {
    matches!(
        kind,
        K::PRIMARY_KEY_CONSTRAINT
            | K::UNIQUE_CONSTRAINT
            | K::CHECK_CONSTRAINT
            | K::EXCLUDE_CONSTRAINT
            | K::FOREIGN_KEY_CONSTRAINT
            | K::REFERENCES_CONSTRAINT
            | K::NOT_NULL_CONSTRAINT
            | K::NULL_CONSTRAINT
            | K::DEFAULT_CONSTRAINT
            | K::GENERATED_CONSTRAINT
    )
}

/// Reads an expression that is bound to one relation: a check, a default, an index expression, a policy.
pub(super) fn bound(rec: &mut Recorder<'_>, table: &ObjectName, aliases: &[&str], node: &SyntaxNode) {
    let before = rec.bind();
    let mut relations = vec![Relation { alias: table.name.clone(), object: Some(table.clone()) }];
    relations.extend(aliases.iter().map(|alias| Relation { alias: Ident::exact(alias), object: Some(table.clone()) }));
    if !aliases.is_empty() {
        relations.remove(0);
    }
    let scopes = std::mem::replace(&mut rec.scopes, vec![Scope { relations, ..Scope::default() }]);
    expression(rec, node);
    rec.scopes = scopes;
    rec.when = before;
}

/// Records a constraint of `table`; `column` is the one it stands at, if it stands at one.
pub(super) fn constraint(rec: &mut Recorder<'_>, table: &ObjectName, column: Option<&Ident>, node: &SyntaxNode) {
    match node.kind() {
        K::PRIMARY_KEY_CONSTRAINT | K::UNIQUE_CONSTRAINT => key(rec, table, column, node),
        K::FOREIGN_KEY_CONSTRAINT | K::REFERENCES_CONSTRAINT => foreign_key(rec, table, column, node),
        K::CHECK_CONSTRAINT => check(rec, table, node),
        K::EXCLUDE_CONSTRAINT => exclude(rec, table, node),
        K::GENERATED_CONSTRAINT => generated(rec, table, column, node),
        _ => {
            if let Some(name) = given_name(node) {
                rec.creates(table.member(ObjectKind::Constraint, name), span(node), Some(table));
            }
            bound_parts(rec, table, node);
        }
    }
}

fn bound_parts(rec: &mut Recorder<'_>, table: &ObjectName, node: &SyntaxNode) {
    for part in node.children().filter(|it| it.kind() != K::CONSTRAINT_NAME_CLAUSE) {
        bound(rec, table, &[], &part);
    }
}

/// The name after `CONSTRAINT`.
fn given_name(node: &SyntaxNode) -> Option<Ident> {
    child_ident(&child(node, K::CONSTRAINT_NAME_CLAUSE)?, K::CONSTRAINT_NAME)
}

/// The name given, or the one PostgreSQL chooses.
pub(super) fn name_or(
    rec: &Recorder<'_>,
    table: &ObjectName,
    node: &SyntaxNode,
    addition: Option<&str>,
    label: &str,
    index: bool,
) -> Ident {
    given_name(node).unwrap_or_else(|| {
        naming::choose(table.name.as_str(), addition, label, |name| {
            let index_taken = table
                .schema
                .as_ref()
                .is_some_and(|schema| index && rec.session.created.contains(&(schema.clone(), name.clone())));
            index_taken
                || rec.effects.iter().any(|it| {
                    it.object.kind == ObjectKind::Constraint
                        && it.action == Action::Creates
                        && it.object.name == table.name
                        && it.object.member.as_ref() == Some(name)
                })
        })
    })
}

fn listed_columns(node: &SyntaxNode, list: K) -> Vec<(Ident, Span)> {
    let columns = child(node, list).into_iter().flat_map(|it| it.children().collect::<Vec<_>>());
    let columns =
        columns.map(|it| child(&it, K::COLUMN_NAME_REF).filter(|_| it.kind() == K::PERIOD_COLUMN).unwrap_or(it));
    columns.filter(|it| it.kind() == K::COLUMN_NAME_REF).filter_map(|it| Some((ident(&it)?, span(&it)))).collect()
}

fn require_columns(rec: &mut Recorder<'_>, table: &ObjectName, columns: &[(Ident, Span)]) {
    for (column, place) in columns {
        rec.requires_column(table, column, *place);
    }
}

fn idents(columns: &[(Ident, Span)]) -> Vec<Ident> {
    columns.iter().map(|(name, _)| name.clone()).collect()
}

/// Records an index of a constraint and the constraint itself.
fn constraint_with_index(rec: &mut Recorder<'_>, table: &ObjectName, name: &Ident, place: Span) {
    rec.creates(table.member(ObjectKind::Constraint, name.clone()), place, Some(table));
    let index = ObjectName {
        kind: ObjectKind::Index,
        schema: table.schema.clone(),
        name: name.clone(),
        member: None,
        arguments: None,
    };
    rec.creates(index, place, Some(table));
}

fn key(rec: &mut Recorder<'_>, table: &ObjectName, column: Option<&Ident>, node: &SyntaxNode) {
    let primary = node.kind() == K::PRIMARY_KEY_CONSTRAINT;
    let place = span(node);
    if let Some(index) = names::descendant(node, K::INDEX_REF) {
        // USING INDEX: the index takes the constraint's name.
        if let Some(mut object) = names::object(ObjectKind::Index, &names::path(&index)) {
            object.schema.clone_from(&table.schema);
            let name = given_name(node).unwrap_or_else(|| object.name.clone());
            rec.effect(Action::Requires, object.clone(), span(&index));
            rec.creates(table.member(ObjectKind::Constraint, name.clone()), place, Some(table));
            if name != object.name {
                super::alter_table::moves(rec, object, None, Some(name), place);
            }
        }
        if primary {
            let index = index_named(table, given_name(node).or_else(|| names::path(&index).pop()));
            rec.creates(names::primary_key(table), place, index.as_ref());
        }
        return;
    }
    let parameters = child(node, K::INDEX_PARAMETERS).unwrap_or_else(|| node.clone());
    let mut columns = listed_columns(&parameters, K::CONSTRAINT_COLUMN_REF_LIST);
    require_columns(rec, table, &columns);
    if columns.is_empty() {
        columns.extend(column.map(|it| (it.clone(), place)));
    }
    let mut included_columns = Vec::new();
    for included in parameters.children().filter(|it| it.kind() == K::CONSTRAINT_INCLUDE_CLAUSE) {
        let extra = listed_columns(&included, K::COLUMN_REF_LIST);
        require_columns(rec, table, &extra);
        included_columns.extend(extra);
    }
    let same_key = table.unique_key(&idents(&columns));
    if given_name(node).is_none() && rec.effects.iter().any(|it| it.action == Action::Creates && it.object == same_key)
    {
        // PostgreSQL makes one index of two constraints that say the same.
        return;
    }
    let addition = naming::addition(columns.iter().chain(&included_columns).map(|(name, _)| name.as_str()));
    let name = if primary {
        name_or(rec, table, node, None, "pkey", true)
    } else {
        name_or(rec, table, node, Some(&addition), "key", true)
    };
    constraint_with_index(rec, table, &name, place);
    if names::descendant(node, K::WITHOUT_OVERLAPS).is_some() {
        needs_btree_gist(rec, place);
    }
    let index = index_named(table, Some(name));
    rec.creates(same_key, place, index.as_ref());
    if primary {
        rec.creates(names::primary_key(table), place, index.as_ref());
    }
}

/// An index beside its table.
fn index_named(table: &ObjectName, name: Option<Ident>) -> Option<ObjectName> {
    Some(ObjectName {
        kind: ObjectKind::Index,
        schema: table.schema.clone(),
        name: name?,
        member: None,
        arguments: None,
    })
}

fn foreign_key(rec: &mut Recorder<'_>, table: &ObjectName, column: Option<&Ident>, node: &SyntaxNode) {
    let place = span(node);
    let own = listed_columns(node, K::FOREIGN_KEY_COLUMN_LIST);
    require_columns(rec, table, &own);
    let own_names = if own.is_empty() { column.cloned().into_iter().collect() } else { idents(&own) };
    let addition = naming::addition(own_names.iter().map(Ident::as_str));
    let name = name_or(rec, table, node, Some(&addition), "fkey", false);
    let constraint = table.member(ObjectKind::Constraint, name);
    rec.creates(constraint.clone(), place, Some(table));
    let Some(reference) = child(node, K::TABLE_NAME_REF) else { return };
    let Some(referenced) = names::object(ObjectKind::Table, &names::path(&reference)) else { return };
    let at = span(&reference);
    rec.requires_relation(referenced.clone(), at);
    let mut columns: Vec<(Ident, Span)> =
        names::children(node, K::COLUMN_NAME_REF).filter_map(|it| Some((ident(&it)?, span(&it)))).collect();
    let lists: Vec<_> = names::children(node, K::FOREIGN_KEY_COLUMN_LIST).collect();
    if let Some(list) = lists.get(1) {
        let referenced = list.descendants().filter(|it| it.kind() == K::COLUMN_NAME_REF);
        columns = referenced.filter_map(|it| Some((ident(&it)?, span(&it)))).collect();
    }
    require_columns(rec, &referenced, &columns);
    let key =
        if columns.is_empty() { names::primary_key(&referenced) } else { referenced.unique_key(&idents(&columns)) };
    // Not through `requires_relation`: a key of the table itself may have been added by another migration.
    rec.effect(Action::Requires, key.clone(), at);
    rec.part(Action::Refers, key.clone(), &constraint, at);
    for part in node.children().filter(|it| matches!(it.kind(), K::ON_DELETE_ACTION | K::ON_UPDATE_ACTION)) {
        let action = part.children().find_map(|it| match (part.kind(), it.kind()) {
            (_, K::NO_ACTION | K::RESTRICT) => None,
            (K::ON_UPDATE_ACTION, _) => Some(Action::CascadesUpdate),
            (_, K::CASCADE) => Some(Action::CascadesDelete),
            _ => Some(Action::ClearsOnDelete),
        });
        if let Some(action) = action {
            rec.part(action, key.clone(), &table.unique_key(&own_names), span(&part));
        }
    }
}

fn check(rec: &mut Recorder<'_>, table: &ObjectName, node: &SyntaxNode) {
    let mut named: Vec<Ident> = Vec::new();
    for (mut parts, _) in node.descendants().filter(is_column_reference).filter_map(|it| super::expression::dotted(&it))
    {
        if let Some(name) = parts.pop()
            && !named.contains(&name)
        {
            named.push(name);
        }
    }
    let single = match named.as_slice() {
        [only] => Some(only.as_str()),
        [] | [_, _, ..] => None,
    };
    let name = name_or(rec, table, node, single, "check", false);
    rec.creates(table.member(ObjectKind::Constraint, name), span(node), Some(table));
    bound_parts(rec, table, node);
}

/// A column in an expression, as opposed to the name of a called function or a part of a longer name.
fn is_column_reference(node: &SyntaxNode) -> bool {
    if !matches!(node.kind(), K::NAME_REF | K::FIELD_EXPR) {
        return false;
    }
    node.parent().is_some_and(|parent| match parent.kind() {
        K::FIELD_EXPR => false,
        K::CALL_EXPR => parent.children().next().as_ref() != Some(node),
        _ => true,
    })
}

fn exclude(rec: &mut Recorder<'_>, table: &ObjectName, node: &SyntaxNode) {
    let columns: Vec<Ident> = node
        .descendants()
        .filter(|it| it.kind() == K::CONSTRAINT_EXCLUSION)
        .map(|it| naming::index_column(&it))
        .collect();
    let addition = naming::addition(columns.iter().map(Ident::as_str));
    let name = name_or(rec, table, node, Some(&addition), "excl", true);
    constraint_with_index(rec, table, &name, span(node));
    if names::descendant(node, K::ACCESS_METHOD_REF).and_then(|it| ident(&it)).is_some_and(|it| it.as_str() == "gist") {
        needs_btree_gist(rec, span(node));
    }
    bound_parts(rec, table, node);
}

/// `=` on scalars in an index by `gist` needs `btree_gist`, which the text does not name.
fn needs_btree_gist(rec: &mut Recorder<'_>, place: Span) {
    let extension = ObjectName::global(ObjectKind::Extension, Ident::exact("btree_gist"));
    rec.effect(Action::RequiresLater, extension, place);
}

fn generated(rec: &mut Recorder<'_>, table: &ObjectName, column: Option<&Ident>, node: &SyntaxNode) {
    if let (Some(_), Some(column)) = (names::descendant(node, K::GENERATED_IDENTITY), column) {
        let given = names::descendant(node, K::SEQUENCE).map(|it| names::path(&it));
        owned_sequence(rec, table, column, given.as_deref(), span(node));
    }
    if let Some(stored) = names::descendant(node, K::GENERATED_STORED) {
        bound(rec, table, &[], &stored);
        if let Some(column) = column {
            rec.part(Action::Updates, table.member(ObjectKind::Column, column.clone()), table, span(node));
        }
    }
}

/// The sequence behind a serial or identity column.
pub(super) fn owned_sequence(
    rec: &mut Recorder<'_>,
    table: &ObjectName,
    column: &Ident,
    given: Option<&[Ident]>,
    place: Span,
) {
    let taken = |name: &Ident| {
        table.schema.as_ref().is_some_and(|schema| rec.session.created.contains(&(schema.clone(), name.clone())))
    };
    let chosen = naming::choose(table.name.as_str(), Some(column.as_str()), "seq", taken);
    let mut sequence = ObjectName {
        kind: ObjectKind::Sequence,
        schema: table.schema.clone(),
        name: chosen,
        member: None,
        arguments: None,
    };
    if let Some(given) = given.and_then(|parts| names::object(ObjectKind::Sequence, parts)) {
        sequence.schema = given.schema.or(sequence.schema);
        sequence.name = given.name;
    }
    rec.creates(sequence, place, Some(table));
}

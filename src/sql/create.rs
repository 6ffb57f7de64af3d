//! `CREATE` of everything that is neither a table, a view, nor a routine.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::constraint::bound;
use super::expression::{self, expression, parts};
use super::names::{self, child, child_ident, children, ident, span};
use super::record::Recorder;
use super::{Action, naming};
use crate::model::{Ident, ObjectKind, ObjectName};

/// `CREATE SCHEMA`, with the elements inside it.
pub(super) fn schema(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let named = names::descendant(node, K::NAMED_SCHEMA).and_then(|it| child(&it, K::SCHEMA));
    let Some(name) = named.or_else(|| names::descendant(node, K::ROLE)) else { return };
    let Some(schema) = ident(&name) else { return };
    rec.creates(ObjectName::global(ObjectKind::Schema, schema.clone()), span(&name), None);
    for role in names::descendant(node, K::NAMED_SCHEMA).iter().flat_map(SyntaxNode::children) {
        expression(rec, &role);
    }
    let path = std::mem::replace(&mut rec.session.path, std::iter::once(schema).collect());
    let elements = node.children().filter(|it| it.kind() != K::NAMED_SCHEMA && it.kind() != K::AUTHORIZATION_SCHEMA);
    for element in elements.filter(|it| it.kind() != K::IF_NOT_EXISTS) {
        super::dispatch::dispatch(rec, &element);
    }
    rec.session.path = path;
}

/// `CREATE INDEX`.
pub(super) fn index(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(on) = child(node, K::TABLE_RELATION_NAME) else { return };
    let Some(table) = names::object(ObjectKind::Table, &names::path(&on)) else { return };
    let at = names::descendant(&on, K::PATH_REF).map_or_else(|| span(&on), |it| span(&it));
    rec.effect(Action::Requires, table.clone(), at);
    let items: Vec<SyntaxNode> = child(node, K::PARTITION_ITEM_LIST)
        .iter()
        .flat_map(|it| children(it, K::PARTITION_ITEM).collect::<Vec<_>>())
        .collect();
    let columns: Vec<Option<Ident>> = items
        .iter()
        .map(|item| item.children().next().filter(|it| it.kind() == K::NAME_REF).and_then(|it| ident(&it)))
        .collect();
    let unique = names::has_token(node, K::UNIQUE_KW);
    let partial = child(node, K::WHERE_CLAUSE).is_some();
    // Values are looked at when they must be unique or an expression is computed from them.
    if unique || partial || columns.iter().any(Option::is_none) {
        rec.effect(Action::ReadsRows, table.clone(), at);
    }
    for part in node.children().filter(|it| !matches!(it.kind(), K::INDEX | K::TABLE_RELATION_NAME)) {
        bound(rec, &table, &[], &part);
    }
    let name = child(node, K::INDEX).and_then(|it| names::path(&it).pop()).unwrap_or_else(|| {
        let column_names: Vec<Ident> = items.iter().map(naming::index_column).collect();
        let addition = naming::addition(column_names.iter().map(Ident::as_str));
        naming::choose(table.name.as_str(), Some(&addition), "idx", |name| {
            rec.session.created.iter().any(|(_, created)| created == name)
        })
    });
    let index =
        ObjectName { kind: ObjectKind::Index, schema: table.schema.clone(), name, member: None, arguments: None };
    if index.schema.is_none() {
        // For choosing further names only; the graph puts it where its table turns out to be.
        let guess = rec.session.path.first().cloned();
        rec.session.created.extend(guess.map(|schema| (schema, index.name.clone())));
    }
    let place = child(node, K::INDEX).map_or(at, |it| span(&it));
    rec.creates(index.clone(), place, Some(&table));
    if let (true, false, Some(columns)) = (unique, partial, columns.into_iter().collect::<Option<Vec<_>>>()) {
        rec.creates(table.unique_key(&columns), place, Some(&index));
    }
    let implicit_class = items.iter().any(|item| child(item, K::OP_CLASS_REF).is_none());
    let method = names::descendant(node, K::ACCESS_METHOD_REF).and_then(|it| ident(&it));
    if let (true, Some("gist" | "gin")) = (implicit_class, method.as_ref().map(Ident::as_str)) {
        let helper = if method.as_ref().is_some_and(|it| it.as_str() == "gist") { "btree_gist" } else { "btree_gin" };
        let extension = ObjectName::global(ObjectKind::Extension, Ident::exact(helper));
        rec.effect(Action::RequiresLater, extension, at);
    }
}

/// `CREATE SEQUENCE`.
pub(super) fn sequence(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(name) = child(node, K::SEQUENCE) else { return };
    let path = names::path(&name);
    if child(node, K::TEMP).is_some() {
        rec.session.temporary.extend(path.last().cloned());
        return;
    }
    let Some(sequence) = rec.new_name(ObjectKind::Sequence, &path, span(&name)) else { return };
    rec.creates(sequence, span(&name), None);
    parts(rec, node);
}

/// `CREATE TYPE` in its forms; a bare or base type is opaque.
pub(super) fn create_type(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(name) = child(node, K::TYPE_NAME) else { return };
    let enumeration = child(node, K::ENUM_TYPE);
    let kind = if enumeration.is_some() { ObjectKind::Enum } else { ObjectKind::Type };
    let Some(object) = rec.new_name(kind, &names::path(&name), span(&name)) else { return };
    rec.creates(object.clone(), span(&name), None);
    for variant in enumeration.iter().flat_map(|it| it.descendants().collect::<Vec<_>>()) {
        if variant.kind() == K::LITERAL
            && let Some(label) = expression::string(&variant)
        {
            rec.creates(object.member(ObjectKind::EnumLabel, Ident::exact(&label)), span(&variant), Some(&object));
        }
    }
    if let Some(composite) = child(node, K::COMPOSITE_TYPE) {
        parts(rec, &composite);
    }
    if let Some(range) = child(node, K::RANGE_TYPE) {
        range_type(rec, &range, &object);
    }
    if child(node, K::BASE_TYPE).is_some() {
        rec.opaque("a base type is made of functions that are not followed");
    }
}

fn range_type(rec: &mut Recorder<'_>, range: &SyntaxNode, object: &ObjectName) {
    for option in range.descendants().filter(|it| it.kind() == K::ATTRIBUTE_OPTION) {
        let attribute = child_ident(&option, K::ATTRIBUTE_NAME);
        let Some(value) = child(&option, K::ATTRIBUTE_VALUE).or_else(|| option.children().nth(1)) else { continue };
        let path = names::path(&value);
        match attribute.as_ref().map(Ident::as_str) {
            Some("subtype") => rec.requires_type(&path, span(&value)),
            Some("subtype_diff" | "canonical") => rec.requires_function(&path, span(&value)),
            _ => {}
        }
    }
    let multirange = object.name.as_str().replacen("range", "multirange", 1);
    let name = if multirange == object.name.as_str() { format!("{multirange}_multirange") } else { multirange };
    let mut companion = object.clone();
    companion.name = Ident::exact(&name);
    rec.creates(companion, span(range), Some(object));
}

/// `CREATE DOMAIN`.
pub(super) fn domain(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(name) = child(node, K::DOMAIN) else { return };
    let Some(domain) = rec.new_name(ObjectKind::Domain, &names::path(&name), span(&name)) else { return };
    let before = rec.bind();
    rec.variables.insert(Ident::exact("value"));
    for part in node.children().filter(|it| it.kind() != K::DOMAIN) {
        parts(rec, &part);
        if matches!(part.kind(), K::PATH_TYPE | K::ARRAY_TYPE) {
            expression(rec, &part);
        }
        if let Some(constraint) =
            child(&part, K::CONSTRAINT_NAME_CLAUSE).and_then(|it| child_ident(&it, K::CONSTRAINT_NAME))
        {
            rec.creates(domain.member(ObjectKind::Constraint, constraint), span(&part), Some(&domain));
        }
    }
    rec.when = before;
    rec.creates(domain, span(&name), None);
}

/// `CREATE TRIGGER`.
pub(super) fn trigger(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(on) = child(node, K::ON_RELATION) else { return };
    let Some(table) = names::object(ObjectKind::Table, &names::path(&on)) else { return };
    let Some(name) = child(node, K::TRIGGER) else { return };
    let at = names::descendant(&on, K::PATH_REF).map_or_else(|| span(&on), |it| span(&it));
    rec.effect(Action::Requires, table.clone(), at);
    rec.effect(Action::Alters, table.clone(), at);
    let columns = child(node, K::TRIGGER_EVENT_LIST)
        .iter()
        .flat_map(|it| it.descendants().collect::<Vec<_>>())
        .collect::<Vec<_>>();
    for column in columns.iter().filter(|it| it.kind() == K::COLUMN_NAME_REF) {
        if let Some(column_name) = ident(column) {
            rec.requires_column(&table, &column_name, span(column));
        }
    }
    for part in node.children() {
        if matches!(part.kind(), K::WHEN_CONDITION | K::CALL_EXPR) {
            bound(rec, &table, &["new", "old"], &part);
        } else if part.kind() == K::FROM_TABLE {
            parts(rec, &part);
        }
    }
    if let Some(trigger) = ident(&name) {
        rec.creates(table.member(ObjectKind::Trigger, trigger), span(&name), Some(&table));
    }
}

/// `CREATE POLICY` and `ALTER POLICY`.
pub(super) fn policy(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(on) = child(node, K::ON_TABLE) else { return };
    let Some(table) = names::object(ObjectKind::Table, &names::path(&on)) else { return };
    let at = names::descendant(&on, K::PATH_REF).map_or_else(|| span(&on), |it| span(&it));
    rec.effect(Action::Requires, table.clone(), at);
    rec.effect(Action::Alters, table.clone(), at);
    if let Some(name) = child(node, K::POLICY)
        && let Some(policy) = ident(&name)
    {
        rec.creates(table.member(ObjectKind::Policy, policy), span(&name), Some(&table));
    }
    if let Some(reference) = child(node, K::POLICY_REF)
        && let Some(name) = ident(&reference)
    {
        let policy = table.member(ObjectKind::Policy, name);
        rec.effect(Action::Requires, policy.clone(), span(&reference));
        rec.effect(Action::Alters, policy.clone(), span(&reference));
        if let Some(rename) = child(node, K::POLICY_RENAME_TO) {
            super::alter_table::renamed(rec, &policy, &rename);
        }
    }
    let bodies = [K::USING_EXPR_CLAUSE, K::WITH_CHECK_EXPR_CLAUSE, K::POLICY_ROLES];
    for part in node.descendants().filter(|it| bodies.contains(&it.kind())) {
        bound(rec, &table, &[], &part);
    }
}

/// `CREATE RULE`: its actions run when somebody uses the relation.
pub(super) fn rule(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(on) = child(node, K::RULE_ON) else { return };
    let Some(table) = names::object(ObjectKind::Table, &names::path(&on)) else { return };
    let at = names::descendant(&on, K::PATH_REF).map_or_else(|| span(&on), |it| span(&it));
    rec.effect(Action::Requires, table.clone(), at);
    rec.effect(Action::Alters, table.clone(), at);
    if let Some(name) = child(node, K::RULE)
        && let Some(rule) = ident(&name)
    {
        rec.creates(table.member(ObjectKind::Rule, rule), span(&name), Some(&table));
    }
    let before = rec.bind();
    for part in node.children().filter(|it| it.kind() != K::RULE) {
        bound(rec, &table, &["new", "old"], &part);
    }
    rec.when = before;
    // What it would write when it fires is not written now.
    rec.effects.retain(|it| it.action != Action::WritesRows);
}

/// Objects outside schemas whose statement creates one thing and refers to others.
pub(super) fn global(rec: &mut Recorder<'_>, kind: ObjectKind, name_kind: K, node: &SyntaxNode) {
    let Some(name) = names::descendant(node, name_kind) else { return };
    let before = rec.bind();
    parts(rec, node);
    rec.when = before;
    if let Some(object) = ident(&name) {
        rec.creates(ObjectName::global(kind, object), span(&name), None);
    }
}

/// Objects in schemas whose statement creates one thing and refers to others.
pub(super) fn in_schema(rec: &mut Recorder<'_>, kind: ObjectKind, name_kind: K, node: &SyntaxNode) {
    let before = rec.bind();
    parts(rec, node);
    rec.when = before;
    let Some(name) = child(node, name_kind) else { return };
    if let Some(object) = rec.new_name(kind, &names::path(&name), span(&name)) {
        rec.creates(object, span(&name), None);
    }
}

/// `CREATE USER MAPPING`: named by its server and role.
pub(super) fn user_mapping(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    parts(rec, node);
    let Some(server) = names::descendant(node, K::SERVER_REF).and_then(|it| ident(&it)) else { return };
    let role = names::descendant(node, K::ROLE_NAME_REF)
        .and_then(|it| ident(&it))
        .unwrap_or_else(|| Ident::exact("current_user"));
    let server = ObjectName::global(ObjectKind::ForeignServer, server);
    let mapping = server.member(ObjectKind::UserMapping, role);
    let action = if node.kind() == K::CREATE_USER_MAPPING { Action::Creates } else { Action::Alters };
    match action {
        Action::Creates => rec.creates(mapping, span(node), Some(&server)),
        _ => rec.effect(action, mapping, span(node)),
    }
}

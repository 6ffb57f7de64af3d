//! `CREATE` of everything that is neither a table, a view, nor a routine.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::constraint::bound;
use super::expression::{self, expression, parts};
use super::names::{self, child, children, ident, span};
use super::record::Recorder;
use super::{Action, built_in, definition, naming};
use crate::model::{Ident, ObjectKind, ObjectName};

/// `CREATE SCHEMA`, with the elements inside it.
pub(super) fn schema(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let named = names::descendant(node, K::NAMED_SCHEMA).and_then(|it| child(&it, K::SCHEMA));
    let Some(name) = named.or_else(|| names::descendant(node, K::ROLE)) else { return };
    let Some(schema) = ident(&name) else { return };
    if child(node, K::AUTHORIZATION_SCHEMA).is_some() {
        rec.effect(Action::Requires, ObjectName::global(ObjectKind::Role, schema.clone()), span(&name));
    }
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
    let columns: Vec<Option<Ident>> = items.iter().map(names::indexed_column).collect();
    let unique = names::has_token(node, K::UNIQUE_KW);
    let partial = child(node, K::WHERE_CLAUSE).is_some();
    if names::has_token(&on, K::ONLY_KW) {
        // Partitions made later get it by themselves, those that are there don't.
        rec.effect(Action::Alters, table.clone(), at);
    }
    // Values are looked at when they must be unique or an expression is computed from them.
    if unique || partial || columns.iter().any(Option::is_none) {
        rec.effect(Action::ReadsRows, table.clone(), at);
    }
    for part in node.children().filter(|it| !matches!(it.kind(), K::INDEX | K::TABLE_RELATION_NAME)) {
        bound(rec, &table, &[], &part);
    }
    let included = child(node, K::INDEX_INCLUDE_CLAUSE).and_then(|it| child(&it, K::PARTITION_ITEM_LIST));
    let included: Vec<SyntaxNode> = included.iter().flat_map(|it| children(it, K::PARTITION_ITEM)).collect();
    let column_names: Vec<Ident> = items.iter().chain(&included).map(naming::index_column).collect();
    let addition = naming::addition(column_names.iter().map(Ident::as_str));
    let name = child(node, K::INDEX).and_then(|it| names::path(&it).pop()).unwrap_or_else(|| {
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
    rec.effect(Action::Names, table.member(ObjectKind::Index, naming::object_name("", Some(&addition), "idx")), place);
    if let (true, Some(columns)) = (unique, columns.into_iter().collect::<Option<Vec<_>>>()) {
        let key = if partial { names::partial_key(&table, &columns) } else { table.unique_key(&columns) };
        rec.creates(key, place, Some(&index));
    }
    let implicit_class = items.iter().any(|item| child(item, K::OP_CLASS_REF).is_none());
    let method = names::descendant(node, K::ACCESS_METHOD_REF).and_then(|it| ident(&it));
    if let (true, Some("gist" | "gin")) = (implicit_class, method.as_ref().map(Ident::as_str)) {
        let helper = if method.as_ref().is_some_and(|it| it.as_str() == "gist") { "btree_gist" } else { "btree_gin" };
        let extension = ObjectName::global(ObjectKind::Extension, Ident::exact(helper));
        rec.effect(Action::RequiresLater, extension, at);
    }
}

/// `CREATE STATISTICS`; unnamed it is named after its columns, since PostgreSQL 16.
pub(super) fn statistics(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(from) = child(node, K::FROM_TABLE) else { return };
    let Some(table) = names::object(ObjectKind::Table, &names::path(&from)) else { return };
    rec.effect(Action::Requires, table.clone(), span(&from));
    for part in children(node, K::STATISTICS_ON_CLAUSE) {
        bound(rec, &table, &[], &part);
    }
    let named = child(node, K::STATISTICS);
    let place = named.as_ref().map_or_else(|| span(node), span);
    let mut path = named.map(|it| names::path(&it)).unwrap_or_default();
    if path.is_empty() {
        let on = child(node, K::STATISTICS_ON_CLAUSE);
        let columns = on.iter().flat_map(SyntaxNode::children).filter(|it| it.kind() == K::NAME_REF);
        let columns: Vec<Ident> = columns.filter_map(|it| ident(&it)).collect();
        let addition = naming::addition(columns.iter().map(Ident::as_str));
        path.extend(table.schema.clone());
        path.push(naming::object_name(table.name.as_str(), Some(&addition), "stat"));
    }
    if let Some(object) = rec.new_name(ObjectKind::Statistics, &path, place) {
        rec.creates(object, place, Some(&table));
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

/// `CREATE TYPE` in its forms; a shell, which a base type fills, is a type as well.
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
    if let Some(base) = child(node, K::BASE_TYPE) {
        let before = rec.bind();
        definition::attributes(rec, &base);
        rec.when = before;
    }
}

fn range_type(rec: &mut Recorder<'_>, range: &SyntaxNode, object: &ObjectName) {
    let before = rec.bind();
    definition::attributes(rec, range);
    rec.when = before;
    let given = definition::options(range).find(|(name, _)| name.as_str() == "multirange_type_name");
    let companion = if let Some((_, value)) = given {
        rec.new_name(ObjectKind::Type, &names::path(&value), span(&value))
    } else {
        let multirange = object.name.as_str().replacen("range", "multirange", 1);
        let name = if multirange == object.name.as_str() { format!("{multirange}_multirange") } else { multirange };
        Some(ObjectName { name: Ident::exact(&name), ..object.clone() })
    };
    rec.creates(ObjectName { kind: ObjectKind::Function, ..object.clone() }, span(range), Some(object));
    if let Some(companion) = companion {
        rec.creates(companion.clone(), span(range), Some(object));
        rec.creates(ObjectName { kind: ObjectKind::Function, ..companion }, span(range), Some(object));
    }
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
        if part.kind() == K::CHECK_CONSTRAINT {
            domain_constraint(rec, &domain, &part);
        }
    }
    rec.when = before;
    rec.creates(domain, span(&name), None);
}

/// A constraint of a domain: named after the domain if it has no name.
pub(super) fn domain_constraint(rec: &mut Recorder<'_>, domain: &ObjectName, node: &SyntaxNode) {
    let name = super::constraint::name_or(rec, domain, node, None, "check", false);
    rec.creates(domain.member(ObjectKind::Constraint, name), span(node), Some(domain));
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
    rec.body(|inner| {
        node.children().filter(|it| it.kind() != K::RULE).for_each(|it| bound(inner, &table, &["new", "old"], &it));
    });
    // What it would write when it fires is not written now.
    rec.effects.retain(|it| it.action == Action::ReadsRows || !it.action.is_of_rows());
}

/// Objects outside schemas whose statement creates one thing and refers to others.
pub(super) fn global(rec: &mut Recorder<'_>, kind: ObjectKind, name_kind: K, node: &SyntaxNode) {
    let Some(name) = names::descendant(node, name_kind) else { return };
    let before = rec.bind();
    parts(rec, node);
    rec.when = before;
    if kind == ObjectKind::Role {
        super::membership::members(rec, node);
    }
    if let Some(object) = ident(&name) {
        rec.creates(ObjectName::global(kind, object), span(&name), None);
    }
}

/// `CREATE EXTENSION`: what it builds on must be there, or comes along with `CASCADE`.
pub(super) fn extension(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let cascade = names::has_token(node, K::CASCADE_KW);
    let name = names::descendant(node, K::EXTENSION).and_then(|it| ident(&it));
    for required in name.iter().flat_map(|it| built_in::required_extensions(it.as_str())) {
        let object = ObjectName::global(ObjectKind::Extension, Ident::exact(required));
        if cascade {
            rec.creates(object, span(node), None);
        } else {
            rec.effect(Action::Requires, object, span(node));
        }
    }
    global(rec, ObjectKind::Extension, K::EXTENSION, node);
}

/// `CREATE SUBSCRIPTION`: its publications are on the other server.
pub(super) fn subscription(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    if let Some(name) = child(node, K::SUBSCRIPTION).as_ref().and_then(ident) {
        rec.creates(ObjectName::global(ObjectKind::Subscription, name), span(node), None);
    }
}

/// Objects outside schemas that functions of the server's own kind stand behind.
pub(super) fn handled(rec: &mut Recorder<'_>, kind: ObjectKind, name_kind: K, node: &SyntaxNode) {
    definition::with_handlers(rec, node);
    if let Some(name) = child(node, name_kind).as_ref().and_then(ident) {
        rec.creates(ObjectName::global(kind, name), span(node), None);
    }
}

/// Objects in schemas whose statement creates one thing and refers to others.
pub(super) fn in_schema(rec: &mut Recorder<'_>, kind: ObjectKind, name_kind: K, node: &SyntaxNode) {
    let before = rec.bind();
    parts(rec, node);
    rec.when = before;
    named(rec, kind, name_kind, node);
}

/// The creation alone of an object in a schema.
pub(super) fn named(rec: &mut Recorder<'_>, kind: ObjectKind, name_kind: K, node: &SyntaxNode) {
    let Some(name) = child(node, name_kind) else { return };
    if let Some(object) = rec.new_name(kind, &names::path(&name), span(&name)) {
        rec.creates(object, span(&name), None);
    }
}

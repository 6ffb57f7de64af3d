//! Queries of PostgreSQL's own catalogs: which objects they ask for, and what names they can return.

use std::collections::{BTreeMap, BTreeSet};

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;

use super::expression::{dotted, string};
use super::names::{self, child, has_token, span};
use super::record::{Recorder, When};
use super::value::{self, Environment, Values};
use super::{Action, built_in};
use crate::model::{Ident, ObjectKind, ObjectName};

/// Columns that hold the name of a schema.
const SCHEMAS: [&str; 10] = [
    "nspname",
    "schemaname",
    "table_schema",
    "constraint_schema",
    "routine_schema",
    "trigger_schema",
    "event_object_schema",
    "sequence_schema",
    "udt_schema",
    "schema_name",
];

/// Columns that hold the name of a relation.
const RELATIONS: [&str; 9] = [
    "relname",
    "table_name",
    "tablename",
    "viewname",
    "matviewname",
    "indexname",
    "sequencename",
    "sequence_name",
    "event_object_table",
];

/// Columns that hold the name of what belongs to a relation or type.
const MEMBERS: [(&str, ObjectKind); 10] = [
    ("attname", ObjectKind::Column),
    ("column_name", ObjectKind::Column),
    ("conname", ObjectKind::Constraint),
    ("constraint_name", ObjectKind::Constraint),
    ("tgname", ObjectKind::Trigger),
    ("trigger_name", ObjectKind::Trigger),
    ("polname", ObjectKind::Policy),
    ("policyname", ObjectKind::Policy),
    ("rulename", ObjectKind::Rule),
    ("enumlabel", ObjectKind::EnumLabel),
];

/// Columns that hold the names of other objects.
const OTHERS: [(&str, ObjectKind); 18] = [
    ("typname", ObjectKind::Type),
    ("udt_name", ObjectKind::Type),
    ("domain_name", ObjectKind::Type),
    ("proname", ObjectKind::Function),
    ("routine_name", ObjectKind::Function),
    ("collname", ObjectKind::Collation),
    ("stxname", ObjectKind::Statistics),
    ("extname", ObjectKind::Extension),
    ("rolname", ObjectKind::Role),
    ("usename", ObjectKind::Role),
    ("pubname", ObjectKind::Publication),
    ("subname", ObjectKind::Subscription),
    ("evtname", ObjectKind::EventTrigger),
    ("srvname", ObjectKind::ForeignServer),
    ("fdwname", ObjectKind::ForeignDataWrapper),
    ("lanname", ObjectKind::Language),
    ("datname", ObjectKind::Database),
    ("spcname", ObjectKind::Tablespace),
];

/// Views of the server's state, which say nothing about what migrations define.
const NO_DEFINITIONS: [&str; 11] = [
    "pg_settings",
    "pg_stat_activity",
    "pg_locks",
    "pg_database",
    "pg_available_extensions",
    "pg_available_extension_versions",
    "pg_timezone_names",
    "pg_timezone_abbrevs",
    "pg_stat_replication",
    "pg_prepared_xacts",
    "pg_cursors",
];

/// Catalogs with more about a table than its definition: its children, indexes, dependents, privileges.
const BEYOND_THE_TABLE: [&str; 9] = [
    "pg_inherits",
    "pg_depend",
    "pg_index",
    "pg_indexes",
    "pg_rewrite",
    "constraint_column_usage",
    "referential_constraints",
    "role_table_grants",
    "table_privileges",
];

/// The values that conditions allow for columns, by the columns as written.
type Restriction = BTreeMap<Vec<Ident>, BTreeSet<String>>;

/// Whether a column of a catalog is of type `name` and holds a name.
fn holds_names(column: &str) -> bool {
    SCHEMAS.contains(&column)
        || RELATIONS.contains(&column)
        || MEMBERS.iter().chain(&OTHERS).any(|(it, _)| *it == column && *it != "routine_name")
}

fn is_catalog(relation: &ObjectName) -> bool {
    match &relation.schema {
        Some(schema) => built_in::is_system_schema(schema),
        None => relation.name.as_str().starts_with("pg_"),
    }
}

/// The relations that a query level names in its `FROM`, without those of inner levels.
fn relations(query: &SyntaxNode) -> Vec<ObjectName> {
    fn collect(node: &SyntaxNode, found: &mut Vec<ObjectName>) {
        for item in node.children() {
            match item.kind() {
                K::RELATION_FROM_ITEM => {
                    let reference = names::descendant(&item, K::RELATION_NAME_REF).map(|it| names::path(&it));
                    found.extend(reference.and_then(|it| names::object(ObjectKind::Table, &it)));
                }
                K::JOIN | K::JOIN_EXPR | K::PAREN_EXPR | K::PAREN_FROM_ITEM => collect(&item, found),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    if let Some(from) = child(query, K::FROM_CLAUSE) {
        collect(&from, &mut found);
    }
    found
}

/// What the conditions of a query level restrict its columns to.
fn restriction(env: &impl Environment, query: &SyntaxNode) -> Restriction {
    let mut found = Restriction::new();
    let joins = child(query, K::FROM_CLAUSE)
        .into_iter()
        .flat_map(|it| it.descendants().collect::<Vec<_>>())
        .filter(|it| it.kind() == K::JOIN && child(it, K::JOIN_INNER).is_some())
        .filter_map(|it| child(&it, K::ON_CLAUSE));
    for clause in joins.chain(child(query, K::WHERE_CLAUSE)) {
        for condition in clause.children() {
            for (column, values) in allowed(env, &condition) {
                found.entry(column).or_default().extend(values);
            }
        }
    }
    found
}

fn allowed(env: &impl Environment, condition: &SyntaxNode) -> Restriction {
    let mut sides = condition.children();
    match condition.kind() {
        K::PAREN_EXPR => sides.next().map(|it| allowed(env, &it)).unwrap_or_default(),
        K::BIN_EXPR if has_token(condition, K::AND_KW) => {
            let mut both = Restriction::new();
            for (column, values) in sides.flat_map(|it| allowed(env, &it)) {
                both.entry(column).or_default().extend(values);
            }
            both
        }
        K::BIN_EXPR if has_token(condition, K::OR_KW) => {
            let (Some(left), Some(right)) = (sides.next(), sides.next()) else { return Restriction::new() };
            let mut right = allowed(env, &right);
            let left = allowed(env, &left).into_iter();
            left.filter_map(|(column, values)| {
                let others = right.remove(&column)?;
                Some((column, values.into_iter().chain(others).collect()))
            })
            .collect()
        }
        K::BIN_EXPR if has_token(condition, K::EQ) || has_token(condition, K::IN_KW) => {
            let (Some(left), Some(right)) = (sides.next(), sides.next()) else { return Restriction::new() };
            let compared = |of: &SyntaxNode, to: &SyntaxNode| Some((column(of)?, known(env, to)?));
            compared(&left, &right).or_else(|| compared(&right, &left)).into_iter().collect()
        }
        _ => Restriction::new(),
    }
}

/// The column that one side of a comparison is, through casts.
fn column(node: &SyntaxNode) -> Option<Vec<Ident>> {
    match node.kind() {
        K::NAME_REF | K::FIELD_EXPR => Some(dotted(node)?.0),
        K::CAST_EXPR | K::PAREN_EXPR => column(&node.children().next()?),
        _ => None,
    }
}

/// The strings that the other side can be.
fn known(env: &impl Environment, node: &SyntaxNode) -> Option<BTreeSet<String>> {
    let several: Vec<Values> = match node.kind() {
        K::TUPLE_EXPR => node.children().map(|it| value::evaluate(env, &it)).collect(),
        K::CALL_EXPR if child(node, K::ANY_FN).is_some() => {
            value::elements(env, &child(node, K::ANY_FN)?.children().next()?)?
        }
        K::CAST_EXPR if node.children().next()?.kind() == K::LITERAL => {
            vec![value::one(string(&node.children().next()?)?)]
        }
        _ => vec![value::evaluate(env, node)],
    };
    let strings: BTreeSet<String> = several.into_iter().flatten().flatten().collect();
    (!strings.iter().any(|it| value::has_holes(it)) && !strings.is_empty()).then_some(strings)
}

/// What the columns of a query's result can be, if it reads nothing but catalogs: one row for all.
pub(super) fn result(env: &impl Environment, query: &SyntaxNode) -> Option<Vec<(Option<Ident>, Values)>> {
    let from = relations(query);
    let computed = child(query, K::FROM_CLAUSE)?
        .descendants()
        .any(|it| matches!(it.kind(), K::PAREN_SELECT | K::SELECT | K::VALUES | K::FUNCTION_FROM_ITEM));
    if from.is_empty() || computed || child(query, K::WITH_CLAUSE).is_some() || !from.iter().all(is_catalog) {
        return None;
    }
    let restriction = restriction(env, query);
    let list = names::child(query, K::SELECT_CLAUSE)
        .and_then(|it| child(&it, K::TARGET_LIST))
        .or_else(|| child(query, K::TARGET_LIST))?;
    let columns = names::children(&list, K::TARGET).map(|target| {
        let path = target.children().next().and_then(|it| column(&it));
        let name = path.as_ref().and_then(|it| it.last()).cloned();
        let values = match (path.and_then(|it| restriction.get(&it)), &name) {
            (Some(known), _) => known.iter().cloned().map(Some).collect(),
            (None, Some(name)) if holds_names(name.as_str()) => value::one(value::NAME),
            _ => value::anything(),
        };
        let alias = child(&target, K::AS_NAME).and_then(|it| names::child_ident(&it, K::COLUMN_NAME));
        (alias.or(name), values)
    });
    Some(columns.collect())
}

/// Records which objects the catalog queries in a statement or expression ask for, at any level.
///
/// What is done next depends on the answer, so whoever creates or drops such an object keeps its place before or after.
pub(super) fn reads(rec: &mut Recorder<'_>, env: &impl Environment, node: &SyntaxNode) {
    if rec.when != When::Now {
        return;
    }
    let levels: Vec<(SyntaxNode, Restriction)> = node
        .descendants()
        .filter(|it| child(it, K::FROM_CLAUSE).is_some())
        .map(|it| (it.clone(), restriction(env, &it)))
        .collect();
    for (query, own) in &levels {
        let defining = |it: &ObjectName| is_catalog(it) && !NO_DEFINITIONS.contains(&it.name.as_str());
        if !relations(query).iter().any(defining) {
            continue;
        }
        // Levels around and inside say together what is asked: `conrelid = (SELECT oid FROM pg_class WHERE …)`.
        let mut asked = own.clone();
        let related =
            |other: &SyntaxNode| query.ancestors().any(|it| it == *other) || other.ancestors().any(|it| it == *query);
        for (_, more) in levels.iter().filter(|(other, _)| other != query && related(other)) {
            for (column, values) in more {
                asked.entry(column.clone()).or_default().extend(values.iter().cloned());
            }
        }
        looks_for(rec, query, &asked);
    }
}

fn looks_for(rec: &mut Recorder<'_>, query: &SyntaxNode, asked: &Restriction) {
    let values = |columns: &[&str]| -> Vec<Ident> {
        let found = asked.iter().filter(|(path, _)| path.last().is_some_and(|it| columns.contains(&it.as_str())));
        found.flat_map(|(_, values)| values).map(|it| Ident::exact(it)).collect()
    };
    let schemas = values(&SCHEMAS);
    let relations = values(&RELATIONS);
    let mut wanted: Vec<ObjectName> = Vec::new();
    for (column, kind) in OTHERS {
        wanted.extend(values(&[column]).into_iter().map(|it| ObjectName::global(kind, it)));
    }
    let types: Vec<Ident> = values(&["typname", "udt_name"]);
    let mut members = Vec::new();
    for (column, kind) in MEMBERS {
        let mut owners = if kind == ObjectKind::EnumLabel { types.clone() } else { relations.clone() };
        if owners.is_empty() {
            owners.push(Ident::exact("*"));
        }
        for member in values(&[column]) {
            let of = |owner: &Ident| ObjectName::global(kind, owner.clone()).member(kind, member.clone());
            members.extend(owners.iter().map(of));
        }
    }
    wanted.extend(relations.iter().map(|it| ObjectName::global(ObjectKind::Table, it.clone())));
    wanted.extend(members);
    let place = span(query);
    let cast = cast_to_regclass(query);
    if wanted.is_empty() && cast.is_empty() {
        if schemas.is_empty() {
            return rec.opaque("what it does depends on all that the catalog holds");
        }
        for schema in schemas.into_iter().filter(|it| !built_in::is_system_schema(it)) {
            rec.effect(Action::MayChange, ObjectName::global(ObjectKind::Schema, schema), place);
        }
        return;
    }
    let mut named = cast;
    for object in wanted {
        if schemas.is_empty() || !object.kind.lives_in_schema() {
            named.push(object);
        } else {
            named.extend(schemas.iter().map(|it| ObjectName { schema: Some(it.clone()), ..object.clone() }));
        }
    }
    let beyond = super::catalog_query::relations(query).iter().any(|it| BEYOND_THE_TABLE.contains(&it.name.as_str()))
        || query.descendants().any(|it| it.kind() == K::NAME_REF && it.text() == "confrelid");
    for object in named {
        let whole = beyond && object.kind == ObjectKind::Table;
        rec.effect(if whole { Action::MayChange } else { Action::LooksFor }, object, place);
    }
}

/// The relations that strings cast to `regclass` name.
fn cast_to_regclass(query: &SyntaxNode) -> Vec<ObjectName> {
    let casts = query.descendants().filter(|it| it.kind() == K::CAST_EXPR);
    let regclass = casts.filter(|it| {
        let to = names::descendant(it, K::PATH_TYPE).map(|it| names::path(&it)).unwrap_or_default();
        to.last().is_some_and(|it| it.as_str() == "regclass")
    });
    let texts = regclass.filter_map(|it| string(&child(&it, K::LITERAL)?));
    texts.filter_map(|it| names::object(ObjectKind::Table, &names::path_in_text(&it))).collect()
}

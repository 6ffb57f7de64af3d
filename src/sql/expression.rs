//! Expressions, and everything below a statement that no rule of its own covers: a walk over references.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::names::{self, child, ident, span};
use super::record::{Recorder, When};
use super::{Action, built_in, definition, query};
use crate::model::{Ident, ObjectKind, ObjectName, Span};

/// Records what the node and everything below it refers to.
pub(super) fn expression(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    match node.kind() {
        kind if query::is_query(kind) => query::query(rec, node),
        K::CALL_EXPR => call(rec, node),
        K::EXECUTE => super::prepared::execute(rec, node),
        K::FIELD_EXPR => field(rec, node),
        K::NAME_REF => name(rec, node),
        K::CAST_EXPR => cast(rec, node),
        K::LITERAL => literal(rec, node),
        K::TARGET if names::has_token(node, K::STAR) => query::star(rec, node),
        // Of storage parameters and the like the words look like types and mean nothing.
        K::LOCKING_OF | K::RELATION_FROM_ITEM | K::ATTRIBUTE_LIST => {}
        K::PAREN_FROM_ITEM => lateral(rec, node),
        K::PATH_TYPE | K::PERCENT_TYPE | K::PLPGSQL_PERCENT_ROWTYPE => type_reference(rec, node),
        K::COLLATION_REF => reference(rec, ObjectKind::Collation, node),
        K::OP_CLASS_REF => operator_class_named(rec, &names::path(node), span(node)),
        K::ROLE_REF => role(rec, node),
        K::SCHEMA_REF => {
            if let Some(schema) = ident(node) {
                rec.requires_schema(&schema, span(node));
            }
        }
        K::FUNCTION_NAME_REF | K::PROCEDURE_NAME_REF | K::ROUTINE_NAME_REF => {
            rec.requires_function(&names::path(node), span(node));
        }
        K::PUBLICATION_OBJECT_TABLE if definition::continues_schemas(node) => {
            if let Some(schema) = names::path(node).pop() {
                rec.requires_schema(&schema, span(node));
            }
        }
        K::TABLE_NAME_REF | K::RELATION_NAME_REF | K::VIEW_REF => {
            if let Some(object) = names::object(ObjectKind::Table, &names::path(node))
                && !query::is_cte(rec, &object)
            {
                rec.requires_relation(object, span(node));
            }
        }
        K::BIN_EXPR
        | K::PREFIX_EXPR
        | K::POSTFIX_EXPR
        | K::CONSTRAINT_EXCLUSION
        | K::SORT_USING
        | K::OP_CLASS_OPTION_OPERATOR => {
            definition::uses_operator(rec, node);
            parts(rec, node);
        }
        K::OP_FAMILY_REF => reference(rec, ObjectKind::OperatorFamily, node),
        K::TEXT_SEARCH_CONFIGURATION_REF => text_search(rec, ObjectKind::TextSearchConfiguration, node),
        K::TEXT_SEARCH_DICTIONARY_REF => text_search(rec, ObjectKind::TextSearchDictionary, node),
        K::LANGUAGE_REF => language(rec, node),
        K::SEQUENCE_REF => reference(rec, ObjectKind::Sequence, node),
        K::INDEX_REF => reference(rec, ObjectKind::Index, node),
        K::TYPE_NAME_REF | K::DOMAIN_REF => rec.requires_type(&names::path(node), span(node)),
        K::ACCESS_METHOD_REF => access_method(rec, node),
        K::SERVER_REF => global(rec, ObjectKind::ForeignServer, node),
        K::FOREIGN_DATA_WRAPPER_REF => global(rec, ObjectKind::ForeignDataWrapper, node),
        K::EXTENSION_REF => global(rec, ObjectKind::Extension, node),
        K::TABLESPACE_REF => tablespace(rec, node),
        K::PUBLICATION_REF => global(rec, ObjectKind::Publication, node),
        K::QUALIFIED_COLUMN_NAME_REF => qualified_column(rec, node),
        _ => parts(rec, node),
    }
}

/// Records what the node's children refer to.
pub(super) fn parts(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    for part in node.children() {
        expression(rec, &part);
    }
}

fn lateral(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    // Others were read when their relation was brought into scope; joins in parentheses still have their conditions.
    if names::has_token(node, K::LATERAL_KW) || !node.children().any(|it| query::is_query(it.kind())) {
        parts(rec, node);
    }
}

fn text_search(rec: &mut Recorder<'_>, kind: ObjectKind, node: &SyntaxNode) {
    definition::text_search(rec, kind, &names::path(node), span(node));
}

fn language(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    if ident(node).is_some_and(|name| !matches!(name.as_str(), "sql" | "plpgsql" | "c" | "internal")) {
        global(rec, ObjectKind::Language, node);
    }
}

fn reference(rec: &mut Recorder<'_>, kind: ObjectKind, node: &SyntaxNode) {
    reference_named(rec, kind, &names::path(node), span(node));
}

/// An object in a schema; one that is always there is none.
pub(super) fn reference_named(rec: &mut Recorder<'_>, kind: ObjectKind, path: &[Ident], place: Span) {
    if let Some(object) = names::object(kind, path) {
        let standard = object.schema.is_none() && built_in::is_built_in(kind, &object.name);
        if !standard {
            rec.effect(Action::Requires, object, place);
        }
    }
}

fn global(rec: &mut Recorder<'_>, kind: ObjectKind, node: &SyntaxNode) {
    if let Some(name) = ident(node) {
        rec.effect(Action::Requires, ObjectName::global(kind, name), span(node));
    }
}

fn tablespace(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    if ident(node).is_some_and(|name| !name.as_str().starts_with("pg_")) {
        global(rec, ObjectKind::Tablespace, node);
    }
}

fn access_method(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    if ident(node).is_some_and(|name| !built_in::is_built_in(ObjectKind::AccessMethod, &name)) {
        global(rec, ObjectKind::AccessMethod, node);
    }
}

/// An operator class, unless it is built in.
pub(super) fn operator_class_named(rec: &mut Recorder<'_>, path: &[Ident], place: Span) {
    if let Some(object) = names::object(ObjectKind::OperatorClass, path)
        && (object.schema.is_some() || !built_in::is_built_in(object.kind, &object.name))
    {
        rec.effect(Action::Requires, object, place);
    }
}

/// A role, unless it is `PUBLIC`, one of the predefined ones, or whoever is running this.
pub(super) fn role(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(name) = names::descendant(node, K::ROLE_NAME_REF).and_then(|it| ident(&it)) else { return };
    let text = name.as_str();
    if !matches!(text, "public" | "current_user" | "current_role" | "session_user" | "postgres")
        && !built_in::is_built_in(ObjectKind::Role, &name)
    {
        rec.effect(Action::Requires, ObjectName::global(ObjectKind::Role, name), span(node));
    }
}

fn qualified_column(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let parts = names::path(node);
    if let (Some((column, owner)), true) = (parts.split_last(), parts.len() > 1)
        && let Some(table) = names::object(ObjectKind::Table, owner)
    {
        rec.requires_relation(table.clone(), span(node));
        rec.requires_column(&table, column, span(node));
    }
}

/// The dotted name an expression consists of, and whether it ends in `.*`.
pub(super) fn dotted(node: &SyntaxNode) -> Option<(Vec<Ident>, bool)> {
    match node.kind() {
        K::NAME_REF => Some((vec![ident(node)?], false)),
        K::FIELD_EXPR => {
            let mut inner = node.children();
            let (mut parts, _) = dotted(&inner.next()?)?;
            match inner.next() {
                Some(field) => {
                    parts.push(ident(&field)?);
                    Some((parts, false))
                }
                None => Some((parts, names::has_token(node, K::STAR))),
            }
        }
        _ => None,
    }
}

fn field(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    match dotted(node) {
        Some((parts, false)) => drop(query::column(rec, &parts, node)),
        Some((parts, true)) => {
            let Some(alias) = parts.last() else { return };
            let found = rec.scopes.iter().rev().flat_map(|scope| scope.relations.iter()).find(|it| it.alias == *alias);
            if let Some(object) = found.and_then(|it| it.object.clone()) {
                rec.reads_shape(object, span(node));
            }
        }
        None => {
            // The fields of a value are those of its type as it is now.
            let Some(mut value) = node.children().next() else { return };
            while let Some(inner) = value.children().next().filter(|_| value.kind() == K::PAREN_EXPR) {
                value = inner;
            }
            match dotted(&value) {
                Some((parts, false)) => {
                    if let Some(column) = query::column(rec, &parts, &value) {
                        rec.reads_shape(column, span(node));
                    }
                }
                _ => expression(rec, &value),
            }
        }
    }
}

fn name(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let keyword = node.first_token().is_some_and(|token| {
        matches!(
            token.kind(),
            K::CURRENT_CATALOG_KW
                | K::CURRENT_DATE_KW
                | K::CURRENT_ROLE_KW
                | K::CURRENT_SCHEMA_KW
                | K::CURRENT_TIME_KW
                | K::CURRENT_TIMESTAMP_KW
                | K::CURRENT_USER_KW
                | K::LOCALTIME_KW
                | K::LOCALTIMESTAMP_KW
                | K::SESSION_USER_KW
                | K::SYSTEM_USER_KW
                | K::USER_KW
        )
    });
    if let (false, Some(name)) = (keyword, ident(node)) {
        query::column(rec, &[name], node);
    }
}

fn literal(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    if let Some(text) = string(node) {
        rec.literal(&text);
    }
}

/// The value of a string literal.
pub(super) fn string(node: &SyntaxNode) -> Option<String> {
    let token = node.first_token()?;
    let text = matches!(
        token.kind(),
        K::STRING | K::ESC_STRING | K::DOLLAR_QUOTED_STRING | K::UNICODE_ESC_STRING | K::NATIONAL_STRING
    );
    ast::Literal::cast(node.clone()).filter(|_| text)?.string_value()
}

fn call(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let mut inner = node.children().peekable();
    if let Some((parts, false)) = inner.peek().and_then(dotted) {
        if let Some(callee) = inner.next() {
            rec.requires_function(&parts, span(&callee));
        }
        if let (Some(name), Some(arguments)) = (parts.last(), child(node, K::ARG_LIST)) {
            known_call(rec, name.as_str(), &arguments);
        }
    }
    for part in inner {
        expression(rec, &part);
    }
}

/// Functions whose string arguments name objects.
fn known_call(rec: &mut Recorder<'_>, name: &str, arguments: &SyntaxNode) {
    let literals: Vec<_> = arguments
        .children()
        .map(|argument| {
            argument.children().find(|it| it.kind() == K::LITERAL).and_then(|it| Some((string(&it)?, span(&it))))
        })
        .collect();
    let Some(Some((text, place))) = literals.first() else { return };
    let asked = match name {
        "to_regclass" => Some(ObjectKind::Table),
        "to_regtype" => Some(ObjectKind::Type),
        "to_regproc" | "to_regprocedure" => Some(ObjectKind::Function),
        "to_regnamespace" => Some(ObjectKind::Schema),
        "to_regrole" => Some(ObjectKind::Role),
        _ => None,
    };
    match name {
        _ if asked.is_some() => {
            let object = asked.and_then(|it| names::object(it, &names::path_in_text(text)));
            if let Some(object) = object.filter(|_| rec.when == When::Now) {
                rec.effect(Action::LooksFor, object, *place);
            }
        }
        "pg_relation_size" | "pg_table_size" | "pg_total_relation_size" => {
            if let Some(object) = names::object(ObjectKind::Table, &names::path_in_text(text)) {
                rec.requires_relation(object, *place);
            }
        }
        "nextval" | "currval" | "setval" => {
            if let Some(object) = names::object(ObjectKind::Sequence, &names::path_in_text(text)) {
                rec.effect(Action::Requires, object.clone(), *place);
                if rec.when == When::Now {
                    let rows = if name == "currval" { Action::ReadsRows } else { Action::WritesRows };
                    rec.effect(Action::ReadsShape, object.clone(), *place);
                    rec.effect(rows, object, *place);
                }
            }
        }
        "pg_get_serial_sequence" => {
            if let Some(table) = names::object(ObjectKind::Table, &names::path_in_text(text)) {
                rec.effect(Action::Requires, table.clone(), *place);
                // Whoever asks for it sets it, mostly to what the rows say.
                if rec.when == When::Now {
                    rec.effect(Action::ReadsRows, table.clone(), *place);
                }
                if let Some(Some((column, place))) = literals.get(1) {
                    rec.requires_column(&table, &Ident::exact(column), *place);
                }
            }
        }
        "to_tsvector"
        | "to_tsquery"
        | "plainto_tsquery"
        | "phraseto_tsquery"
        | "websearch_to_tsquery"
        | "ts_headline"
        | "json_to_tsvector"
        | "jsonb_to_tsvector"
            // With one argument it is the text.
            if literals.len() > 1 =>
        {
            definition::text_search(rec, ObjectKind::TextSearchConfiguration, &names::path_in_text(text), *place);
        }
        "ts_lexize" => {
            definition::text_search(rec, ObjectKind::TextSearchDictionary, &names::path_in_text(text), *place);
        }
        "set_config" if text.eq_ignore_ascii_case("search_path") && rec.when == When::Now => {
            if let Some(Some((value, _))) = literals.get(1) {
                let local =
                    arguments.children().nth(2).is_some_and(|it| it.text().to_string().eq_ignore_ascii_case("true"));
                super::settings::set_search_path(rec, value, local);
            }
        }
        _ => {}
    }
}

fn cast(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let target = names::descendant(node, K::PATH_TYPE).map(|it| names::path(&it)).unwrap_or_default();
    let text = child(node, K::LITERAL).and_then(|it| Some((string(&it)?, span(&it))));
    if let (Some((text, place)), Some(name)) = (text, target.last()) {
        let parts = names::path_in_text(&text);
        match name.as_str() {
            "regclass" => {
                if let Some(object) = names::object(ObjectKind::Table, &parts) {
                    rec.requires_relation(object, place);
                }
            }
            "regproc" | "regprocedure" => rec.requires_function(&parts, place),
            "regtype" => {
                let element = names::path_in_text(text.trim_end_matches("[]"));
                rec.requires_type(&element, place);
            }
            "regconfig" => definition::text_search(rec, ObjectKind::TextSearchConfiguration, &parts, place),
            "regdictionary" => definition::text_search(rec, ObjectKind::TextSearchDictionary, &parts, place),
            _ => {
                let user_defined = target.len() > 1 || !built_in::is_built_in(ObjectKind::Type, name);
                let scalar = child(node, K::PATH_TYPE).is_some();
                if let (true, true, Some(owner)) = (user_defined, scalar, names::object(ObjectKind::Type, &target)) {
                    rec.effect(Action::Requires, owner.member(ObjectKind::EnumLabel, Ident::exact(&text)), place);
                }
            }
        }
    }
    parts(rec, node);
}

fn type_reference(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let parts_of_name = names::path(node);
    let place = span(&names::descendant(node, K::PATH_REF).unwrap_or_else(|| node.clone()));
    match node.kind() {
        K::PERCENT_TYPE => {
            let parts: Vec<Ident> = parts_of_name;
            if let (Some((column, owner)), true) = (parts.split_last(), parts.len() > 1)
                && let Some(table) = names::object(ObjectKind::Table, owner)
                && !rec.variables.contains(&table.name)
            {
                rec.requires_relation(table.clone(), place);
                rec.requires_column(&table, column, place);
            }
        }
        K::PLPGSQL_PERCENT_ROWTYPE => {
            if let Some(table) = names::object(ObjectKind::Table, &parts_of_name) {
                rec.requires_relation(table, place);
            }
        }
        _ => rec.requires_type(&parts_of_name, place),
    }
}

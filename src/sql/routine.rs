//! Functions, procedures and `DO`: signatures, and bodies in SQL and PL/pgSQL.

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::expression::{expression, parts, string};
use super::names::{self, child, child_ident, children, ident, span};
use super::record::{Recorder, When};
use super::{Action, Effect, dispatch, new_row, plpgsql, query, settings};
use crate::model::{Ident, Interned, ObjectKind};

/// Maps a span of an inner text to the text around it, through the parser's own decoding of quotes and escapes.
///
/// A macro, because the parser's range type belongs to a crate that is not ours to name: a range is made from the
/// root's by moving it.
macro_rules! in_outer_text {
    ($root:expr, $inner:expr, $place:expr) => {{
        let (whole, place): (_, crate::model::Span) = ($root.text_range(), $place);
        let length = usize::from(whole.len());
        let back = u32::try_from(length.saturating_sub(place.start())).unwrap_or(0);
        let end = u32::try_from(place.end().clamp(place.start(), length.max(place.start()))).unwrap_or(0);
        whole
            .checked_add(whole.len())
            .and_then(|after| whole.intersect(after))
            .and_then(|at_end| at_end.checked_sub(back.into()))
            .map(|at_start| $inner.source_range(at_start.cover_offset(end.into())))
            .map_or(place, |range| crate::model::Span::new(range.start().into(), range.end().into()))
    }};
}

/// Routine bodies nested deeper than this are not followed.
pub(super) const MAX_DEPTH: usize = 4;

/// The types of the parameters that tell a routine from its namesakes, as written: `integer, text`.
pub(super) fn identity_arguments(parameters: &SyntaxNode) -> String {
    let inputs = children(parameters, K::PARAM).filter(|it| child(it, K::PARAM_OUT).is_none());
    let types = inputs.filter_map(|it| it.children().find(|part| is_type(part.kind()))).map(|it| {
        let text = it.text().to_string().to_ascii_lowercase();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    types.collect::<Vec<_>>().join(", ")
}

pub(super) const fn is_type(kind: K) -> bool {
    matches!(
        kind,
        K::PATH_TYPE
            | K::ARRAY_TYPE
            | K::PERCENT_TYPE
            | K::VARCHAR_TYPE
            | K::CHARACTER_TYPE
            | K::BIT_TYPE
            | K::BIT_VARYING_TYPE
            | K::DOUBLE_TYPE
            | K::TIME_TYPE
            | K::TIMESTAMP_TYPE
            | K::INTERVAL_TYPE
    )
}

/// `CREATE FUNCTION` and `CREATE PROCEDURE`.
pub(super) fn create(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let (kind, name_kind) = if node.kind() == K::CREATE_PROCEDURE {
        (ObjectKind::Procedure, K::PROCEDURE_NAME)
    } else {
        (ObjectKind::Function, K::FUNCTION_NAME)
    };
    let Some(name) = child(node, name_kind) else { return };
    let outer = rec.when;
    let variables = rec.variables.clone();
    rec.when = When::Bound;
    signature(rec, node);
    if let Some(body) = node.children().find(|it| matches!(it.kind(), K::ATOMIC_BODY | K::RETURN_STMT)) {
        // Read twice, as bound and as run: bodies in bodies, which PostgreSQL refuses, would double it each time.
        if rec.depth >= MAX_DEPTH {
            rec.opaque("its body is nested too deeply to follow");
        } else {
            rec.depth += 1;
            let before = rec.effects.len();
            atomic(rec, &body);
            let bound: Vec<Effect> = rec.effects.drain(before..).filter(|it| !it.action.is_of_rows()).collect();
            rec.effects.extend(bound);
            rec.body(|inner| atomic(inner, &body));
            rec.depth -= 1;
        }
    } else {
        string_body(rec, node);
    }
    rec.when = outer;
    rec.variables = variables;
    if let Some(mut object) = rec.new_name(kind, &names::path(&name), span(&name)) {
        object.arguments = child(node, K::PARAM_LIST).map(|it| Interned::new(&identity_arguments(&it)));
        rec.creates(object, span(&name), None);
    }
}

fn signature(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    for part in node.children().filter(|it| matches!(it.kind(), K::PARAM_LIST | K::RET_TYPE)) {
        let named = part.descendants().filter(|it| matches!(it.kind(), K::PARAM_NAME | K::COLUMN_NAME));
        rec.variables.extend(named.filter_map(|it| ident(&it)));
        parts(rec, &part);
    }
    for option in child(node, K::FUNC_OPTION_LIST).iter().flat_map(|it| it.children().collect::<Vec<_>>()) {
        if matches!(option.kind(), K::SUPPORT_FUNC_OPTION | K::TRANSFORM_FUNC_OPTION | K::LANGUAGE_FUNC_OPTION) {
            parts(rec, &option);
        }
    }
}

/// A `BEGIN ATOMIC` or `RETURN` body is parsed and bound when the routine is created.
fn atomic(rec: &mut Recorder<'_>, body: &SyntaxNode) {
    for statement in body.children() {
        if ast::Stmt::can_cast(statement.kind()) {
            dispatch::dispatch(rec, &statement);
        } else {
            expression(rec, &statement);
        }
    }
}

fn language(node: &SyntaxNode) -> Option<String> {
    let option = names::descendant(node, K::LANGUAGE_FUNC_OPTION)?;
    let named = child_ident(&option, K::LANGUAGE_REF).map(|it| it.as_str().to_owned());
    named.or_else(|| string(&child(&option, K::LITERAL)?).map(|it| it.to_ascii_lowercase()))
}

/// A body in a string is only text until somebody calls the routine.
fn string_body(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let own_path = names::descendant(node, K::SET_CONFIG_PARAM).filter(settings::names_search_path);
    let own_path = own_path.and_then(|it| names::descendant(&it, K::TO_CONFIG_VALUE));
    rec.body(|inner| {
        if let Some(value) = own_path {
            inner.session.path = settings::schemas(&value, inner.session.user.as_ref());
        }
        match language(node).as_deref() {
            _ if inner.depth >= MAX_DEPTH => inner.opaque("its body is nested too deeply to follow"),
            Some("sql") => sql_body(inner, node, |_| true),
            Some("plpgsql") => plpgsql_body(inner, node),
            Some("c" | "internal") | None => {}
            Some(other) => inner.opaque(format!("its body is in {other}")),
        }
    });
    if child(node, K::RET_TYPE).is_some_and(|it| names::path(&it).last().is_some_and(|it| it.as_str() == "trigger")) {
        let changes = plpgsql_of(node).map(|it| new_row::changes(&it.syntax()));
        rec.body.get_or_insert_default().changes = changes.unwrap_or_else(|| [Ident::exact("*")].into());
    }
    match language(node).as_deref() {
        Some("sql") if rec.session.checks_bodies && rec.depth < MAX_DEPTH => checked(rec, node),
        Some("plpgsql") if rec.session.checks_bodies => declared_types(rec, node),
        _ => {}
    }
}

/// SQL in a string is parsed when the routine is created (18, "CREATE FUNCTION", `check_function_bodies`), apart from
/// statements that define things: what it names has to be there, but nothing of it is remembered.
fn checked(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let first = rec.effects.len();
    sql_body(rec, node, query::is_query);
    let found = rec.effects.split_off(first);
    let needed = |it: &Effect| matches!(it.action, Action::Requires | Action::ReadsShape);
    rec.effects.extend(found.into_iter().filter(needed));
}

/// Of PL/pgSQL only the types of variables are looked up when the routine is created.
///
/// Source: `plpgsql_validator` in `src/pl/plpgsql/src/pl_handler.c`.
fn declared_types(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(body) = plpgsql_of(node) else { return };
    let root = body.syntax();
    rec.embedded(
        |inner| {
            inner.conditional = true;
            let declared = root.descendants().filter(|it| it.kind() == K::PLPGSQL_VAR_NAME).filter_map(|it| ident(&it));
            inner.variables.extend(declared);
            let declarations =
                root.descendants().filter(|it| matches!(it.kind(), K::PLPGSQL_VAR_DECL | K::PLPGSQL_CURSOR_ARG));
            for part in declarations.flat_map(|it| it.children().collect::<Vec<_>>()) {
                if is_type(part.kind()) || part.kind() == K::PLPGSQL_PERCENT_ROWTYPE {
                    expression(inner, &part);
                }
            }
        },
        |place| in_outer_text!(root, body, place),
    );
}

fn sql_body(rec: &mut Recorder<'_>, node: &SyntaxNode, wanted: impl Fn(K) -> bool) {
    let body = ast::CreateFunction::cast(node.clone())
        .and_then(|it| it.sql_body())
        .or_else(|| ast::CreateProcedure::cast(node.clone()).and_then(|it| it.sql_body()));
    let Some(body) = body else { return };
    let root = body.syntax();
    rec.embedded(
        |inner| {
            for statement in root.children().filter(|it| wanted(it.kind())) {
                dispatch::dispatch(inner, &statement);
            }
        },
        |place| in_outer_text!(root, body, place),
    );
}

/// The body of a routine in PL/pgSQL.
fn plpgsql_of(node: &SyntaxNode) -> Option<squawk_syntax::plpgsql::Plpgsql> {
    ast::CreateFunction::cast(node.clone())
        .and_then(|it| it.plpgsql())
        .or_else(|| ast::CreateProcedure::cast(node.clone()).and_then(|it| it.plpgsql()))
}

fn plpgsql_body(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let Some(body) = plpgsql_of(node) else { return };
    let root = body.syntax();
    rec.embedded(|inner| plpgsql::body(inner, &root), |place| in_outer_text!(root, body, place));
}

/// `DO`: PL/pgSQL runs at once; another language is opaque.
pub(super) fn anonymous(rec: &mut Recorder<'_>, node: &SyntaxNode) {
    let body = ast::Do::cast(node.clone()).and_then(|it| it.plpgsql());
    let Some(body) = body.filter(|_| rec.depth < MAX_DEPTH) else {
        return rec.opaque("the block is not in PL/pgSQL");
    };
    let root = body.syntax();
    rec.embedded(|inner| plpgsql::body(inner, &root), |place| in_outer_text!(root, body, place));
}

/// SQL in a string that runs at once: `EXECUTE 'literal'`.
pub(super) fn literal_sql(rec: &mut Recorder<'_>, literal: &SyntaxNode) {
    let Some(decoded) = ast::Literal::cast(literal.clone()).and_then(|it| it.decoded_value()) else { return };
    if rec.depth >= MAX_DEPTH || super::depth::is_too_deep(decoded.text()) {
        return rec.opaque("EXECUTE of a string nested too deeply to follow");
    }
    let parsed = ast::SourceFile::parse(decoded.text());
    if !parsed.errors().is_empty() {
        return rec.opaque("EXECUTE of a string that is not understood");
    }
    let root = parsed.syntax_node();
    rec.embedded(
        |inner| {
            for statement in root.children() {
                dispatch::dispatch(inner, &statement);
            }
        },
        |place| in_outer_text!(root, decoded, place),
    );
}

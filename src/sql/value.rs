//! What a string expression of PL/pgSQL may be worth, as far as the text tells.
//!
//! A value that is not known whole has holes in it. A hole is a character that no real text holds (of Unicode's private
//! use area), and PostgreSQL's lexer and ours take it for a letter, so that text with holes can still be put together,
//! quoted and parsed as SQL: where a hole lands then shows what it can do.

use std::collections::BTreeSet;

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::SyntaxNode;
use squawk_syntax::quote;

use super::expression::{dotted, string};
use super::names::{self, child, has_token};
use crate::model::Ident;

/// Anything: it may end a name, a string or the statement.
pub(super) const ANYTHING: char = '\u{e000}';
/// Some name: of a catalog, of whoever runs this, or anything in `quote_ident`.
pub(super) const NAME: char = '\u{e001}';
/// A number, date, UUID: digits and letters, but no quotes.
pub(super) const PLAIN: char = '\u{e002}';
/// Anything inside the quotes that `quote_literal` puts around it.
pub(super) const DATA: char = '\u{e003}';

/// More values than this are not told apart.
const MAX_VALUES: usize = 64;
/// Longer texts are not put together.
const MAX_BYTES: usize = 64 * 1024;

/// What an expression may be worth; `None` among them is NULL.
pub(super) type Values = BTreeSet<Option<String>>;

/// One value that is known, whole or with holes.
pub(super) fn one(text: impl Into<String>) -> Values {
    BTreeSet::from([Some(text.into())])
}

/// What nothing is known of; being anything, it may be NULL or empty as well.
pub(super) fn anything() -> Values {
    one(ANYTHING)
}

/// Whether a text has holes.
pub(super) fn has_holes(text: &str) -> bool {
    text.contains([ANYTHING, NAME, PLAIN, DATA])
}

/// The values, or a hole if they are too many or too long.
fn bounded(values: Values) -> Values {
    let bytes: usize = values.iter().flatten().map(String::len).sum();
    if values.len() > MAX_VALUES || bytes > MAX_BYTES { anything() } else { values }
}

/// Where expressions find what they can't know themselves.
pub(super) trait Environment {
    /// What the variable of this dotted name may be worth.
    fn variable(&self, name: &[Ident]) -> Values;
    /// The elements of the array variable of this name, in order.
    fn array(&self, name: &[Ident]) -> Option<Vec<Values>>;
    /// The schema that new things go into.
    fn current_schema(&self) -> Option<Ident>;
}

/// What an expression may be worth.
pub(super) fn evaluate(env: &impl Environment, node: &SyntaxNode) -> Values {
    bounded(value(env, node).unwrap_or_else(anything))
}

fn value(env: &impl Environment, node: &SyntaxNode) -> Option<Values> {
    match node.kind() {
        K::PLPGSQL_EXPR | K::TARGET_LIST | K::TARGET | K::PAREN_EXPR | K::ARG => {
            let mut inner = node.children();
            let (only, None) = (inner.next()?, inner.next()) else { return None };
            value(env, &only)
        }
        K::LITERAL => literal(node),
        K::NAME_REF | K::FIELD_EXPR => reference(env, node),
        K::BIN_EXPR => operation(env, node),
        K::CAST_EXPR => cast(env, node),
        K::CASE_EXPR => case(env, node),
        K::CALL_EXPR => call(env, node),
        _ => None,
    }
}

fn literal(node: &SyntaxNode) -> Option<Values> {
    if has_token(node, K::NULL_KW) {
        return Some(BTreeSet::from([None]));
    }
    let text = string(node).or_else(|| {
        let number = node.text().to_string();
        number.bytes().all(|it| it.is_ascii_digit()).then_some(number)
    })?;
    (!has_holes(&text)).then(|| one(text))
}

fn reference(env: &impl Environment, node: &SyntaxNode) -> Option<Values> {
    let (name, false) = dotted(node)? else { return None };
    match name.as_slice() {
        [keyword] => match keyword.as_str() {
            "current_schema" => Some(schema(env)),
            "current_user" | "session_user" | "current_role" | "user" | "current_catalog" => Some(one(NAME)),
            _ => Some(env.variable(&name)),
        },
        _ => Some(env.variable(&name)),
    }
}

fn schema(env: &impl Environment) -> Values {
    env.current_schema().map_or_else(|| one(NAME), |it| one(it.as_str()))
}

fn operation(env: &impl Environment, node: &SyntaxNode) -> Option<Values> {
    let (left, right) = (node.children().next()?, node.children().last()?);
    let custom = child(node, K::CUSTOM_OP).map(|it| it.text().to_string());
    if custom.as_deref() == Some("||") {
        return Some(combine(&[evaluate(env, &left), evaluate(env, &right)], |parts| {
            parts.iter().cloned().collect::<Option<Vec<_>>>().map(|it| it.concat())
        }));
    }
    let arithmetic: fn(i64, i64) -> Option<i64> = match () {
        () if has_token(node, K::PLUS) => i64::checked_add,
        () if has_token(node, K::MINUS) => i64::checked_sub,
        () if has_token(node, K::STAR) => i64::checked_mul,
        () => return None,
    };
    let number = |side: &SyntaxNode| match evaluate(env, side).iter().collect::<Vec<_>>().as_slice() {
        [Some(text)] => text.parse::<i64>().ok(),
        _ => None,
    };
    arithmetic(number(&left)?, number(&right)?).map(|it| one(it.to_string()))
}

fn cast(env: &impl Environment, node: &SyntaxNode) -> Option<Values> {
    let of = evaluate(env, &node.children().next()?);
    let type_node = node.children().find(|it| super::routine::is_type(it.kind()))?;
    Some(coerce(&of, Type::of(&type_node)))
}

/// What of a type matters for the text of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// Strings.
    Text,
    /// `name` and `regclass`, printed as one name.
    Name,
    /// Numbers, dates, UUIDs: no quotes in them.
    Plain,
    /// Anything else.
    Other,
}

impl Type {
    /// The type that a type node names.
    pub fn of(node: &SyntaxNode) -> Self {
        match node.kind() {
            K::VARCHAR_TYPE if child(node, K::ARG_LIST).is_none() => Self::Text,
            K::TIME_TYPE | K::TIMESTAMP_TYPE | K::INTERVAL_TYPE | K::DOUBLE_TYPE => Self::Plain,
            K::PATH_TYPE => match names::path(node).last().map_or("", Ident::as_str) {
                "text" | "varchar" => Self::Text,
                "name" | "regclass" => Self::Name,
                "smallint" | "int" | "integer" | "bigint" | "int2" | "int4" | "int8" | "oid" | "date" | "uuid"
                | "bool" | "boolean" | "timestamptz" | "timestamp" | "numeric" => Self::Plain,
                _ => Self::Other,
            },
            _ => Self::Other,
        }
    }
}

/// The values as a variable or cast of that type holds them.
pub(super) fn coerce(values: &Values, to: Type) -> Values {
    let coerced = values.iter().map(|it| {
        it.as_ref().map(|text| match to {
            Type::Text => text.clone(),
            // `regclass` prints `public.t` as `t` when `public` is searched.
            Type::Name if text.contains(['.', '"']) => ANYTHING.to_string(),
            Type::Name => Ident::exact(text).as_str().to_owned(),
            Type::Plain if text.parse::<i64>().is_ok_and(|it| it.to_string() == *text) => text.clone(),
            Type::Plain => PLAIN.to_string(),
            Type::Other => ANYTHING.to_string(),
        })
    });
    coerced.collect()
}

fn case(env: &impl Environment, node: &SyntaxNode) -> Option<Values> {
    let branches = child(node, K::WHEN_CLAUSE_LIST)?;
    let mut found = Values::new();
    for branch in branches.children() {
        found.extend(evaluate(env, &branch.children().last()?));
    }
    match child(node, K::ELSE_CLAUSE).and_then(|it| it.children().next()) {
        Some(other) => found.extend(evaluate(env, &other)),
        None => _ = found.insert(None),
    }
    Some(found)
}

fn call(env: &impl Environment, node: &SyntaxNode) -> Option<Values> {
    let (path, false) = dotted(&node.children().next()?)? else { return None };
    let (name, qualifier) = path.split_last()?;
    if qualifier.iter().any(|it| it.as_str() != "pg_catalog") {
        return None;
    }
    let list = child(node, K::ARG_LIST)?;
    let arguments: Vec<SyntaxNode> = names::children(&list, K::ARG).collect();
    if arguments.iter().any(|it| has_token(it, K::VARIADIC_KW)) {
        return None;
    }
    let values: Vec<Values> = arguments.iter().map(|it| evaluate(env, it)).collect();
    let strict = |of: fn(&str) -> String| Some(combine(&values, |it| it.first()?.as_deref().map(of)));
    match (name.as_str(), values.len()) {
        ("format", 1..) => Some(combine(&values, format)),
        ("quote_ident", 1) => strict(quote_ident),
        ("quote_literal", 1) => strict(quote_literal),
        ("quote_nullable", 1) => Some(combine(&values, |it| Some(nullable(it.first()?.as_deref())))),
        ("concat", 1..) => Some(combine(&values, |it| Some(it.iter().flatten().map(String::as_str).collect()))),
        ("concat_ws", 2..) => Some(combine(&values, |it| {
            let (separator, rest) = it.split_first()?;
            Some(rest.iter().flatten().cloned().collect::<Vec<_>>().join(separator.as_deref()?))
        })),
        ("lower", 1) => strict(str::to_lowercase),
        ("upper", 1) => strict(str::to_uppercase),
        ("replace", 3) => Some(combine(&values, |it| match it {
            [Some(text), Some(from), Some(to)] if ![text, from].into_iter().any(|it| has_holes(it)) => {
                Some(if from.is_empty() { text.clone() } else { text.replace(from.as_str(), to) })
            }
            [Some(_), Some(_), Some(_)] => Some(ANYTHING.to_string()),
            _ => None,
        })),
        ("coalesce", 1..) => {
            let nullable = values.iter().all(|it| it.contains(&None));
            let mut found: Values = values.into_iter().flatten().flatten().map(Some).collect();
            found.extend(nullable.then_some(None));
            Some(found)
        }
        ("current_schema", 0) => Some(schema(env)),
        ("current_database", 0) => Some(one(NAME)),
        _ => None,
    }
}

/// Every combination of the arguments' values through a function.
fn combine(arguments: &[Values], of: impl Fn(&[Option<String>]) -> Option<String>) -> Values {
    let count = arguments.iter().map(BTreeSet::len).try_fold(1_usize, usize::checked_mul);
    if count.is_none_or(|it| it > MAX_VALUES) {
        return anything();
    }
    let mut rows: Vec<Vec<Option<String>>> = vec![Vec::new()];
    for values in arguments {
        let longer = rows.iter().flat_map(|row| {
            values.iter().map(move |it| row.iter().cloned().chain(std::iter::once(it.clone())).collect::<Vec<_>>())
        });
        rows = longer.collect();
    }
    bounded(rows.iter().map(|it| of(it)).collect())
}

/// `quote_ident`: quotes only what needs it, so that `format('%I_idx', …)` works for plain names.
fn quote_ident(text: &str) -> String {
    let text = text.replace([ANYTHING, DATA], &NAME.to_string());
    let mut plain = text.chars().map(|it| if has_holes(it.encode_utf8(&mut [0; 4])) { '_' } else { it });
    let bare = plain.next().is_some_and(|it| it.is_ascii_lowercase() || it == '_')
        && plain.all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_');
    if bare && !quote::is_reserved_word(&text) { text } else { Ident::exact(&text).quoted() }
}

fn quote_literal(text: &str) -> String {
    let text = text.replace(ANYTHING, &DATA.to_string());
    if text.contains('\\') {
        format!(" E'{}'", text.replace('\'', "''").replace('\\', "\\\\"))
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

fn nullable(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), quote_literal)
}

/// `format()`; `None` for NULL and errors, anything where its rules are not followed here (widths).
///
/// Source: PostgreSQL 18 documentation, 9.4.1 "format".
fn format(arguments: &[Option<String>]) -> Option<String> {
    let (template, values) = arguments.split_first()?;
    let template = template.as_deref()?;
    let unknown = Some(ANYTHING.to_string());
    let mut out = String::new();
    let mut rest = template;
    let mut next = 0;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        rest = after;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if let Some(after) = rest[digits..].strip_prefix('$') {
            next = rest[..digits].parse::<usize>().ok()?.checked_sub(1)?;
            rest = after;
        }
        let kind = rest.chars().next()?;
        rest = &rest[kind.len_utf8()..];
        match (kind, values.get(next)) {
            ('%', _) => {
                out.push('%');
                continue;
            }
            ('s', Some(text)) => out.push_str(text.as_deref().unwrap_or_default()),
            ('I', Some(text)) => out.push_str(&quote_ident(text.as_deref()?)),
            ('L', Some(text)) => out.push_str(&nullable(text.as_deref())),
            ('s' | 'I' | 'L', None) => return None,
            _ => return unknown,
        }
        next += 1;
    }
    out.push_str(rest);
    if has_holes(template) { unknown } else { Some(out) }
}

/// The elements of an array expression, in order, if it shows them.
pub(super) fn elements(env: &impl Environment, node: &SyntaxNode) -> Option<Vec<Values>> {
    match node.kind() {
        K::PLPGSQL_EXPR | K::TARGET_LIST | K::TARGET | K::PAREN_EXPR | K::ARG => {
            elements(env, &node.children().next()?)
        }
        K::CAST_EXPR => {
            let of = node.children().next()?;
            match string(&of) {
                Some(text) => braced(&text),
                None => elements(env, &of),
            }
        }
        K::LITERAL => braced(&string(node)?),
        K::ARRAY_EXPR if child(node, K::SELECT).is_none() => {
            Some(node.children().map(|it| evaluate(env, &it)).collect())
        }
        K::NAME_REF | K::FIELD_EXPR => env.array(&dotted(node)?.0),
        _ => None,
    }
}

/// The elements of `'{a,b}'`, if none is quoted or nested.
fn braced(text: &str) -> Option<Vec<Values>> {
    let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    if inner.contains(['"', '{', '}', '\\']) || has_holes(inner) {
        return None;
    }
    let parts = inner.split(',').map(str::trim).filter(|it| !it.is_empty());
    Some(parts.map(|it| if it.eq_ignore_ascii_case("null") { BTreeSet::from([None]) } else { one(it) }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(arguments: &[&str]) -> Option<String> {
        format(&arguments.iter().map(|it| Some((*it).to_owned())).collect::<Vec<_>>())
    }

    #[test]
    fn format_follows_postgresql() {
        assert_eq!(formatted(&["%I.%s %% %L", "a", "b", "it's"]).unwrap(), "a.b % 'it''s'");
        assert_eq!(formatted(&["%2$I %1$s %I", "a", "B"]).unwrap(), "\"B\" a \"B\"");
        assert_eq!(formatted(&["%I_idx", "user"]).unwrap(), "\"user\"_idx");
        assert_eq!(formatted(&["%s"]), None);
        assert_eq!(formatted(&["%-10s", "a"]).unwrap(), ANYTHING.to_string());
        assert_eq!(formatted(&["%10s", "a"]).unwrap(), ANYTHING.to_string());
    }

    #[test]
    fn quoting_takes_the_sting_out_of_a_hole() {
        assert_eq!(quote_ident(&format!("t_{ANYTHING}")), format!("t_{NAME}"));
        assert_eq!(quote_literal(&ANYTHING.to_string()), format!("'{DATA}'"));
        assert_eq!(quote_literal("a\\b"), " E'a\\\\b'");
    }

    #[test]
    fn arrays_in_braces() {
        assert_eq!(braced("{a, NULL}").unwrap(), [one("a"), BTreeSet::from([None])]);
        assert_eq!(braced("{\"a b\"}"), None);
    }
}

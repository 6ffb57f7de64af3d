use thiserror::Error;

use crate::model::{Ident, Interned, ObjectKind, ObjectName};

/// Text that is not an object name as SQL writes it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnreadableName {
    /// No identifier where one must be, or a stray character.
    #[error("`{0}` is not a name as SQL writes it, such as `public.users` or `public.\"User\"`")]
    Syntax(String),
    /// A quote or parenthesis is not closed.
    #[error("`{0}` has an unclosed quote or parenthesis")]
    Unclosed(String),
    /// Too few or too many parts.
    #[error("`{text}` must be written `{form}`")]
    Parts {
        /// The name as written.
        text: String,
        /// The form expected.
        form: &'static str,
    },
}

/// A schema-qualified relation, type or other object of a schema.
///
/// Names must be qualified: checks hold for every connection, so they can't depend on a `search_path`.
///
/// # Errors
/// When the text is not two identifiers joined by a dot.
pub fn relation(kind: ObjectKind, text: &str) -> Result<ObjectName, UnreadableName> {
    match parts(text)?.as_slice() {
        [schema, name] => Ok(ObjectName::qualified(kind, schema.clone(), name.clone())),
        _ => Err(wrong_parts(text, "schema.name")),
    }
}

/// Any object, its kind in front: `table public.users`, `function auth.uid()`, `schema auth`.
///
/// # Errors
/// When the kind is not known here, or the name is not of the form that the kind has.
pub fn object(text: &str) -> Result<ObjectName, UnreadableName> {
    let (kind, rest) = text.trim().split_once(' ').unwrap_or((text, ""));
    match kind {
        "schema" => single(rest).map(|name| ObjectName::global(ObjectKind::Schema, name)),
        "extension" => single(rest).map(|name| ObjectName::global(ObjectKind::Extension, name)),
        "role" => single(rest).map(|name| ObjectName::global(ObjectKind::Role, name)),
        "table" => relation(ObjectKind::Table, rest),
        "view" => relation(ObjectKind::View, rest),
        "sequence" => relation(ObjectKind::Sequence, rest),
        "index" => relation(ObjectKind::Index, rest),
        "type" => relation(ObjectKind::Type, rest),
        "column" => column(rest),
        "function" => routine(rest),
        _ => Err(UnreadableName::Parts { text: text.to_owned(), form: "table schema.name" }),
    }
}

/// A column: schema, table and column.
///
/// # Errors
/// When the text is not three identifiers joined by dots.
pub fn column(text: &str) -> Result<ObjectName, UnreadableName> {
    match parts(text)?.as_slice() {
        [schema, table, column] => Ok(ObjectName::qualified(ObjectKind::Table, schema.clone(), table.clone())
            .member(ObjectKind::Column, column.clone())),
        _ => Err(wrong_parts(text, "schema.table.column")),
    }
}

/// A routine, with or without its argument types: `auth.uid()`, `app.f(uuid, text)`, `app.f`, `f`.
///
/// # Errors
/// When the name before the parenthesis is not one or two identifiers, or the parenthesis is not closed.
pub fn routine(text: &str) -> Result<ObjectName, UnreadableName> {
    let (name, arguments) = match opening_parenthesis(text) {
        None => (text, None),
        Some(open) => {
            let inner = text[open + 1..].trim_end().strip_suffix(')');
            let inner = inner.ok_or_else(|| UnreadableName::Unclosed(text.to_owned()))?;
            (&text[..open], Some(inner.trim().to_owned()))
        }
    };
    let mut routine = match parts(name)?.as_slice() {
        [schema, name] => ObjectName::qualified(ObjectKind::Function, schema.clone(), name.clone()),
        [name] => ObjectName::global(ObjectKind::Function, name.clone()),
        _ => return Err(wrong_parts(text, "schema.name(argument types)")),
    };
    routine.arguments = arguments.as_deref().map(Interned::new);
    Ok(routine)
}

/// One identifier: a schema, role or extension.
///
/// # Errors
/// When the text is not exactly one identifier.
pub fn single(text: &str) -> Result<Ident, UnreadableName> {
    match parts(text)?.as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(wrong_parts(text, "name")),
    }
}

fn wrong_parts(text: &str, form: &'static str) -> UnreadableName {
    UnreadableName::Parts { text: text.to_owned(), form }
}

fn opening_parenthesis(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == '(' && !quoted).then_some(at)
    })
}

/// The identifiers of a dotted name, folded or exact as each is written.
fn parts(text: &str) -> Result<Vec<Ident>, UnreadableName> {
    let syntax = || UnreadableName::Syntax(text.to_owned());
    let mut found = Vec::new();
    let mut rest = text.trim();
    loop {
        let (ident, after) = if let Some(quoted) = rest.strip_prefix('"') {
            let (name, after) = closing_quote(quoted).ok_or_else(|| UnreadableName::Unclosed(text.to_owned()))?;
            (Ident::exact(&name), after)
        } else {
            let end = rest.find(|c: char| !is_identifier(c)).unwrap_or(rest.len());
            (Ident::folded(&rest[..end]), &rest[end..])
        };
        if ident.as_str().is_empty() || rest.starts_with(|c: char| c.is_ascii_digit() || c == '$') {
            return Err(syntax());
        }
        found.push(ident);
        match after.trim_start() {
            "" => return Ok(found),
            more => rest = more.strip_prefix('.').ok_or_else(syntax)?.trim_start(),
        }
    }
}

fn is_identifier(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

/// The text up to the closing quote with doubled quotes undone, and what follows.
fn closing_quote(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let at = rest.find('"')?;
        name.push_str(&rest[..at]);
        match rest[at + 1..].strip_prefix('"') {
            Some(after) => {
                name.push('"');
                rest = after;
            }
            None => return Some((name, &rest[at + 1..])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_as_sql_writes_them() {
        let shown = |text: &str| relation(ObjectKind::Table, text).map(|name| name.path());
        assert_eq!(shown("Public.Users").unwrap(), "public.users");
        assert_eq!(shown("public.\"User\"").unwrap(), "public.\"User\"");
        assert_eq!(shown(" \"a\"\"b\" . \"c.d\" ").unwrap(), "\"a\"\"b\".\"c.d\"");
        assert_eq!(column("public.\"User\".\"updatedAt\"").unwrap().path(), "public.\"User\".\"updatedAt\"");
        assert_eq!(routine("auth.uid()").unwrap().to_string(), "function auth.uid()");
        assert_eq!(routine("app.f(uuid, text)").unwrap().to_string(), "function app.f(uuid, text)");
        assert_eq!(routine("app.\"f(\"").unwrap().path(), "app.\"f(\"");
        assert_eq!(routine("f").unwrap().arguments, None);
    }

    #[test]
    fn refuses_what_is_no_name() {
        for text in ["", "a.", ".a", "a b.c", "1a.b", "a.b.c", "a", "a.\"b", "a.\"\"", "a;b.c"] {
            assert!(relation(ObjectKind::Table, text).is_err(), "{text}");
        }
        for text in ["auth.uid(", "a.b.c()", "()"] {
            assert!(routine(text).is_err(), "{text}");
        }
    }
}

//! The names PostgreSQL chooses for what a statement leaves unnamed.
//!
//! Source: `makeObjectName`, `ChooseRelationName`, `ChooseIndexNameAddition` and `ChooseConstraintName` in
//! `src/backend/commands/indexcmds.c` and `src/backend/catalog/pg_constraint.c` (the same in PostgreSQL 14 to 18).

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::column_name::ColumnName;

use super::names;
use crate::model::Ident;

/// `NAMEDATALEN - 1`.
const MAX_BYTES: usize = 63;

/// `name1_name2_label`, the two names shortened (the longer one first) so that all of it fits.
pub(super) fn object_name(name1: &str, name2: Option<&str>, label: &str) -> Ident {
    let overhead = label.len() + 1 + usize::from(name2.is_some());
    let available = MAX_BYTES.saturating_sub(overhead);
    let (mut first, mut second) = (name1.len(), name2.map_or(0, str::len));
    while first + second > available {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let mut name = clip(name1, first).to_owned();
    if let Some(name2) = name2 {
        name.push('_');
        name.push_str(clip(name2, second));
    }
    name.push('_');
    name.push_str(label);
    Ident::exact(&name)
}

fn clip(text: &str, mut end: usize) -> &str {
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The first of `…_label`, `…_label1`, `…_label2`, … that is not taken.
pub(super) fn choose(name1: &str, name2: Option<&str>, label: &str, taken: impl Fn(&Ident) -> bool) -> Ident {
    let first = object_name(name1, name2, label);
    if !taken(&first) {
        return first;
    }
    (1_u32..=10_000)
        .map(|pass| object_name(name1, name2, &format!("{label}{pass}")))
        .find(|name| !taken(name))
        .unwrap_or(first)
}

/// What an index calls the column that an item stands for: the column itself, or what a `SELECT` of the expression
/// would call it (`lower(email)` is `lower`), or else `expr`.
///
/// Source: `FigureIndexColname` in `src/backend/parser/parse_target.c`.
pub(super) fn index_column(item: &SyntaxNode) -> Ident {
    let Some(expression) = item.children().next() else { return Ident::exact("expr") };
    if expression.kind() == squawk_syntax::SyntaxKind::NAME_REF {
        return names::ident(&expression).unwrap_or_else(|| Ident::exact("expr"));
    }
    // The parser names targets of queries only, so it is given one.
    let query = ast::SourceFile::parse(&format!("SELECT {}", expression.text()));
    let target = query.syntax_node().descendants().find_map(ast::Target::cast);
    let name = target.and_then(ColumnName::inferred_from_target).and_then(|(name, _)| name.to_string());
    Ident::exact(name.as_deref().filter(|it| *it != "?column?").unwrap_or("expr"))
}

/// The columns' part of an index's or foreign key's name: joined by `_`, cut once it is long enough.
pub(super) fn addition<'a>(columns: impl IntoIterator<Item = &'a str>) -> String {
    let mut joined = String::new();
    for column in columns {
        if !joined.is_empty() {
            joined.push('_');
        }
        joined.push_str(Ident::exact(column).as_str());
        if joined.len() > MAX_BYTES {
            break;
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortens_the_longer_name_first() {
        assert_eq!(object_name("users", None, "pkey").as_str(), "users_pkey");
        assert_eq!(object_name("users", Some("email"), "key").as_str(), "users_email_key");
        let name = object_name(&"t".repeat(60), Some(&"c".repeat(20)), "seq");
        assert_eq!(name.as_str(), format!("{}_{}_seq", "t".repeat(38), "c".repeat(20)));
    }

    #[test]
    fn numbers_a_taken_name() {
        assert_eq!(choose("t", Some("a"), "key", |name| name.as_str() == "t_a_key").as_str(), "t_a_key1");
        assert_eq!(addition(["a", "b"]), "a_b");
    }
}

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::{SyntaxElement, SyntaxNode};

use crate::model::{Ident, ObjectKind, ObjectName, Span};

/// The bytes a node covers, in the text it was parsed from.
pub(super) fn span(node: &SyntaxNode) -> Span {
    let range = node.text_range();
    Span::new(range.start().into(), range.end().into())
}

/// The first child of this kind.
pub(super) fn child(node: &SyntaxNode, kind: K) -> Option<SyntaxNode> {
    node.children().find(|child| child.kind() == kind)
}

/// The children of this kind.
pub(super) fn children(node: &SyntaxNode, kind: K) -> impl Iterator<Item = SyntaxNode> {
    node.children().filter(move |child| child.kind() == kind)
}

/// The first node of this kind at or below `node`.
pub(super) fn descendant(node: &SyntaxNode, kind: K) -> Option<SyntaxNode> {
    node.descendants().find(|below| below.kind() == kind)
}

/// Whether `node` itself (not its children) holds a token of this kind.
pub(super) fn has_token(node: &SyntaxNode, kind: K) -> bool {
    node.children_with_tokens().any(|element| element.kind() == kind)
}

/// The identifier that a name or reference node without a path holds.
pub(super) fn ident(node: &SyntaxNode) -> Option<Ident> {
    let mut tokens =
        node.children_with_tokens().filter_map(SyntaxElement::into_token).filter(|it| !it.kind().is_trivia());
    let token = tokens.next()?;
    if tokens.next().is_some_and(|it| it.kind() == K::UESCAPE_KW) {
        let escape = tokens.next().and_then(|it| it.text().chars().nth(1)).unwrap_or('\\');
        let inner = token.text().get(2..).unwrap_or_default().trim_matches('"').replace("\"\"", "\"");
        return Some(Ident::exact(&unescaped(&inner, escape)));
    }
    Some(stored(token.text()))
}

/// The last identifier among a node's own tokens: of `.field`, the field.
pub(super) fn last_ident(node: &SyntaxNode) -> Option<Ident> {
    let mut tokens = node.children_with_tokens().filter_map(SyntaxElement::into_token);
    if node.kind() == K::FIELD_ACCESSOR {
        return node.children().find_map(|it| ident(&it));
    }
    tokens.find(|it| !it.kind().is_trivia()).map(|it| stored(it.text()))
}

/// The identifier in the child of this kind.
pub(super) fn child_ident(node: &SyntaxNode, kind: K) -> Option<Ident> {
    ident(&child(node, kind)?)
}

/// An identifier as PostgreSQL stores it, from its text in SQL.
pub(super) fn stored(text: &str) -> Ident {
    let quoted = |inner: &str| inner.strip_suffix('"').unwrap_or(inner).replace("\"\"", "\"");
    if let Some(inner) = text.strip_prefix('"') {
        return Ident::exact(&quoted(inner));
    }
    match text.strip_prefix("U&\"").or_else(|| text.strip_prefix("u&\"")) {
        Some(inner) => Ident::exact(&unescaped(&quoted(inner), '\\')),
        None => Ident::folded(text),
    }
}

/// Decodes `\XXXX` and `\+XXXXXX` in a `U&"…"` identifier, or the same with another escape character (`UESCAPE`).
fn unescaped(text: &str, escape: char) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(escape) {
        out.push_str(&rest[..at]);
        let after = &rest[at + escape.len_utf8()..];
        let (skip, digits) = if after.starts_with('+') { (1, 6) } else { (0, 4) };
        let code = after.get(skip..skip + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        if let Some(decoded) = code.and_then(char::from_u32) {
            out.push(decoded);
            rest = &after[skip + digits..];
        } else {
            out.push(escape);
            rest = after.strip_prefix(escape).unwrap_or(after);
        }
    }
    out + rest
}

/// The parts of the dotted name at or below `node`: schema first, at most the last three.
pub(super) fn path(node: &SyntaxNode) -> Vec<Ident> {
    let Some(path) = node.descendants().find(|it| matches!(it.kind(), K::PATH | K::PATH_REF)) else {
        return ident(node).into_iter().collect();
    };
    path.descendants()
        .filter(|it| matches!(it.kind(), K::PATH_SEGMENT | K::PATH_SEGMENT_REF))
        .filter_map(|it| ident(&it))
        .collect()
}

/// The object of this kind that `parts` names; `None` if there are no parts. A database name in front is ignored.
pub(super) fn object(kind: ObjectKind, parts: &[Ident]) -> Option<ObjectName> {
    let (name, qualifier) = parts.split_last()?;
    let schema = qualifier.last().cloned();
    Some(ObjectName { kind, schema, name: name.clone(), member: None, arguments: None })
}

/// A column of the relation that `parts` names: `schema.table.column` or `table.column`.
pub(super) fn column(parts: &[Ident]) -> Option<ObjectName> {
    let (column, owner) = parts.split_last()?;
    Some(object(ObjectKind::Table, owner)?.member(ObjectKind::Column, column.clone()))
}

/// The parts of a dotted name inside a string, as `'schema.table'::regclass` reads it.
pub(super) fn path_in_text(text: &str) -> Vec<Ident> {
    let (mut parts, mut current, mut in_quotes) = (Vec::new(), String::new(), false);
    for character in text.trim().chars() {
        match character {
            '"' => {
                in_quotes = !in_quotes;
                current.push(character);
            }
            '.' if !in_quotes => parts.push(std::mem::take(&mut current)),
            '(' if !in_quotes => break,
            _ => current.push(character),
        }
    }
    parts.push(current);
    if parts.iter().any(|part| part.trim().is_empty()) {
        return Vec::new();
    }
    parts.iter().map(|part| stored(part.trim())).collect()
}

/// The primary key of `table`.
pub(super) fn primary_key(table: &ObjectName) -> ObjectName {
    table.member(ObjectKind::Index, Ident::exact("(primary key)"))
}

/// What any unique index of `table` over these columns is that leaves out rows.
pub(super) fn partial_key(table: &ObjectName, columns: &[Ident]) -> ObjectName {
    let key = table.unique_key(columns);
    let name = key.member.as_ref().map_or_else(String::new, |it| format!("{} of some rows", it.as_str()));
    table.member(ObjectKind::Index, Ident::exact(&name))
}

/// The column that an item of an index or of `ON CONFLICT` is; `None` for an expression. Parentheses and collations make
/// none of it (18, indexcmds.c, `ComputeIndexAttrs`).
pub(super) fn indexed_column(item: &SyntaxNode) -> Option<Ident> {
    let mut inner = item.children().next()?;
    while matches!(inner.kind(), K::PAREN_EXPR | K::COLLATE) {
        inner = inner.children().next()?;
    }
    ident(&inner).filter(|_| inner.kind() == K::NAME_REF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_stored_as_postgresql_stores_them() {
        assert_eq!(stored("Users").as_str(), "users");
        assert_eq!(stored("\"Us\"\"ers\"").as_str(), "Us\"ers");
        assert_eq!(stored("U&\"d\\0061t\\+000061\"").as_str(), "data");
    }

    #[test]
    fn paths_in_strings_split_at_dots_outside_quotes() {
        assert_eq!(path_in_text("Public.\"a.B\""), [Ident::exact("public"), Ident::exact("a.B")]);
        assert_eq!(path_in_text(""), []);
    }
}

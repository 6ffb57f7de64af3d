//! Where two majors write the same thing differently.

use super::Kind;

/// A definition and the major version that wrote it.
pub(super) type Written<'t> = (&'t str, u32);

/// Whether two definitions say the same.
///
/// Version 16 ceased to write the table before the columns of a view of one table: its views have no entries for `OLD` and
/// `NEW` in their range tables any more (release notes 16, E.14; `make_viewdef` in `src/backend/utils/adt/ruleutils.c`).
pub(super) fn same(kind: Kind, a: Written<'_>, b: Written<'_>) -> bool {
    a.0 == b.0
        || kind == Kind::Query
            && match (a.1 < 16, b.1 < 16) {
                (true, false) => same_but_for_qualifiers(a.0, b.0),
                (false, true) => same_but_for_qualifiers(b.0, a.0),
                _ => false,
            }
}

/// Whether the newer text is the older one but for names before a dot that it leaves out, and white space.
fn same_but_for_qualifiers(older: &str, newer: &str) -> bool {
    let mut newer = tokens(newer).peekable();
    let mut older = tokens(older).peekable();
    while let Some(token) = older.next() {
        let mut token = token;
        let mut found = newer.next();
        if older.peek() == Some(&".") && newer.peek() != Some(&".") {
            older.next();
            match older.next() {
                Some(column) => token = column,
                None => return false,
            }
        }
        if found.take() != Some(token) {
            return false;
        }
    }
    newer.next().is_none()
}

/// Words, quoted names and strings, and everything else character by character; white space left out.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii();
        let length = if word(first) {
            rest.find(|c| !word(c)).unwrap_or(rest.len())
        } else if matches!(first, '"' | '\'') {
            // A doubled quote ends one token and begins the next, in both texts alike.
            rest[1..].find(first).map_or(rest.len(), |at| at + 2)
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        Some(token)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualifiers_may_be_missing_in_the_newer_text_only() {
        let older = " SELECT posts.id,\n    posts.posts\n   FROM app.posts\n  WHERE (posts.id > 'a.b'::text);";
        let newer = " SELECT id,\n    posts\n   FROM app.posts\n  WHERE (id > 'a.b'::text);";
        assert!(same(Kind::Query, (older, 15), (newer, 18)));
        assert!(same(Kind::Query, (newer, 16), (older, 14)));
        assert!(!same(Kind::Query, (older, 18), (newer, 15)), "the newer one has them");
        assert!(!same(Kind::Query, (older, 14), (newer, 15)), "both write them");
        assert!(!same(Kind::Rule, (older, 15), (newer, 18)));
        for other in [newer.replace("app.posts", "posts"), newer.replace("posts\n", "id\n"), newer.replace("a.b", "b")]
        {
            assert_eq!(same(Kind::Query, (older, 15), (&other, 18)), other == newer.replace("app.posts", "posts"));
        }
        assert!(!same(Kind::Query, (older, 15), (&format!("{newer} x"), 18)));
    }
}

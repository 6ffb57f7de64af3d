//! Where servers write the same thing differently.

use super::Kind;
use super::arrays::elementwise;
use super::tokens::tokens;

/// A definition and the major version that wrote it.
pub(super) type Written<'t> = (&'t str, u32);

/// Whether two definitions say the same.
///
/// Version 16 ceased to write the table before the columns of a view of one table: its views have no entries for `OLD` and
/// `NEW` in their range tables any more (release notes 16, E.14; `make_viewdef` in `src/backend/utils/adt/ruleutils.c`).
///
/// What can't be read of a user mapping may be anything.
pub(super) fn same(kind: Kind, a: Written<'_>, b: Written<'_>) -> bool {
    if a.0 == b.0 || kind == Kind::UserMapping && [a.0, b.0].contains(&"options unknown") {
        return true;
    }
    let (text_a, text_b) = (elementwise(a.0), elementwise(b.0));
    text_a == text_b
        || kind == Kind::Query
            && match (a.1 < 16, b.1 < 16) {
                (true, false) => same_but_for_qualifiers(&text_a, &text_b),
                (false, true) => same_but_for_qualifiers(&text_b, &text_a),
                _ => false,
            }
}

/// Whether the newer text is the older one but for the view's table before its columns, and white space.
fn same_but_for_qualifiers(older: &str, newer: &str) -> bool {
    let written = |text| tokens(text).map(|(_, token)| token).filter(|it| !it.trim().is_empty());
    let (older, newer): (Vec<&str>, Vec<&str>) = (written(older).collect(), written(newer).collect());
    // A schema may stand before a function, a type, a table or a collation.
    let is_column = |at: usize| {
        let before = at.checked_sub(1).map_or("", |at| older[at]);
        older.get(at + 3) != Some(&"(") && ![":", "FROM", "COLLATE"].contains(&before)
    };
    let mut table = None;
    let (mut at, mut matching) = (0, 0);
    while at < older.len() {
        if older.get(at + 1) == Some(&".") && newer.get(matching + 1) != Some(&".") {
            let name = older[at];
            if !is_column(at) || name.starts_with(|c: char| c.is_ascii_digit()) || *table.get_or_insert(name) != name {
                return false;
            }
            at += 2;
        }
        if older.get(at) != newer.get(matching) {
            return false;
        }
        at += 1;
        matching += 1;
    }
    matching == newer.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_may_be_missing_before_columns_in_the_newer_text_only() {
        let older = " SELECT posts.id,\n    posts.posts\n   FROM app.posts\n  WHERE (posts.id > 'a.b'::text);";
        let newer = " SELECT id,\n    posts\n   FROM app.posts\n  WHERE (id > 'a.b'::text);";
        assert!(same(Kind::Query, (older, 15), (newer, 18)));
        assert!(same(Kind::Query, (newer, 16), (older, 14)));
        assert!(!same(Kind::Query, (older, 18), (newer, 15)), "the newer one has them");
        assert!(!same(Kind::Query, (older, 14), (newer, 15)), "both write them");
        assert!(!same(Kind::Rule, (older, 15), (newer, 18)));
        for (one, other) in [("app.posts", "posts"), ("posts\n", "id\n"), ("a.b", "b"), (";", " x;")] {
            assert!(!same(Kind::Query, (older, 15), (&newer.replace(one, other), 18)), "{one}");
        }
        let older = older.replace("posts.id,", "app.lower((posts.id)::app.text COLLATE app.\"C\") + 1.5,");
        let newer = newer.replace("id,", "app.lower((id)::app.text COLLATE app.\"C\") + 1.5,");
        assert!(same(Kind::Query, (&older, 15), (&newer, 18)));
        for one in ["app.lower", "app.text", "app.\"C\"", "1.5"] {
            let other = newer.replace(one, one.split_once('.').unwrap().1);
            assert!(!same(Kind::Query, (&older, 15), (&other, 18)), "{one}");
        }
    }
}

//! What PostgreSQL reads and the parser doesn't, in words that both do.

use super::Edit;
use crate::sql::tokens::significant;

/// The edits that put old or rare spellings in a statement into other words for the same.
pub(super) fn edits(text: &str) -> Vec<Edit> {
    let words: Vec<Word<'_>> = significant(text).map(|(start, text)| Word { start, text }).collect();
    let Some((first, _)) = words.split_first() else { return Vec::new() };
    let sets = ["set", "alter", "create"].iter().any(|it| first.is(it));
    let rules = |at: usize| {
        let rest = &words[at..];
        let found = if sets { setting(rest) } else { None };
        found.or_else(|| clause(first, rest))
    };
    (0..words.len()).filter_map(rules).collect()
}

#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    start: usize,
    text: &'a str,
}

impl Word<'_> {
    fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }

    const fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Replaces from one word to another.
const fn replace(from: &Word<'_>, to: &Word<'_>, by: &'static str) -> Edit {
    Edit { start: from.start, end: to.end(), by }
}

fn starts(words: &[Word<'_>], with: &[&str]) -> bool {
    words.len() >= with.len() && words.iter().zip(with).all(|(word, other)| word.is(other))
}

/// `SET` and `RESET` with a syntax of their own, alone or in `ALTER DATABASE`, `ALTER ROLE` and `CREATE FUNCTION`.
fn setting(words: &[Word<'_>]) -> Option<Edit> {
    let [verb, rest @ ..] = words else { return None };
    if verb.is("reset") && starts(rest, &["time", "zone"]) {
        return Some(replace(&rest[0], &rest[1], "timezone"));
    }
    let scope = rest.first().filter(|it| verb.is("set") && (it.is("local") || it.is("session")));
    let rest = if scope.is_some() { &rest[1..] } else { rest };
    match (rest, scope) {
        _ if !verb.is("set") => None,
        ([time, zone, ..], _) if time.is("time") && zone.is("zone") => Some(replace(time, zone, "timezone =")),
        ([names], _) if names.is("names") => Some(replace(names, names, "names = default")),
        ([names, end, ..], _) if names.is("names") && end.text == ";" => Some(replace(names, names, "names = default")),
        ([names, value, ..], _) if names.is("names") && value.text != "=" && !value.is("to") => {
            Some(replace(names, names, "names ="))
        }
        ([role, to, default, ..], _) if role.is("role") && (to.is("to") || to.text == "=") && default.is("default") => {
            Some(replace(role, default, "role none"))
        }
        ([mode, ..], Some(scope)) if mode.is("transaction") => Some(replace(scope, scope, "")),
        _ => None,
    }
}

/// Parts of one kind of statement.
fn clause(first: &Word<'_>, words: &[Word<'_>]) -> Option<Edit> {
    if let [word, next, ..] = words
        && first.is("create")
        && (word.is("trusted") && next.is("procedural") || next.is("language"))
        && (word.is("trusted") || word.is("procedural"))
    {
        return Some(replace(word, word, ""));
    }
    if first.is("copy") && starts(words, &["using", "delimiters"]) {
        return Some(replace(&words[0], &words[1], "delimiter"));
    }
    if first.is("alter") && starts(words, &["version", "null"]) {
        return Some(replace(&words[1], &words[1], "''"));
    }
    // A key word for whoever runs it (18, gram.y, auth_ident).
    if starts(words, &["mapping", "for", "user"]) || starts(words, &["exists", "for", "user"]) {
        return Some(replace(&words[2], &words[2], "current_user"));
    }
    // Says nothing (18, gram.y, for_locking_clause).
    starts(words, &["for", "read", "only"]).then(|| replace(&words[0], &words[2], ""))
}

//! Statements as the parser can take them: without what has no effects of its own in long ones (rows and lists of plain
//! values, the inside of very long strings), with chains that are too long grouped by parentheses, and with rare
//! spellings in other words.

mod chains;
mod respell;
mod values;

use std::borrow::Cow;
use std::collections::BTreeSet;

use squawk_lexer::{LiteralKind, TokenKind};

use super::tokens::{is_trivia, tokens};
use crate::model::Fingerprint;
use values::{List, Rows};

/// Strings longer than this are neither bodies that anybody reads nor names of anything.
pub(super) const LONGEST_BODY: usize = 4 * 1024 * 1024;

/// A text with parts left out, or with parentheses added.
#[derive(Debug)]
pub(super) struct Abridged<'a> {
    /// What remains.
    pub text: Cow<'a, str>,
    /// Where in it something was replaced, and the offset in the whole text that this is.
    seams: Vec<(usize, usize)>,
    /// The strings left out that may be enum labels.
    pub literals: BTreeSet<Fingerprint>,
    /// Whether the inside of a string is missing.
    pub without_string: bool,
}

/// A part of a text and what comes in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Edit {
    start: usize,
    end: usize,
    by: &'static str,
}

impl<'a> Abridged<'a> {
    /// The text as it is.
    pub fn whole(text: &'a str) -> Self {
        Self { text: text.into(), seams: Vec::new(), literals: BTreeSet::new(), without_string: false }
    }

    /// One statement without the rows of `INSERT … VALUES` and the elements of `IN (…)` and `ARRAY[…]` that are plain
    /// values, but the first, and without the inside of strings longer than [`LONGEST_BODY`].
    pub fn statement(text: &'a str) -> Self {
        Self::edited(text, Vec::new())
    }

    /// The same, with parentheses around the parts of long chains.
    pub fn grouped(text: &'a str) -> Self {
        Self::edited(text, chains::groups(text))
    }

    /// The same in words that the parser knows, if there are others for what the statement says.
    pub fn respelled(text: &'a str) -> Option<Self> {
        let edits = respell::edits(text);
        (!edits.is_empty()).then(|| Self::edited(text, edits))
    }

    fn edited(text: &'a str, mut edits: Vec<Edit>) -> Self {
        let mut abridged = Self::whole(text);
        let mut leave_out = |start: usize, end: usize| match edits.last_mut() {
            Some(last) if last.end == start && last.by.is_empty() => last.end = end,
            _ => edits.push(Edit { start, end, by: "" }),
        };
        let (mut rows, mut list) = (Rows::default(), List::default());
        for (start, kind, piece) in tokens(text) {
            if is_trivia(kind) {
                continue;
            }
            if let Some(row) = rows.read(start, kind, piece, &mut abridged.literals) {
                leave_out(row, start + piece.len());
            } else if let Some(element) = list.read(start, kind, piece, &mut abridged.literals) {
                leave_out(element, start);
            } else if piece.len() > LONGEST_BODY && is_terminated_string(kind) {
                let quote = piece.find('\'').map_or(0, |at| at + 1);
                let quote = if is_dollar(kind) { piece[1..].find('$').map_or(0, |at| at + 2) } else { quote };
                leave_out(start + quote, start + piece.len() - if is_dollar(kind) { quote } else { 1 });
                abridged.without_string = true;
            }
        }
        edits.sort_by_key(|it| it.start);
        abridged.apply(text, &edits);
        abridged
    }

    fn apply(&mut self, text: &str, edits: &[Edit]) {
        let (mut edited, mut from) = (String::new(), 0);
        for edit in edits {
            edited.push_str(&text[from..edit.start]);
            edited.push_str(edit.by);
            self.seams.push((edited.len(), edit.end));
            from = edit.end;
        }
        if !edits.is_empty() {
            edited.push_str(&text[from..]);
            self.text = edited.into();
        }
    }

    /// The offset in the whole text.
    pub fn original(&self, offset: usize) -> usize {
        let next = self.seams.partition_point(|(at, _)| *at <= offset);
        let (at, original) = next.checked_sub(1).map_or((0, 0), |last| self.seams[last]);
        let offset = original + offset - at;
        // What was added has no place of its own.
        self.seams.get(next).map_or(offset, |(_, original)| offset.min(*original))
    }
}

const fn is_dollar(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Literal { kind: LiteralKind::DollarQuotedString { .. } })
}

const fn is_terminated_string(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Literal {
            kind: LiteralKind::DollarQuotedString { terminated: true }
                | LiteralKind::Str { terminated: true }
                | LiteralKind::EscStr { terminated: true }
        }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_rows_but_the_first_are_left_out() {
        let text =
            "INSERT INTO t (a, b) VALUES (1, 'x'), (-2, 'it''s'), (3, f('y')), (NULL,\n 'z'), (4, 'w') RETURNING a";
        let abridged = Abridged::statement(text);
        assert_eq!(abridged.text, "INSERT INTO t (a, b) VALUES (1, 'x'), (3, f('y')) RETURNING a");
        assert_eq!(abridged.literals, ["it's", "z", "w"].map(Fingerprint::of).into());
        for word in ["INSERT", "'x'", "f(", "RETURNING"] {
            let at = |text: &str| text.find(word).unwrap();
            assert_eq!(abridged.original(at(&abridged.text)), at(text), "{word}");
        }
        assert_eq!(abridged.original(abridged.text.len()), text.len());
    }

    #[test]
    fn plain_elements_of_lists_but_the_first_are_left_out() {
        let text = "UPDATE t SET a = ARRAY[1, 2 , 3] WHERE b IN ('x', -1, 'y', NULL) AND c NOT IN (1) OR f(d)";
        let abridged = Abridged::statement(text);
        assert_eq!(abridged.text, "UPDATE t SET a = ARRAY[1] WHERE b IN ('x') AND c NOT IN (1) OR f(d)");
        assert_eq!(abridged.literals, [Fingerprint::of("y")].into());
        for word in ["ARRAY", "] ", "WHERE", ") AND", "NOT", "f("] {
            let at = |text: &str| text.find(word).unwrap();
            assert_eq!(abridged.original(at(&abridged.text)), at(text), "{word}");
        }
    }

    #[test]
    fn what_is_not_plain_or_not_an_insert_stays() {
        for text in [
            "INSERT INTO t VALUES (1), (1a), ('x' 'y'), (1,), (), ((1)), (1 2), (a), ('x'::y), (- -), (1",
            "SELECT * FROM (VALUES (1), (2)) v",
            "INSERT INTO t SELECT 1 WHERE (1) IN ((1), (2))",
            "SELECT a IN (1, b, 2), b IN (SELECT 1, 2), f(1, 2), c IN (1,, 2), (in, 1, 2), d IN (1, 2",
        ] {
            assert_eq!(Abridged::statement(text).text, text);
        }
    }

    #[test]
    fn very_long_strings_keep_their_quotes() {
        let long = "x".repeat(LONGEST_BODY);
        for (open, close) in [("'", "'"), ("E'", "'"), ("$$", "$$"), ("$a$", "$a$")] {
            let text = format!("DO {open}{long}{close} LANGUAGE x");
            let abridged = Abridged::statement(&text);
            assert_eq!(abridged.text, format!("DO {open}{close} LANGUAGE x"));
            assert!(abridged.without_string);
            assert_eq!(abridged.original(abridged.text.len()), text.len());
        }
    }
}

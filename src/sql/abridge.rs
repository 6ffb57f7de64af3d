//! Long statements without what has no effects of its own: rows of plain values, and the inside of very long strings.

use std::borrow::Cow;
use std::collections::BTreeSet;

use squawk_lexer::{LiteralKind, TokenKind};

use crate::model::Interned;

use super::record;
use super::tokens::{is_trivia, tokens};

/// Strings longer than this are neither bodies that anybody reads nor names of anything.
pub(super) const LONGEST_BODY: usize = 4 * 1024 * 1024;

/// A text with parts left out.
#[derive(Debug)]
pub(super) struct Abridged<'a> {
    /// What remains.
    pub text: Cow<'a, str>,
    /// Where in it something is missing, and how much is missing up to and including there.
    cuts: Vec<(usize, usize)>,
    /// The strings of the rows left out that may be enum labels.
    pub literals: BTreeSet<Interned>,
    /// Whether the inside of a string is missing.
    pub without_string: bool,
}

impl<'a> Abridged<'a> {
    /// The text as it is.
    pub fn whole(text: &'a str) -> Self {
        Self { text: text.into(), cuts: Vec::new(), literals: BTreeSet::new(), without_string: false }
    }

    /// One statement without the rows of `INSERT … VALUES` that consist of plain values, but the first, and without
    /// the inside of strings longer than [`LONGEST_BODY`].
    pub fn statement(text: &'a str) -> Self {
        let mut abridged = Self::whole("");
        let (mut rest, mut from, mut missing) = (String::new(), 0, 0);
        let mut leave_out = |start: usize, end: usize| {
            rest.push_str(&text[from..start]);
            missing += end - start;
            abridged.cuts.push((rest.len(), missing));
            from = end;
        };
        let mut rows = Rows::default();
        for (start, kind, piece) in tokens(text) {
            if is_trivia(kind) {
                continue;
            }
            if let Some(row) = rows.read(start, kind, piece, &mut abridged.literals) {
                leave_out(row, start + piece.len());
            } else if piece.len() > LONGEST_BODY && is_terminated_string(kind) {
                let quote = piece.find('\'').map_or(0, |at| at + 1);
                let quote = if is_dollar(kind) { piece[1..].find('$').map_or(0, |at| at + 2) } else { quote };
                leave_out(start + quote, start + piece.len() - if is_dollar(kind) { quote } else { 1 });
                abridged.without_string = true;
            }
        }
        if from == 0 {
            return Self::whole(text);
        }
        rest.push_str(&text[from..]);
        abridged.text = rest.into();
        abridged
    }

    /// The offset in the whole text.
    pub fn original(&self, offset: usize) -> usize {
        let before = self.cuts.partition_point(|(at, _)| *at <= offset);
        offset + before.checked_sub(1).map_or(0, |last| self.cuts[last].1)
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

/// Where in `INSERT … VALUES (…), (…)` the tokens read so far have come to.
#[derive(Debug, Default)]
enum Rows {
    #[default]
    Start,
    /// Before `VALUES`, under so many parentheses.
    Head(usize),
    /// Between rows; the offset of the comma, after the first one.
    Between(Option<usize>),
    Row(Row),
    /// In a row that is not plain, under so many parentheses.
    Other(usize),
    End,
}

#[derive(Debug)]
struct Row {
    /// Where to leave it out from; the first row stays.
    comma: Option<usize>,
    /// A value has been read and the next has to be a comma.
    complete: bool,
    strings: Vec<Interned>,
}

impl Rows {
    /// Reads a token; where it ends a row that can be left out, the offset of the comma before that row.
    fn read(&mut self, start: usize, kind: TokenKind, piece: &str, literals: &mut BTreeSet<Interned>) -> Option<usize> {
        let word = |other: &str| kind == TokenKind::Ident && piece.eq_ignore_ascii_case(other);
        let (open, close) = (TokenKind::OpenParen, TokenKind::CloseParen);
        let next = match std::mem::replace(self, Self::End) {
            Self::Start if word("insert") => Self::Head(0),
            Self::Head(0) if word("values") => Self::Between(None),
            Self::Head(depth) if kind == open => Self::Head(depth + 1),
            Self::Head(depth) if kind == close => Self::Head(depth.saturating_sub(1)),
            Self::Head(depth) => Self::Head(depth),
            Self::Between(comma) if kind == open => Self::Row(Row { comma, complete: false, strings: Vec::new() }),
            Self::Between(_) if kind == TokenKind::Comma => Self::Between(Some(start)),
            Self::Row(row) if kind == close && row.complete && row.comma.is_some() => {
                literals.extend(row.strings);
                *self = Self::Between(None);
                return row.comma;
            }
            Self::Row(_) | Self::Other(0) if kind == close => Self::Between(None),
            Self::Row(mut row) => {
                if row.takes(kind, piece) {
                    Self::Row(row)
                } else {
                    Self::Other(usize::from(kind == open))
                }
            }
            Self::Other(depth) if kind == close => Self::Other(depth - 1),
            Self::Other(depth) if kind == open => Self::Other(depth + 1),
            Self::Other(depth) => Self::Other(depth),
            Self::Start | Self::Between(_) | Self::End => Self::End,
        };
        *self = next;
        None
    }
}

impl Row {
    /// Whether the row, with this token, is still a list of plain values.
    fn takes(&mut self, kind: TokenKind, piece: &str) -> bool {
        if kind == TokenKind::Comma {
            return std::mem::replace(&mut self.complete, false);
        }
        if self.complete {
            return false;
        }
        match kind {
            TokenKind::Minus => return true,
            TokenKind::Literal { kind: LiteralKind::Str { terminated: true } } => {
                let text = piece[1..piece.len() - 1].replace("''", "'");
                if record::may_be_label(&text) {
                    self.strings.push(Interned::new(&text));
                }
            }
            TokenKind::Literal { kind: LiteralKind::Int { .. } | LiteralKind::Numeric { .. } } => {
                // `0x` without digits and `1a` are errors to report.
                if !piece.bytes().all(|it| it.is_ascii_digit() || it == b'.') {
                    return false;
                }
            }
            TokenKind::Ident
                if ["null", "default", "true", "false"].iter().any(|it| piece.eq_ignore_ascii_case(it)) => {}
            _ => return false,
        }
        self.complete = true;
        true
    }
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
        assert_eq!(abridged.literals, ["it's", "z", "w"].map(Interned::new).into());
        for word in ["INSERT", "'x'", "f(", "RETURNING"] {
            let at = |text: &str| text.find(word).unwrap();
            assert_eq!(abridged.original(at(&abridged.text)), at(text), "{word}");
        }
        assert_eq!(abridged.original(abridged.text.len()), text.len());
    }

    #[test]
    fn what_is_not_plain_or_not_an_insert_stays() {
        for text in [
            "INSERT INTO t VALUES (1), (1a), ('x' 'y'), (1,), (), ((1)), (1 2), (a), ('x'::y), (- -), (1",
            "SELECT * FROM (VALUES (1), (2)) v",
            "INSERT INTO t SELECT 1 WHERE (1) IN ((1), (2))",
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

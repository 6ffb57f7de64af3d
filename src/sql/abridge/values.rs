//! Rows and lists of plain values, which have no effects.

use std::collections::BTreeSet;

use squawk_lexer::{LiteralKind, TokenKind};

use crate::model::Fingerprint;
use crate::sql::record;

/// Where in `INSERT … VALUES (…), (…)` the tokens read so far have come to.
#[derive(Debug, Default)]
pub(super) enum Rows {
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

#[derive(Debug, Default)]
pub(super) struct Row {
    /// Where to leave it out from; the first row stays.
    comma: Option<usize>,
    /// A value has been read and the next has to be a comma.
    complete: bool,
    strings: Vec<Fingerprint>,
}

impl Rows {
    /// Reads a token; where it ends a row that can be left out, the offset of the comma before that row.
    pub fn read(
        &mut self,
        start: usize,
        kind: TokenKind,
        piece: &str,
        literals: &mut BTreeSet<Fingerprint>,
    ) -> Option<usize> {
        let word = |other: &str| kind == TokenKind::Ident && piece.eq_ignore_ascii_case(other);
        let (open, close) = (TokenKind::OpenParen, TokenKind::CloseParen);
        let next = match std::mem::replace(self, Self::End) {
            Self::Start if word("insert") => Self::Head(0),
            Self::Head(0) if word("values") => Self::Between(None),
            Self::Head(depth) if kind == open => Self::Head(depth + 1),
            Self::Head(depth) if kind == close => Self::Head(depth.saturating_sub(1)),
            Self::Head(depth) => Self::Head(depth),
            Self::Between(comma) if kind == open => Self::Row(Row { comma, ..Row::default() }),
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

/// Where in `IN (…)` or `ARRAY[…]` the tokens read so far have come to.
#[derive(Debug, Default)]
pub(super) enum List {
    #[default]
    Outside,
    /// After `IN` or `ARRAY`.
    Before,
    Element(Row),
}

impl List {
    /// Reads a token; where it follows an element that can be left out, the offset of the comma before that element.
    pub fn read(
        &mut self,
        start: usize,
        kind: TokenKind,
        piece: &str,
        literals: &mut BTreeSet<Fingerprint>,
    ) -> Option<usize> {
        let ends = matches!(kind, TokenKind::Comma | TokenKind::CloseParen | TokenKind::CloseBracket);
        match std::mem::take(self) {
            Self::Element(element) if ends && element.complete => {
                if kind == TokenKind::Comma {
                    *self = Self::Element(Row { comma: Some(start), ..Row::default() });
                }
                if element.comma.is_some() {
                    literals.extend(element.strings);
                }
                element.comma
            }
            Self::Element(mut element) => {
                if !ends && element.takes(kind, piece) {
                    *self = Self::Element(element);
                }
                None
            }
            Self::Before if matches!(kind, TokenKind::OpenParen | TokenKind::OpenBracket) => {
                *self = Self::Element(Row::default());
                None
            }
            Self::Outside | Self::Before => {
                if kind == TokenKind::Ident && ["in", "array"].iter().any(|it| piece.eq_ignore_ascii_case(it)) {
                    *self = Self::Before;
                }
                None
            }
        }
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
                    self.strings.push(Fingerprint::of(&text));
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

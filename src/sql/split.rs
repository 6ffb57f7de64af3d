//! Where statements end, told from the tokens alone, so that a large file is parsed piece by piece.
//!
//! The syntax tree of a text takes some forty times its size, and that of one piece is gone before the next is read.

use squawk_lexer::TokenKind;

use super::tokens::{is_trivia, tokens};
use crate::model::Span;

/// Consecutive pieces of whole statements that together are the text, each as short as it can be from `least` bytes on;
/// a statement of that length stands alone, and so does `CREATE SCHEMA`, because the parser takes every `CREATE` after
/// one that has elements for one more of them, semicolon or not.
///
/// A statement ends with a semicolon outside parentheses, brackets and `BEGIN ATOMIC … END`, as for psql
/// (`src/fe_utils/psqlscan.l`). Where one of these is never closed, everything after it is one piece.
pub(super) fn pieces(text: &str, least: usize) -> Vec<Span> {
    let mut pieces = Vec::new();
    let (mut piece, mut statement) = (0, 0);
    for (end, is_schema) in ends(text) {
        let alone = is_schema || end - statement >= least;
        if alone && piece < statement {
            pieces.push(Span::new(piece, statement));
            piece = statement;
        }
        if alone || end - piece >= least {
            pieces.push(Span::new(piece, end));
            piece = end;
        }
        statement = end;
    }
    if piece < text.len() {
        pieces.push(Span::new(piece, text.len()));
    }
    pieces
}

/// The offsets after the semicolons that end a statement, and whether it is `CREATE SCHEMA`.
fn ends(text: &str) -> impl Iterator<Item = (usize, bool)> {
    let (mut open, mut atomic, mut statement) = (0_usize, 0_usize, Statement::default());
    tokens(text).filter_map(move |(start, kind, piece)| {
        match kind {
            TokenKind::OpenParen | TokenKind::OpenBracket => open += 1,
            TokenKind::CloseParen | TokenKind::CloseBracket => open = open.saturating_sub(1),
            TokenKind::Ident => match statement.word(piece) {
                Word::Atomic => atomic += 1,
                Word::Case if atomic > 0 => atomic += 1,
                Word::End => atomic = atomic.saturating_sub(1),
                _ => {}
            },
            TokenKind::Semi if open == 0 && atomic == 0 => {
                let it = std::mem::take(&mut statement);
                return Some((start + piece.len(), it == Statement::Schema));
            }
            kind if is_trivia(kind) => {}
            _ => statement = statement.without_word(),
        }
        None
    })
}

/// What the words of a statement so far show it to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Statement {
    #[default]
    Nothing,
    Create,
    CreateOr,
    Schema,
    /// A function or procedure, and whether `BEGIN` was the last word.
    Routine(bool),
    Other,
}

/// Words that matter in a routine's definition.
#[derive(Debug, PartialEq, Eq)]
enum Word {
    Atomic,
    Case,
    End,
    Any,
}

impl Statement {
    const fn without_word(self) -> Self {
        match self {
            Self::Schema => Self::Schema,
            Self::Routine(_) => Self::Routine(false),
            _ => Self::Other,
        }
    }

    fn word(&mut self, word: &str) -> Word {
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        let after_begin = *self == Self::Routine(true);
        *self = match *self {
            Self::Nothing if is("create") => Self::Create,
            Self::Create if is("or") => Self::CreateOr,
            Self::CreateOr if is("replace") => Self::Create,
            Self::Create if is("schema") => Self::Schema,
            Self::Create if is("function") || is("procedure") => Self::Routine(false),
            Self::Routine(_) => Self::Routine(is("begin")),
            Self::Schema => Self::Schema,
            _ => Self::Other,
        };
        match self {
            Self::Routine(_) if after_begin && is("atomic") => Word::Atomic,
            Self::Routine(_) if is("case") => Word::Case,
            Self::Routine(_) if is("end") => Word::End,
            _ => Word::Any,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str, least: usize) -> Vec<&str> {
        pieces(text, least).into_iter().map(|it| &text[it.range()]).collect()
    }

    #[test]
    fn statements_end_at_semicolons_of_their_own() {
        assert_eq!(
            split("SELECT 1; SELECT ';' -- ;\n; SELECT 2", 0),
            ["SELECT 1;", " SELECT ';' -- ;\n;", " SELECT 2"]
        );
        let rule = "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2);";
        let function =
            "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 1; END;";
        let quoted = "DO $a$ SELECT 1; $b$ ; $b$ $a$;";
        let not_atomic = "CREATE TABLE begin_ (atomic int);";
        let text = [rule, function, quoted, not_atomic, "BEGIN;", "END;"];
        assert_eq!(split(&text.concat(), 0), text);
    }

    #[test]
    fn what_is_never_closed_is_one_piece() {
        assert_eq!(split("SELECT 1;SELECT (1; SELECT 2;", 0), ["SELECT 1;", "SELECT (1; SELECT 2;"]);
        assert_eq!(split("SELECT 1);SELECT 2;", 0), ["SELECT 1);", "SELECT 2;"]);
        assert_eq!(split("SELECT 1;SELECT '1; SELECT 2;", 0), ["SELECT 1;", "SELECT '1; SELECT 2;"]);
    }

    #[test]
    fn short_statements_share_a_piece_and_a_long_one_has_its_own() {
        let long = format!("SELECT {};", "1".repeat(30));
        let text = ["SELECT 1;SELECT 2;", &long, "SELECT 3;SELECT 4;SELECT 5;", "SELECT 6;"];
        assert_eq!(split(&text.concat(), 20), text);
        let text = ["SELECT 1;", "CREATE SCHEMA s CREATE TABLE t (a int);", "CREATE TABLE u (a int);SELECT 2;"];
        assert_eq!(split(&text.concat(), 1_000), text);
    }
}

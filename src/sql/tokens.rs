//! The token stream, without parsing: what can be said of a text before, or instead of, understanding it.

use std::borrow::Cow;

use squawk_lexer::{LiteralKind, TokenKind};

use super::psql::Layout;
use crate::model::Checksum;

/// Every token with its offset, in order; together they are the whole text.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = (usize, TokenKind, &str)> {
    let mut offset = 0;
    squawk_lexer::tokenize(text).filter_map(move |token| {
        let start = offset;
        offset += token.len as usize;
        Some((start, token.kind, text.get(start..offset)?)).filter(|(_, _, piece)| !piece.is_empty())
    })
}

/// Whether a token means nothing: white space and comments.
pub(super) const fn is_trivia(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. })
}

/// The tokens that mean something, with their offsets.
pub(super) fn significant(text: &str) -> impl Iterator<Item = (usize, &str)> {
    tokens(text).filter(|(_, kind, _)| !is_trivia(*kind)).map(|(start, _, piece)| (start, piece))
}

/// The digest of what the text says: comments, white space between tokens and line endings don't count.
///
/// Tokens count as they are written, so two texts with the same digest are the same program. White space counts in two
/// places only: adjacent strings are one string if a line break stands between them (SQL's continuation rule), and the
/// lexer gives operators one character at a time, so `< =` and `<=` differ only by the gap. Inside strings and quoted
/// names CRLF and LF are the same, because a checkout may have changed one into the other.
pub fn normalised_checksum(text: &str) -> Checksum {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.contains('\\') {
        return Checksum::of_pieces(program(text));
    }
    // Data counts as it stands, whatever it looks like.
    let Layout { sql, copies, .. } = Layout::of(text);
    let mut copies = copies.iter().peekable();
    let pieces = sql.iter().flat_map(|sql| {
        let data = copies.next_if(|copy| copy.data.start() == sql.end()).map(|copy| &text[copy.data.range()]);
        program(&text[sql.range()]).chain(data.map(lines_unified))
    });
    Checksum::of_pieces(pieces)
}

/// What counts of a stretch of SQL.
fn program(text: &str) -> impl Iterator<Item = Cow<'_, [u8]>> {
    let (mut gap, mut line_break, mut previous) = (false, false, None);
    let pieces = tokens(text).flat_map(move |(_, kind, piece)| {
        if is_trivia(kind) {
            gap = true;
            line_break |= piece.contains(['\n', '\r']);
            return [None, None];
        }
        let both = |test: fn(TokenKind) -> bool| previous.is_some_and(test) && test(kind);
        let between: Option<&[u8]> = if line_break && both(is_string) {
            Some(b"\n")
        } else if gap && both(is_operator) {
            Some(b" ")
        } else {
            None
        };
        (gap, line_break, previous) = (false, false, Some(kind));
        [between.map(Cow::from), Some(lines_unified(piece))]
    });
    pieces.flatten()
}

/// The text for people: one line, without comments and without the contents of strings, which may be secret.
pub fn without_strings(text: &str) -> String {
    let mut shown = String::new();
    for (_, kind, piece) in tokens(text) {
        let is_block = matches!(kind, TokenKind::Literal { kind: LiteralKind::DollarQuotedString { .. } });
        if is_trivia(kind) {
            if !shown.is_empty() && !shown.ends_with(' ') {
                shown.push(' ');
            }
        } else if is_string(kind) || is_block {
            shown.push_str("'…'");
        } else {
            shown.push_str(piece);
        }
    }
    shown.truncate(shown.trim_end().len());
    shown
}

const fn is_string(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Literal {
            kind: LiteralKind::Str { .. }
                | LiteralKind::EscStr { .. }
                | LiteralKind::BitStr { .. }
                | LiteralKind::ByteStr { .. }
                | LiteralKind::NationalStr { .. }
                | LiteralKind::UnicodeEscStr { .. }
        }
    )
}

/// Characters that run together into one token of PostgreSQL's.
const fn is_operator(kind: TokenKind) -> bool {
    !matches!(
        kind,
        TokenKind::Ident
            | TokenKind::Literal { .. }
            | TokenKind::QuotedIdent { .. }
            | TokenKind::PositionalParam { .. }
            | TokenKind::Comma
            | TokenKind::Semi
            | TokenKind::OpenParen
            | TokenKind::CloseParen
            | TokenKind::OpenBracket
            | TokenKind::CloseBracket
    )
}

fn lines_unified(piece: &str) -> Cow<'_, [u8]> {
    if piece.contains("\r\n") { piece.replace("\r\n", "\n").into_bytes().into() } else { piece.as_bytes().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        normalised_checksum(a) == normalised_checksum(b)
    }

    #[test]
    fn comments_white_space_and_line_endings_do_not_count() {
        assert!(same("SELECT 1; -- one\n", "/* x */ SELECT\r\n\t1\n;"));
        assert!(same("\u{feff}SELECT 1", "SELECT 1"));
        assert!(same("SELECT a=b+1", "SELECT a = b + 1"));
        assert!(same("DO $$ a\r\nb $$", "DO $$ a\nb $$"));
    }

    #[test]
    fn what_is_shown_of_a_strangers_query_has_no_secrets() {
        let shown = without_strings("ALTER ROLE a /* x */\n  PASSWORD 's3cret' -- y\n, E'\\'b', $$c$$, U&'d', 7;\n");
        assert_eq!(shown, "ALTER ROLE a PASSWORD '…' , '…', '…', '…', 7;");
        assert_eq!(without_strings("UPDATE a SET b = 'cut in the midd"), "UPDATE a SET b = '…'");
    }

    #[test]
    fn everything_else_counts() {
        assert!(!same("SELECT 'a b'", "SELECT 'a  b'"));
        assert!(!same("SELECT 'a'\n'b'", "SELECT 'a' 'b'"));
        assert!(!same("SELECT 1", "select 1"));
        assert!(!same("DO $$ a -- b $$", "DO $$ a $$"));
        assert!(!same("SELECT ab", "SELECT a b"));
        assert!(!same("SELECT a < = b", "SELECT a <= b"));
        assert!(!same("SELECT 1 ; SELECT 2", "SELECT 1 SELECT 2"));
    }

    #[test]
    fn data_counts_as_it_stands_and_commands_of_psql_do_not() {
        let file = |key: &str, data: &str| format!("\\restrict {key}\n\nCOPY t FROM stdin;\n{data}\\.\nSELECT '\\';\n");
        assert!(same(&file("a", "it's -- one\n"), &file("b'", "it's -- one\r\n")));
        assert!(!same(&file("a", "it's -- one\n"), &file("a", "it's -- two\n")));
        assert!(!same(&file("a", "a  b\n"), &file("a", "a b\n")));
        assert!(!same(&file("a", ""), &file("a", "\n")));
    }
}

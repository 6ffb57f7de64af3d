//! How deeply a text can nest, estimated before it is parsed.
//!
//! The parser and its tree are recursive, so that deep nesting would overflow the stack, which no program survives.
//! PostgreSQL itself gives up at `max_stack_depth`, which a few thousand levels reach.

use squawk_lexer::{LiteralKind, TokenKind};

use super::tokens::{is_trivia, tokens};

/// Levels that the default stack of a thread (2 MiB) certainly holds, debug builds included.
pub(super) const SHALLOW: usize = 40;

/// Levels beyond which a text is refused.
pub(super) const LIMIT: usize = 2_000;

/// Whether the text nests too deeply to be parsed at all.
pub(super) fn is_too_deep(text: &str) -> bool {
    estimate(text, 0).0 > LIMIT
}

/// An upper bound of the text's nesting, and the offset where it is reached.
///
/// Parentheses and brackets nest, and so do chains of operators, `NOT`, `CASE`, `UNION` or blocks, until a comma or
/// semicolon ends them. Text in strings that may be routine bodies counts as well.
pub(super) fn estimate(text: &str, level: usize) -> (usize, usize) {
    let mut open: Vec<usize> = Vec::new();
    let (mut chain, mut outer, mut deepest) = (0_usize, 0_usize, (0, 0));
    for (start, kind, piece) in tokens(text) {
        if is_trivia(kind) {
            continue;
        }
        match kind {
            TokenKind::OpenParen | TokenKind::OpenBracket => {
                outer += chain + 1;
                open.push(std::mem::take(&mut chain));
            }
            TokenKind::CloseParen | TokenKind::CloseBracket => {
                if let Some(before) = open.pop() {
                    chain = before;
                    outer = outer.saturating_sub(before + 1);
                }
            }
            TokenKind::Comma => chain = 0,
            TokenKind::Semi => {
                if open.is_empty() {
                    chain = 0;
                }
            }
            TokenKind::Ident => chain += usize::from(nests(piece)),
            TokenKind::Literal {
                kind: LiteralKind::DollarQuotedString { .. } | LiteralKind::Str { .. } | LiteralKind::EscStr { .. },
            } => {
                if level < super::routine::MAX_DEPTH + 2 && piece.len() > SHALLOW {
                    let inner = estimate(piece.trim_matches(['$', '\'']), level + 1).0;
                    if inner + outer + chain > deepest.0 {
                        deepest = (inner + outer + chain, start);
                    }
                }
            }
            TokenKind::Literal { .. } | TokenKind::QuotedIdent { .. } | TokenKind::PositionalParam { .. } => {}
            _ => chain += 1,
        }
        if outer + chain > deepest.0 {
            deepest = (outer + chain, start);
        }
    }
    deepest
}

/// Words that begin or continue something nested.
fn nests(word: &str) -> bool {
    const WORDS: [&str; 25] = [
        "and",
        "array",
        "begin",
        "between",
        "case",
        "collate",
        "declare",
        "else",
        "elsif",
        "except",
        "if",
        "in",
        "intersect",
        "is",
        "join",
        "like",
        "loop",
        "not",
        "or",
        "select",
        "then",
        "union",
        "when",
        "with",
        "ilike",
    ];
    WORDS.iter().any(|it| it.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_flat_and_chains_are_deep() {
        assert!(estimate(&"(1, 2, -3), ".repeat(10_000), 0).0 < 5);
        assert!(estimate(&"(".repeat(500), 0).0 >= 500);
        assert!(estimate(&"1 + ".repeat(500), 0).0 >= 500);
        assert!(estimate(&format!("do $$ {} $$", "- ".repeat(500)), 0).0 >= 500);
    }
}

//! How deeply a text can nest, estimated before it is parsed.
//!
//! The parser and its tree are recursive, so that deep nesting would overflow the stack, which no program survives.
//! PostgreSQL itself gives up at `max_stack_depth`, which a few thousand levels reach.

use squawk_lexer::{LiteralKind, TokenKind};

use super::tokens::{is_trivia, tokens};

/// Levels that the default stack of a thread (2 MiB) certainly holds, debug builds included.
pub(super) const SHALLOW: usize = 40;

/// Levels beyond which a text is refused. PostgreSQL's parser or `max_stack_depth` (2 MB) give up at 1,000 levels of
/// `CASE`, at some 5,000 of operators or set operations, and at 10,000 parentheses.
pub(super) const LIMIT: usize = 4_000;

/// Whether the text nests too deeply to be parsed at all.
pub(super) fn is_too_deep(text: &str) -> bool {
    estimate(text, 0).0 > LIMIT
}

/// An upper bound of the text's nesting, and the offset where it is reached; beyond the limit, where it is exceeded.
///
/// Text in strings that may be routine bodies counts as well; `level` says how many strings this one is in.
pub(super) fn estimate(text: &str, level: usize) -> (usize, usize) {
    let mut nesting = Nesting { in_body: level > 0, ..Nesting::default() };
    let mut deepest = (0, 0);
    for (start, kind, piece) in tokens(text) {
        if is_trivia(kind) {
            continue;
        }
        let inner = match kind {
            TokenKind::Literal {
                kind: LiteralKind::DollarQuotedString { .. } | LiteralKind::Str { .. } | LiteralKind::EscStr { .. },
            } if level < super::routine::MAX_DEPTH + 2 && piece.len() > SHALLOW => {
                estimate(piece.trim_matches(['$', '\'']), level + 1).0
            }
            _ => 0,
        };
        nesting.read(kind, piece);
        let depth = nesting.depth() + inner;
        if depth > deepest.0 {
            deepest = (depth, start);
        }
        if depth > LIMIT {
            break;
        }
    }
    deepest
}

/// What is open at some point of a text.
#[derive(Debug, Default)]
struct Nesting {
    outer: Vec<Frame>,
    /// Levels of the outer frames.
    levels: usize,
    frame: Frame,
    before: Before,
    in_body: bool,
}

/// Something that nests until it is closed, and the chains in it.
#[derive(Debug, Clone, Copy, Default)]
struct Frame {
    opened_by: Opener,
    /// Levels of set operations, joins, `AND`/`OR` and operators: each chain makes a tree as deep as it is long, and a
    /// looser one begins the tighter ones anew.
    chains: [usize; 4],
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Opener {
    #[default]
    Text,
    Parenthesis,
    Case,
    /// `BEGIN`, `IF` or `LOOP` of PL/pgSQL, or `BEGIN ATOMIC`.
    Block,
}

/// What the last token was, as far as it changes what the next one means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    /// A statement of PL/pgSQL may begin.
    #[default]
    Start,
    Begin,
    End,
    SetOperation,
    Other,
}

const SET_OPERATION: usize = 0;
const JOIN: usize = 1;
const LOGIC: usize = 2;
const OPERATOR: usize = 3;

impl Nesting {
    fn depth(&self) -> usize {
        self.levels + self.frame.levels()
    }

    fn read(&mut self, kind: TokenKind, piece: &str) {
        let before = std::mem::replace(&mut self.before, Before::Other);
        match kind {
            TokenKind::OpenParen | TokenKind::OpenBracket => self.open(Opener::Parenthesis),
            TokenKind::CloseParen | TokenKind::CloseBracket => {
                if self.frame.opened_by == Opener::Parenthesis
                    || self.outer.iter().any(|it| it.opened_by == Opener::Parenthesis)
                {
                    while self.close() != Opener::Parenthesis {}
                }
                // `a[1][1]`, `f()()`
                self.frame.chain(OPERATOR);
            }
            TokenKind::Comma => self.frame.chains[JOIN..].fill(0),
            TokenKind::Semi => {
                self.before = Before::Start;
                if self.frame.opened_by != Opener::Parenthesis {
                    self.frame.chains = [0; 4];
                }
            }
            TokenKind::Ident => self.word(&piece.to_ascii_lowercase(), before),
            TokenKind::Literal { .. } | TokenKind::QuotedIdent { .. } | TokenKind::PositionalParam { .. } => {}
            _ => self.frame.chain(OPERATOR),
        }
    }

    fn word(&mut self, word: &str, before: Before) {
        match word {
            "case" if before != Before::End => self.open(Opener::Case),
            "begin" if self.in_body => self.open(Opener::Block),
            "atomic" if before == Before::Begin => self.open(Opener::Block),
            "if" if self.in_body && matches!(before, Before::Start | Before::Begin) => self.open(Opener::Block),
            "loop" if self.in_body && before != Before::End => self.open(Opener::Block),
            "end" => {
                if matches!(self.frame.opened_by, Opener::Case | Opener::Block) {
                    self.close();
                }
                self.before = Before::End;
            }
            "when" | "then" | "else" if self.frame.opened_by == Opener::Case => self.frame.chains = [0; 4],
            "union" | "except" | "intersect" => {
                self.frame.chain(SET_OPERATION);
                self.before = Before::SetOperation;
            }
            "all" | "distinct" if before == Before::SetOperation => self.before = before,
            "select" if before == Before::SetOperation => {}
            "select" | "with" | "explain" | "prepare" | "create" | "declare" => self.frame.chain(SET_OPERATION),
            "join" => self.frame.chain(JOIN),
            "and" | "or" => self.frame.chain(LOGIC),
            "array" | "at" | "between" | "collate" | "if" | "ilike" | "in" | "is" | "isnull" | "like" | "loop"
            | "not" | "notnull" | "operator" | "overlaps" | "similar" => self.frame.chain(OPERATOR),
            _ => {}
        }
        match word {
            "begin" => self.before = Before::Begin,
            "then" | "else" | "loop" if before != Before::End => self.before = Before::Start,
            _ => {}
        }
    }

    fn open(&mut self, opened_by: Opener) {
        self.levels += self.frame.levels() + 1;
        self.outer.push(std::mem::replace(&mut self.frame, Frame { opened_by, chains: [0; 4] }));
    }

    /// Returns what had opened the frame that is closed now.
    fn close(&mut self) -> Opener {
        let Some(outer) = self.outer.pop() else { return Opener::Parenthesis };
        self.levels = self.levels.saturating_sub(outer.levels() + 1);
        std::mem::replace(&mut self.frame, outer).opened_by
    }
}

impl Frame {
    fn levels(&self) -> usize {
        self.chains.iter().sum()
    }

    /// One level more of this chain.
    fn chain(&mut self, at: usize) {
        self.chains[at] += 1;
        self.chains[at + 1..].fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(text: &str) -> usize {
        estimate(text, 0).0
    }

    #[test]
    fn lists_are_flat() {
        for text in [
            "(1, 2, -3), ".repeat(10_000),
            format!("CASE {} END", "WHEN a = 1 THEN b + 1 ".repeat(10_000)),
            "BEGIN; SELECT 1; COMMIT; ".repeat(10_000),
            "DROP TABLE IF EXISTS t; ".repeat(10_000),
            format!("do $$ begin {} end $$", "if a then b; elsif c then d; end if; loop e; end loop; ".repeat(10_000)),
        ] {
            assert!(levels(&text) < 12, "{} {}", levels(&text), &text[..60]);
        }
    }

    #[test]
    fn chains_and_nesting_are_deep_and_not_counted_twice() {
        for text in [
            "(".repeat(500),
            "1 + ".repeat(500),
            "a = 1 AND ".repeat(500),
            "SELECT 1, 2 UNION ALL ".repeat(500),
            format!("a{}", "[1]".repeat(500)),
            "CASE WHEN a = 1 THEN ".repeat(500),
            format!("do $$ {} $$", "- ".repeat(500)),
            format!("do $$ {} $$", "begin a; ".repeat(500)),
            format!("do $$ {} $$", "if a then b; ".repeat(500)),
            format!("do $$ {} $$", "loop b; ".repeat(500)),
            "CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; ".repeat(500),
        ] {
            assert!((490..1_600).contains(&levels(&text)), "{} {}", levels(&text), &text[..30]);
        }
    }
}

//! Where parentheses make the tree of a long chain shallow.
//!
//! `a AND b AND c` gives a tree as deep as the chain is long. PostgreSQL keeps one of `AND` and `OR` flat (`makeAndExpr`
//! in `src/backend/parser/gram.y`) and takes hundreds of thousands of terms; of operators it takes as many as
//! `max_stack_depth` allows. With parentheses around parts of it, `a AND (b AND c) AND (d AND e) AND f`, the chain names
//! the same things, whatever it comes to.

use squawk_lexer::{LiteralKind, TokenKind};

use super::Edit;
use crate::sql::depth;
use crate::sql::tokens::{is_trivia, tokens};

/// Chains shorter than this stay as they are.
const LONG: usize = 256;

/// After these words there is no further set operation in the same parentheses.
const AFTER_QUERIES: [&str; 8] = ["create", "fetch", "for", "into", "limit", "offset", "order", "returning"];

/// After these an expression is over (reserved words of `src/include/parser/kwlist.h`).
const AFTER_EXPRESSIONS: [&str; 41] = [
    "as",
    "asc",
    "check",
    "column",
    "constraint",
    "default",
    "deferrable",
    "desc",
    "do",
    "else",
    "end",
    "foreign",
    "from",
    "grant",
    "group",
    "having",
    "initially",
    "join",
    "lateral",
    "loop",
    "on",
    "only",
    "placing",
    "primary",
    "references",
    "select",
    "set",
    "table",
    "tablesample",
    "then",
    "to",
    "unique",
    "using",
    "values",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "begin",
];

/// After these the operands of an operator are over.
const AFTER_OPERANDS: [&str; 15] = [
    "and", "between", "collate", "escape", "ilike", "in", "is", "isnull", "like", "not", "notnull", "operator", "or",
    "overlaps", "similar",
];

/// The parentheses that make the chains of a text shallow, and those of the bodies in it.
pub(super) fn groups(text: &str) -> Vec<Edit> {
    let mut edits = groups_of(text);
    for (start, kind, piece) in tokens(text) {
        if matches!(kind, TokenKind::Literal { kind: LiteralKind::DollarQuotedString { .. } }) {
            let body = piece[1..].find('$').map_or(0, |at| at + 2);
            let moved = |it: Edit| Edit { start: start + body + it.start, end: start + body + it.end, ..it };
            edits.extend(groups_of(&piece[body..]).into_iter().map(moved));
        }
    }
    edits
}

fn groups_of(text: &str) -> Vec<Edit> {
    let mut chains = Chains::default();
    let mut tokens = tokens(text).peekable();
    while let Some((start, kind, piece)) = tokens.next() {
        if is_trivia(kind) {
            continue;
        }
        let mut end = start + piece.len();
        if is_operator(kind) {
            // The lexer gives operators one character at a time.
            while let Some((_, _, more)) = tokens.next_if(|(start, kind, _)| *start == end && is_operator(*kind)) {
                end += more.len();
            }
        }
        chains.read(kind, start, &text[start..end]);
        if chains.outer.len() > depth::LIMIT {
            break;
        }
    }
    chains.close_all();
    chains.edits
}

const fn is_operator(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::And
            | TokenKind::At
            | TokenKind::Backtick
            | TokenKind::Bang
            | TokenKind::Caret
            | TokenKind::Eq
            | TokenKind::Gt
            | TokenKind::Lt
            | TokenKind::Minus
            | TokenKind::Or
            | TokenKind::Percent
            | TokenKind::Plus
            | TokenKind::Pound
            | TokenKind::Question
            | TokenKind::Slash
            | TokenKind::Star
            | TokenKind::Tilde
    )
}

/// What stands between the terms of a chain, from the loosest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    SetOperation,
    Logic,
    Operator,
}

/// The chains that are open at some point of a text.
#[derive(Debug, Default)]
struct Chains {
    outer: Vec<Frame>,
    frame: Frame,
    before: Before,
    edits: Vec<Edit>,
}

/// The chains within one pair of parentheses, or in a `CASE`.
#[derive(Debug, Default)]
struct Frame {
    is_case: bool,
    /// `BETWEEN`s whose `AND` is still to come.
    betweens: usize,
    /// Of each kind of link, where those of the current chain are.
    links: [Vec<(usize, usize)>; 3],
}

/// What the last token was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    Operand,
    SetOperation,
    Distinct,
    #[default]
    Other,
}

impl Chains {
    fn read(&mut self, kind: TokenKind, start: usize, piece: &str) {
        let before = std::mem::replace(&mut self.before, Before::Operand);
        match kind {
            TokenKind::OpenParen | TokenKind::OpenBracket => self.open(Frame::default()),
            TokenKind::CloseParen | TokenKind::CloseBracket => self.close(),
            TokenKind::Comma => self.end(Link::Logic),
            TokenKind::Semi => self.end(Link::SetOperation),
            TokenKind::Ident => self.word(start, piece, before),
            TokenKind::Colon | TokenKind::Dot | TokenKind::DotDot => self.before = Before::Other,
            TokenKind::Star if before != Before::Operand => {}
            _ if is_operator(kind) => {
                self.before = Before::Other;
                if matches!(piece, "=" | "<" | ">" | "<=" | ">=" | "<>" | "!=" | "=>") {
                    self.end(Link::Operator);
                } else if before == Before::Operand {
                    self.link(Link::Operator, start, piece);
                }
            }
            _ => {}
        }
    }

    fn word(&mut self, start: usize, piece: &str, before: Before) {
        let word = piece.to_ascii_lowercase();
        match word.as_str() {
            "case" => self.open(Frame { is_case: true, ..Frame::default() }),
            "end" if self.frame.is_case => self.close(),
            "union" | "except" | "intersect" => {
                self.link(Link::SetOperation, start, piece);
                self.before = Before::SetOperation;
            }
            "all" | "distinct" if before == Before::SetOperation => {
                if let Some((_, end)) = self.frame.links[Link::SetOperation as usize].last_mut() {
                    *end = start + piece.len();
                }
                self.before = Before::Other;
            }
            "distinct" => self.before = Before::Distinct,
            "from" if before == Before::Distinct => self.before = Before::Other,
            "and" if self.frame.betweens > 0 => {
                self.end(Link::Operator);
                self.frame.betweens -= 1;
            }
            "and" | "or" => self.link(Link::Logic, start, piece),
            word if AFTER_QUERIES.contains(&word) => self.end(Link::SetOperation),
            word if AFTER_EXPRESSIONS.contains(&word) => self.end(Link::Logic),
            word if AFTER_OPERANDS.contains(&word) => {
                self.end(Link::Operator);
                self.frame.betweens += usize::from(word == "between");
            }
            _ => {}
        }
    }

    /// The next link of a chain; the tighter chains before it are over.
    fn link(&mut self, link: Link, start: usize, piece: &str) {
        match link {
            Link::SetOperation => self.end(Link::Logic),
            Link::Logic => self.end(Link::Operator),
            Link::Operator => {}
        }
        self.frame.links[link as usize].push((start, start + piece.len()));
        self.before = Before::Other;
    }

    /// Ends the chains of this kind of link and of those that bind tighter.
    fn end(&mut self, link: Link) {
        self.before = Before::Other;
        if link != Link::Operator {
            self.frame.betweens = 0;
        }
        for links in &mut self.frame.links[link as usize..] {
            let size = links.len().isqrt();
            for from in (0..links.len()).step_by(size.max(1)) {
                if let (true, Some((end, _))) = (links.len() >= LONG, links.get(from + size)) {
                    let open = links[from].1;
                    self.edits.push(Edit { start: open, end: open, by: "(" });
                    self.edits.push(Edit { start: *end, end: *end, by: ")" });
                }
            }
            links.clear();
        }
    }

    fn open(&mut self, frame: Frame) {
        self.before = Before::Other;
        self.outer.push(std::mem::replace(&mut self.frame, frame));
    }

    fn close(&mut self) {
        self.end(Link::SetOperation);
        self.frame = self.outer.pop().unwrap_or_default();
        self.before = Before::Operand;
    }

    fn close_all(&mut self) {
        self.end(Link::SetOperation);
        while let Some(frame) = self.outer.pop() {
            self.frame = frame;
            self.end(Link::SetOperation);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use crate::diagnostic::Source;
    use crate::sql::{Action, Script, parse};

    /// So many terms, the one in the middle after the others.
    fn chain(term: &str, link: &str, odd: &str) -> String {
        let half = vec![term; 2_500].join(link);
        format!("{half}{link}{odd}{link}{half}")
    }

    fn read(text: &str) -> (Arc<Source>, Script) {
        let source = Source::new("t.sql", text);
        let (script, problems) = parse(&source);
        assert!(problems.is_empty(), "{:?}", &problems[0]);
        (source, script)
    }

    #[test]
    fn chains_of_thousands_of_terms_keep_their_effects_and_places() {
        for (before, term, link, odd, after) in [
            ("DELETE FROM t WHERE ", "a = 1", " AND ", "b = f(2)", ""),
            ("DELETE FROM t WHERE ", "a = 1 AND b IS NOT NULL", "\nOR ", "NOT c BETWEEN f(2) AND 3", ""),
            ("DELETE FROM t WHERE ", "(a=1)", "AND", "(b IS DISTINCT FROM f(2))", " RETURNING a"),
            (
                "SELECT 1 FROM t WHERE x OR ((",
                "a BETWEEN 1 AND 2",
                " or ",
                "exists (select f(2) limit 1)",
                ")) LIMIT 1",
            ),
            ("INSERT INTO t VALUES (", "'a'", " || ", "f(2)", ", 2)"),
            ("UPDATE t SET a = ", "-1", "+", "CASE WHEN b THEN - f(2) END", ", b = 2"),
            ("UPDATE t SET a = ", "a::int", " -", "count(*)*f(2)", " WHERE b"),
            ("", "SELECT 1, 2", " UNION ALL ", "SELECT a, f(2) FROM t GROUP BY ALL", " ORDER BY 1"),
            ("INSERT INTO t ", "SELECT 1", " UNION ", "(SELECT f(2) LIMIT 1)", ""),
            ("DO $$ BEGIN IF ", "a = 1", " AND ", "f(2)", " THEN DELETE FROM t; END IF; END $$"),
        ] {
            let (source, long) = read(&format!("{before}{}{after};", chain(term, link, odd)));
            let (_, short) = read(&format!("{before}{};", [term, odd].join(link) + after));
            let names = |script: &Script| -> BTreeSet<_> {
                let effects = script.statements[0].effects.iter();
                effects.map(|it| (format!("{:?}", it.action), it.object.to_string())).collect()
            };
            assert_eq!(names(&long), names(&short), "{before}{term}{link}");
            let call = long.statements[0].effects.iter().find(|it| it.action == Action::Calls).unwrap();
            assert_eq!(&source.text[call.span.range()], "f", "{before}{term}{link}");
            assert_eq!(long.statements[0].span.end(), source.text.len() - 1);
        }
    }

    #[test]
    fn errors_in_long_chains_are_found_where_they_are() {
        for odd in ["AND", "b =", "SELECT 1"] {
            let text = format!("DELETE FROM t WHERE {};", chain("a = 1", " AND ", odd));
            let (_, problems) = parse(&Source::new("t.sql", text.as_str()));
            let at = problems[0].labels[0].span.start();
            assert!(problems[0].code == "M201" && at.abs_diff(text.len() / 2) < 100, "{odd}: {at} {:?}", problems[0]);
        }
    }
}

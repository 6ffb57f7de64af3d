use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::syntax_error::SyntaxError;
use squawk_syntax::{SyntaxElement, SyntaxNode};

use super::record::{Recorder, Session};
use super::rollback::Marks;
use super::{Script, Statement, Transaction, depth, dispatch, locks, psql, tag, transaction};
use crate::diagnostic::{Diagnostic, Source};
use crate::model::{Interned, Span};

/// Stack for one level of nesting, with room to spare in debug builds.
const BYTES_PER_LEVEL: usize = 64 * 1024;

/// Reads a file: its statements with their effects, and every problem in it, in text order.
///
/// A file with problems gives the statements that could be read, so that later stages can say what they see. No input
/// panics or overflows the stack: what nests too deeply is refused (`M204`).
///
/// Codes: `M201` syntax, `M202` commands of psql, `M203` data blocks, `M204` nesting, `M205` bytes no SQL can hold.
pub fn parse(source: &Arc<Source>) -> (Script, Vec<Diagnostic>) {
    if let Some(at) = source.text.find('\0') {
        let problem = Diagnostic::error("M205", "the file holds a zero byte, which no SQL text can")
            .label(source, Span::new(at, at + 1), "")
            .help("save it as UTF-8 text");
        return (Script::default(), vec![problem]);
    }
    let (plain, mut problems) = psql::without_psql(source);
    let text = plain.as_deref().unwrap_or(&source.text);
    let (levels, deepest) = depth::estimate(text, 0);
    if levels > depth::LIMIT || u32::try_from(text.len()).is_err() {
        let problem = Diagnostic::error("M204", "expressions nest too deeply to be read")
            .label(source, Span::new(deepest, deepest + 1), "")
            .help("split the statement");
        return (Script::default(), vec![problem]);
    }
    let (script, syntax) = if levels <= depth::SHALLOW {
        read(source, text)
    } else {
        thread::scope(|scope| {
            let stack = 4 * 1024 * 1024 + levels * BYTES_PER_LEVEL;
            let thread = thread::Builder::new().stack_size(stack).spawn_scoped(scope, || read(source, text));
            thread.ok().and_then(|it| it.join().ok()).unwrap_or_else(|| (Script::default(), vec![unreadable(source)]))
        })
    };
    problems.extend(syntax);
    problems.sort_by_key(|it| it.labels.first().map(|label| label.span));
    (script, problems)
}

/// Reads every file, on as many threads as there are processors; in the order of the sources.
pub fn parse_all(sources: &[&Arc<Source>]) -> (Vec<Script>, Vec<Diagnostic>) {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = sources.len().div_ceil(threads).max(1);
    let parsed: Vec<(Script, Vec<Diagnostic>)> = thread::scope(|scope| {
        let workers: Vec<_> = sources
            .chunks(share)
            .map(|chunk| scope.spawn(|| chunk.iter().map(|it| parse(it)).collect::<Vec<_>>()))
            .collect();
        workers.into_iter().flat_map(|it| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let (scripts, problems): (Vec<Script>, Vec<Vec<Diagnostic>>) = parsed.into_iter().unzip();
    (scripts, problems.into_iter().flatten().collect())
}

fn unreadable(source: &Arc<Source>) -> Diagnostic {
    Diagnostic::error("M201", "the file can't be read as SQL").label(source, Span::new(0, 0), "")
}

fn read(source: &Arc<Source>, text: &str) -> (Script, Vec<Diagnostic>) {
    let parsed = ast::SourceFile::parse(text);
    let problems = syntax_errors(source, text, &parsed.errors());
    let mut script = Script::default();
    let mut session = Session::new();
    let mut literals = BTreeSet::new();
    let mut marks = Marks::default();
    for node in parsed.syntax_node().children() {
        if node.kind() != K::EMPTY_STMT {
            marks.control(&mut session, &mut script.statements, &node);
            script.statements.extend(statement(&mut session, &mut literals, &node));
        }
    }
    script.literals = literals;
    script.mentions = session.mentions;
    (script, problems)
}

/// The parser's errors; once it is lost, it complains of every token up to the next semicolon, and the first will do.
fn syntax_errors(source: &Arc<Source>, text: &str, errors: &[SyntaxError]) -> Vec<Diagnostic> {
    let mut kept: Vec<&SyntaxError> = Vec::new();
    let lost = |error: &SyntaxError| error.message().starts_with("expected command");
    for error in errors {
        let again = kept.last().is_some_and(|last| {
            let (from, to): (usize, usize) = (last.range().start().into(), error.range().start().into());
            lost(last) && lost(error) && text.get(from..to).is_some_and(|between| !between.contains(';'))
        });
        if !again {
            kept.push(error);
        }
    }
    kept.into_iter().map(|error| syntax_error(source, error)).collect()
}

fn syntax_error(source: &Arc<Source>, error: &SyntaxError) -> Diagnostic {
    let (start, end): (usize, usize) = (error.range().start().into(), error.range().end().into());
    let length = source.text.len();
    let start = start.min(length);
    let mut end = end.clamp(start, length);
    if end == start {
        end += source.text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    let message = match (error.message().split_once(", found "), source.text.get(start..).and_then(first_word)) {
        (Some((expected, _)), Some(found)) => format!("{}, found `{found}`", lower_first(expected)),
        _ => lower_first(error.message()),
    };
    Diagnostic::error("M201", message).label(source, Span::new(start, end), "")
}

/// The token that a text begins with, white space aside.
fn first_word(text: &str) -> Option<&str> {
    let (_, word) = super::tokens::significant(text.get(..text.len().min(256)).unwrap_or(text)).next()?;
    Some(word).filter(|it| it.len() <= 64)
}

/// The parser's messages in this tool's manner: lower case, keywords as they are written.
fn lower_first(message: &str) -> String {
    let words = message.trim_end_matches('.').split(' ').map(|word| match word.strip_suffix("_KW") {
        Some(keyword) => format!("`{}`", keyword.to_ascii_lowercase()),
        None => word.to_owned(),
    });
    let text = words.collect::<Vec<_>>().join(" ");
    let mut rest = text.chars();
    match rest.next() {
        Some(first) if !rest.clone().next().is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(rest).collect()
        }
        _ => text,
    }
}

fn statement(session: &mut Session, literals: &mut BTreeSet<Interned>, node: &SyntaxNode) -> Option<Statement> {
    let span = trimmed(node)?;
    let mut locks = locks::structural(node, session);
    let mut rec = Recorder::new(session, literals);
    if ast::Stmt::can_cast(node.kind()) || transaction::transaction(node) == Transaction::Control {
        dispatch::dispatch(&mut rec, node);
    } else {
        rec.opaque("it is not understood");
    }
    let Recorder { effects, moves, cascade, opaque, body_opaque, .. } = rec;
    for lock in locks::from_effects(node, &effects, session) {
        if !locks.iter().any(|it| it.object == lock.object) {
            locks.push(lock);
        }
    }
    locks.sort();
    Some(Statement {
        span,
        tag: Interned::new(&tag::tag(node)),
        effects: effects.into(),
        moves: moves.into(),
        cascade,
        locks: locks.into(),
        transaction: transaction::transaction(node),
        concurrent_index: transaction::concurrent_index(node).map(Box::new),
        opaque,
        body_opaque,
    })
}

/// The statement's text without white space, comments and semicolon around it.
fn trimmed(node: &SyntaxNode) -> Option<Span> {
    let tokens = || {
        node.descendants_with_tokens()
            .filter_map(SyntaxElement::into_token)
            .filter(|it| !it.kind().is_trivia() && !it.text().is_empty())
    };
    let first = tokens().next()?;
    let last = tokens().filter(|it| it.kind() != K::SEMICOLON).last()?;
    let (start, end): (usize, usize) = (first.text_range().start().into(), last.text_range().end().into());
    (start < end).then(|| Span::new(start, end))
}

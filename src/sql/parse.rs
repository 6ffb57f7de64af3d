use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::thread;

use squawk_syntax::SyntaxKind as K;
use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::syntax_error::SyntaxError;
use squawk_syntax::{SyntaxElement, SyntaxNode};

use super::abridge::Abridged;
use super::record::{Recorder, Session};
use super::rollback::Marks;
use super::tokens::significant;
use super::variables::Variables;
use super::{
    Action, Effect, Opaque, Rare, Script, Statement, Surroundings, Transaction, calls, catalog_query, depth, dispatch,
    locks, psql, query, split, tag, transaction,
};
use crate::diagnostic::{Diagnostic, Source};
use crate::model::{Fingerprint, Ident, Span};

/// How much text is parsed at once, unless a statement is longer.
const PIECE: usize = 64 * 1024;

/// Stack for one level of nesting, with room to spare in debug builds.
const BYTES_PER_LEVEL: usize = 64 * 1024;

/// Reads a file: its statements with their effects, and every problem in it, in text order.
///
/// A file with problems gives the statements that could be read, and those that couldn't as opaque ones. No input
/// panics or overflows the stack: what nests too deeply is refused (`M204`).
///
/// Codes: `M201` syntax, `M202` commands of psql, `M203` data blocks, `M204` nesting, `M205` bytes no SQL can hold.
pub fn parse(source: &Arc<Source>) -> (Script, Vec<Diagnostic>) {
    parse_in(source, &Surroundings::default())
}

fn parse_in(source: &Arc<Source>, surroundings: &Surroundings) -> (Script, Vec<Diagnostic>) {
    if let Some(at) = source.text.find('\0') {
        let problem = Diagnostic::error("M205", "the file holds a zero byte, which no SQL text can")
            .label(source, Span::new(at, at + 1), "")
            .help("save it as UTF-8 text");
        return (Script::default(), vec![problem]);
    }
    let text = &source.text;
    let layout = psql::Layout::of(text);
    let mut problems = layout.problems(source);
    let mut file = File::new(source, surroundings);
    for sql in &layout.sql {
        for piece in split::pieces(&text[sql.range()], PIECE) {
            let piece = Span::new(sql.start() + piece.start(), sql.start() + piece.end());
            problems.extend(file.piece(piece.start(), &text[piece.range()]));
        }
    }
    file.script.commands = layout.commands.iter().map(|(span, _)| *span).collect();
    for copy in &layout.copies {
        let statements = &mut file.script.statements;
        if let Ok(at) = statements.binary_search_by_key(&copy.statement.start(), |it| it.span.start()) {
            statements[at].change(|it| it.data = Some(copy.data));
        }
        file.literals.extend(copy.literals(text));
    }
    problems.sort_by_key(|it| it.labels.first().map(|label| label.span));
    let mut script = file.script;
    script.statements.shrink_to_fit();
    script.literals = file.literals.into_iter().collect();
    script.mentions = file.mentions.into_iter().collect();
    (script, problems)
}

/// Reads every file as [`parse`] does, for a session like this one, on as many threads as there are processors; in the
/// order of the sources.
pub fn parse_all(sources: &[&Arc<Source>], surroundings: &Surroundings) -> (Vec<Script>, Vec<Diagnostic>) {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = sources.len().div_ceil(threads).max(1);
    let (own, others) = sources.split_at(share.min(sources.len()));
    let (mut scripts, mut problems) = (Vec::with_capacity(sources.len()), Vec::new());
    thread::scope(|scope| {
        let workers: Vec<_> =
            others.chunks(share).map(|chunk| scope.spawn(|| parse_each(chunk, surroundings))).collect();
        // Some are read here: what memory that frees is used again, as that of a thread that has ended is not.
        let mut parsed = parse_each(own, surroundings);
        for worker in workers {
            scripts.append(&mut parsed.0);
            problems.append(&mut parsed.1);
            parsed = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
        scripts.append(&mut parsed.0);
        problems.append(&mut parsed.1);
    });
    calls::mark(&mut scripts);
    (scripts, problems)
}

fn parse_each(sources: &[&Arc<Source>], surroundings: &Surroundings) -> (Vec<Script>, Vec<Diagnostic>) {
    let mut all = Vec::new();
    let parsed = sources.iter().map(|it| {
        let (script, problems) = parse_in(it, surroundings);
        all.extend(problems);
        script
    });
    (parsed.collect(), all)
}

/// A file, and what its pieces read so far have given.
struct File<'a> {
    source: &'a Arc<Source>,
    session: Session,
    script: Script,
    literals: BTreeSet<Fingerprint>,
    mentions: BTreeMap<Ident, Span>,
    /// The last statement that has its effects itself.
    model: Option<usize>,
    /// Where a transaction of the file's own, or a savepoint, began.
    marks: Marks,
}

impl<'a> File<'a> {
    fn new(source: &'a Arc<Source>, surroundings: &Surroundings) -> Self {
        Self {
            source,
            session: Session::new(surroundings),
            script: Script::default(),
            literals: BTreeSet::new(),
            mentions: BTreeMap::new(),
            model: None,
            marks: Marks::default(),
        }
    }

    /// Appends a statement, without its effects where it does to rows what the one before has just done.
    ///
    /// Once is enough to know what the file does, and a file of a million inserts would take gigabytes otherwise.
    fn add(&mut self, mut statement: Statement) {
        if self.model.is_some_and(|at| repeats(&statement, &self.script.statements[at])) {
            statement.effects = Box::default();
        } else {
            self.model = Some(self.script.statements.len());
        }
        self.script.statements.push(statement);
    }

    /// Reads on; returns the piece's problems.
    fn piece(&mut self, start: usize, text: &str) -> Vec<Diagnostic> {
        let abridged = if text.len() < PIECE { Abridged::whole(text) } else { Abridged::statement(text) };
        let mut outcome = self.attempt(start, &abridged);
        if outcome.as_ref().is_err_and(|it| it.iter().any(|it| it.code == "M204")) {
            outcome = self.attempt(start, &Abridged::grouped(text));
        }
        let Err(problems) = outcome else { return Vec::new() };
        let statements = split::pieces(text, 0);
        if statements.len() > 1 {
            // Of statements parsed together, one error may be laid to the wrong one.
            return statements.iter().flat_map(|it| self.piece(start + it.start(), &text[it.range()])).collect();
        }
        if Abridged::respelled(text).is_some_and(|it| self.attempt(start, &it).is_ok()) {
            return Vec::new();
        }
        self.script.statements.extend(unread(text).map(|it| it.moved(&|span: Span| span.shifted(start))));
        problems
    }

    /// Reads a piece in one of its forms, unless it has problems.
    fn attempt(&mut self, start: usize, abridged: &Abridged<'_>) -> Result<(), Vec<Diagnostic>> {
        let in_file =
            |span: Span| Span::new(start + abridged.original(span.start()), start + abridged.original(span.end()));
        let (levels, deepest) = depth::estimate(&abridged.text, 0);
        if levels > depth::LIMIT || u32::try_from(abridged.original(abridged.text.len())).is_err() {
            let problem = Diagnostic::error("M204", "expressions nest too deeply to be read")
                .label(self.source, in_file(Span::new(deepest, deepest + 1)), "")
                .help("split the statement");
            return Err(vec![problem]);
        }
        let problems = if levels <= depth::SHALLOW {
            Some(self.read(abridged, &in_file))
        } else {
            thread::scope(|scope| {
                let stack = 4 * 1024 * 1024 + levels * BYTES_PER_LEVEL;
                let thread = thread::Builder::new().stack_size(stack);
                thread.spawn_scoped(scope, || self.read(abridged, &in_file)).ok()?.join().ok()
            })
        };
        self.literals.extend(abridged.literals.iter().copied());
        for (name, span) in std::mem::take(&mut self.session.mentions) {
            self.mentions.entry(name).or_insert_with(|| in_file(span));
        }
        let unreadable = || vec![(Span::new(0, 1), "the statement can't be read as SQL".to_owned())];
        let problems = problems.unwrap_or_else(unreadable);
        if problems.is_empty() {
            return Ok(());
        }
        Err(problems.into_iter().map(|(span, message)| syntax_error(self.source, in_file(span), &message)).collect())
    }

    /// Reads the statements of a text, unless it has errors; returns these, with the spans of that text.
    fn read(&mut self, abridged: &Abridged<'_>, in_file: &impl Fn(Span) -> Span) -> Vec<(Span, String)> {
        let parsed = ast::SourceFile::parse(&abridged.text);
        let errors = syntax_errors(&abridged.text, &parsed.errors());
        if !errors.is_empty() {
            return errors;
        }
        for node in parsed.syntax_node().children().filter(|node| node.kind() != K::EMPTY_STMT) {
            self.marks.control(&mut self.session, &mut self.script.statements, &node);
            let Some(mut it) = statement(&mut self.session, &mut self.literals, &node) else { continue };
            if abridged.without_string && (it.tag.starts_with("CREATE ") || it.tag == "DO") {
                let opaque = Some(Opaque::new("its body is too long to be followed"));
                let is_block = it.tag == "DO";
                it.change(
                    |it| if is_block { it.opaque = opaque } else { it.body.get_or_insert_default().opaque = opaque },
                );
            }
            self.add(it.moved(in_file));
        }
        errors
    }
}

/// A statement that the parser can't read: it may do anything.
fn unread(text: &str) -> Option<Statement> {
    let mut words = significant(text).filter(|(_, word)| *word != ";" && *word != "\u{feff}");
    let (start, first) = words.next()?;
    let (last, word) = words.last().unwrap_or((start, first));
    let rare = Rare { opaque: Some(Opaque::new("the parser can't read it")), ..Rare::default() };
    let span = Span::new(start, last + word.len());
    Some(Statement::new(span, &first.to_ascii_uppercase(), Vec::new(), Vec::new(), rare))
}

/// Whether a statement has the same effects as another, and they are those of a change of rows.
fn repeats(statement: &Statement, other: &Statement) -> bool {
    let same = |(a, b): (&Effect, &Effect)| {
        (a.action, &a.object, &a.part_of) == (b.action, &b.object, &b.part_of) && a.search_path == b.search_path
    };
    matches!(statement.tag.as_str(), "INSERT" | "UPDATE" | "DELETE")
        && statement.tag == other.tag
        && statement.opaque == other.opaque
        && statement.effects.len() == other.effects.len()
        && statement.effects.iter().zip(&other.effects).all(same)
}

/// The parser's errors; once it is lost, it complains of every token up to the next semicolon, and the first will do.
fn syntax_errors(text: &str, errors: &[SyntaxError]) -> Vec<(Span, String)> {
    let mut kept: Vec<&SyntaxError> = Vec::new();
    let mut previous: Option<&SyntaxError> = None;
    let lost = |error: &SyntaxError| error.message().starts_with("expected command");
    // Parameters that only go out may follow it, in a procedure too (18, functioncmds.c, interpret_function_parameter_list).
    for error in errors.iter().filter(|it| it.message() != "VARIADIC param must be last.") {
        let again = previous.is_some_and(|previous| {
            let (from, to): (usize, usize) = (previous.range().start().into(), error.range().start().into());
            lost(previous) && lost(error) && text.get(from..to).is_some_and(|between| !between.contains(';'))
        });
        if !again {
            kept.push(error);
        }
        previous = Some(error);
    }
    let place = |error: &SyntaxError| {
        let (start, end): (usize, usize) = (error.range().start().into(), error.range().end().into());
        Span::new(start, end)
    };
    kept.into_iter().map(|error| (place(error), error.message().to_owned())).collect()
}

fn syntax_error(source: &Arc<Source>, place: Span, message: &str) -> Diagnostic {
    let length = source.text.len();
    let start = place.start().min(length);
    let mut end = place.end().clamp(start, length);
    if end == start {
        end += source.text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    let message = match (message.split_once(", found "), source.text.get(start..).and_then(first_word)) {
        (Some((expected, _)), Some(found)) => format!("{}, found `{found}`", lower_first(expected)),
        _ => lower_first(message),
    };
    Diagnostic::error("M201", message)
        .label(source, Span::new(start, end), "")
        .help("correct it, or if PostgreSQL takes it, declare `opaque = true` in the file's `-- [migrate]` header")
}

/// The token that a text begins with, white space aside.
fn first_word(text: &str) -> Option<&str> {
    let (_, word) = significant(text.get(..text.len().min(256)).unwrap_or(text)).next()?;
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

fn statement(session: &mut Session, literals: &mut BTreeSet<Fingerprint>, node: &SyntaxNode) -> Option<Statement> {
    let span = trimmed(node)?;
    let mut locks = locks::structural(node, session);
    let mut rec = Recorder::new(session, literals);
    if ast::Stmt::can_cast(node.kind()) || matches!(transaction::transaction(node), Transaction::Control(_)) {
        dispatch::dispatch(&mut rec, node);
        // Of a query that only returns what it found, nothing else depends on the answer.
        let only_asks = matches!(node.kind(), K::SELECT | K::COMPOUND_SELECT | K::PAREN_SELECT | K::VALUES | K::TABLE)
            && rec.effects.iter().all(|it| it.action != Action::Calls);
        if !only_asks && (query::is_query(node.kind()) || node.kind() == K::CREATE_TABLE_AS) {
            catalog_query::reads(&mut rec, &Variables::new(None), node);
        }
    } else {
        rec.opaque("it is not understood");
    }
    let Recorder { effects, moves, cascade, opaque, body, .. } = rec;
    for lock in locks::from_effects(node, &effects, session) {
        if !locks.iter().any(|it| it.object == lock.object) {
            locks.push(lock);
        }
    }
    let rare = Rare {
        moves,
        cascade,
        transaction: transaction::transaction(node),
        concurrent_index: transaction::concurrent_index(node),
        opaque,
        body,
        creates: transaction::creation(node),
        data: None,
    };
    Some(Statement::new(span, &tag::tag(node), effects, locks, rare))
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

use std::ops::Range;
use std::sync::Arc;

use super::alone::{alone, is_setting, may_control};
use super::control::{self, Block};
use super::misread::misread;
use super::step::{Chunk, Mode, Segment, SegmentKind};
use super::{PlanInput, new_value, partitioned};
use crate::diagnostic::{Diagnostic, Source};
use crate::model::{Checksum, MigrationId, Span};
use crate::project::{Migration, TransactionChoice};
use crate::sql::{Effect, Script, Statement, Transaction};

/// Decides how a migration runs: in one transaction, or piece by piece because a statement can't be in one, or because
/// the file has several.
///
/// A file that is a single `BEGIN … COMMIT` is unwrapped, because the transaction is ours: the ledger row has to be
/// in it. Of several, each is a piece. What stands outside of them is grouped: consecutive statements share a
/// transaction unless one can't be in it, or uses a value that another has added to an enum.
///
/// # Errors
/// When the file's own transactions can't be had, or its header asks for one and a statement forbids it.
pub(super) fn segments(file: &File<'_>) -> Result<(Mode, Vec<Segment>), Vec<Diagnostic>> {
    let File { id, source, script, choice, .. } = *file;
    let mut problems: Vec<Diagnostic> = script.statements.iter().filter_map(|it| misread(id, source, it)).collect();
    problems.extend(script.statements.iter().filter_map(|it| file.concurrent_on_partitioned(it)));
    let blocks = control::blocks(id, source, &script.statements).unwrap_or_else(|found| {
        problems.extend(found);
        Vec::new()
    });
    let mut pieces = Vec::new();
    for block in blocks {
        file.pieces(block, &mut pieces, &mut problems);
    }
    let pieces = file.with_settings(pieces);
    for piece in pieces.iter().filter(|it| it.kind == SegmentKind::Transaction) {
        let statements = piece.ranges.iter().flat_map(|range| &script.statements[range.clone()]);
        problems.extend(control::lost_savepoints(id, source, statements));
    }
    problems.extend(file.more_than_one(&pieces));
    if !problems.is_empty() {
        return Err(problems);
    }
    let mode = match pieces.as_slice() {
        [] => Mode::Transaction,
        [single] if single.kind == SegmentKind::Transaction && choice != TransactionChoice::Never => Mode::Transaction,
        _ => Mode::Stepwise { because: file.because(&pieces) },
    };
    Ok((mode, pieces.into_iter().map(|piece| file.segment(piece)).collect()))
}

/// A file whose statements are to run.
#[derive(Debug, Clone, Copy)]
pub(super) struct File<'a> {
    pub id: &'a MigrationId,
    pub source: &'a Arc<Source>,
    pub script: &'a Script,
    /// What its header says.
    pub choice: TransactionChoice,
    /// Which migration of what plan it is, where that tells of its tables.
    pub among: Option<(&'a PlanInput<'a>, usize)>,
}

/// A segment in the making.
#[derive(Debug)]
struct Piece {
    ranges: Vec<Range<usize>>,
    kind: SegmentKind,
    /// The statement of the file that begins it.
    begun: Option<Span>,
    modes: Vec<Span>,
    /// Why it is not one with the piece before it.
    because: Option<String>,
}

impl<'a> File<'a> {
    /// A migration of a plan.
    pub fn of(input: &'a PlanInput<'a>, index: usize) -> Self {
        let Migration { id, source, header, .. } = &input.project.migrations[index];
        let (script, choice) = (&input.scripts[index], header.transaction);
        Self { id, source, script, choice, among: Some((input, index)) }
    }

    /// The effect of a statement that needs a partitioned table.
    fn on_partitioned(&self, statement: &'a Statement) -> Option<&'a Effect> {
        let (input, index) = self.among?;
        partitioned::needed(input, index, statement)
    }

    fn statements(&self) -> &[Statement] {
        &self.script.statements
    }

    /// Whether a statement can be in no transaction block.
    ///
    /// `REINDEX` and `CLUSTER` of a partitioned table do one partition after the other (18, "REINDEX", "CLUSTER").
    fn is_outside(&self, statement: &Statement) -> bool {
        let by_partition = matches!(statement.tag.as_str(), "REINDEX" | "CLUSTER");
        statement.transaction == Transaction::Outside || by_partition && self.on_partitioned(statement).is_some()
    }

    fn concurrent_on_partitioned(&self, statement: &Statement) -> Option<Diagnostic> {
        let index = statement.concurrent_index.as_ref()?;
        let table = self.on_partitioned(statement)?.object.path();
        let name = index.index.as_ref().map_or_else(|| "its_name".to_owned(), |it| it.name.to_string());
        let message = format!("`{}` builds an index concurrently on `{table}`, which is partitioned", self.id);
        Some(
            Diagnostic::error("M520", message)
                .label(self.source, statement.span, "PostgreSQL can't do this for all partitions at once")
                .help(format!(
                    "write CREATE INDEX {name} ON ONLY {table} …; then for each partition CREATE INDEX CONCURRENTLY and ALTER INDEX {name} ATTACH PARTITION"
                )),
        )
    }

    fn pieces(&self, block: Block, pieces: &mut Vec<Piece>, problems: &mut Vec<Diagnostic>) {
        let Block { statements: range, begun, modes } = block;
        if begun.is_some() || self.choice == TransactionChoice::Always {
            problems.extend(self.impossible(&range, begun));
            let kind = SegmentKind::Transaction;
            pieces.push(Piece { ranges: vec![range], kind, begun, modes, because: None });
            return;
        }
        let first = pieces.len();
        if self.choice == TransactionChoice::Never {
            for at in range {
                let statement = &self.statements()[at];
                let kind = if self.is_outside(statement) || may_control(statement) {
                    alone(self.source, statement)
                } else {
                    SegmentKind::Transaction
                };
                pieces.push(Piece::new(at..at + 1, kind));
            }
        } else {
            self.grouped(range, pieces);
        }
        if let Some(piece) = pieces.get_mut(first) {
            piece.modes = modes;
        }
    }

    /// Runs of statements that can share a transaction, and each other statement on its own.
    fn grouped(&self, range: Range<usize>, pieces: &mut Vec<Piece>) {
        let mut at = range.start;
        let outside = |it: &Statement| self.is_outside(it);
        for group in self.statements()[range].chunk_by(|a, b| !outside(a) && !outside(b)) {
            let end = at + group.len();
            if let [single] = group
                && outside(single)
            {
                let because = Some(format!("{} can't run in a transaction", words(self.source, single)));
                pieces.push(Piece { because, ..Piece::new(at..end, alone(self.source, single)) });
                at = end;
                continue;
            }
            let mut because = None;
            while let Some(found) = new_value::first_use(self.source, &self.statements()[at..end]) {
                let cut = at + found.at;
                pieces.push(Piece { because, ..Piece::new(at..cut, SegmentKind::Transaction) });
                let value = found.value.member.as_ref().map_or("", |it| it.as_str());
                because = Some(format!("value '{value}' can't be used in the transaction that adds it"));
                at = cut;
            }
            pieces.push(Piece { because, ..Piece::new(at..end, SegmentKind::Transaction) });
            at = end;
        }
    }

    /// What can't be in the one transaction that the file asks for.
    fn impossible(&self, range: &Range<usize>, begun: Option<Span>) -> Vec<Diagnostic> {
        let statements = &self.statements()[range.clone()];
        let outside = statements.iter().filter(|it| self.is_outside(it));
        let mut found: Vec<Diagnostic> = outside.map(|it| self.forbidden(it, begun)).collect();
        if let Some(used) = new_value::first_use(self.source, statements).filter(|it| it.certain) {
            let value = used.value.member.as_ref().map_or("", |it| it.as_str());
            let message = format!("`{}` uses value '{value}' in the transaction that adds it to its type", self.id);
            let place = statements[used.at].span;
            let help = if begun.is_some() {
                "write COMMIT and BEGIN before it"
            } else {
                "leave `transaction` out of the header"
            };
            found.push(
                Diagnostic::error("M505", message).label(self.source, place, "not before it is committed").help(help),
            );
        }
        found
    }

    fn forbidden(&self, statement: &Statement, begun: Option<Span>) -> Diagnostic {
        let (id, words) = (self.id, words(self.source, statement));
        let problem = Diagnostic::error("M505", format!("`{id}` asks for one transaction, which {words} can't run in"))
            .label(self.source, statement.span, "can't run inside a transaction");
        match begun {
            Some(begun) => problem
                .label(self.source, begun, "begins the transaction")
                .help("write COMMIT before it, and BEGIN after it if more follows"),
            None => problem.help("move it to a migration of its own, or leave `transaction` out of the header"),
        }
    }

    /// `SET`s beside a transaction of the file belong to it: a migration that has but one shares it with its ledger row.
    fn with_settings(&self, pieces: Vec<Piece>) -> Vec<Piece> {
        let sets = |piece: &Piece| {
            piece.begun.is_none()
                && piece.modes.is_empty()
                && piece
                    .ranges
                    .iter()
                    .flat_map(|it| &self.statements()[it.clone()])
                    .all(|it| is_setting(self.source, it))
        };
        let mut joined: Vec<Piece> = Vec::new();
        for piece in pieces {
            match joined.last_mut() {
                Some(last) if piece.begun.is_some() && sets(last) || last.begun.is_some() && sets(&piece) => {
                    last.ranges.extend(piece.ranges);
                    last.modes.extend(piece.modes);
                    last.begun = last.begun.or(piece.begun);
                }
                _ => joined.push(piece),
            }
        }
        joined
    }

    fn more_than_one(&self, pieces: &[Piece]) -> Option<Diagnostic> {
        let second = pieces.get(1).filter(|_| self.choice == TransactionChoice::Always)?;
        let first = second.ranges.first().and_then(|range| self.statements().get(range.start));
        let place = second.begun.or(first.map(|it| it.span))?;
        let message = format!("`{}` asks for one transaction and has several", self.id);
        let problem = Diagnostic::error("M505", message).label(self.source, place, "the second one begins here");
        Some(problem.help("delete what begins and ends transactions, or leave `transaction` out of the header"))
    }

    fn because(&self, pieces: &[Piece]) -> String {
        if self.choice == TransactionChoice::Never {
            return "its header says transaction = \"never\"".to_owned();
        }
        let because = pieces.iter().find_map(|piece| piece.because.clone());
        because.unwrap_or_else(|| "it begins and ends transactions itself".to_owned())
    }

    fn segment(&self, piece: Piece) -> Segment {
        let all = self.statements();
        let chunks = self.chunks(&piece.ranges);
        let start = chunks.first().map_or(0, |it| it.span.start());
        let end = chunks.last().map_or(0, |it| it.data.unwrap_or(it.span).end());
        let span = Span::new(start, end);
        let checksum = Checksum::of(self.source.text[span.range()].as_bytes());
        let first = piece.ranges.first().map_or(0, |it| it.start);
        let settings = all[..first].iter().filter(|s| is_setting(self.source, s)).map(|s| s.span).collect();
        Segment { kind: piece.kind, modes: piece.modes, span, chunks, checksum, settings }
    }

    /// The text of statements as the server gets it: in stretches, between which there is what only psql understands.
    fn chunks(&self, ranges: &[Range<usize>]) -> Vec<Chunk> {
        let all = self.statements();
        let mut chunks: Vec<Chunk> = Vec::new();
        for at in ranges.iter().cloned().flatten() {
            let statement = &all[at];
            let follows = |last: &Chunk| {
                let between = Span::new(last.span.end(), statement.span.start());
                let command = self.script.commands.partition_point(|it| it.start() < between.start());
                let command = self.script.commands.get(command).is_some_and(|it| it.start() < between.end());
                last.statements.end == at && last.data.is_none() && statement.data.is_none() && !command
            };
            match chunks.last_mut() {
                Some(last) if follows(last) => {
                    last.span = Span::new(last.span.start(), statement.span.end());
                    last.statements.end = at + 1;
                }
                _ => chunks.push(Chunk { span: statement.span, statements: at..at + 1, data: statement.data }),
            }
        }
        chunks
    }
}

impl Piece {
    fn new(range: Range<usize>, kind: SegmentKind) -> Self {
        Self { ranges: vec![range], kind, begun: None, modes: Vec::new(), because: None }
    }
}

/// The statement's command, with the word that keeps it out of transactions.
fn words(source: &Source, statement: &Statement) -> String {
    match statement.tag.as_str() {
        "CALL" => return "CALL of a procedure that commits or rolls back".to_owned(),
        "DO" => return "a DO block that commits or rolls back".to_owned(),
        _ => {}
    }
    let concurrent = source.text[statement.span.range()].to_ascii_uppercase().contains("CONCURRENTLY");
    if concurrent { format!("{} CONCURRENTLY", statement.tag) } else { statement.tag.to_string() }
}

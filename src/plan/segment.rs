use std::sync::Arc;

use super::step::{Mode, Segment, SegmentKind};
use crate::diagnostic::{Diagnostic, Source};
use crate::model::{Checksum, MigrationId, Span};
use crate::project::TransactionChoice;
use crate::sql::{Script, Statement, Transaction};

/// Decides how a migration runs: in one transaction, or piece by piece because a statement can't be in one.
///
/// A file that is a single `BEGIN … COMMIT` is unwrapped, because the transaction is ours: the ledger row has to be
/// in it.
///
/// # Errors
/// When the file controls transactions itself, or its header asks for one transaction and a statement forbids it.
pub(super) fn segments(
    id: &MigrationId,
    source: &Arc<Source>,
    script: &Script,
    choice: TransactionChoice,
) -> Result<(Mode, Vec<Segment>), Vec<Diagnostic>> {
    let (first, last) = unwrapped(&script.statements);
    let statements = &script.statements[first..last];
    let control: Vec<_> = statements
        .iter()
        .filter(|s| s.transaction == Transaction::Control && !is_savepoint(&s.tag))
        .map(|s| controls(id, source, s))
        .collect();
    if !control.is_empty() {
        return Err(control);
    }
    let outside = statements.iter().find(|s| s.transaction == Transaction::Outside);
    match (choice, outside) {
        (TransactionChoice::Always, Some(statement)) => Err(vec![forbidden(id, source, statement)]),
        (TransactionChoice::Always | TransactionChoice::Auto, None) => {
            let whole = (!statements.is_empty()).then(|| segment(source, SegmentKind::Transaction, statements, first));
            Ok((Mode::Transaction, whole.into_iter().collect()))
        }
        (TransactionChoice::Auto, Some(statement)) => Ok((
            Mode::Stepwise { because: format!("{} can't run in a transaction", words(source, statement)) },
            grouped(source, statements, first),
        )),
        (TransactionChoice::Never, _) => Ok((
            Mode::Stepwise { because: "its header says transaction = \"never\"".to_owned() },
            statements
                .iter()
                .enumerate()
                .map(|(at, s)| segment(source, alone(s), std::slice::from_ref(s), first + at))
                .collect(),
        )),
    }
}

/// The statement's command, with the word that keeps it out of transactions.
fn words(source: &Source, statement: &Statement) -> String {
    let concurrent = source.text[statement.span.range()].to_ascii_uppercase().contains("CONCURRENTLY");
    if concurrent { format!("{} CONCURRENTLY", statement.tag) } else { statement.tag.clone() }
}

/// Runs of statements that can share a transaction, and each other statement on its own.
fn grouped(source: &Source, statements: &[Statement], first: usize) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut at = 0;
    for group in
        statements.chunk_by(|a, b| a.transaction != Transaction::Outside && b.transaction != Transaction::Outside)
    {
        let kind = match group {
            [single] if single.transaction == Transaction::Outside => alone(single),
            _ => SegmentKind::Transaction,
        };
        segments.push(segment(source, kind, group, first + at));
        at += group.len();
    }
    segments
}

fn alone(statement: &Statement) -> SegmentKind {
    SegmentKind::Alone {
        concurrent_index: statement.concurrent_index.clone(),
        repeatable: ["VACUUM", "REINDEX", "ANALYZE", "CLUSTER"].iter().any(|tag| statement.tag.starts_with(tag)),
    }
}

fn segment(source: &Source, kind: SegmentKind, statements: &[Statement], first: usize) -> Segment {
    let span = match statements {
        [] => Span::default(),
        [single] => single.span,
        [start, .., end] => Span::new(start.span.start, end.span.end),
    };
    let checksum = Checksum::of(source.text[span.range()].as_bytes());
    Segment { kind, span, statements: first..first + statements.len(), checksum }
}

/// The range of statements without an enclosing `BEGIN … COMMIT`.
fn unwrapped(statements: &[Statement]) -> (usize, usize) {
    let begins = statements.first().is_some_and(|s| ["BEGIN", "START TRANSACTION"].contains(&s.tag.as_str()));
    let commits = statements.last().is_some_and(|s| ["COMMIT", "END"].contains(&s.tag.as_str()));
    if begins && commits && statements.len() >= 2 { (1, statements.len() - 1) } else { (0, statements.len()) }
}

fn is_savepoint(tag: &str) -> bool {
    ["SAVEPOINT", "RELEASE", "ROLLBACK TO"].iter().any(|start| tag.starts_with(start))
}

fn controls(id: &MigrationId, source: &Arc<Source>, statement: &Statement) -> Diagnostic {
    Diagnostic::error("M504", format!("`{id}` controls transactions itself"))
        .label(source, statement.span, "")
        .help("delete it: the whole file runs in one transaction; for several, write several migrations")
}

fn forbidden(id: &MigrationId, source: &Arc<Source>, statement: &Statement) -> Diagnostic {
    Diagnostic::error(
        "M505",
        format!("`{id}` asks for one transaction, which {} can't run in", words(source, statement)),
    )
    .label(source, statement.span, "can't run inside a transaction")
    .help("move it to a migration of its own, or leave `transaction` out of the header")
}

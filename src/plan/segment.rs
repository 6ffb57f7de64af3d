use std::ops::Range;
use std::sync::Arc;

use super::step::{Interrupted, Mode, Segment, SegmentKind};
use crate::diagnostic::{Diagnostic, Source};
use crate::model::{Checksum, MigrationId, ObjectKind, ObjectName, Span};
use crate::project::TransactionChoice;
use crate::sql::{Action, Script, Statement, Transaction};

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
        .chain(statements.iter().filter(|s| turns_escapes_on(source, s)).map(|s| escapes(id, source, s)))
        .collect();
    if !control.is_empty() {
        return Err(control);
    }
    let outside = statements.iter().find(|s| s.transaction == Transaction::Outside);
    match (choice, outside) {
        (TransactionChoice::Always, Some(statement)) => Err(vec![forbidden(id, source, statement)]),
        (TransactionChoice::Always | TransactionChoice::Auto, None) => {
            let whole = (!statements.is_empty())
                .then(|| segment(source, SegmentKind::Transaction, statements, 0..statements.len(), first));
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
                .map(|(at, s)| {
                    let kind = if controls_itself(s) { alone(source, s) } else { SegmentKind::Transaction };
                    segment(source, kind, statements, at..at + 1, first)
                })
                .collect(),
        )),
    }
}

/// The statement's command, with the word that keeps it out of transactions.
fn words(source: &Source, statement: &Statement) -> String {
    let concurrent = source.text[statement.span.range()].to_ascii_uppercase().contains("CONCURRENTLY");
    if concurrent { format!("{} CONCURRENTLY", statement.tag) } else { statement.tag.to_string() }
}

/// Runs of statements that can share a transaction, and each other statement on its own.
fn grouped(source: &Source, statements: &[Statement], first: usize) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut at = 0;
    for group in
        statements.chunk_by(|a, b| a.transaction != Transaction::Outside && b.transaction != Transaction::Outside)
    {
        let kind = match group {
            [single] if single.transaction == Transaction::Outside => alone(source, single),
            _ => SegmentKind::Transaction,
        };
        segments.push(segment(source, kind, statements, at..at + group.len(), first));
        at += group.len();
    }
    segments
}

/// Whether a statement can't share a transaction with its journal entry: it must not be in one, or may commit itself.
///
/// Every other statement is atomic, so a transaction of its own makes no difference to it, and its intent is exact.
fn controls_itself(statement: &Statement) -> bool {
    statement.transaction == Transaction::Outside || ["CALL", "DO"].contains(&statement.tag.as_str())
}

fn alone(source: &Source, statement: &Statement) -> SegmentKind {
    const REPEATABLE: &[&str] = &["VACUUM", "REINDEX", "ANALYZE", "CLUSTER", "DISCARD"];
    let removed = || {
        statement
            .effects
            .iter()
            .find(|effect| effect.action == Action::Drops && effect.object.kind == ObjectKind::Index)
            .map(|effect| ObjectName::clone(&effect.object))
    };
    let text = &source.text[statement.span.range()];
    SegmentKind::Alone(match &statement.concurrent_index {
        Some(index) => Interrupted::Builds(index.as_ref().clone()),
        None if REPEATABLE.iter().any(|tag| statement.tag.starts_with(tag)) => Interrupted::Repeatable,
        None if statement.tag == "DROP INDEX" => match removed() {
            Some(index) => Interrupted::Removes(index),
            None => Interrupted::Unknown,
        },
        None if statement.tag == "ALTER TABLE" => detaches(statement).unwrap_or(Interrupted::Unknown),
        None if statement.tag.starts_with("DROP ") && text.to_ascii_uppercase().contains(" IF EXISTS ") => {
            Interrupted::Repeatable
        }
        None => Interrupted::Unknown,
    })
}

/// The only `ALTER TABLE` that can't be in a transaction: it reads the parent's rows and alters the partition.
fn detaches(statement: &Statement) -> Option<Interrupted> {
    let object = |action| statement.effects.iter().rfind(|e| e.action == action).map(|e| ObjectName::clone(&e.object));
    Some(Interrupted::Detaches { parent: object(Action::ReadsRows)?, partition: object(Action::Leaves)? })
}

fn segment(source: &Source, kind: SegmentKind, all: &[Statement], range: Range<usize>, first: usize) -> Segment {
    let span = match &all[range.clone()] {
        [] => Span::default(),
        [single] => single.span,
        [start, .., end] => Span::new(start.span.start(), end.span.end()),
    };
    let checksum = Checksum::of(source.text[span.range()].as_bytes());
    let settings = all[..range.start].iter().filter(|s| is_setting(source, s)).map(|s| s.span).collect();
    Segment { kind, span, statements: first + range.start..first + range.end, checksum, settings }
}

/// Whether a statement sets something for the rest of the session.
fn is_setting(source: &Source, statement: &Statement) -> bool {
    let text = &source.text[statement.span.range()];
    match statement.tag.as_str() {
        "SET" | "SET ROLE" | "SET SESSION AUTHORIZATION" => {
            text.split_whitespace().nth(1).is_some_and(|word| !word.eq_ignore_ascii_case("LOCAL"))
        }
        "RESET" | "RESET ROLE" | "RESET SESSION AUTHORIZATION" => true,
        "SELECT" => {
            let call: String = text.to_ascii_lowercase().split_whitespace().collect();
            (call.starts_with("selectset_config(") || call.starts_with("selectpg_catalog.set_config("))
                && call.ends_with(",false)")
        }
        _ => false,
    }
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

/// `SET standard_conforming_strings = off`.
fn turns_escapes_on(source: &Source, statement: &Statement) -> bool {
    let text = source.text[statement.span.range()].to_ascii_lowercase();
    statement.tag == "SET"
        && text.contains("standard_conforming_strings")
        && ["off", "false", "no", "0"].iter().any(|off| text.trim_end().trim_end_matches('\'').ends_with(off))
}

fn escapes(id: &MigrationId, source: &Arc<Source>, statement: &Statement) -> Diagnostic {
    Diagnostic::error("M507", format!("`{id}` gives backslashes another meaning"))
        .label(source, statement.span, "")
        .note("the file is sent as a whole, so this would come too late for the strings after it")
        .help("delete it, and write strings with escapes as E'…'")
}

fn forbidden(id: &MigrationId, source: &Arc<Source>, statement: &Statement) -> Diagnostic {
    Diagnostic::error(
        "M505",
        format!("`{id}` asks for one transaction, which {} can't run in", words(source, statement)),
    )
    .label(source, statement.span, "can't run inside a transaction")
    .help("move it to a migration of its own, or leave `transaction` out of the header")
}

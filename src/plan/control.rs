//! Where a file begins and ends transactions itself.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};
use crate::model::{MigrationId, Span};
use crate::sql::{Control, Statement, Transaction};

/// Consecutive statements that the file puts into one transaction, or that stand outside of its own transactions.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Without the statements that begin and end it.
    pub statements: Range<usize>,
    /// The statement that begins it.
    pub begun: Option<Span>,
    /// The modes the file gives it: isolation level, deferrable.
    pub modes: Vec<Span>,
}

/// Takes a file apart where its `BEGIN`s and `COMMIT`s are.
///
/// `SET TRANSACTION` at the beginning of a block becomes one of its modes, because a transaction of ours has checked the
/// lease before the block's first statement, and then it would come too late.
///
/// # Errors
/// When they don't match, and for what can't be in a transaction that also holds the migration's ledger row.
pub(super) fn blocks(
    id: &MigrationId,
    source: &Arc<Source>,
    statements: &[Statement],
) -> Result<Vec<Block>, Vec<Diagnostic>> {
    let mut reader = Reader { id, source, problems: Vec::new(), blocks: Vec::new() };
    let mut open = Block { statements: 0..0, begun: None, modes: Vec::new() };
    for (at, statement) in statements.iter().enumerate() {
        let Transaction::Control(control) = statement.transaction else { continue };
        let next = |begun, modes| Block { statements: at + 1..at + 1, begun, modes };
        match control {
            Control::Begin(modes) => {
                if let Some(begun) = open.begun {
                    reader.problem(statement, "begins a transaction inside of another", "end the first one before it");
                    reader.begun(begun);
                }
                let begun = std::mem::replace(&mut open, next(Some(statement.span), modes.into_iter().collect()));
                reader.close(begun, at);
            }
            Control::Commit { chain } => {
                if open.begun.is_none() {
                    let help = "delete it: what is outside of BEGIN … COMMIT shares a transaction";
                    reader.problem(statement, "ends a transaction that it has not begun", help);
                }
                let again = if chain { next(Some(statement.span), open.modes.clone()) } else { next(None, Vec::new()) };
                let ended = std::mem::replace(&mut open, again);
                reader.close(ended, at);
            }
            Control::Rollback => {
                let help =
                    "delete the transaction, nothing of it would remain; a part is undone by SAVEPOINT and ROLLBACK TO";
                reader.problem(statement, "rolls back a transaction", help);
                open = next(None, Vec::new());
            }
            Control::TwoPhase => {
                let help = "write COMMIT; what is only prepared is neither there nor recorded";
                reader.problem(statement, "commits in two phases", help);
                open = next(None, Vec::new());
            }
            Control::Modes(Some(modes)) if open.statements.start == at => {
                open.modes.push(modes);
                open.statements = at + 1..at + 1;
            }
            Control::Modes(None) => {
                let help = "write ISOLATION LEVEL REPEATABLE READ without a snapshot";
                reader.problem(statement, "takes over the snapshot of another transaction", help);
            }
            Control::Modes(Some(_)) => {
                let help = "move it to the transaction's beginning";
                reader.problem(statement, "sets the modes of a transaction after its first statement", help);
            }
            Control::Savepoint(_) | Control::OfSavepoint(_) => {}
        }
    }
    if let Some(begun) = open.begun {
        let help = "write COMMIT at its end, or delete what begins it";
        reader.at(begun, "begins a transaction that it doesn't end", help);
    }
    reader.close(open, statements.len());
    if reader.problems.is_empty() { Ok(reader.blocks) } else { Err(reader.problems) }
}

struct Reader<'a> {
    id: &'a MigrationId,
    source: &'a Arc<Source>,
    problems: Vec<Diagnostic>,
    blocks: Vec<Block>,
}

impl Reader<'_> {
    fn close(&mut self, mut block: Block, end: usize) {
        for modes in &block.modes {
            let text = self.source.text[modes.range()].to_ascii_uppercase();
            if text.split_whitespace().any(|word| word.trim_end_matches(',') == "ONLY") {
                let help = "delete READ ONLY: the migration's ledger row is written in the same transaction";
                self.at(*modes, "asks for a transaction that can't write", help);
            }
        }
        block.statements.end = end;
        if !block.statements.is_empty() {
            self.blocks.push(block);
        }
    }

    fn problem(&mut self, statement: &Statement, what: &str, help: &str) {
        self.at(statement.span, what, help);
    }

    fn at(&mut self, span: Span, what: &str, help: &str) {
        let problem = Diagnostic::error("M504", format!("`{}` {what}", self.id));
        self.problems.push(problem.label(self.source, span, "").help(help));
    }

    fn begun(&mut self, span: Span) {
        if let Some(problem) = self.problems.pop() {
            self.problems.push(problem.label(self.source, span, "begun here"));
        }
    }
}

/// A problem for each statement that goes back to a savepoint that these, which share a transaction, have not made.
pub(super) fn lost_savepoints<'a>(
    id: &MigrationId,
    source: &Arc<Source>,
    statements: impl Iterator<Item = &'a Statement>,
) -> Vec<Diagnostic> {
    let mut made = BTreeSet::new();
    let mut problems = Vec::new();
    for statement in statements {
        match statement.transaction {
            Transaction::Control(Control::Savepoint(name)) => {
                made.insert(name);
            }
            Transaction::Control(Control::OfSavepoint(name)) if !made.contains(&name) => problems.push(
                Diagnostic::error("M504", format!("`{id}` uses savepoint `{name}`, which is not in this transaction"))
                    .label(source, statement.span, "")
                    .help("write BEGIN before the savepoint and COMMIT after this"),
            ),
            _ => {}
        }
    }
    problems
}

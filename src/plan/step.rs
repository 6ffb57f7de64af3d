use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::Source;
use crate::model::{
    Checksum, Interned, LockMode, LockTimeout, MigrationId, ObjectName, Shared, Span, StatementTimeout,
};
use crate::sql::{ConcurrentIndex, Locks};

/// One migration of the plan, with everything needed to run it and to explain it.
#[derive(Debug, Clone)]
pub struct Step {
    /// The migration.
    pub id: MigrationId,
    /// Whether it is applied or reverted.
    pub direction: Direction,
    /// Its version as in the file name; absent for repeatables.
    pub version: Option<String>,
    /// Its name.
    pub name: String,
    /// Its text.
    pub source: Arc<Source>,
    /// SHA-256 of the migration's file, whichever way it runs.
    pub checksum: Checksum,
    /// SHA-256 of its tokens.
    pub normalised_checksum: Checksum,
    /// A repeatable that was applied before and has changed since.
    pub again: bool,
    /// How it runs.
    pub mode: Mode,
    /// The pieces it runs in: one when transactional.
    pub segments: Vec<Segment>,
    /// How many of them an interrupted run has committed: it goes on after them.
    pub committed: usize,
    /// Its statements, in file order.
    pub statements: Vec<PlannedStatement>,
    /// Why it stands where it does.
    pub reasons: Vec<Reason>,
    /// The steps of the plan that must be applied before it, as places in the plan.
    pub after: Vec<usize>,
    /// Checks that must hold before it is committed, by id or pattern.
    pub checks: Vec<String>,
    /// For each statement.
    pub lock_timeout: LockTimeout,
    /// For each statement.
    pub statement_timeout: StatementTimeout,
}

/// Which way a migration runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// It is applied.
    Up,
    /// It is reverted by its `.down.sql`.
    Down,
}

impl Direction {
    /// What it has been when it is done: "applied".
    #[must_use]
    pub const fn done(self) -> &'static str {
        match self {
            Self::Up => "applied",
            Self::Down => "reverted",
        }
    }
}

/// How a migration runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// In one transaction, with its ledger row inside.
    Transaction,
    /// Piece by piece, each journalled, because of the statement named.
    Stepwise {
        /// The statement that can't be in a transaction, or the header.
        because: String,
    },
}

/// A piece of a migration that succeeds or fails as a whole.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Whether it runs in a transaction of its own or as a single statement outside any.
    pub kind: SegmentKind,
    /// The modes that the file gives its transaction (`ISOLATION LEVEL SERIALIZABLE`).
    pub modes: Vec<Span>,
    /// Its text in the source, from its first statement to the end of its last one's data.
    pub span: Span,
    /// What of its text is sent, in order: all but transaction control and what psql alone understands.
    pub chunks: Vec<Chunk>,
    /// SHA-256 of its text.
    pub checksum: Checksum,
    /// The `SET`s before it in the file, which hold for it too, though it may meet another session.
    pub settings: Vec<Span>,
}

/// Consecutive statements that are sent as they stand.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// Their text in the source.
    pub span: Span,
    /// Which of the step's statements they are.
    pub statements: Range<usize>,
    /// For a single `COPY … FROM stdin`: the lines to send it.
    pub data: Option<Span>,
}

/// How a segment runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SegmentKind {
    /// In a transaction.
    Transaction,
    /// Alone, outside any transaction.
    Alone(Interrupted),
}

/// What tells, after a statement outside any transaction was interrupted, how far it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Interrupted {
    /// The index that `CREATE INDEX CONCURRENTLY` builds.
    Builds(ConcurrentIndex),
    /// The index that `DROP INDEX CONCURRENTLY` removes.
    Removes(ObjectName),
    /// What `ALTER TABLE … DETACH PARTITION … CONCURRENTLY` parts.
    Detaches {
        /// The partitioned table.
        parent: ObjectName,
        /// What leaves it.
        partition: ObjectName,
    },
    /// What `REINDEX … CONCURRENTLY` leaves: running it again is harmless, its copies would stay.
    Rebuilds,
    /// Nothing needs to: running it again is harmless (`VACUUM`, `IF EXISTS`).
    Repeatable,
    /// Nothing.
    Unknown,
}

/// A statement as the plan shows it.
#[derive(Debug, Clone)]
pub struct PlannedStatement {
    /// `CREATE TABLE`, `ALTER TABLE`, `DO`.
    pub tag: Interned,
    /// Its text in the source.
    pub span: Span,
    /// The line it starts on, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// What it locks, of what existed before the migration.
    pub locks: Locks,
    /// Why its effects can't be known, if they can't.
    pub opaque: Option<Interned>,
}

/// Why a migration runs after another one of the plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// The one it follows.
    pub after: MigrationId,
    /// In words: "needs table public.organization".
    pub because: String,
}

impl Step {
    /// What begins the transaction of one of its segments.
    #[must_use]
    pub fn begin(&self, segment: &Segment) -> String {
        let modes: Vec<&str> = segment.modes.iter().map(|span| &self.source.text[span.range()]).collect();
        // A comment among the modes may end with the line.
        if modes.is_empty() { "BEGIN".to_owned() } else { format!("BEGIN {}\n", modes.join("\n, ")) }
    }

    /// The `SET`s that hold for one of its segments.
    #[must_use]
    pub fn settings(&self, segment: &Segment) -> Vec<String> {
        segment.settings.iter().map(|span| self.source.text[span.range()].to_owned()).collect()
    }

    /// The statements that are still to run.
    #[must_use]
    pub fn remaining(&self) -> &[PlannedStatement] {
        let next = self.segments.get(self.committed).and_then(|it| it.chunks.first()).map(|it| it.statements.start);
        match (self.committed, next) {
            (0, _) => &self.statements,
            (_, next) => &self.statements[next.unwrap_or(self.statements.len())..],
        }
    }

    /// The strongest lock it takes on each relation that existed before it.
    #[must_use]
    pub fn locks(&self) -> Vec<(ObjectName, LockMode)> {
        let mut strongest = std::collections::BTreeMap::<&Shared<ObjectName>, LockMode>::new();
        for lock in self.remaining().iter().flat_map(|statement| &*statement.locks) {
            let entry = strongest.entry(&lock.object).or_insert(lock.mode);
            *entry = (*entry).max(lock.mode);
        }
        strongest.into_iter().map(|(object, mode)| (ObjectName::clone(object), mode)).collect()
    }
}

use std::sync::Arc;

use thiserror::Error;

use super::Blocker;
use crate::db::{DbError, ServerError};
use crate::diagnostic::Source;
use crate::ledger::LedgerError;
use crate::model::{MigrationId, Span};
use crate::plan::Direction;
use crate::verify::CheckResult;

/// Why a run stopped.
#[derive(Debug, Error)]
pub enum ExecuteError {
    /// The ledger could not be read, written or leased.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The server refused or the connection broke outside of any migration, or could not be made again.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A migration failed.
    #[error("`{}` failed", .0.id)]
    Migration(Box<Failure>),
    /// The ledger could not be written, or the connection broke, between two pieces of a migration.
    #[error(transparent)]
    Between(Box<Between>),
    /// Several migrations that ran side by side failed, in the plan's order.
    #[error("{} migrations failed", .0.len())]
    Several(Vec<ExecuteError>),
    /// A statement outside a transaction needs settings of its file, which a pooler would lose. Nothing was run.
    #[error("`{id}` needs a connection without a pooler")]
    NeedsSession {
        /// Which migration.
        id: MigrationId,
        /// Its file.
        file: Arc<Source>,
        /// The statement.
        span: Span,
    },
    /// It was asked to stop, and was between two migrations.
    #[error("stopped as asked")]
    Stopped,
}

impl From<tokio_postgres::Error> for ExecuteError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Db(error.into())
    }
}

/// What stopped a run between two pieces of a migration.
#[derive(Debug, Error)]
#[error("{error}")]
pub struct Between {
    /// Which migration.
    pub id: MigrationId,
    /// Whether it was being applied or reverted.
    pub direction: Direction,
    /// What the database holds of it now.
    pub state: FailureState,
    /// What went wrong.
    pub error: ExecuteError,
}

/// A migration that failed, with all that is known of it.
#[derive(Debug)]
pub struct Failure {
    /// Which migration.
    pub id: MigrationId,
    /// Whether it was being applied or reverted.
    pub direction: Direction,
    /// Its text.
    pub source: Arc<Source>,
    /// Where in the text: the server's position, or the whole statement.
    pub span: Option<Span>,
    /// What went wrong.
    pub cause: FailureCause,
    /// What the database holds of it now.
    pub state: FailureState,
    /// What else is in the database because of it.
    pub leftover: Option<String>,
    /// Who was in the way of a lock that it did not get in time.
    pub blockers: Vec<Blocker>,
    /// How often it was tried.
    pub attempts: u32,
}

/// What made a migration fail.
#[derive(Debug)]
pub enum FailureCause {
    /// The server's error.
    Server(Box<ServerError>),
    /// The connection broke, and the ledger says that the migration was not committed.
    ConnectionLost(String),
    /// The connection broke and could not be made again, so that nobody knows.
    Unknown(String),
    /// An interrupted statement whose outcome can't be told from the catalog.
    Undecided(String),
    /// Checks that had to hold before its commit did not: what each found.
    Violated(Vec<CheckResult>),
    /// The checks before its commit could not be run.
    Unchecked(String),
    /// It was asked to stop, and the statement was cancelled.
    Cancelled,
    /// The lease was lost.
    LeaseLost,
}

/// What the database holds of a failed migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureState {
    /// Nothing: it was rolled back.
    RolledBack,
    /// Its first `done` of `total` pieces; the next `up` goes on with the one that failed.
    Partly {
        /// How many are committed.
        done: usize,
        /// How many there are.
        total: usize,
    },
    /// Its first `done` of `total` pieces, and perhaps the next, which ran outside any transaction.
    InDoubt {
        /// How many are committed for certain.
        done: usize,
        /// How many there are.
        total: usize,
    },
    /// Not known.
    Unknown,
}

use thiserror::Error;

use super::Held;
use crate::db::DbError;
use crate::model::Ident;

/// Why the ledger could not be read or written.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// The server refused or the connection broke.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Creating or upgrading the ledger's tables failed.
    #[error("the ledger's tables in schema `{schema}` could not be brought up to date: {cause}")]
    Install {
        /// The ledger's schema.
        schema: Ident,
        /// What refinery or the server said.
        cause: String,
        /// The server's code, where the server refused.
        sqlstate: Option<String>,
    },
    /// A newer `migrate` upgraded the ledger.
    #[error("the ledger in schema `{schema}` has version {found}, this `migrate` knows {known}")]
    TooNew {
        /// The ledger's schema.
        schema: Ident,
        /// Its version.
        found: i64,
        /// The newest version this build knows.
        known: i64,
    },
    /// A row of the ledger does not read as this program wrote it.
    #[error("the ledger's row for `{migration}` is damaged: {problem}")]
    Damaged {
        /// The row's migration.
        migration: String,
        /// What does not read.
        problem: String,
    },
    /// Another run holds the lease.
    #[error("another run holds the lease: {0}")]
    Held(Held),
    /// Another run took the lease over.
    #[error("another run has taken over the lease")]
    Lost,
}

impl From<tokio_postgres::Error> for LedgerError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Db(error.into())
    }
}

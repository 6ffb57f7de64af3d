//! What the database says was applied: reading the ledger, creating and upgrading its tables, and the lease.

mod change;
mod counters;
mod error;
mod fingerprint;
mod foreign;
mod foreign_checksum;
mod health;
mod identity;
mod install;
mod intent;
mod lease;
mod own_schema;
mod read;
mod record;

pub use change::{Change, Record};
pub use counters::{Counter, CounterStanding};
pub use error::LedgerError;
pub use fingerprint::Fingerprint;
pub use foreign::{ForeignEntry, ForeignEvent, ForeignHistory, Stranger, Tool};
pub use health::Health;
pub use identity::{Identity, claim};
pub use install::install;
pub use intent::Intent;
pub use lease::{Held, Lease, LeaseHolder};
pub use own_schema::has_own_schema;
pub use read::{Applied, HistoryEntry, Ledger};
pub use record::{Entry, RecordedDuration, begin_run, finish_run, record_applied, record_reverted};

/// The refinery version this build's ledger tables have.
const SCHEMA_VERSION: i64 = 2;

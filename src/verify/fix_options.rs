use std::time::Duration;

use crate::model::LockTimeout;

/// Whether rows with explicit ids may be in open transactions, where `max()` can't see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExplicitIds {
    /// Writers take their ids from the sequence.
    #[default]
    Committed,
    /// An import may be running: the table is locked in SHARE mode first, so its writers finish and wait.
    InFlight,
}

/// How fixes are made.
#[derive(Debug, Clone, Copy)]
pub struct FixOptions {
    /// How long one try waits for a lock.
    pub lock_timeout: LockTimeout,
    /// How many more tries follow a first one that got no lock.
    pub retries: u32,
    /// Only say what would be run.
    pub dry_run: bool,
    /// Whether `max()` may miss rows.
    pub explicit_ids: ExplicitIds,
}

impl Default for FixOptions {
    fn default() -> Self {
        Self {
            lock_timeout: LockTimeout::new(Duration::from_secs(2)),
            retries: 10,
            dry_run: false,
            explicit_ids: ExplicitIds::Committed,
        }
    }
}

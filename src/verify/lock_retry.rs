use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use tokio_postgres::error::SqlState;

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

/// Whether another try may succeed: a lock timeout, a deadlock, or a catalog row that another session just changed.
pub(super) fn is_passing(error: &tokio_postgres::Error) -> bool {
    let passing = [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE];
    error.code().is_some_and(|code| {
        passing.contains(code)
            || (*code == SqlState::INTERNAL_ERROR && error.to_string().contains("tuple concurrently updated"))
    })
}

/// The pause before try number `tried` + 1: doubles from 50 ms to 2 s, of which a random half is waited at least.
pub(super) fn pause(tried: u32) -> Duration {
    let full = 50_u64.saturating_mul(1 << tried.min(10)).min(2_000);
    // Seeded by the operating system for each map: enough to keep two runs from colliding again and again.
    let random = RandomState::new().build_hasher().finish();
    Duration::from_millis(full / 2 + random % (full / 2 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_two_seconds() {
        assert!((25..=50).contains(&pause(0).as_millis()));
        assert!((1_000..=2_000).contains(&pause(30).as_millis()));
    }
}

use std::time::Duration;

use tokio_postgres::error::{DbError, SqlState};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Whether the error goes away by itself, its transaction rolled back: a lock timeout, a deadlock, a serialization
/// failure, or a catalog row that another session has just changed.
pub fn is_passing(error: &tokio_postgres::Error) -> bool {
    let passing = [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE];
    // PostgreSQL's `simple_heap_update` raises the last with `elog`: an internal error, its text never translated.
    let meddled = |error: &DbError| {
        *error.code() == SqlState::INTERNAL_ERROR && error.message().contains("tuple concurrently updated")
    };
    error.as_db_error().is_some_and(|error| passing.contains(error.code()) || meddled(error))
}

/// The pause after the `tries`th try, from 1 on: doubles from 100 ms up to 10 s. A random half of it is left out, so
/// that two runs do not collide again and again.
pub fn pause_after(tries: u32) -> Duration {
    let doublings = tries.saturating_sub(1);
    let longest = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST_PAUSE);
    longest.mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_ten_seconds() {
        assert!((50..=100).contains(&pause_after(1).as_millis()));
        assert!((100..=200).contains(&pause_after(2).as_millis()));
        assert!((5_000..=10_000).contains(&pause_after(u32::MAX).as_millis()));
    }
}

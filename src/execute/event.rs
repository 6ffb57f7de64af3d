use std::time::Duration;

use super::Blocker;
use crate::ledger::Held;
use crate::model::MigrationId;

/// What the engine tells while it runs; the only way out of it.
#[derive(Debug)]
pub enum Event<'a> {
    /// Another run holds the lease; this one waits.
    Waiting {
        /// Who holds it, and since when.
        held: &'a Held,
    },
    /// A migration is about to run.
    Started {
        /// Which.
        id: &'a MigrationId,
        /// Its place in the plan, from 1.
        number: usize,
        /// How many the plan has.
        total: usize,
    },
    /// A lock was not granted in time; everything was rolled back and will be tried again.
    Retrying {
        /// Which migration.
        id: &'a MigrationId,
        /// The try that failed, from 1.
        attempt: u32,
        /// How long until the next.
        pause: Duration,
        /// What the server said.
        because: &'a str,
        /// Who was in the way, where that was seen.
        blockers: &'a [Blocker],
    },
    /// Something an interrupted run left behind was put in order.
    Recovered {
        /// Of which migration.
        id: &'a MigrationId,
        /// What was done, in words.
        what: &'a str,
    },
    /// The server said something that is not an error.
    Notice {
        /// During which migration.
        id: &'a MigrationId,
        /// `NOTICE`, `WARNING`, `INFO`.
        severity: &'a str,
        /// Its words.
        message: &'a str,
    },
    /// The server confirmed the commit of a migration and its ledger row.
    Applied {
        /// Which.
        id: &'a MigrationId,
        /// How long it took.
        duration: Duration,
    },
}

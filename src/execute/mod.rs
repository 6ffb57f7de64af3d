//! Runs an approved plan under the lease and tells what happens as events.

mod amend;
mod before_commit;
mod blocker;
mod copy;
mod error;
mod event;
mod message;
mod parallel;
mod recover;
mod run;
mod stepwise;
mod together;
mod transaction;
mod tries;

pub use amend::amend;
pub use before_commit::{BeforeCommit, sets_sequences};
pub use blocker::Blocker;
pub use error::{Between, ExecuteError, Failure, FailureCause, FailureState};
pub use event::Event;
pub use run::{LockPatience, Outcome, RunOptions, run};

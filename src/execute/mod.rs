//! Runs an approved plan under the lease and tells what happens as events.

mod blocker;
mod error;
mod event;
mod message;
mod parallel;
mod recover;
mod run;
mod stepwise;
mod transaction;
mod tries;

pub use blocker::Blocker;
pub use error::{ExecuteError, Failure, FailureCause, FailureState};
pub use event::Event;
pub use run::{LockPatience, Outcome, RunOptions, run};

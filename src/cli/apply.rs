//! Running an approved plan from the command line: how long it waits, how it is shown, how a signal ends it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;

use super::context::Context;
use super::interrupt::Interrupts;
use super::progress::Progress;
use super::{Stopped, exit};
use crate::db::{CancelToken, Session};
use crate::diagnostic::Diagnostic;
use crate::execute::{self, BeforeCommit, Event, ExecuteError, LockPatience, Outcome, RunOptions};
use crate::model::{MigrationId, parse_duration};
use crate::plan::ApprovedPlan;
use crate::project::VerifyWhen;
use crate::verify::LateBound;

/// How long a run waits for others.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Patience {
    /// How long to wait for another run to finish, such as `30s` or `10min` [default: `[up] lease_wait`, 5 min].
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    lease_wait: Option<Duration>,
    /// How long to go on trying a migration that gets no lock; replaces `[up] lock_retries`.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    max_lock_wait: Option<Duration>,
}

/// What was done, with how long each took, and how it ended.
pub type Applied = (Vec<(MigrationId, Duration)>, Result<Outcome, ExecuteError>);

impl Patience {
    /// Runs the plan, with the helpers side by side.
    pub async fn apply(
        self,
        context: &Context,
        session: &mut Session,
        helpers: &mut [Session],
        plan: &ApprovedPlan,
        interrupts: &mut Interrupts,
        progress: &mut Progress<'_>,
    ) -> Applied {
        let stop = AtomicBool::new(false);
        let holder = context.holder();
        let late_bound = LateBound::default();
        let options = self.options(context, &holder, &stop, &late_bound);
        let result = until_done_or_interrupted(session, helpers, plan, &options, interrupts, progress).await;
        progress.finish();
        // Side by side they end in any order; the report has the plan's.
        let place: BTreeMap<&MigrationId, usize> =
            plan.steps().iter().enumerate().map(|(at, step)| (&step.id, at)).collect();
        progress.applied.sort_by_key(|(id, _)| place.get(id).copied());
        (std::mem::take(&mut progress.applied), result)
    }

    /// As the project's configuration and the flags have it.
    pub fn options<'a>(
        self,
        context: &'a Context,
        holder: &'a str,
        stop: &'a AtomicBool,
        late_bound: &'a LateBound,
    ) -> RunOptions<'a> {
        let (config, checks) = (&context.project.config, &context.project.checks);
        RunOptions {
            schema: &config.ledger_schema,
            holder,
            lease_wait: self.lease_wait.unwrap_or(config.up.lease_wait),
            lock_patience: match self.max_lock_wait {
                Some(limit) => LockPatience::For(limit),
                None => LockPatience::Tries(config.up.lock_retries),
            },
            checks: BeforeCommit {
                touched: config.up.verify == VerifyWhen::InTransaction,
                named: config.up.verify != VerifyWhen::Off,
                declared: &checks.declared,
                sequences: &checks.sequences,
                accept: &checks.accept,
                late_bound,
            },
            stop,
        }
    }
}

/// Makes signals wait for [`Patience::apply`] instead of ending the program.
pub fn listen() -> Result<Interrupts, Stopped> {
    Interrupts::listen().map_err(|error| {
        Stopped::new(exit::BUG, Diagnostic::error("M900", format!("signals can't be listened to: {error}")))
    })
}

/// Runs the plan; at a first signal cancels the running statement and lets the run end in order.
async fn until_done_or_interrupted(
    session: &mut Session,
    helpers: &mut [Session],
    plan: &ApprovedPlan,
    options: &RunOptions<'_>,
    interrupts: &mut Interrupts,
    progress: &mut Progress<'_>,
) -> Result<Outcome, ExecuteError> {
    let cancels: Vec<CancelToken> = helpers.iter().chain([&*session]).map(Session::cancel_token).collect();
    let output = progress.output;
    let mut emit = |event: Event<'_>| progress.event(&event);
    let mut run = Box::pin(execute::run(session, helpers, plan, options, &mut emit));
    loop {
        tokio::select! {
            result = &mut run => return result,
            () = interrupts.next() => {
                if options.stop.swap(true, Ordering::Relaxed) {
                    std::process::exit(i32::from(exit::FAILED));
                }
                output.say("stopping: the running statement is cancelled; once more ends this program at once");
                for cancel in &cancels {
                    // One that can't be cancelled is waited for.
                    tokio::select! {
                        _ = cancel.cancel() => {}
                        () = interrupts.next() => std::process::exit(i32::from(exit::FAILED)),
                    }
                }
            }
        }
    }
}

/// How a run that was stopped by this ends.
pub const fn exit_code(error: &ExecuteError) -> u8 {
    match error {
        ExecuteError::Migration(_) | ExecuteError::Several(_) | ExecuteError::Stopped => exit::FAILED,
        ExecuteError::Between(between) => exit_code(&between.error),
        ExecuteError::NeedsSession { .. } => exit::REFUSED,
        ExecuteError::Ledger(_) | ExecuteError::Db(_) => exit::CONNECTION,
    }
}

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::before_commit::BeforeCommit;
use super::blocker::Watch;
use super::error::{ExecuteError, FailureCause};
use super::event::Event;
use crate::db::{DbError, Session};
use crate::ledger::{Lease, Ledger, LedgerError, begin_run, claim, finish_run, install};
use crate::model::Ident;
use crate::plan::{ApprovedPlan, Commits, Mode, Segment, SegmentKind};

/// How often a waiter looks whether the lease is free.
const POLL: Duration = Duration::from_millis(250);

/// How a plan is run.
#[derive(Debug, Clone, Copy)]
pub struct RunOptions<'a> {
    /// The ledger's schema.
    pub schema: &'a Ident,
    /// How this run names itself to others: user, host, process.
    pub holder: &'a str,
    /// How long to wait for the lease.
    pub lease_wait: Duration,
    /// How long to go on trying a migration after a lock timeout.
    pub lock_patience: LockPatience,
    /// What is checked before a migration commits.
    pub checks: BeforeCommit<'a>,
    /// Set to stop the run before its next statement; cancelling the running one is the caller's part.
    pub stop: &'a AtomicBool,
}

/// How long to go on trying what gets no lock.
#[derive(Debug, Clone, Copy)]
pub enum LockPatience {
    /// So many times after the first.
    Tries(u32),
    /// As long as this has not passed since the first try began.
    For(Duration),
}

impl RunOptions<'_> {
    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every step of the plan is applied, confirmed by the server.
    Applied,
    /// Another run has changed the ledger since the plan was made: nothing was done, plan again.
    Overtaken,
}

/// A run under the lease.
pub(super) struct Run<'a> {
    pub(super) session: &'a mut Session,
    pub(super) options: &'a RunOptions<'a>,
    pub(super) lease: Lease,
    pub(super) number: i64,
    /// When the lease was last renewed, by this session or one beside it.
    pub(super) renewed: Rc<Cell<Instant>>,
    /// Other sessions of this run are in transactions under the same lease.
    pub(super) beside: bool,
    pub(super) watch: Watch,
    pub(super) emit: &'a mut dyn FnMut(Event<'_>),
}

/// Runs `plan` under the lease; with `helpers`, migrations that don't follow from each other side by side, each on a
/// session of its own.
///
/// # Errors
/// When the lease can't be had in time, a migration fails, or the connection breaks; the error says what is committed.
pub async fn run(
    session: &mut Session,
    helpers: &mut [Session],
    plan: &ApprovedPlan,
    options: &RunOptions<'_>,
    emit: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome, ExecuteError> {
    under_lease(session, helpers, plan, options, emit).await.map_err(|error| as_asked(error, options))
}

async fn under_lease(
    session: &mut Session,
    helpers: &mut [Session],
    plan: &ApprovedPlan,
    options: &RunOptions<'_>,
    emit: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome, ExecuteError> {
    if session.server().pooled {
        needs_no_session(plan)?;
    }
    install(session, options.schema).await?;
    claim(session, options.schema).await?;
    let lease = wait_for_lease(session, options, emit).await?;
    let begun = async {
        let ledger = Ledger::read(session, options.schema).await?;
        if !plan.is_for(&ledger) {
            return Ok(None);
        }
        Ok(Some((begin_run(session, &lease, plan.hash(), options.holder).await?, ledger)))
    };
    let (number, ledger) = match begun.await {
        Ok(Some(begun)) => begun,
        Ok(None) => {
            lease.release(session).await?;
            return Ok(Outcome::Overtaken);
        }
        Err(error) => {
            // Best effort: the error is what matters, and the lease expires by itself.
            let _ = lease.release(session).await;
            return Err(error);
        }
    };
    // What the server said about the ledger's own tables is not about any migration.
    drop(session.take_notices());
    let renewed = Rc::new(Cell::new(Instant::now()));
    let watch = Watch::default();
    let mut run = Run { session, options, lease, number, renewed, beside: false, watch, emit };
    let result = match helpers {
        [] => run.apply_all(plan, &ledger).await,
        helpers => run.apply_side_by_side(helpers, plan, &ledger).await,
    };
    let Run { session, lease, .. } = run;
    let closed = async {
        finish_run(session, &lease, number, if result.is_ok() { "succeeded" } else { "failed" }).await?;
        lease.release(session).await
    }
    .await;
    // A failure to tidy up must not hide why the run failed; alone, it is worth telling.
    result?;
    closed?;
    Ok(Outcome::Applied)
}

/// Refuses what only works where one session is kept: behind a pooler a statement that runs alone may meet another one
/// than the `SET`s that stand before it.
fn needs_no_session(plan: &ApprovedPlan) -> Result<(), ExecuteError> {
    for step in plan.steps() {
        let alone = |segment: &&Segment| matches!(segment.kind, SegmentKind::Alone(_)) && !segment.settings.is_empty();
        if let Some(segment) = step.segments.iter().find(alone) {
            let (id, file, span) = (step.id.clone(), step.source.clone(), segment.span);
            return Err(ExecuteError::NeedsSession { id, file, span });
        }
    }
    Ok(())
}

/// An error that came of the wish to stop.
fn as_asked(error: ExecuteError, options: &RunOptions<'_>) -> ExecuteError {
    if !options.stopped() {
        return error;
    }
    match error {
        ExecuteError::Migration(mut failure) => {
            if matches!(&failure.cause, FailureCause::Server(error) if error.sqlstate == "57014") {
                failure.cause = FailureCause::Cancelled;
            }
            ExecuteError::Migration(failure)
        }
        ExecuteError::Ledger(LedgerError::Db(DbError::Server(error))) | ExecuteError::Db(DbError::Server(error))
            if error.sqlstate == "57014" =>
        {
            ExecuteError::Stopped
        }
        ExecuteError::Between(mut between) => {
            between.error = as_asked(between.error, options);
            ExecuteError::Between(between)
        }
        ExecuteError::Several(errors) => {
            ExecuteError::Several(errors.into_iter().map(|error| as_asked(error, options)).collect())
        }
        error => error,
    }
}

pub(super) async fn wait_for_lease(
    session: &Session,
    options: &RunOptions<'_>,
    emit: &mut dyn FnMut(Event<'_>),
) -> Result<Lease, ExecuteError> {
    let started = Instant::now();
    let mut told = None;
    loop {
        if options.stopped() {
            return Err(ExecuteError::Stopped);
        }
        match Lease::acquire(session, options.schema, options.holder).await {
            Err(LedgerError::Held(held)) if started.elapsed() < options.lease_wait => {
                if told.as_ref() != Some(&held.by) {
                    emit(Event::Waiting { held: &held });
                    told = Some(held.by);
                }
                tokio::time::sleep(POLL.mul_f64(0.5 + fastrand::f64())).await;
            }
            result => return Ok(result?),
        }
    }
}

impl Run<'_> {
    /// Renews the lease when it is time. A transaction needs no more: it checks the lease by itself, and keeps it by its
    /// fence while it is open.
    pub(super) async fn keep_lease(&mut self) -> Result<(), LedgerError> {
        if self.renewed.get().elapsed() >= Lease::renewal_interval() { self.renew().await } else { Ok(()) }
    }

    async fn renew(&mut self) -> Result<(), LedgerError> {
        self.lease.renew(self.session).await?;
        self.renewed.set(Instant::now());
        Ok(())
    }

    async fn apply_all(&mut self, plan: &ApprovedPlan, ledger: &Ledger) -> Result<(), ExecuteError> {
        if plan.plan().commits == Commits::Together {
            self.apply_at_once(plan.steps()).await?;
            return self.clean().await;
        }
        for index in 0..plan.steps().len() {
            self.apply_step(plan, index, ledger).await?;
        }
        // The checks that follow must not run under what the last migration has set.
        self.clean().await
    }

    /// Applies one migration and tells of it.
    pub(super) async fn apply_step(
        &mut self,
        plan: &ApprovedPlan,
        index: usize,
        ledger: &Ledger,
    ) -> Result<(), ExecuteError> {
        let step = &plan.steps()[index];
        (self.emit)(Event::Started { id: &step.id, number: index + 1, total: plan.steps().len() });
        if self.options.stopped() {
            return Err(ExecuteError::Stopped);
        }
        match step.mode {
            Mode::Transaction => self.keep_lease().await?,
            // Nothing shows outside of transactions that this run is alive.
            Mode::Stepwise { .. } => self.renew().await?,
        }
        let result = match step.mode {
            Mode::Transaction => self.apply_in_transaction(step).await,
            Mode::Stepwise { .. } => self.apply_stepwise(step, &ledger.intents).await,
        };
        for notice in self.session.take_notices() {
            (self.emit)(Event::Notice { id: &step.id, severity: &notice.severity, message: &notice.message });
        }
        let duration = result?;
        (self.emit)(Event::Applied { id: &step.id, duration });
        Ok(())
    }
}

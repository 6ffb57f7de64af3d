use std::pin::pin;
use std::time::{Duration, Instant};

use super::before_commit::{COMMIT, LedgerEntry, Sent, Transaction};
use super::error::{Between, ExecuteError, FailureCause, FailureState};
use super::message::Message;
use super::recover::{Recovery, recover};
use super::run::Run;
use super::transaction::{AfterStop, failure};
use super::tries::Tries;
use crate::db::{Session, connection_lost};
use crate::ledger::{Intent, Lease, LedgerError, RecordedDuration};
use crate::plan::{Interrupted, Segment, SegmentKind, Step};
use crate::sql::ConcurrentIndex;

impl Run<'_> {
    /// Applies a migration piece by piece: each piece is journalled before it runs, so that a run interrupted at any
    /// point is finished by the next one.
    pub(super) async fn apply_stepwise(&mut self, step: &Step, intents: &[Intent]) -> Result<Duration, ExecuteError> {
        let started = Instant::now();
        for (index, segment) in step.segments.iter().enumerate() {
            let known =
                intents.iter().find(|i| i.migration == step.id && i.step == index && i.checksum == segment.checksum);
            if known.is_some_and(|intent| intent.finished) {
                continue;
            }
            let state = FailureState::Partly { done: index, total: step.segments.len() };
            self.apply_piece(step, index, segment, known).await.map_err(|error| between(step, state, error))?;
        }
        let (done, total) = (step.segments.len(), step.segments.len());
        let recorded = self.record_stepwise(step, started.elapsed()).await;
        recorded.map_err(|error| between(step, FailureState::Partly { done, total }, error))?;
        Ok(started.elapsed())
    }

    /// Applies one piece, unless the catalog shows that an interrupted run has.
    async fn apply_piece(
        &mut self,
        step: &Step,
        index: usize,
        segment: &Segment,
        known: Option<&Intent>,
    ) -> Result<(), ExecuteError> {
        if let (Some(intent), SegmentKind::Alone(interrupted)) = (known, &segment.kind) {
            // Names without a schema mean what they mean to the statement.
            self.prepare(step, segment).await?;
            match recover(self.session, intent, interrupted).await? {
                Recovery::Finished(what) => {
                    self.clean().await?;
                    self.recovered(step, &what);
                    Intent::close(self.session, &self.lease, &step.id, index).await?;
                    return Ok(());
                }
                Recovery::RunAgain(what) => {
                    self.clean().await?;
                    self.recovered(step, &what);
                }
                Recovery::Undecided(what) => {
                    let state = FailureState::InDoubt { done: index, total: step.segments.len() };
                    let span = Some(segment.span);
                    return Err(failure(step, span, FailureCause::Undecided(what), state, 1));
                }
            }
        }
        if self.options.stopped() {
            let state = FailureState::Partly { done: index, total: step.segments.len() };
            return Err(failure(step, Some(segment.span), FailureCause::Cancelled, state, 1));
        }
        Intent::open(self.session, &self.lease, self.number, &step.id, index, segment.checksum).await?;
        let result = self.apply_segment(step, index, segment).await;
        if let (Err(ExecuteError::Migration(failure)), SegmentKind::Transaction) = (&result, &segment.kind)
            && failure.state != FailureState::Unknown
        {
            // It was rolled back. Best effort: why it failed is what matters.
            let _ = Intent::discard(self.session, &self.lease, &step.id, index).await;
        }
        result
    }

    fn recovered(&mut self, step: &Step, what: &str) {
        (self.emit)(super::Event::Recovered { id: &step.id, what });
    }

    async fn apply_segment(&mut self, step: &Step, index: usize, segment: &Segment) -> Result<(), ExecuteError> {
        let state = FailureState::Partly { done: index, total: step.segments.len() };
        if let SegmentKind::Alone(interrupted) = &segment.kind {
            return self.apply_alone(step, index, segment, interrupted).await;
        }
        let (mut tries, mut known) = (Tries::begin(), Vec::new());
        loop {
            let opening = [self.opening(step, Some(segment)), step.settings(segment)].concat();
            let entry = LedgerEntry::Piece(index);
            let it = Transaction { segment: Some(segment), opening, entry, end: COMMIT };
            let (stopped, span) = match self.transact(step, &it, &known).await {
                Sent::Committed => return Ok(()),
                Sent::Stopped(stopped, span) => (stopped, span),
                Sent::Refused(mut cause) => {
                    if self.take_back(step, &mut cause, &mut known).await? {
                        continue;
                    }
                    return Err(failure(step, None, cause, state, tries.number));
                }
            };
            let cause = match self.after_stop(step, Some(index), &stopped).await? {
                AfterStop::Committed => return Ok(()),
                AfterStop::RolledBack(Some(cause)) => cause,
                AfterStop::RolledBack(None) if self.try_again(step, &mut tries, &stopped).await? => continue,
                AfterStop::RolledBack(None) => {
                    let error = failure(step, span, stopped.cause(), state, tries.number);
                    return Err(self.with_blockers(error));
                }
            };
            return Err(failure(step, None, cause, state, tries.number));
        }
    }

    /// Runs one statement outside any transaction.
    ///
    /// It gets no `lock_timeout`: `CREATE INDEX CONCURRENTLY` waits for old transactions by design, holding a lock that
    /// blocks neither reads nor writes, and giving up half-way would leave an invalid index behind.
    async fn apply_alone(
        &mut self,
        step: &Step,
        index: usize,
        segment: &Segment,
        interrupted: &Interrupted,
    ) -> Result<(), ExecuteError> {
        let total = step.segments.len();
        let doubt = FailureState::InDoubt { done: index, total };
        self.prepare(step, segment).await?;
        let message = Message::bare(step, segment);
        let result = while_renewing(self.session, &self.lease, message.send(self.session)).await;
        // The server says why before it closes.
        let told = result.as_ref().is_err_and(|stopped| connection_lost(&stopped.error));
        let lost = told || self.session.is_closed();
        if !segment.settings.is_empty() && !lost {
            self.clean().await.map_err(|error| between(step, doubt, error))?;
        }
        let Err(stopped) = result else {
            let closed = Intent::close(self.session, &self.lease, &step.id, index).await;
            return closed.map_err(|error| between(step, doubt, error.into()));
        };
        if lost {
            let cause = FailureCause::ConnectionLost(stopped.reason());
            return Err(failure(step, Some(segment.span), cause, doubt, 1));
        }
        let leftover = match interrupted {
            Interrupted::Builds(ConcurrentIndex { index: Some(_), .. }) => {
                Some("an invalid index may be left; the next `migrate up` drops it and builds it again")
            }
            Interrupted::Builds(_) => Some("an invalid index may be left; `migrate verify` names it, drop it"),
            _ => None,
        };
        if matches!(
            interrupted,
            Interrupted::Builds(ConcurrentIndex { index: None, .. }) | Interrupted::Repeatable | Interrupted::Unknown
        ) {
            // The server refused it and says so: nothing is in doubt, and the next run may try it again.
            Intent::discard(self.session, &self.lease, &step.id, index).await?;
        }
        let state = FailureState::Partly { done: index, total };
        let mut error = failure(step, message.locate(step, &stopped), stopped.cause(), state, 1);
        if let ExecuteError::Migration(failure) = &mut error {
            failure.leftover = leftover.map(str::to_owned);
        }
        Err(error)
    }

    /// Brings the session into the state in which a statement runs that has to be alone in its message: clean, with the
    /// file's own settings.
    async fn prepare(&self, step: &Step, segment: &Segment) -> Result<(), ExecuteError> {
        let timeout = format!("SET statement_timeout = {}", step.statement_timeout.millis());
        // Behind a pooler the statement may meet another session than the settings.
        let settings =
            if self.session.server().pooled { Vec::new() } else { [vec![timeout], step.settings(segment)].concat() };
        Message::own(&self.mark(step), &settings).send(self.session).await.map_err(|stopped| stopped.error)?;
        Ok(())
    }

    /// Takes back what a migration has set: the ledger is written as whoever connected.
    pub(super) async fn clean(&self) -> Result<(), ExecuteError> {
        Message::own("clean", &[]).send(self.session).await.map_err(|stopped| stopped.error)?;
        Ok(())
    }

    async fn record_stepwise(&mut self, step: &Step, duration: Duration) -> Result<(), ExecuteError> {
        let total = step.segments.len();
        let state = FailureState::Partly { done: total, total };
        let entry = LedgerEntry::Applied(RecordedDuration::Known(duration));
        let it = Transaction { segment: None, opening: self.opening(step, None), entry, end: COMMIT };
        let stopped = match self.transact(step, &it, &[]).await {
            Sent::Committed => return Ok(()),
            Sent::Stopped(stopped, _) => stopped,
            Sent::Refused(cause) => {
                self.roll_back().await?;
                return Err(failure(step, None, cause, state, 1));
            }
        };
        match self.after_stop(step, None, &stopped).await? {
            AfterStop::Committed => Ok(()),
            AfterStop::RolledBack(cause) => {
                Err(failure(step, None, cause.unwrap_or_else(|| stopped.cause()), state, 1))
            }
        }
    }
}

/// What stopped a run between two pieces, with what is committed; an error of the migration's own says that by itself.
fn between(step: &Step, state: FailureState, error: ExecuteError) -> ExecuteError {
    match error {
        ExecuteError::Ledger(LedgerError::Db(_)) | ExecuteError::Db(_) => {
            ExecuteError::Between(Box::new(Between { id: step.id.clone(), direction: step.direction, state, error }))
        }
        error => error,
    }
}

/// Awaits `work` and meanwhile keeps the lease alive over a second connection, made only if the work takes long.
///
/// Outside a transaction nothing else shows that the holder is alive. A server that has no second connection to give
/// (the embedded one) has no second client either, so failing to renew is no reason to stop.
async fn while_renewing<T>(session: &Session, lease: &Lease, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    let mut second: Option<Session> = None;
    loop {
        tokio::select! {
            result = &mut work => return result,
            () = tokio::time::sleep(Lease::renewal_interval()) => {}
        }
        if second.is_none() {
            second = session.connect_another().await.ok();
        }
        let renewed = match &second {
            Some(connection) => lease.renew(connection).await.is_ok(),
            None => false,
        };
        if !renewed {
            second = None;
        }
    }
}

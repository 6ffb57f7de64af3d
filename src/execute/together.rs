use std::time::{Duration, Instant};

use super::before_commit::{COMMIT, LedgerEntry, Sent, Transaction};
use super::error::{ExecuteError, FailureState};
use super::event::Event;
use super::message::send;
use super::run::Run;
use super::transaction::{AfterStop, failure};
use super::tries::Tries;
use crate::ledger::RecordedDuration;
use crate::plan::Step;

impl Run<'_> {
    /// Applies all steps in one transaction, in which each begins as if it were alone: with a clean session, and with
    /// what the earlier ones have deferred checked.
    pub(super) async fn apply_at_once(&mut self, steps: &[Step]) -> Result<(), ExecuteError> {
        let (mut tries, mut known) = (Tries::begin(), Vec::new());
        let durations = loop {
            if let Some(durations) = self.attempt_at_once(steps, &mut tries, &mut known).await? {
                break durations;
            }
        };
        for (step, duration) in steps.iter().zip(durations) {
            (self.emit)(Event::Applied { id: &step.id, duration });
        }
        Ok(())
    }

    /// How long each step took, once all are committed; `None` when everything was rolled back and is worth another try.
    async fn attempt_at_once(
        &mut self,
        steps: &[Step],
        tries: &mut Tries,
        known: &mut Vec<String>,
    ) -> Result<Option<Vec<Duration>>, ExecuteError> {
        let mut durations = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            (self.emit)(Event::Started { id: &step.id, number: index + 1, total: steps.len() });
            if self.options.stopped() {
                send(self.session, "ROLLBACK").await.map_err(|stopped| stopped.error)?;
                return Err(ExecuteError::Stopped);
            }
            let started = Instant::now();
            let it = self.among_others(step, index == 0, index + 1 == steps.len());
            let result = self.transact(step, &it, known).await;
            for notice in self.session.take_notices() {
                (self.emit)(Event::Notice { id: &step.id, severity: &notice.severity, message: &notice.message });
            }
            durations.push(started.elapsed());
            let (stopped, span) = match result {
                Sent::Committed => continue,
                Sent::Stopped(stopped, span) => (stopped, span),
                Sent::Refused(mut cause) => {
                    if self.take_back(step, &mut cause, known).await? {
                        return Ok(None);
                    }
                    return Err(failure(step, None, cause, FailureState::RolledBack, tries.number));
                }
            };
            match self.after_stop(step, None, &stopped).await? {
                AfterStop::Committed => {}
                AfterStop::RolledBack(cause) => {
                    if cause.is_none() && self.try_again(step, tries, &stopped).await? {
                        return Ok(None);
                    }
                    let cause = cause.unwrap_or_else(|| stopped.cause());
                    let error = failure(step, span, cause, FailureState::RolledBack, tries.number);
                    return Err(self.with_blockers(error));
                }
            }
        }
        Ok(Some(durations))
    }

    /// A step's part of the transaction.
    fn among_others<'s>(&self, step: &'s Step, first: bool, last: bool) -> Transaction<'s> {
        let segment = step.segments.first();
        // The transaction is open already, but for the first.
        let opening = if first { self.opening(step, segment) } else { self.settings(step).to_vec() };
        let entry = LedgerEntry::Applied(RecordedDuration::SinceMessage);
        Transaction { segment, opening, entry, end: if last { COMMIT } else { include_str!("settle_constraints.sql") } }
    }
}

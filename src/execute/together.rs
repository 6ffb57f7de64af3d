use std::time::{Duration, Instant};

use super::error::{ExecuteError, FailureState};
use super::event::Event;
use super::message::{Message, send};
use super::run::Run;
use super::transaction::{AfterStop, failure};
use crate::db::is_passing;
use crate::ledger::RecordedDuration;
use crate::plan::Step;

impl Run<'_> {
    /// Applies all steps in one transaction, in which each begins as if it were alone: with a clean session, and with
    /// what the earlier ones have deferred checked.
    pub(super) async fn apply_at_once(&mut self, steps: &[Step]) -> Result<(), ExecuteError> {
        let mut attempt = 1;
        let durations = loop {
            match self.attempt_at_once(steps, attempt).await? {
                Some(durations) => break durations,
                None => attempt += 1,
            }
        };
        for (step, duration) in steps.iter().zip(durations) {
            (self.emit)(Event::Applied { id: &step.id, duration });
        }
        Ok(())
    }

    /// How long each step took, once all are committed; `None` when everything was rolled back and is worth another try.
    async fn attempt_at_once(&mut self, steps: &[Step], attempt: u32) -> Result<Option<Vec<Duration>>, ExecuteError> {
        let mut durations = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            (self.emit)(Event::Started { id: &step.id, number: index + 1, total: steps.len() });
            if self.options.stopped() {
                send(self.session, "ROLLBACK").await.map_err(|stopped| stopped.error)?;
                return Err(ExecuteError::Stopped);
            }
            let started = Instant::now();
            let message = self.message_at_once(step, index == 0, index + 1 == steps.len());
            let result = message.send(self.session).await;
            for notice in self.session.take_notices() {
                (self.emit)(Event::Notice { id: &step.id, severity: &notice.severity, message: &notice.message });
            }
            durations.push(started.elapsed());
            let Err(stopped) = result else { continue };
            match self.after_stop(step, None, &stopped).await? {
                AfterStop::Committed => {}
                AfterStop::RolledBack(_)
                    if is_passing(&stopped.error)
                        && !self.options.stopped()
                        && attempt <= self.options.lock_retries =>
                {
                    self.pause(step, attempt, &stopped).await;
                    return Ok(None);
                }
                AfterStop::RolledBack(cause) => {
                    let span = message.locate(step, &stopped);
                    let cause = cause.unwrap_or_else(|| stopped.cause());
                    return Err(failure(step, span, cause, FailureState::RolledBack, attempt));
                }
            }
        }
        Ok(Some(durations))
    }

    fn message_at_once<'s>(&self, step: &'s Step, first: bool, last: bool) -> Message<'s> {
        let segment = step.segments.first();
        let opening = self.opening(step, segment);
        // The transaction is open already, but for the first.
        let opening = if first { &opening[..] } else { &opening[1..] };
        let record = self.record(step, &RecordedDuration::SinceMessage);
        let end = if last { "COMMIT" } else { include_str!("settle_constraints.sql") };
        Message::around(step, segment, opening, &[record, end.to_owned()])
    }
}

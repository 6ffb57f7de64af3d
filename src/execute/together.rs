use std::time::{Duration, Instant};

use super::error::{ExecuteError, FailureState};
use super::event::Event;
use super::message::{Message, send};
use super::run::Run;
use super::transaction::{AfterStop, failure};
use super::tries::Tries;
use crate::ledger::RecordedDuration;
use crate::plan::Step;

impl Run<'_> {
    /// Applies all steps in one transaction, in which each begins as if it were alone: with a clean session, and with
    /// what the earlier ones have deferred checked.
    pub(super) async fn apply_at_once(&mut self, steps: &[Step]) -> Result<(), ExecuteError> {
        let mut tries = Tries::begin();
        let durations = loop {
            if let Some(durations) = self.attempt_at_once(steps, &mut tries).await? {
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
    ) -> Result<Option<Vec<Duration>>, ExecuteError> {
        let mut durations = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            (self.emit)(Event::Started { id: &step.id, number: index + 1, total: steps.len() });
            if self.options.stopped() {
                send(self.session, "ROLLBACK").await.map_err(|stopped| stopped.error)?;
                return Err(ExecuteError::Stopped);
            }
            let started = Instant::now();
            let message = self.message_at_once(step, index == 0, index + 1 == steps.len());
            let result = self.send_watched(step, &message).await;
            for notice in self.session.take_notices() {
                (self.emit)(Event::Notice { id: &step.id, severity: &notice.severity, message: &notice.message });
            }
            durations.push(started.elapsed());
            let Err(stopped) = result else { continue };
            match self.after_stop(step, None, &stopped).await? {
                AfterStop::Committed => {}
                AfterStop::RolledBack(cause) => {
                    if cause.is_none() && self.try_again(step, tries, &stopped).await? {
                        return Ok(None);
                    }
                    let span = message.locate(step, &stopped);
                    let cause = cause.unwrap_or_else(|| stopped.cause());
                    let error = failure(step, span, cause, FailureState::RolledBack, tries.number);
                    return Err(self.with_blockers(error));
                }
            }
        }
        Ok(Some(durations))
    }

    fn message_at_once<'s>(&self, step: &'s Step, first: bool, last: bool) -> Message<'s> {
        let segment = step.segments.first();
        // The transaction is open already, but for the first.
        let opening = if first { self.opening(step, segment) } else { self.settings(step).to_vec() };
        let record = self.record(step, &RecordedDuration::SinceMessage);
        let end = if last { "COMMIT" } else { include_str!("settle_constraints.sql") };
        let message = Message::around(&self.mark(step), step, segment, &opening, &[record, end.to_owned()]);
        if last { message.leaving_clean(self.session.server()) } else { message }
    }
}

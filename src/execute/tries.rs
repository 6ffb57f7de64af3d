use std::time::{Duration, Instant};

use super::error::ExecuteError;
use super::event::Event;
use super::message::Stopped;
use super::run::{LockPatience, Run};
use crate::db::{is_passing, pause_after};
use crate::plan::Step;

/// How often a piece of work was tried, and since when.
#[derive(Debug)]
pub(super) struct Tries {
    /// From 1.
    pub(super) number: u32,
    began: Instant,
}

impl Tries {
    pub(super) fn begin() -> Self {
        Self { number: 1, began: Instant::now() }
    }

    /// The pause before the next try, if there is to be one.
    fn next(&self, patience: LockPatience) -> Option<Duration> {
        let pause = pause_after(self.number);
        let goes_on = match patience {
            LockPatience::Tries(more) => self.number <= more,
            LockPatience::For(limit) => self.began.elapsed() + pause < limit,
        };
        goes_on.then_some(pause)
    }
}

impl Run<'_> {
    /// Whether what was rolled back is to be tried again; if so, says who was in the way and waits a moment.
    pub(super) async fn try_again(
        &mut self,
        step: &Step,
        tries: &mut Tries,
        stopped: &Stopped,
    ) -> Result<bool, ExecuteError> {
        let pause = tries.next(self.options.lock_patience).filter(|_| is_passing(&stopped.error));
        let Some(pause) = pause.filter(|_| !self.options.stopped()) else { return Ok(false) };
        let because = stopped.error.as_db_error().map_or_else(|| stopped.reason(), |e| e.message().to_owned());
        let (attempt, blockers) = (tries.number, &self.watch.blockers);
        (self.emit)(Event::Retrying { id: &step.id, attempt, pause, because: &because, blockers });
        let over = Instant::now() + pause;
        while Instant::now() < over {
            if self.options.stopped() {
                return Ok(false);
            }
            tokio::time::sleep(over.saturating_duration_since(Instant::now()).min(SLICE)).await;
        }
        tries.number += 1;
        self.keep_lease().await?;
        Ok(true)
    }

    /// The error with who was in the way.
    pub(super) fn with_blockers(&mut self, mut error: ExecuteError) -> ExecuteError {
        if let ExecuteError::Migration(failure) = &mut error {
            failure.blockers = std::mem::take(&mut self.watch.blockers);
        }
        error
    }
}

/// How soon the wish to stop is noticed.
const SLICE: Duration = Duration::from_millis(100);

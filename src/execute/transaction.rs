use std::time::{Duration, Instant};

use super::error::{ExecuteError, Failure, FailureCause, FailureState};
use super::event::Event;
use super::message::{Message, Stopped, clean_sql, send};
use super::run::Run;
use super::tries::Tries;
use crate::db::connection_lost;
use crate::ledger::{Entry, Ledger, LedgerError, RecordedDuration, record_applied};
use crate::plan::Step;

impl Run<'_> {
    /// Applies a migration in one transaction and one round trip: settings, fence, its SQL, its ledger row, commit.
    pub(super) async fn apply_in_transaction(&mut self, step: &Step) -> Result<Duration, ExecuteError> {
        let started = Instant::now();
        let record = record_applied(&self.lease, self.number, &entry(step), &RecordedDuration::SinceTransactionStart);
        let message = Message::around(
            &self.mark(step),
            step.segments.first().map(|s| step.text(s)),
            &self.opening(step),
            &[record, "COMMIT".to_owned()],
        )
        .leaving_clean(self.session.server());
        let mut tries = Tries::begin();
        loop {
            let Err(stopped) = self.send_watched(step, &message).await else { return Ok(started.elapsed()) };
            match self.after_stop(step, None, &stopped).await? {
                AfterStop::Committed => return Ok(started.elapsed()),
                AfterStop::RolledBack(cause) => {
                    if cause.is_none() && self.try_again(step, &mut tries, &stopped).await? {
                        continue;
                    }
                    let span = step.segments.first().and_then(|segment| message.locate(step, segment, &stopped));
                    let cause = cause.unwrap_or_else(|| stopped.cause());
                    let error = failure(step, span, cause, FailureState::RolledBack, tries.number);
                    return Err(self.with_blockers(error));
                }
            }
        }
    }

    /// What a migration's message begins with, as a comment: no two runs have the same token.
    pub(super) fn mark(&self, step: &Step) -> String {
        format!("{}, lease {}", step.id, self.lease.token())
    }

    /// What every transaction of a migration begins with.
    pub(super) fn opening(&self, step: &Step) -> Vec<String> {
        vec![
            "BEGIN".to_owned(),
            format!("SET LOCAL lock_timeout = {}", step.lock_timeout.millis()),
            format!("SET LOCAL statement_timeout = {}", step.statement_timeout.millis()),
            self.lease.fence_sql(),
        ]
    }

    /// Brings the session back to a known state after an error, and finds out what the error left in the database.
    ///
    /// A connection that broke may have broken after the commit: then only the ledger knows.
    /// `segment` is the piece that was sent, of a migration that runs piece by piece.
    pub(super) async fn after_stop(
        &mut self,
        step: &Step,
        segment: Option<usize>,
        stopped: &Stopped,
    ) -> Result<AfterStop, ExecuteError> {
        if !self.session.client().is_closed() && !connection_lost(&stopped.error) {
            let lost = stopped.error.code().is_some_and(|code| code.code() == "MG001");
            let cause = lost.then_some(FailureCause::LeaseLost);
            if !self.session.server().pooled {
                send(self.session, "ROLLBACK").await.map_err(|stopped| stopped.error)?;
                return Ok(AfterStop::RolledBack(cause));
            }
            send(self.session, &format!("ROLLBACK;\n{}", clean_sql())).await.map_err(|stopped| stopped.error)?;
            // The message goes on after its COMMIT, so the error may be about what follows.
            let ledger = Ledger::read(self.session, self.options.schema).await?;
            let committed = is_committed(step, segment, &ledger);
            return Ok(if committed { AfterStop::Committed } else { AfterStop::RolledBack(cause) });
        }
        let lost = stopped.error.to_string();
        if self.beside {
            // To find out takes the lease anew, under which those beside it could not commit: later, when they are done.
            return Err(failure(step, None, FailureCause::Unknown(lost), FailureState::Unknown, 1));
        }
        match self.reconnect(step).await {
            Ok((ledger, leased)) => {
                let committed = is_committed(step, segment, &ledger);
                if committed {
                    return Ok(AfterStop::Committed);
                }
                let cause = if leased { FailureCause::ConnectionLost(lost) } else { FailureCause::LeaseLost };
                Ok(AfterStop::RolledBack(Some(cause)))
            }
            Err(error) => {
                let cause = FailureCause::Unknown(format!("{lost}; connecting again: {error}"));
                Err(failure(step, None, cause, FailureState::Unknown, 1))
            }
        }
    }

    /// Connects again, a few times: a server that restarts takes a moment. Then takes the lease from the connection
    /// that broke, whose transaction the server may still be running and would commit, and reads the ledger; also says
    /// whether this run still has the lease.
    pub(super) async fn reconnect(&mut self, step: &Step) -> Result<(Ledger, bool), ExecuteError> {
        const TRIES: u32 = 6;
        const FIRST_PAUSE: Duration = Duration::from_millis(200);
        let mut tries = 1;
        let started = Instant::now();
        let mut told = false;
        loop {
            match self.resume().await {
                Ok(resumed) => return Ok(resumed),
                Err(ExecuteError::Ledger(LedgerError::Held(_))) if started.elapsed() < self.options.lease_wait => {
                    if !told {
                        let what = "connected again; waiting until the server has ended what it was sent before";
                        (self.emit)(Event::Recovered { id: &step.id, what });
                        told = true;
                    }
                    tokio::time::sleep(FIRST_PAUSE * 2).await;
                }
                Err(error @ ExecuteError::Ledger(LedgerError::Held(_))) => return Err(error),
                Err(error) if tries == TRIES => return Err(error),
                Err(_) => {
                    tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(tries - 1)).await;
                    tries += 1;
                }
            }
        }
    }

    async fn resume(&mut self) -> Result<(Ledger, bool), ExecuteError> {
        if self.session.is_closed() {
            *self.session = self.session.connect_another().await?;
        }
        let leased = match self.lease.resume(self.session).await {
            Ok(lease) => {
                self.lease = lease;
                true
            }
            Err(LedgerError::Lost) => false,
            Err(error) => return Err(error.into()),
        };
        Ok((Ledger::read(self.session, self.options.schema).await?, leased))
    }
}

/// Whether the ledger says that the step, or its piece `segment`, is committed.
fn is_committed(step: &Step, segment: Option<usize>, ledger: &Ledger) -> bool {
    match segment {
        None => ledger.find(&step.id).is_some_and(|applied| applied.checksum == step.checksum),
        Some(index) => ledger.intents.iter().any(|intent| {
            intent.finished
                && (&intent.migration, intent.step) == (&step.id, index)
                && intent.checksum == step.segments[index].checksum
        }),
    }
}

/// What the ledger keeps of a step.
pub(super) fn entry(step: &Step) -> Entry<'_> {
    Entry {
        id: &step.id,
        version: step.version.as_deref(),
        name: &step.name,
        checksum: step.checksum,
        normalised_checksum: step.normalised_checksum,
        again: step.again,
    }
}

/// What an error left behind.
pub(super) enum AfterStop {
    /// The commit had happened.
    Committed,
    /// Nothing; with a cause other than the server's error, where there is one.
    RolledBack(Option<FailureCause>),
}

pub(super) fn failure(
    step: &Step,
    span: Option<crate::model::Span>,
    cause: FailureCause,
    state: FailureState,
    attempts: u32,
) -> ExecuteError {
    if matches!(cause, FailureCause::LeaseLost) {
        return LedgerError::Lost.into();
    }
    ExecuteError::Migration(Box::new(Failure {
        id: step.id.clone(),
        source: step.source.clone(),
        span,
        cause,
        state,
        leftover: None,
        blockers: Vec::new(),
        attempts,
    }))
}

use std::time::{Duration, Instant};

use super::before_commit::{COMMIT, LedgerEntry, Sent, Transaction};
use super::error::{ExecuteError, Failure, FailureCause, FailureState};
use super::event::Event;
use super::message::{ANEW, Stopped};
use super::run::Run;
use super::tries::Tries;
use crate::db::connection_lost;
use crate::ledger::{Entry, Ledger, LedgerError, RecordedDuration, record_applied, record_reverted};
use crate::plan::{Direction, Segment, Step};

impl Run<'_> {
    /// Applies a migration in one transaction and one round trip: settings, fence, its SQL, its ledger row, commit.
    pub(super) async fn apply_in_transaction(&mut self, step: &Step) -> Result<Duration, ExecuteError> {
        let started = Instant::now();
        let (mut tries, mut known) = (Tries::begin(), Vec::new());
        loop {
            let segment = step.segments.first();
            let entry = LedgerEntry::Applied(RecordedDuration::SinceTransactionStart);
            // With the lease as it is: another connection has another.
            let it = Transaction { segment, opening: self.opening(step, segment), entry, end: COMMIT };
            let (stopped, span) = match self.transact(step, &it, &known).await {
                Sent::Committed => return Ok(started.elapsed()),
                Sent::Stopped(stopped, span) => (stopped, span),
                Sent::Refused(mut cause) => {
                    if self.take_back(step, &mut cause, &mut known).await? {
                        continue;
                    }
                    return Err(failure(step, None, cause, FailureState::RolledBack, tries.number));
                }
            };
            match self.after_stop(step, None, &stopped).await? {
                AfterStop::Committed => return Ok(started.elapsed()),
                AfterStop::RolledBack(cause) => {
                    if cause.is_none() && self.try_again(step, &mut tries, &stopped).await? {
                        continue;
                    }
                    let cause = cause.unwrap_or_else(|| stopped.cause());
                    let error = failure(step, span, cause, FailureState::RolledBack, tries.number);
                    return Err(self.with_blockers(error));
                }
            }
        }
    }

    /// SQL that records what the step does to its migration.
    pub(super) fn record(&self, step: &Step, duration: &RecordedDuration) -> String {
        let record = match step.direction {
            Direction::Up => record_applied,
            Direction::Down => record_reverted,
        };
        record(&self.lease, self.number, &entry(step), duration)
    }

    /// What a migration's message begins with, as a comment: no two runs have the same token.
    pub(super) fn mark(&self, step: &Step) -> String {
        format!("{}, lease {}", step.id, self.lease.token())
    }

    /// What every transaction of a migration begins with.
    pub(super) fn opening(&self, step: &Step, segment: Option<&Segment>) -> Vec<String> {
        let mut opening: Vec<String> = ANEW.iter().map(|it| (*it).to_owned()).collect();
        opening.push(segment.map_or_else(|| "BEGIN".to_owned(), |it| step.begin(it)));
        opening.extend(self.settings(step));
        opening
    }

    /// What holds while a migration runs, and the fence.
    pub(super) fn settings(&self, step: &Step) -> [String; 3] {
        [
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
        if stopped.out_of_step && !connection_lost(&stopped.error) {
            // If there is no other connection to be had, or it is too late, whatever comes next says so.
            if let Ok(another) = self.session.successor().await {
                let _ = self.lease.follow(self.session, &another).await;
                self.session.give_way(another);
            }
            return Ok(AfterStop::RolledBack(None));
        }
        if !self.session.client().is_closed() && !connection_lost(&stopped.error) {
            let lost = stopped.error.code().is_some_and(|code| code.code() == "MG001");
            let cause = lost.then_some(FailureCause::LeaseLost);
            self.roll_back().await?;
            if !self.session.server().pooled {
                return Ok(AfterStop::RolledBack(cause));
            }
            // The message goes on after its COMMIT, so the error may be about what follows.
            let ledger = Ledger::read(self.session, self.options.schema).await?;
            let committed = is_committed(step, segment, &ledger);
            return Ok(if committed { AfterStop::Committed } else { AfterStop::RolledBack(cause) });
        }
        let lost = stopped.reason();
        if self.beside {
            // To find out takes the lease anew, under which those beside it could not commit: later, when they are done.
            return Err(failure(step, None, FailureCause::Unknown(lost), FailureState::Unknown, 1));
        }
        match self.reconnect(step).await {
            Ok((ledger, leased)) => {
                if is_committed(step, segment, &ledger) {
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
                Err(ExecuteError::Ledger(LedgerError::Held(_)))
                    if started.elapsed() < self.options.lease_wait && !self.options.stopped() =>
                {
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
            let another = self.session.connect_another().await?;
            self.session.give_way(another);
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
        None => match step.direction {
            Direction::Up => ledger.find(&step.id).is_some_and(|it| it.checksum == step.checksum),
            Direction::Down => ledger.find(&step.id).is_none(),
        },
        Some(index) => ledger.intents.iter().any(|intent| {
            intent.finished
                && (&intent.migration, intent.step) == (&step.id, index)
                && intent.checksum == step.segments[index].checksum
        }),
    }
}

/// What the ledger keeps of a step.
fn entry(step: &Step) -> Entry<'_> {
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
        direction: step.direction,
        source: step.source.clone(),
        span,
        cause,
        state,
        leftover: None,
        blockers: Vec::new(),
        attempts,
    }))
}

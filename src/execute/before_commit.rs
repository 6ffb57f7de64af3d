//! Checks inside a migration's transaction, which an invariant that it breaks ends.

use std::time::{Duration, Instant};

use super::error::{ExecuteError, FailureCause};
use super::event::Event;
use super::message::{Message, Stopped, clean_sql, send};
use super::run::Run;
use crate::ledger::{Intent, RecordedDuration};
use crate::model::Span;
use crate::plan::{Segment, Step};
use crate::project::checks::{Accepted, DeclaredCheck, SequenceSettings};
use crate::verify::{self, CheckResult, LateBound, Limits, Report, Request, Severity, VerifyError};

/// The checks that run before a migration commits.
#[derive(Debug, Clone, Copy)]
pub struct BeforeCommit<'a> {
    /// Whether the built-in ones run, over what the migration touched.
    pub touched: bool,
    /// Whether those run that the migration names.
    pub named: bool,
    /// The declared checks.
    pub declared: &'a [DeclaredCheck],
    /// `[sequences]`.
    pub sequences: &'a SequenceSettings,
    /// Keys of findings that are known and accepted.
    pub accept: &'a [Accepted],
    /// What this run has found out about defaults that name sequences as text.
    pub late_bound: &'a LateBound,
}

/// How a transaction ended, as far as it can be told without asking again.
#[derive(Debug)]
pub(super) enum Sent {
    /// The server confirmed the commit.
    Committed,
    /// The server refused, or the connection broke; where in the file.
    Stopped(Stopped, Option<Span>),
    /// It is open, and must not be committed.
    Refused(FailureCause),
}

/// A transaction in which a migration runs, or a piece of one.
#[derive(Debug)]
pub(super) struct Transaction<'a> {
    /// What of the migration is in it.
    pub(super) segment: Option<&'a Segment>,
    /// Our statements before it.
    pub(super) opening: Vec<String>,
    /// What the ledger is told when the checks hold.
    pub(super) entry: LedgerEntry,
    /// What comes last.
    pub(super) end: &'static str,
}

/// What the ledger is told of a transaction.
#[derive(Debug)]
pub(super) enum LedgerEntry {
    /// That the migration is applied: now the checks are due that it names.
    Applied(RecordedDuration),
    /// That this piece of it is done.
    Piece(usize),
}

pub(super) const COMMIT: &str = "COMMIT";

/// The SQLSTATE of the warning that there is no transaction to end.
const NO_ACTIVE_TRANSACTION: &str = "25P01";

impl Run<'_> {
    /// Sends a transaction in one message, or in two with the checks between them.
    pub(super) async fn transact(&mut self, step: &Step, it: &Transaction<'_>, known: &[String]) -> Sent {
        let started = Instant::now();
        let mark = self.mark(step);
        let checks = self.options.checks;
        let whole = matches!(it.entry, LedgerEntry::Applied(_));
        let named: &[String] = if checks.named && whole { &step.checks } else { &[] };
        let touched = checks.touched && it.segment.is_some();
        let checked = touched || !named.is_empty();
        if checked {
            let message = Message::around(&mark, step, it.segment, &it.opening, &[]);
            if let Err(stopped) = self.send_watched(step, &message).await {
                return located(&message, step, stopped);
            }
            let violated = self.violated(step, touched, named, known).await;
            match violated {
                // A check that is cancelled is broken like any that can't be run.
                Ok(_) if self.options.stopped() => return Sent::Refused(FailureCause::Cancelled),
                Ok(violated) if !violated.is_empty() => return Sent::Refused(FailureCause::Violated(violated)),
                Err(VerifyError::Postgres(error)) => return Sent::Stopped(Stopped::between(error), None),
                Err(error) => return Sent::Refused(FailureCause::Unchecked(error.to_string())),
                Ok(_) => {}
            }
        }
        let closing = self.closing(step, it, checked.then(|| started.elapsed()));
        let message = if checked {
            Message::closing(&mark, &closing)
        } else {
            Message::around(&mark, step, it.segment, &it.opening, &closing)
        };
        let message = if it.end == COMMIT { message.leaving_clean(self.session.server()) } else { message };
        match self.send_watched(step, &message).await {
            Ok(()) => Sent::Committed,
            Err(stopped) => located(&message, step, stopped),
        }
    }

    /// Our statements at the end; `took` is how long it was under way, where another message has begun since.
    fn closing(&self, step: &Step, it: &Transaction<'_>, took: Option<Duration>) -> [String; 2] {
        let entry = match (&it.entry, took) {
            (LedgerEntry::Applied(RecordedDuration::SinceMessage), Some(took)) => {
                self.record(step, &RecordedDuration::Known(took))
            }
            (LedgerEntry::Applied(duration), _) => self.record(step, duration),
            (LedgerEntry::Piece(index), _) => Intent::close_sql(&self.lease, &step.id, *index),
        };
        [entry, it.end.to_owned()]
    }

    /// The checks that the open transaction violates, each with what it violates.
    async fn violated(
        &mut self,
        step: &Step,
        touched: bool,
        named: &[String],
        known: &[String],
    ) -> Result<Vec<CheckResult>, VerifyError> {
        let checks = self.options.checks;
        let accepted = Accepted::keys(checks.accept);
        let accept = [&accepted[..], known].concat();
        let client = self.session.client();
        let mut violated = Vec::new();
        if touched {
            let request = self.request(step, &[], &accept);
            let report = verify::run_touched(client, &request, checks.late_bound, &step.source.text).await?;
            // That the checks could not be run is no fault of the migration's.
            for (check, broken) in report.results.iter().flat_map(|it| it.broken.iter().map(move |b| (&it.check, b))) {
                let message =
                    format!("{check} could not be checked before the commit: {}: {}", broken.object, broken.reason);
                (self.emit)(Event::Notice { id: &step.id, severity: "WARNING", message: &message });
            }
            violated.extend(errors(report).filter(|it| !it.findings.is_empty()));
        }
        if !named.is_empty() {
            let client = self.session.client();
            let request = self.request(step, named, &accepted);
            let report = verify::run_within(client, checks.declared, &request).await?;
            violated.extend(errors(report).filter(|it| !it.findings.is_empty() || !it.broken.is_empty()));
        }
        Ok(violated)
    }

    fn request<'r>(&self, step: &Step, select: &'r [String], accept: &'r [String]) -> Request<'r>
    where
        Self: 'r,
    {
        Request {
            select,
            builtin: Severity::Error,
            ledger_schema: self.options.schema.as_str(),
            applied: &|_| true,
            accept,
            sequences: self.options.checks.sequences,
            limits: Limits { lock_timeout: step.lock_timeout, ..Limits::default() },
            progress: &|_| {},
        }
    }

    /// Rolls back what must not be committed. `true` when the only reason was there before the migration, which is then
    /// added to what is `known`: it is for the checks at the end of the run to tell.
    pub(super) async fn take_back(
        &mut self,
        step: &Step,
        cause: &mut FailureCause,
        known: &mut Vec<String>,
    ) -> Result<bool, ExecuteError> {
        self.roll_back().await?;
        let FailureCause::Violated(violated) = cause else { return Ok(false) };
        let checks = self.options.checks;
        let select: Vec<String> = violated.iter().map(|it| it.check.clone()).collect();
        let accepted = Accepted::keys(checks.accept);
        let request = self.request(step, &select, &accepted);
        // What it names must hold however it came to be.
        let is_named = |check: &str| checks.named && verify::selects(&step.checks, check);
        let Ok(before) = verify::run(self.session, checks.declared, &request).await else { return Ok(false) };
        let before: Vec<&String> = before.findings().map(|(_, finding)| &finding.key).collect();
        let set = sets_sequences(&step.source.text);
        for result in violated.iter_mut().filter(|it| !is_named(&it.check)) {
            // That it is so after the rollback does not say that it was so before.
            if set && result.check == verify::BEHIND {
                continue;
            }
            let (old, new) = std::mem::take(&mut result.findings).into_iter().partition(|it| before.contains(&&it.key));
            result.findings = new;
            known.extend(Vec::from_iter::<Vec<verify::Finding>>(old).into_iter().map(|it| it.key));
        }
        violated.retain(|it| !it.findings.is_empty() || !it.broken.is_empty());
        Ok(violated.is_empty())
    }

    /// Ends the open transaction without a trace.
    pub(super) async fn roll_back(&mut self) -> Result<(), ExecuteError> {
        let clean = if self.session.server().pooled { clean_sql() } else { String::new() };
        send(self.session, &format!("ROLLBACK;\n{clean}")).await.map_err(|stopped| stopped.error)?;
        // Of a message that it can't parse the server has run nothing, our BEGIN included, and then warns of the ROLLBACK.
        self.session.forget_notices(NO_ACTIVE_TRANSACTION);
        Ok(())
    }
}

/// Whether a migration calls `setval`, whose effect stays when its transaction is rolled back (PostgreSQL 18
/// documentation, 9.17).
pub fn sets_sequences(text: &str) -> bool {
    text.to_ascii_lowercase().contains("setval")
}

fn located(message: &Message<'_>, step: &Step, stopped: Stopped) -> Sent {
    let span = message.locate(step, &stopped);
    Sent::Stopped(stopped, span)
}

/// What of a report is an error, without what is accepted.
fn errors(report: Report) -> impl Iterator<Item = CheckResult> {
    report.results.into_iter().map(|mut result| {
        result.findings.retain(|finding| !finding.accepted && finding.severity == Severity::Error);
        result
    })
}

//! Checks of the database's invariants, and safe repairs of sequences and defaults.
//!
//! Reading never writes: everything is asked in a read-only transaction, each question in a savepoint of its own, so
//! that what can't be evaluated is reported as broken and everything else still is. Results are values; printing
//! them is for the report.

mod builtin;
mod catalog;
mod declared;
mod defaults;
mod failure;
mod finding;
mod fix_options;
mod reader;
mod select;
mod sequences;
mod stale;

use std::slice::from_ref;
use std::time::Duration;

use thiserror::Error;
use tokio_postgres::Client;

pub use builtin::{Builtin, LateBound, catalogue};
pub use defaults::{DefaultFix, DefaultOutcome, DefaultRepair, DefaultStep, StepFix, fix_defaults};
pub use failure::Failure;
pub use finding::{Broken, CheckResult, Finding, Fix, Repair, Report, Severity, Skipped, Verdict};
pub use fix_options::{ExplicitIds, FixOptions};
pub use sequences::{
    BEHIND, Definition, Feed, Method, Reading, Sequence, SequenceFix, SequenceOutcome, SequenceState, Standing, Status,
    Target, confirm_sequences, decide, fix_sequences,
};
pub use stale::{Stale, stale};

use crate::db::Session;
use crate::ledger;
use crate::model::{LockTimeout, StatementTimeout};
use crate::project::checks::{DeclaredCheck, SequenceScope, SequenceSettings};
use reader::{Helper, Reader, Snapshot};
use select::Selection;
use sequences::{Only, Survey};

/// Why checks could not be run at all.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// The connection or the transaction failed.
    #[error("{}", chain(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// The server answered nothing where it must answer one row.
    #[error("the server returned no row where it always returns one")]
    Silent,
    /// What the transaction touched could not be found out.
    #[error("what the migration touched can't be found out: {0}")]
    Untold(String),
    /// A `--check` pattern matches no check.
    #[error("no check matches `{pattern}`")]
    NoSuchCheck {
        /// As given.
        pattern: String,
        /// The id that may have been meant.
        near: Option<String>,
    },
}

/// The error with its causes: the driver's own text is only "db error".
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// How long questions may wait and run.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For a lock.
    pub lock_timeout: LockTimeout,
    /// In all; a declared check's own timeout goes before it.
    pub statement_timeout: StatementTimeout,
    /// Bytes of a table that may be read where no index tells a column's maximum.
    pub scan_bytes: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            lock_timeout: LockTimeout::new(Duration::from_secs(2)),
            statement_timeout: StatementTimeout::new(Duration::from_mins(1)),
            scan_bytes: 256 << 20,
        }
    }
}

/// How far a run of the checks is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many checks are to be evaluated.
    Checks(usize),
    /// One more of them is.
    Checked,
    /// The data behind so many sequences is to be read.
    Sequences(usize),
    /// That of so many more is.
    Read(usize),
}

/// What to check.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Ids or patterns with `*`, of declared and built-in checks; empty takes what runs by default.
    pub select: &'a [String],
    /// With an empty `select`: the built-in checks that are at least so severe, besides those that run by default.
    pub builtin: Severity,
    /// The schema of the ledger, which is no object of checks where nothing else is in it.
    pub ledger_schema: &'a str,
    /// Whether a migration, named as in a check's `after`, is applied.
    pub applied: &'a (dyn Fn(&str) -> bool + Sync),
    /// Keys of findings that are known and accepted.
    pub accept: &'a [String],
    /// `[sequences]`.
    pub sequences: &'a SequenceSettings,
    /// Timeouts.
    pub limits: Limits,
    /// Told how far it is.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// Evaluates the built-in checks and `declared`.
///
/// Reads the catalog in a read-only transaction with one snapshot, then the data of sequences' columns in another with a
/// snapshot for each batch; a second connection does the same at the same time, where there is one to be had.
///
/// # Errors
/// When the connection is lost, or a pattern of `request.select` matches no check. What the server refuses for a
/// single check makes that check broken and is no error.
pub async fn run(
    session: &mut Session,
    declared: &[DeclaredCheck],
    request: &Request<'_>,
) -> Result<Report, VerifyError> {
    let selection = selection(declared, request)?;
    (request.progress)(Progress::Checks(selection.count(declared)));
    let with_sequences = sequences::wanted(selection, request.sequences);
    let session: &Session = session;
    let mut helper = if with_sequences { Helper::of(session, request.limits) } else { None };
    let second = match &mut helper {
        Some(helper) => helper.connect().await,
        None => None,
    };
    let mut readers = Vec::new();
    for session in std::iter::once(session).chain(second) {
        readers.push(Reader::open(session.client(), Snapshot::Shared, request.limits).await?);
    }
    let request = &beside_ledger(session.client(), request).await?;
    let (found, discovery) = catalog::ask(&readers, request, selection, with_sequences).await;
    let claimed = declared::evaluate(&readers[0], declared, request, selection).await;
    for reader in readers {
        reader.close().await?;
    }
    let survey = match discovery {
        Some(discovery) => {
            let reader = Reader::open(session.client(), Snapshot::Each, request.limits).await?;
            let survey = sequences::check(&reader, helper, selection, request, discovery).await?;
            reader.close().await?;
            survey.results.iter().for_each(|_| (request.progress)(Progress::Checked));
            survey
        }
        None => Survey::default(),
    };
    Ok(report(found, claimed, survey, request.accept))
}

/// The request with the schema that is left out; none, where the ledger shares it with others.
async fn beside_ledger<'a>(client: &Client, request: &Request<'a>) -> Result<Request<'a>, VerifyError> {
    let own = ledger::has_own_schema(client, request.ledger_schema).await?;
    Ok(Request { ledger_schema: if own { request.ledger_schema } else { "" }, ..*request })
}

/// Evaluates checks inside the caller's open transaction, seeing its changes, and leaves no trace in it.
///
/// # Errors
/// As [`run`]; the transaction must be open and not failed.
pub async fn run_within(
    client: &Client,
    declared: &[DeclaredCheck],
    request: &Request<'_>,
) -> Result<Report, VerifyError> {
    let selection = selection(declared, request)?;
    let reader = Reader::open(client, Snapshot::Caller, request.limits).await?;
    let request = &beside_ledger(client, request).await?;
    let with_sequences = sequences::wanted(selection, request.sequences);
    let (found, discovery) = catalog::ask(from_ref(&reader), request, selection, with_sequences).await;
    let claimed = declared::evaluate(&reader, declared, request, selection).await;
    let survey = match discovery {
        Some(discovery) => sequences::check(&reader, None, selection, request, discovery).await?,
        None => Survey::default(),
    };
    reader.close().await?;
    Ok(report(found, claimed, survey, request.accept))
}

/// Evaluates the built-in checks that a migration itself can violate, over the tables and sequences that the caller's open
/// transaction has changed, themselves or their rows; leaves no trace in it. `migration` is the text that did it;
/// `request.select` does not matter.
///
/// # Errors
/// When the connection is lost, or what was touched can't be found out; the transaction must be open and not failed.
pub async fn run_touched(
    client: &Client,
    request: &Request<'_>,
    late_bound: &LateBound,
    migration: &str,
) -> Result<Report, VerifyError> {
    let reader = Reader::open(client, Snapshot::Caller, request.limits).await?;
    let request = &beside_ledger(client, request).await?;
    let suspects = match builtin::suspects(&reader, &request.sequences.overrides, late_bound, migration).await {
        Ok(suspects) => suspects,
        Err(failure) => {
            reader.close().await?;
            return Err(VerifyError::Untold(failure.message));
        }
    };
    let mut found = (Vec::new(), Vec::new());
    if !suspects.checks.is_empty() {
        let selection = Selection { patterns: &suspects.checks, builtin: request.builtin };
        found = catalog::ask(from_ref(&reader), request, selection, false).await.0;
        for result in &mut found.0 {
            result.findings.retain(|it| it.relation.is_some_and(|oid| suspects.touched.contains(&oid)));
        }
    }
    let mut survey = Survey::default();
    if !suspects.sequences.is_empty() && request.sequences.check != SequenceScope::Off {
        let selection = Selection { patterns: &[], builtin: request.builtin };
        let only = Only { sequences: &suspects.sequences, late: &suspects.late };
        let discovery = sequences::discover(&reader, request, Some(only)).await;
        survey = sequences::check(&reader, None, selection, request, discovery).await?;
    }
    reader.close().await?;
    Ok(report(found, (Vec::new(), Vec::new()), survey, request.accept))
}

/// Whether each of the ids or patterns is that of a check, built in or declared.
///
/// # Errors
/// [`VerifyError::NoSuchCheck`] for the first that is not.
pub fn known(declared: &[DeclaredCheck], select: &[String]) -> Result<(), VerifyError> {
    let builtin = catalogue().map(|check| check.id);
    let ids: Vec<&str> = builtin.chain(declared.iter().map(|check| check.id.as_str())).collect();
    Selection { patterns: select, builtin: Severity::Error }.require(&ids)
}

/// Whether one of the ids or patterns takes the check.
#[must_use]
pub fn selects(select: &[String], check: &str) -> bool {
    !select.is_empty() && Selection { patterns: select, builtin: Severity::Error }.takes(check)
}

fn selection<'a>(declared: &[DeclaredCheck], request: &Request<'a>) -> Result<Selection<'a>, VerifyError> {
    known(declared, request.select)?;
    Ok(Selection { patterns: request.select, builtin: request.builtin })
}

fn report(
    (mut results, mut skipped): (Vec<CheckResult>, Vec<Skipped>),
    claimed: (Vec<CheckResult>, Vec<Skipped>),
    survey: Survey,
    accept: &[String],
) -> Report {
    results.extend(survey.results);
    results.sort_by_key(|result| catalogue().position(|check| check.id == result.check));
    results.extend(claimed.0);
    skipped.extend(claimed.1);
    let results = results.into_iter().map(|result| result.settle(accept)).collect();
    Report { results, skipped, sequences: survey.states, stale: Vec::new() }
}

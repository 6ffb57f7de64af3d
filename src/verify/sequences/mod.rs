//! Sequences against their data: discovery, decision, and the repair that is safe under live writers.

mod confirm;
mod decide;
mod discover;
mod fix;
mod lead;
mod state;
mod table_locks;
mod together;
mod widen;

use serde::Serialize;

pub use confirm::confirm_sequences;
pub use decide::{Definition, Reading, Standing, Target, decide};
pub(super) use discover::Only;
use discover::Treatment;
pub use discover::{Feed, Sequence};
pub use fix::{Method, SequenceFix, SequenceOutcome, fix_sequences};

pub(super) use lead::lead;

use super::builtin;
use super::finding::{Broken, CheckResult, Finding, Fix, Repair, Severity};
use super::reader::{Helper, Reader};
use super::select::Selection;
use super::{Progress, Request, VerifyError};
use crate::model::ObjectName;
use crate::project::checks::{SequenceScope, SequenceSettings};
use state::State;
use widen::widen;

/// The check of sequences against their data.
pub const BEHIND: &str = "sequence.behind";
const HEADROOM: &str = "sequence.headroom";

/// The used share at which little room left is an error whatever the settings say.
const HEADROOM_ERROR: f64 = 0.9;

/// One sequence against one column, for the table people read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SequenceState {
    /// The sequence.
    pub sequence: String,
    /// The table it feeds, where it feeds one.
    pub table: Option<String>,
    /// The column it feeds.
    pub column: Option<String>,
    /// The greatest used value of all the sequence's columns (the least where it descends).
    pub max: Option<i64>,
    /// The value it hands out next; `None` at the end of its range and where it could not be read.
    pub next: Option<i64>,
    /// How far it must move, also where it can't; 0 in sync.
    pub gap: u64,
    /// The used share of its range, from 0 to 1.
    pub used: Option<f64>,
    /// Where it stands.
    pub status: Status,
}

/// Where a sequence stands, in a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "reason", rename_all = "snake_case")]
pub enum Status {
    /// Ahead of its data.
    InSync,
    /// Its next values are used.
    Behind,
    /// Behind, with no value left in its own range.
    Exhausted,
    /// Behind, with no value left in the column type's range.
    Overflow,
    /// Should have been verified, and could not be.
    NotVerified(String),
    /// Not a case for comparing numbers.
    NotChecked(String),
}

/// What looking at all sequences came to.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) results: Vec<CheckResult>,
    pub(super) states: Vec<SequenceState>,
}

/// What there is to look at, or why nothing can be.
pub(super) type Discovery = Result<Discovered, Broken>;

/// What there is to look at.
#[derive(Debug)]
pub(super) struct Discovered {
    /// The sequences in scope with their declared queries.
    sequences: Vec<Sequence>,
    /// Declared ones that aren't there.
    unknown: Vec<Broken>,
    /// Columns that draw from a sequence which their default does not tell.
    untold: Vec<String>,
}

/// Whether any of the checks made here is to be made over all sequences.
pub(super) fn wanted(selection: Selection<'_>, settings: &SequenceSettings) -> bool {
    let scope = match settings.check {
        SequenceScope::All => true,
        SequenceScope::Touched => !selection.patterns.is_empty(),
        SequenceScope::Off => false,
    };
    scope && (selection.takes_builtin_id(BEHIND) || selection.takes_builtin_id(HEADROOM))
}

/// Evaluates `sequence.behind` and `sequence.headroom`.
///
/// # Errors
/// When the helper's connection is lost.
pub(super) async fn check(
    reader: &Reader<'_>,
    helper: Option<Helper<'_>>,
    selection: Selection<'_>,
    request: &Request<'_>,
    discovery: Discovery,
) -> Result<Survey, VerifyError> {
    let mut behind = builtin::result(BEHIND);
    let mut headroom = builtin::result(HEADROOM);
    let mut states = Vec::new();
    match discovery {
        Err(broken) => {
            behind.broken.push(broken.clone());
            headroom.broken.push(broken);
        }
        Ok(Discovered { sequences, unknown, untold }) => {
            behind.broken.extend(unknown);
            behind.note = note(&sequences, &untold);
            let (checked, unchecked): (Vec<_>, Vec<_>) = sequences.into_iter().partition(is_checked);
            (request.progress)(Progress::Sequences(checked.len()));
            let progress = |read| (request.progress)(Progress::Read(read));
            let read = state::states(reader, helper, &checked, request.limits.scan_bytes, &progress).await?;
            for (sequence, state) in checked.iter().zip(read) {
                judge(sequence, &state, request.sequences, &mut behind, &mut headroom);
                states.extend(rows(sequence, &state));
            }
            states.extend(unchecked.iter().flat_map(unchecked_rows));
            states.sort_by(|a, b| (&a.sequence, &a.table, &a.column).cmp(&(&b.sequence, &b.table, &b.column)));
        }
    }
    let results = [behind, headroom].into_iter().filter(|result| selection.takes_builtin_id(&result.check)).collect();
    Ok(Survey { results, states })
}

/// Finds all sequences, or `only` these.
pub(super) async fn discover(reader: &Reader<'_>, request: &Request<'_>, only: Option<Only<'_>>) -> Discovery {
    if reader.in_recovery {
        return Err(Broken {
            object: "sequences".to_owned(),
            reason: "a standby shows sequences up to 32 values ahead of where they are".to_owned(),
            help: Some("verify sequences on the primary".to_owned()),
            sqlstate: None,
            at: None,
        });
    }
    let broken = |failure: super::Failure| failure.broken("sequences", &reader.role);
    let mut found = discover::discover(reader, only).await.map_err(broken)?;
    let untold = if only.is_some() { Vec::new() } else { discover::untold(reader).await.map_err(broken)? };
    found.retain(|sequence| sequence.name.schema.as_ref().is_none_or(|it| it.as_str() != request.ledger_schema));
    let mut unknown = Vec::new();
    for declared in &request.sequences.overrides {
        match found.iter_mut().find(|sequence| sequence.name == declared.name) {
            Some(sequence) => sequence.value_sql = Some(declared.value_sql.clone()),
            None if only.is_some() => {}
            None => unknown.push(Broken {
                object: declared.name.path(),
                reason: "`[[sequences.override]]` names a sequence that does not exist".to_owned(),
                help: None,
                sqlstate: None,
                at: None,
            }),
        }
    }
    Ok(Discovered { sequences: found, unknown, untold })
}

/// Whether its state is read. A sequence without a column to compare with can still run out, but that it can't be
/// read is no reason to call the check broken.
fn is_checked(sequence: &Sequence) -> bool {
    !sequence.definition.cycles && (has_values(sequence) || sequence.rights.schema && sequence.rights.read)
}

fn has_values(sequence: &Sequence) -> bool {
    sequence.value_sql.is_some() || sequence.read().next().is_some()
}

/// What isn't compared until somebody says how: sequences with what they feed, and columns with their sequence.
fn note(sequences: &[Sequence], untold: &[String]) -> Option<String> {
    let is_open =
        |it: &&Sequence| it.value_sql.is_none() && it.feeds.iter().any(|feed| feed.treatment == Treatment::Expression);
    let computed: Vec<String> = sequences.iter().filter(is_open).map(|it| it.name.path()).collect();
    let computed = some_of(&computed).map(|shown| {
        format!(
            "not compared, because what they feed is computed or no whole number: {shown}; declare their `value_sql`"
        )
    });
    let untold = some_of(untold).map(|shown| {
        format!("not compared, because their default doesn't tell one sequence: {shown}; name it with its schema")
    });
    let notes: Vec<String> = computed.into_iter().chain(untold).collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}

fn some_of(names: &[String]) -> Option<String> {
    const SHOWN: usize = 5;
    let more = names.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    (!names.is_empty()).then(|| format!("{}{more}", names[..names.len().min(SHOWN)].join(", ")))
}

fn judge(
    sequence: &Sequence,
    state: &Result<State, Broken>,
    settings: &SequenceSettings,
    behind: &mut CheckResult,
    headroom: &mut CheckResult,
) {
    let state = match state {
        Ok(state) => state,
        Err(broken) => {
            behind.broken.push(broken.clone());
            headroom.broken.push(broken.clone());
            return;
        }
    };
    let range = sequence.column_range();
    let standing = decide(&sequence.definition, state.reading, state.extreme, range);
    behind.findings.extend(behind_finding(sequence, state, standing));
    let used = sequence.definition.used(state.reading, range);
    if used >= settings.headroom_warn.min(HEADROOM_ERROR) {
        let severity = if used >= HEADROOM_ERROR { Severity::Error } else { Severity::Warning };
        let narrow = range.is_some_and(|(low, high)| {
            high < i128::from(sequence.definition.maximum) && sequence.definition.increment > 0
                || low > i128::from(sequence.definition.minimum) && sequence.definition.increment < 0
        });
        let whose = if narrow { "its column's type" } else { "the sequence's own limit" };
        let evidence = format!("{:.0} % of its range is used, which ends with {whose}", (used * 100.0).floor());
        let mut finding =
            Finding::new(HEADROOM, sequence.name.path(), "", evidence).severity(severity).fix(widen(sequence));
        finding.relation = Some(sequence.oid);
        headroom.findings.push(finding);
    }
}

fn behind_finding(sequence: &Sequence, state: &State, standing: Standing) -> Option<Finding> {
    let extreme = state.extreme?;
    let next = sequence.definition.next(state.reading);
    let columns = columns(sequence);
    let word = if sequence.definition.increment > 0 { "maximum" } else { "minimum" };
    let said = |end: &str| format!("{word} of {columns} is {extreme}, next value is {next}{end}");
    let (evidence, fix) = match standing {
        Standing::InSync => return None,
        Standing::Behind(target) => (said(""), automatic(sequence, target)),
        Standing::Exhausted => (said(", and the sequence's range ends there"), widen(sequence)),
        Standing::Overflow => (said(", and the column type's range ends there"), widen(sequence)),
    };
    let mut finding = Finding::new(BEHIND, sequence.name.path(), "", evidence).fix(fix);
    finding.relation = Some(sequence.oid);
    Some(finding)
}

fn automatic(sequence: &Sequence, target: Target) -> Fix {
    let lock = if sequence.rights.own {
        "SHARE ROW EXCLUSIVE on the sequence, or ACCESS EXCLUSIVE for some milliseconds: inserts that draw from it wait"
    } else {
        "no lock: the values in between are drawn"
    };
    Fix::Automatic {
        flag: "--fix-sequences",
        statements: fix::statements(sequence, target),
        lock: lock.to_owned(),
        repair: Box::new(Repair::Sequence(sequence.clone())),
    }
}

fn columns(sequence: &Sequence) -> String {
    let names: Vec<String> = sequence.read().map(|feed| format!("{}.{}", feed.table.path(), feed.column)).collect();
    if names.is_empty() { "its declared query".to_owned() } else { names.join(", ") }
}

fn rows(sequence: &Sequence, state: &Result<State, Broken>) -> Vec<SequenceState> {
    let mut row = blank(&sequence.name);
    match state {
        Err(broken) => row.status = Status::NotVerified(broken.reason.clone()),
        Ok(state) => {
            let range = sequence.column_range();
            row.max = state.extreme.and_then(|extreme| i64::try_from(extreme).ok());
            let next = sequence.definition.next(state.reading);
            row.next = i64::try_from(next).ok().filter(|_| sequence.definition.holds(next));
            row.used = Some(sequence.definition.used(state.reading, range));
            match decide(&sequence.definition, state.reading, state.extreme, range) {
                Standing::InSync => row.status = Status::InSync,
                standing @ (Standing::Exhausted | Standing::Overflow) => {
                    row.status = if standing == Standing::Exhausted { Status::Exhausted } else { Status::Overflow };
                    let missing = state.extreme.map_or(0, |extreme| (extreme - next).unsigned_abs() + 1);
                    row.gap = u64::try_from(missing).unwrap_or(u64::MAX);
                }
                Standing::Behind(target) => {
                    row.status = Status::Behind;
                    row.gap = row.next.map_or(0, |next| target.next.abs_diff(next));
                }
            }
        }
    }
    let declared = sequence.value_sql.is_some();
    let mut rows: Vec<SequenceState> = sequence
        .feeds
        .iter()
        .map(|feed| match feed.treatment.why_not() {
            Some(reason) if !declared => SequenceState {
                status: Status::NotChecked(reason.to_owned()),
                max: None,
                gap: 0,
                ..with_column(&row, feed)
            },
            _ => with_column(&row, feed),
        })
        .collect();
    if rows.is_empty() {
        if !declared {
            row.status = Status::NotChecked(NO_COLUMN.to_owned());
        }
        rows.push(row);
    }
    rows
}

const NO_COLUMN: &str = "feeds no column";

fn with_column(row: &SequenceState, feed: &Feed) -> SequenceState {
    SequenceState { table: Some(feed.table.path()), column: Some(feed.column.to_string()), ..row.clone() }
}

fn unchecked_rows(sequence: &Sequence) -> Vec<SequenceState> {
    let row = blank(&sequence.name);
    let cycles = sequence.definition.cycles.then_some("the sequence cycles, so it may meet used values");
    if sequence.feeds.is_empty() {
        return vec![SequenceState { status: Status::NotChecked(cycles.unwrap_or(NO_COLUMN).to_owned()), ..row }];
    }
    let described = sequence.feeds.iter().map(|feed| {
        let reason = cycles.or_else(|| feed.treatment.why_not()).unwrap_or_default();
        SequenceState { status: Status::NotChecked(reason.to_owned()), ..with_column(&row, feed) }
    });
    described.collect()
}

fn blank(sequence: &ObjectName) -> SequenceState {
    SequenceState {
        sequence: sequence.path(),
        table: None,
        column: None,
        max: None,
        next: None,
        gap: 0,
        used: None,
        status: Status::InSync,
    }
}

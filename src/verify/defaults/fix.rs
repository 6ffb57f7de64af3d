use std::collections::BTreeSet;

use serde::Serialize;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use super::repair::{DefaultRepair, DefaultStep};
use crate::db::{Session, is_passing, pause_after};
use crate::model::{Ident, ObjectName};
use crate::verify::VerifyError;
use crate::verify::failure::Failure;
use crate::verify::finding::{Fix, Repair, Report};
use crate::verify::fix_options::FixOptions;
use crate::verify::sequences::{self, SequenceOutcome};

/// What became of one statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DefaultOutcome {
    /// A dry run: nothing was done.
    Planned,
    /// Done, and the server confirmed it afterwards.
    Fixed,
    /// Not done.
    Refused {
        /// Why.
        reason: String,
        /// The way out.
        help: Option<String>,
    },
}

/// One statement of a fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepFix {
    /// The table whose default is set, or the sequence that finds its column again.
    pub object: String,
    /// What was run, or would be.
    pub statement: String,
    /// How often it was tried for want of a lock.
    pub tries: u32,
    /// What became of it.
    pub outcome: DefaultOutcome,
    /// The default as the server shows it afterwards.
    pub after: Option<String>,
}

/// What was done about one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DefaultFix {
    /// The column of the table, or of the root of the partitions.
    pub column: String,
    /// The sequence, where it must be moved first; the root, then each partition; whom the sequence belongs to.
    pub steps: Vec<StepFix>,
}

impl DefaultFix {
    /// Whether every step was done and confirmed.
    pub fn is_complete(&self) -> bool {
        self.steps.iter().all(|step| step.outcome == DefaultOutcome::Fixed)
    }
}

/// Puts back every default that `report` found lost: the root first, then each partition, each statement in a
/// transaction of its own with a lock timeout and retries.
///
/// Where two checks want different defaults for one column of a table, the declared one is set: what is written down
/// goes before what is inferred.
///
/// # Errors
/// When the connection is lost. What the server refuses is the step's outcome.
pub async fn fix_defaults(
    session: &mut Session,
    report: &Report,
    options: &FixOptions,
) -> Result<Vec<DefaultFix>, VerifyError> {
    let client = session.client();
    let mut fixes = Vec::new();
    for repair in merged(report) {
        fixes.push(fix(client, &repair, options).await?);
    }
    Ok(fixes)
}

/// The report's repairs, one for each column, without the repetitions of checks that found the same.
fn merged(report: &Report) -> Vec<DefaultRepair> {
    let mut repairs: Vec<DefaultRepair> = Vec::new();
    let mut seen: BTreeSet<(ObjectName, Ident)> = BTreeSet::new();
    // Declared checks first, so that theirs are the ones kept.
    let (builtin, declared): (Vec<_>, Vec<_>) = report
        .findings()
        .filter(|(_, finding)| !finding.accepted)
        .partition(|(check, _)| crate::verify::catalogue().any(|builtin| builtin.id == *check));
    for (_, finding) in declared.into_iter().chain(builtin) {
        let Fix::Automatic { repair, .. } = &finding.fix else { continue };
        let Repair::Default(repair) = repair.as_ref() else { continue };
        let mut new = |step: &&DefaultStep| seen.insert((step.table.clone(), step.column.clone()));
        let steps: Vec<DefaultStep> = repair.steps.iter().filter(&mut new).cloned().collect();
        match repairs.iter_mut().find(|known| known.column == repair.column) {
            Some(known) => {
                known.steps.extend(steps);
                known.owns = known.owns.take().or_else(|| repair.owns.clone());
                known.draws = known.draws.take().or_else(|| repair.draws.clone());
            }
            None => repairs.push(DefaultRepair { steps, ..repair.clone() }),
        }
    }
    for repair in &mut repairs {
        let root = repair.column.clone();
        repair
            .steps
            .sort_by_key(|step| (step.table.schema != root.schema, step.table.name != root.name) != (false, false));
    }
    repairs
}

async fn fix(client: &Client, repair: &DefaultRepair, options: &FixOptions) -> Result<DefaultFix, VerifyError> {
    let mut steps = Vec::new();
    if let (Some(sequence), Some(first)) = (&repair.draws, repair.steps.first()) {
        let led = led(client, sequence, &repair.column, options).await?;
        if let Some(DefaultOutcome::Refused { reason, help }) = led.as_ref().map(|it| it.outcome.clone()) {
            let reason = format!("the default waits for {}: {reason}", sequence.path());
            let outcome = DefaultOutcome::Refused { reason, help };
            let step =
                StepFix { object: first.table.path(), statement: first.statement(), tries: 0, outcome, after: None };
            return Ok(DefaultFix { column: repair.column.path(), steps: vec![step] });
        }
        steps.extend(led);
    }
    for step in &repair.steps {
        let mut done = run(client, step.table.path(), step.statement(), options).await?;
        if done.outcome == DefaultOutcome::Fixed {
            done.after = shown(client, step).await?;
            if done.after.is_none() {
                let reason = "set, and the server shows no default".to_owned();
                done.outcome = DefaultOutcome::Refused { reason, help: None };
            }
        }
        steps.push(done);
    }
    if let (Some(statement), Some(sequence)) = (repair.ownership(), &repair.owns) {
        steps.push(run(client, sequence.path(), statement, options).await?);
    }
    Ok(DefaultFix { column: repair.column.path(), steps })
}

/// Moves the sequence past the column, where it is behind.
async fn led(
    client: &Client,
    sequence: &ObjectName,
    column: &ObjectName,
    options: &FixOptions,
) -> Result<Option<StepFix>, VerifyError> {
    let step = |statement: String, tries, outcome| {
        Some(StepFix { object: sequence.path(), statement, tries, outcome, after: None })
    };
    let fix = match sequences::lead(client, sequence, column, options).await? {
        Ok(Some(fix)) => fix,
        Ok(None) => return Ok(None),
        Err(failure) => {
            let outcome = DefaultOutcome::Refused { reason: failure.message, help: failure.hint };
            return Ok(step(String::new(), 0, outcome));
        }
    };
    let outcome = match fix.outcome {
        SequenceOutcome::Planned => DefaultOutcome::Planned,
        SequenceOutcome::Fixed | SequenceOutcome::AlreadyAhead | SequenceOutcome::StillBehind => DefaultOutcome::Fixed,
        SequenceOutcome::Refused { reason, help } => DefaultOutcome::Refused { reason, help },
    };
    Ok(step(fix.statements.join("; "), fix.tries, outcome))
}

async fn run(client: &Client, object: String, statement: String, options: &FixOptions) -> Result<StepFix, VerifyError> {
    let mut fix = StepFix { object, statement, tries: 0, outcome: DefaultOutcome::Planned, after: None };
    if options.dry_run {
        return Ok(fix);
    }
    let sql = format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE; SET LOCAL search_path = ''; SET LOCAL lock_timeout = {}; \
         {}; COMMIT",
        options.lock_timeout.millis(),
        fix.statement
    );
    loop {
        fix.tries += 1;
        let Err(error) = client.batch_execute(&sql).await else {
            fix.outcome = DefaultOutcome::Fixed;
            return Ok(fix);
        };
        if client.is_closed() {
            return Err(error.into());
        }
        client.batch_execute("ROLLBACK").await?;
        if fix.tries > options.retries || !is_passing(&error) {
            let failure = Failure::of(&error);
            let timed_out = failure.is(&SqlState::LOCK_NOT_AVAILABLE);
            let reason = if timed_out { format!("no lock in {} tries", fix.tries) } else { failure.message };
            fix.outcome = DefaultOutcome::Refused { reason, help: failure.hint };
            return Ok(fix);
        }
        tokio::time::sleep(pause_after(fix.tries)).await;
    }
}

/// The default as the server shows it.
async fn shown(client: &Client, step: &DefaultStep) -> Result<Option<String>, VerifyError> {
    let sql = "SELECT pg_catalog.pg_get_expr(d.adbin, 0) FROM pg_catalog.pg_attrdef d \
               JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum \
               WHERE d.adrelid = pg_catalog.to_regclass($1) AND a.attname = $2";
    let (table, column) = (step.table.quoted(), step.column.as_str());
    let row = client.query_typed_opt(sql, &[(&table, Type::TEXT), (&column, Type::TEXT)]).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

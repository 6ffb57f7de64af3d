use std::collections::BTreeSet;

use serde::Serialize;

use super::diagnostics::JsonDiagnostic;
use super::json::{FORMAT, to_json};
use crate::model::{LockMode, ObjectName};
use crate::plan::{Commits, Direction, MissingObject, Mode, Plan, Step};

#[derive(Debug, Serialize)]
struct JsonPlan<'a> {
    format: u32,
    target: &'a str,
    already_applied: usize,
    approved: bool,
    commits: Commits,
    hash: String,
    steps: Vec<JsonStep<'a>>,
    notes: &'a [String],
    warnings: Vec<JsonDiagnostic<'a>>,
    refusals: Vec<JsonDiagnostic<'a>>,
    missing: Vec<JsonMissing<'a>>,
    blocked: Option<JsonBlocked<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonStep<'a> {
    id: &'a str,
    version: Option<&'a str>,
    name: &'a str,
    path: &'a str,
    checksum: String,
    direction: &'static str,
    again: bool,
    mode: &'static str,
    because: Option<&'a str>,
    /// How many steps of it an interrupted run has committed.
    committed: usize,
    after: Vec<JsonReason<'a>>,
    statements: Vec<JsonStatement<'a>>,
    hazards: Vec<String>,
}

#[derive(Debug, Serialize)]
struct JsonReason<'a> {
    id: &'a str,
    because: &'a str,
}

#[derive(Debug, Serialize)]
struct JsonStatement<'a> {
    tag: &'a str,
    line: usize,
    column: usize,
    locks: Vec<JsonLock>,
    opaque: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct JsonLock {
    object: String,
    mode: &'static str,
    /// The plan itself creates the object, so that nobody can be waiting for it.
    new: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct JsonMissing<'a> {
    object: String,
    kind: &'static str,
    columns: Vec<String>,
    near: Option<&'a str>,
    gone: Option<&'a str>,
    sql: Option<&'a str>,
    needed_at: Vec<JsonNeed>,
}

#[derive(Debug, Serialize)]
struct JsonNeed {
    id: String,
    path: String,
    line: usize,
    column: usize,
}

#[derive(Debug, Serialize)]
struct JsonBlocked<'a> {
    migrations: Vec<&'a str>,
    creates: &'a std::collections::BTreeMap<String, usize>,
}

/// A plan as JSON.
#[must_use]
pub fn plan(plan: &Plan, target: &str, new: &BTreeSet<ObjectName>) -> String {
    let problems = plan.problems();
    to_json(&JsonPlan {
        format: FORMAT,
        target,
        already_applied: plan.applied,
        approved: !plan.is_refused(),
        commits: plan.commits,
        hash: plan.hash.to_string(),
        steps: plan.steps.iter().map(|s| step(s, new)).collect(),
        notes: &plan.notes,
        warnings: plan.warnings.iter().map(JsonDiagnostic::from).collect(),
        refusals: problems.iter().map(JsonDiagnostic::from).collect(),
        missing: plan.gap.as_ref().map(|gap| missing(&gap.missing)).unwrap_or_default(),
        blocked: plan.gap.as_ref().map(|gap| JsonBlocked {
            migrations: gap.blocked.migrations.iter().map(crate::model::MigrationId::as_str).collect(),
            creates: &gap.blocked.creates,
        }),
    })
}

fn step<'a>(step: &'a Step, new: &BTreeSet<ObjectName>) -> JsonStep<'a> {
    let (mode, because) = match &step.mode {
        Mode::Transaction => ("transaction", None),
        Mode::Stepwise { because } => ("stepwise", Some(because.as_str())),
    };
    let hazards =
        step.locks().into_iter().filter(|(object, _)| !new.contains(object)).filter_map(|(object, mode)| {
            LockMode::consequence(mode).map(|words| format!("{mode} on {object} {words}"))
        });
    JsonStep {
        id: step.id.as_str(),
        version: step.version.as_deref(),
        name: &step.name,
        path: &step.source.path,
        checksum: step.checksum.to_string(),
        direction: match step.direction {
            Direction::Up => "up",
            Direction::Down => "down",
        },
        again: step.again,
        mode,
        because,
        committed: step.committed,
        after: step.reasons.iter().map(|r| JsonReason { id: r.after.as_str(), because: &r.because }).collect(),
        statements: step
            .statements
            .iter()
            .map(|s| JsonStatement {
                tag: &s.tag,
                line: s.line,
                column: s.column,
                locks: s
                    .locks
                    .iter()
                    .map(|lock| JsonLock {
                        object: lock.object.to_string(),
                        mode: lock.mode.as_str(),
                        new: new.contains(&*lock.object),
                    })
                    .collect(),
                opaque: s.opaque.as_deref(),
            })
            .collect(),
        hazards: hazards.collect(),
    }
}

pub(super) fn missing(objects: &[MissingObject]) -> Vec<JsonMissing<'_>> {
    objects
        .iter()
        .map(|missing| JsonMissing {
            object: missing.title(),
            kind: missing.object.kind.as_str(),
            columns: missing.columns.iter().map(ToString::to_string).collect(),
            near: missing.near.as_deref(),
            gone: missing.gone.as_deref(),
            sql: missing.sql.as_deref(),
            needed_at: missing
                .needed_at
                .iter()
                .map(|(id, place)| JsonNeed {
                    id: id.to_string(),
                    path: place.path.clone(),
                    line: place.line,
                    column: place.column,
                })
                .collect(),
        })
        .collect()
}

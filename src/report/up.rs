use std::time::Duration;

use serde::Serialize;

use super::duration::took;
use super::gap::plural;
use super::json::{FORMAT, to_json};
use super::{JsonErrors, Paint};
use crate::diagnostic::Diagnostic;
use crate::model::MigrationId;
use crate::verify::{Report as VerifyReport, Verdict};

/// What an `up` did.
#[derive(Debug)]
pub struct UpReport {
    target: String,
    /// How many migrations were applied before.
    pub already: usize,
    /// What was applied, in order.
    pub applied: Vec<(MigrationId, Duration)>,
    /// What the server said meanwhile, in order.
    pub notices: Vec<Said>,
    /// How long the whole took.
    pub took: Duration,
}

/// Something the server said that is not an error.
#[derive(Debug, Serialize)]
pub struct Said {
    /// During which migration.
    pub migration: String,
    /// `NOTICE`, `WARNING`, `INFO`.
    pub severity: String,
    /// Its words.
    pub message: String,
}

#[derive(Debug, Serialize)]
struct JsonUp<'a> {
    format: u32,
    target: &'a str,
    outcome: &'static str,
    applied: Vec<JsonApplied<'a>>,
    notices: &'a [Said],
    #[serde(flatten)]
    errors: JsonErrors<'a>,
    verify: Option<JsonChecks<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonChecks<'a> {
    verdict: Verdict,
    #[serde(flatten)]
    report: &'a VerifyReport,
}

#[derive(Debug, Serialize)]
struct JsonApplied<'a> {
    id: &'a str,
    duration_ms: f64,
}

impl UpReport {
    /// For this database.
    #[must_use]
    pub const fn new(target: String) -> Self {
        Self { target, already: 0, applied: Vec::new(), notices: Vec::new(), took: Duration::ZERO }
    }

    /// When there was nothing to apply; `left_out` migrations are pending that were not asked for.
    #[must_use]
    pub fn nothing_to_do(&self, left_out: usize, json: bool) -> String {
        if json {
            return self.json("nothing to do", &[], None);
        }
        format!("nothing to do: {}", all_applied(self.already, left_out, &self.target))
    }

    /// When everything was applied; with the checks' report, if they ran.
    #[must_use]
    pub fn done(&self, verify: Option<&VerifyReport>, json: bool, paint: Paint) -> String {
        if json {
            return self.json("applied", &[], verify);
        }
        let count = self.applied.len();
        let applied = format!("applied {count} migration{} to {} in {}", plural(count), self.target, took(self.took));
        let checks = verify.map(|report| format!("\n{}", super::verify_to_human(report, paint))).unwrap_or_default();
        format!("{}{checks}", paint.good(&applied))
    }

    /// When a migration failed, as JSON; people read the diagnostic.
    #[must_use]
    pub fn failed(&self, diagnostics: &[Diagnostic]) -> String {
        self.json("failed", diagnostics, None)
    }

    /// When everything was applied and the checks could not be run, as JSON.
    #[must_use]
    pub fn unchecked(&self, diagnostics: &[Diagnostic]) -> String {
        self.json("applied", diagnostics, None)
    }

    fn json(&self, outcome: &'static str, errors: &[Diagnostic], verify: Option<&VerifyReport>) -> String {
        let applied = self.applied.iter();
        to_json(&JsonUp {
            format: FORMAT,
            target: &self.target,
            outcome,
            applied: applied
                .map(|(id, duration)| JsonApplied { id: id.as_str(), duration_ms: duration.as_secs_f64() * 1000.0 })
                .collect(),
            notices: &self.notices,
            errors: errors.into(),
            verify: verify.map(|report| JsonChecks { verdict: report.verdict(), report }),
        })
    }
}

/// Why nothing has to be applied, for people.
pub(super) fn all_applied(applied: usize, left_out: usize, target: &str) -> String {
    match (applied, left_out) {
        (0, 0) => "the project has no migrations".to_owned(),
        (1, 0) => format!("the only migration is applied to {target}"),
        (_, 0) => format!("all {applied} migrations are applied to {target}"),
        (_, 1) => format!("what was asked for is applied to {target}; 1 migration after it is pending"),
        (_, count) => format!("what was asked for is applied to {target}; {count} migrations after it are pending"),
    }
}

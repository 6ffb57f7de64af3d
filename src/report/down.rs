use std::time::Duration;

use serde::Serialize;

use super::gap::plural;
use super::json::{FORMAT, to_json};
use super::{JsonDiagnostic, Paint};
use crate::diagnostic::Diagnostic;
use crate::model::MigrationId;

/// What a `down` did.
#[derive(Debug)]
pub struct DownReport<'a> {
    /// Which database.
    pub target: &'a str,
    /// What was reverted, in order.
    pub reverted: &'a [(MigrationId, Duration)],
}

#[derive(Debug, Serialize)]
struct JsonDown<'a> {
    format: u32,
    target: &'a str,
    outcome: &'static str,
    reverted: Vec<JsonReverted<'a>>,
    error: Option<JsonDiagnostic<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonReverted<'a> {
    id: &'a str,
    duration_ms: f64,
}

impl DownReport<'_> {
    /// When everything was reverted, for people.
    #[must_use]
    pub fn human(&self, paint: Paint) -> String {
        let count = self.reverted.len();
        match count {
            0 => format!("nothing to do: nothing is applied to {}", self.target),
            _ => paint.good(&format!("reverted {count} migration{} of {}", plural(count), self.target)),
        }
    }

    /// As JSON, with what stopped it.
    #[must_use]
    pub fn json(&self, error: Option<&Diagnostic>) -> String {
        let reverted = self.reverted.iter();
        to_json(&JsonDown {
            format: FORMAT,
            target: self.target,
            outcome: match (error, self.reverted.is_empty()) {
                (Some(_), _) => "failed",
                (None, true) => "nothing to do",
                (None, false) => "reverted",
            },
            reverted: reverted
                .map(|(id, took)| JsonReverted { id: id.as_str(), duration_ms: took.as_secs_f64() * 1000.0 })
                .collect(),
            error: error.map(JsonDiagnostic::from),
        })
    }
}

use std::time::Duration;

use serde::Serialize;

use super::gap::plural;
use super::json::{FORMAT, to_json};
use super::{JsonErrors, Paint, Said};
use crate::diagnostic::Diagnostic;
use crate::model::MigrationId;

/// What a `down` did.
#[derive(Debug)]
pub struct DownReport<'a> {
    /// Which database.
    pub target: &'a str,
    /// What was reverted, in order.
    pub reverted: &'a [(MigrationId, Duration)],
    /// What the server said meanwhile, in order.
    pub notices: &'a [Said],
}

#[derive(Debug, Serialize)]
struct JsonDown<'a> {
    format: u32,
    target: &'a str,
    outcome: &'static str,
    reverted: Vec<JsonReverted<'a>>,
    notices: &'a [Said],
    #[serde(flatten)]
    errors: JsonErrors<'a>,
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
    pub fn json(&self, errors: &[Diagnostic]) -> String {
        let reverted = self.reverted.iter();
        to_json(&JsonDown {
            format: FORMAT,
            target: self.target,
            outcome: match (errors, self.reverted) {
                ([_, ..], _) => "failed",
                ([], []) => "nothing to do",
                ([], _) => "reverted",
            },
            reverted: reverted
                .map(|(id, took)| JsonReverted { id: id.as_str(), duration_ms: took.as_secs_f64() * 1000.0 })
                .collect(),
            notices: self.notices,
            errors: errors.into(),
        })
    }
}

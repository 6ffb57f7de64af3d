use serde::Serialize;

use super::Paint;
use super::json::{FORMAT, to_json};
use crate::diagnostic::{Diagnostic, Severity, render};

/// Diagnostics as text, in the order of their places, a blank line between them.
#[must_use]
pub fn to_human(diagnostics: &[Diagnostic], paint: Paint) -> String {
    let renderer = paint.renderer();
    sorted(diagnostics).into_iter().map(|d| render(d, &renderer)).collect::<Vec<_>>().join("\n\n")
}

pub(super) fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<_> = diagnostics.iter().collect();
    sorted.sort_by_key(|d| (d.place(), d.code));
    sorted
}

/// A diagnostic in JSON.
#[derive(Debug, Serialize)]
pub struct JsonDiagnostic<'a> {
    code: &'a str,
    severity: &'static str,
    message: &'a str,
    places: Vec<JsonPlace<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
}

/// What stopped a run, as fields of its JSON document.
#[derive(Debug, Serialize)]
pub struct JsonErrors<'a> {
    error: Option<JsonDiagnostic<'a>>,
    /// Those beside the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    further_errors: Vec<JsonDiagnostic<'a>>,
}

impl<'a> From<&'a [Diagnostic]> for JsonErrors<'a> {
    fn from(errors: &'a [Diagnostic]) -> Self {
        let mut errors = errors.iter().map(JsonDiagnostic::from);
        Self { error: errors.next(), further_errors: errors.collect() }
    }
}

/// What stopped a command before it had a result, as a JSON document.
#[must_use]
pub fn failure_to_json(diagnostics: &[Diagnostic]) -> String {
    #[derive(Serialize)]
    struct JsonFailure<'a> {
        format: u32,
        outcome: &'static str,
        problems: Vec<JsonDiagnostic<'a>>,
    }
    let problems = sorted(diagnostics).into_iter().map(JsonDiagnostic::from).collect();
    to_json(&JsonFailure { format: FORMAT, outcome: "failed", problems })
}

#[derive(Debug, Serialize)]
struct JsonPlace<'a> {
    path: String,
    line: usize,
    column: usize,
    label: &'a str,
}

impl<'a> From<&'a Diagnostic> for JsonDiagnostic<'a> {
    fn from(diagnostic: &'a Diagnostic) -> Self {
        let places = diagnostic.labels.iter().map(|label| {
            let place = label.source.place(label.span.start());
            JsonPlace { path: place.path, line: place.line, column: place.column, label: &label.text }
        });
        Self {
            code: diagnostic.code,
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: &diagnostic.message,
            places: places.collect(),
            notes: &diagnostic.notes,
            help: diagnostic.help.as_deref(),
        }
    }
}

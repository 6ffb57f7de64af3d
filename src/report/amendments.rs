use serde::Serialize;

use super::gap::plural;
use super::json::{FORMAT, to_json};
use super::{JsonDiagnostic, Paint};
use crate::diagnostic::Diagnostic;
use crate::plan::{Amendment, Field};

/// Changes of the ledger that are not those of a run: what `repair`, `baseline` and `adopt` do, or would do.
#[derive(Debug)]
pub struct Amendments<'a> {
    /// Which database.
    pub target: &'a str,
    /// In order.
    pub amendments: &'a [Amendment],
    /// What is told besides.
    pub notes: &'a [String],
    /// Why they are not made.
    pub refusals: &'a [Diagnostic],
    /// What became of them.
    pub outcome: AmendOutcome,
}

/// What became of the changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AmendOutcome {
    /// They are in the ledger.
    Changed,
    /// They were only shown.
    DryRun,
    /// They were refused.
    Refused,
}

#[derive(Debug, Serialize)]
struct JsonAmendments<'a> {
    format: u32,
    target: &'a str,
    outcome: AmendOutcome,
    changes: Vec<JsonChange<'a>>,
    notes: &'a [String],
    refusals: Vec<JsonDiagnostic<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonChange<'a> {
    id: &'a str,
    action: &'a str,
    because: &'a str,
    ledger: Vec<JsonField<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonField<'a> {
    field: &'a str,
    before: Option<&'a str>,
    after: Option<&'a str>,
}

impl Amendments<'_> {
    /// For a terminal; refusals are printed elsewhere.
    #[must_use]
    pub fn human(&self, paint: Paint) -> String {
        let count = self.amendments.len();
        let records = format!("{count} record{} of the ledger of {}", plural(count), self.target);
        let summary = match (self.outcome, count) {
            (_, 0) => format!("nothing to do: the ledger of {} is as it should be", self.target),
            (AmendOutcome::Changed, _) => paint.good(&format!("changed {records}")),
            (AmendOutcome::DryRun, _) => format!("would change {records}; nothing was changed"),
            (AmendOutcome::Refused, _) => format!("would change {records}; refused, nothing was changed"),
        };
        let changes = self.amendments.iter().map(|it| change(it, paint));
        let notes = self.notes.iter().map(|note| format!("{} {note}", paint.careful("note:")));
        changes.chain(notes).chain([summary]).collect::<Vec<_>>().join("\n\n")
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> String {
        to_json(&JsonAmendments {
            format: FORMAT,
            target: self.target,
            outcome: self.outcome,
            changes: self.amendments.iter().map(JsonChange::of).collect(),
            notes: self.notes,
            refusals: self.refusals.iter().map(JsonDiagnostic::from).collect(),
        })
    }
}

impl<'a> JsonChange<'a> {
    fn of(it: &'a Amendment) -> Self {
        let field =
            |it: &'a Field| JsonField { field: it.name, before: it.before.as_deref(), after: it.after.as_deref() };
        Self {
            id: it.id.as_str(),
            action: it.action,
            because: &it.because,
            ledger: it.fields.iter().map(field).collect(),
        }
    }
}

fn change(it: &Amendment, paint: Paint) -> String {
    let mut lines = vec![format!("  {}  {}: {}", paint.strong(it.id.as_str()), it.action, it.because)];
    lines.extend(it.fields.iter().map(|field| {
        let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "no record".to_owned());
        format!("      {}: {} → {}", field.name, side(&field.before), side(&field.after))
    }));
    lines.join("\n")
}

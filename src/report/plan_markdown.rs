use std::collections::BTreeSet;

use super::up::all_applied;
use super::{Paint, diagnostics, gap};
use crate::model::ObjectName;
use crate::plan::{Mode, Plan, Step};

/// A plan as Markdown, for a ticket or a pull request.
#[must_use]
pub fn plan(plan: &Plan, target: &str, new: &BTreeSet<ObjectName>) -> String {
    let mut parts = vec![format!("## Migration plan for {target}")];
    if let Some(gap) = &plan.gap {
        parts.push(gap::markdown(gap));
    }
    if !plan.refusals.is_empty() {
        parts.push(format!("**Refused**\n\n```\n{}\n```", diagnostics::to_human(&plan.refusals, Paint::Plain)));
    }
    if plan.steps.is_empty() && plan.gap.is_none() && plan.refusals.is_empty() {
        parts.push(format!("Nothing to do: {}.", all_applied(plan.applied, plan.left_out, target)));
    }
    if !plan.steps.is_empty() {
        let mut table =
            vec!["| migration | runs in | after | locks on what exists |".to_owned(), "|---|---|---|---|".to_owned()];
        table.extend(plan.steps.iter().map(|s| step(s, new)));
        parts.push(table.join("\n"));
    }
    parts.extend(plan.notes.iter().map(|note| format!("> {note}")));
    parts.join("\n\n")
}

fn step(step: &Step, new: &BTreeSet<ObjectName>) -> String {
    let mode = match &step.mode {
        Mode::Transaction => "one transaction".to_owned(),
        Mode::Stepwise { because } => {
            let already = match step.committed {
                0 => String::new(),
                committed => format!(", {committed} committed already"),
            };
            format!("{} steps{already}: {because}", step.segments.len())
        }
    };
    let after: Vec<String> = step.reasons.iter().map(|r| format!("`{}`: {}", r.after, r.because)).collect();
    let locks: Vec<String> = step
        .locks()
        .iter()
        .filter(|(object, _)| !new.contains(object))
        .map(|(object, mode)| format!("{mode} on `{object}`"))
        .collect();
    let cell = |parts: Vec<String>| parts.join("<br>").replace('|', "\\|");
    format!("| `{}` | {mode} | {} | {} |", step.id, cell(after), cell(locks))
}

use std::collections::BTreeSet;

use super::gap::{self, plural};
use super::up::all_applied;
use super::{Paint, diagnostics};
use crate::model::{LockMode, ObjectName};
use crate::plan::{Commits, Direction, Mode, Plan, PlannedStatement, Step};
use crate::sql::Lock;

/// How much of a plan is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The statements that lock what exists already, or can't be analysed.
    Locks,
    /// Every statement, with every lock.
    Statements,
}

/// A plan for a terminal. `target` says which database it is for.
#[must_use]
pub fn plan(plan: &Plan, target: &str, new: &BTreeSet<ObjectName>, detail: Detail, paint: Paint) -> String {
    let mut parts = Vec::new();
    if plan.steps.is_empty() && plan.gap.is_none() && plan.refusals.is_empty() {
        parts.push(format!("nothing to do: {}", all_applied(plan.applied, plan.left_out, target)));
    }
    if !plan.steps.is_empty() {
        let count = plan.steps.len();
        let commits = if plan.commits == Commits::Together { ", all in one transaction" } else { "" };
        let what = match plan.steps.first().map(|step| step.direction) {
            Some(Direction::Down) => format!("revert {count} migration{} of {target}", plural(count)),
            _ => format!("{count} migration{} for {target}", plural(count)),
        };
        parts.push(format!("{} {what} ({} applied already){commits}", paint.strong("plan:"), plan.applied));
        parts.extend(plan.steps.iter().map(|s| step(s, new, detail, paint)));
    }
    if !plan.notes.is_empty() {
        parts.push(
            plan.notes.iter().map(|note| format!("{} {note}", paint.careful("note:"))).collect::<Vec<_>>().join("\n"),
        );
    }
    if !plan.refusals.is_empty() || plan.gap.is_some() {
        parts.push(refusal(plan, paint));
    }
    if plan.refusals.is_empty() && plan.gap.is_none() && !plan.steps.is_empty() {
        parts.push(format!("plan hash {}", paint.faint(&plan.hash.to_string()[..16])));
    }
    parts.join("\n\n")
}

/// Why a plan is refused, for a terminal.
#[must_use]
pub fn refusal(plan: &Plan, paint: Paint) -> String {
    let refusals = (!plan.refusals.is_empty()).then(|| diagnostics::to_human(&plan.refusals, paint));
    let gap = plan.gap.as_ref().map(|gap| gap::human(gap, paint));
    refusals.into_iter().chain(gap).collect::<Vec<_>>().join("\n\n")
}

fn step(step: &Step, new: &BTreeSet<ObjectName>, detail: Detail, paint: Paint) -> String {
    let mode = match &step.mode {
        Mode::Transaction => "one transaction".to_owned(),
        Mode::Stepwise { because } => {
            let count = step.segments.len();
            format!(
                "{count} step{}, {}: {because}",
                plural(count),
                match (count, step.committed) {
                    (1, 0) => "journalled".to_owned(),
                    (_, 0) => "each committed".to_owned(),
                    (_, committed) => format!("{committed} committed already"),
                }
            )
        }
    };
    let count = step.statements.len();
    let again = if step.again { ", changed since it was applied" } else { "" };
    let mut lines =
        vec![format!("  {}  {count} statement{} in {mode}{again}", paint.strong(step.id.as_str()), plural(count))];
    lines.extend(step.reasons.iter().map(|r| format!("      {} `{}`: {}", paint.faint("after"), r.after, r.because)));
    lines.extend(step.remaining().iter().flat_map(|s| statement(s, new, detail, paint)));
    lines.join("\n")
}

fn statement(statement: &PlannedStatement, new: &BTreeSet<ObjectName>, detail: Detail, paint: Paint) -> Vec<String> {
    let place = paint.faint(&format!("line {}", statement.line));
    let mut lines = Vec::new();
    for Lock { object, mode } in &*statement.locks {
        if !new.contains(object) {
            lines.push(format!(
                "      {place} {} takes {mode} on {object}{}",
                statement.tag,
                consequence(*mode, paint)
            ));
        } else if detail == Detail::Statements {
            lines.push(format!("      {place} {} takes {mode} on {object}, which is new", statement.tag));
        }
    }
    if let Some(why) = &statement.opaque {
        lines.push(format!("      {place} {} {}", statement.tag, paint.careful(&format!("can't be analysed: {why}"))));
    }
    if lines.is_empty() && detail == Detail::Statements {
        lines.push(format!("      {place} {}", statement.tag));
    }
    lines
}

fn consequence(mode: LockMode, paint: Paint) -> String {
    mode.consequence().map(|words| format!(", {}", paint.careful(words))).unwrap_or_default()
}

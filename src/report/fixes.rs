use serde::Serialize;

use super::Paint;
use super::gap::plural;
use super::json::{FORMAT, to_json};
use super::printable::on_one_line;
use super::verify::{ERRORS_SHOWN, rest};
use crate::verify::{DefaultFix, DefaultOutcome, Report, SequenceFix, SequenceOutcome, Verdict};

/// What `verify --fix-…` did, or would do.
#[derive(Debug, Default, Serialize)]
pub struct Fixes {
    /// Whether nothing was changed.
    #[serde(skip)]
    pub dry_run: bool,
    /// `--fix-sequences`.
    pub sequences: Vec<SequenceFix>,
    /// `--fix-defaults`.
    pub defaults: Vec<DefaultFix>,
}

impl Fixes {
    /// For a terminal: what could not be mended first; of many the first ones.
    #[must_use]
    pub fn human(&self, paint: Paint) -> String {
        let done = |it: &&SequenceFix| matches!(it.outcome, SequenceOutcome::Fixed | SequenceOutcome::AlreadyAhead);
        let (done, open): (Vec<_>, Vec<_>) = self.sequences.iter().partition(done);
        let mut lines: Vec<String> = self.defaults.iter().flat_map(|fix| default(fix, paint)).collect();
        for fixes in [open, done] {
            lines.extend(fixes.iter().take(ERRORS_SHOWN).flat_map(|fix| sequence(fix, paint)));
            lines.extend(rest(fixes.len(), ERRORS_SHOWN));
        }
        if lines.is_empty() {
            return "nothing to fix".to_owned();
        }
        lines.join("\n")
    }

    /// What would be run, as a script.
    #[must_use]
    pub fn script(&self) -> String {
        let sequences = self.sequences.iter().flat_map(|fix| &fix.statements);
        let defaults = self.defaults.iter().flat_map(|fix| fix.steps.iter().map(|step| &step.statement));
        let statements: Vec<String> = sequences.chain(defaults).map(|statement| format!("{statement};")).collect();
        if statements.is_empty() { "-- nothing to fix".to_owned() } else { statements.join("\n") }
    }

    /// With the state of the checks afterwards, as JSON.
    #[must_use]
    pub fn json(&self, after: &Report, target: &str) -> String {
        #[derive(Serialize)]
        struct JsonFixes<'a> {
            format: u32,
            target: &'a str,
            verdict: Verdict,
            fixes: &'a Fixes,
            #[serde(flatten)]
            report: &'a Report,
        }
        to_json(&JsonFixes { format: FORMAT, target, verdict: after.verdict(), fixes: self, report: after })
    }
}

fn sequence(fix: &SequenceFix, paint: Paint) -> Vec<String> {
    let name = paint.strong(&on_one_line(&fix.sequence));
    let next = fix.after.iter().find_map(|state| state.next);
    let next = next.map(|next| format!(", next value {next}")).unwrap_or_default();
    match &fix.outcome {
        SequenceOutcome::Planned => vec![format!("would fix {name}: {}", fix.statements.join("; "))],
        SequenceOutcome::Fixed => vec![format!("{} {name}{next}", paint.good("fixed"))],
        SequenceOutcome::AlreadyAhead => vec![format!("{name} is ahead by now{next}")],
        SequenceOutcome::StillBehind => {
            let reason = "moved, and behind again: something inserts explicit ids";
            refused(&name, reason, Some("`--lock-tables` waits for open transactions that do, too"), paint)
        }
        SequenceOutcome::Refused { reason, help } => refused(&name, reason, help.as_deref(), paint),
    }
}

fn default(fix: &DefaultFix, paint: Paint) -> Vec<String> {
    let (done, open): (Vec<_>, Vec<_>) =
        fix.steps.iter().partition(|step| matches!(step.outcome, DefaultOutcome::Fixed));
    let mut lines = Vec::new();
    if let Some(first) = done.first() {
        let rest = done.len() - 1;
        let more = if rest > 0 { format!(" (and {rest} more step{})", plural(rest)) } else { String::new() };
        lines.push(format!(
            "{} {}: {}{more}",
            paint.good("fixed"),
            paint.strong(&on_one_line(&fix.column)),
            first.statement
        ));
    }
    for step in open {
        match &step.outcome {
            DefaultOutcome::Planned => lines.push(format!("would run {}", step.statement)),
            DefaultOutcome::Fixed => {}
            DefaultOutcome::Refused { reason, help } => {
                lines.extend(refused(&paint.strong(&on_one_line(&step.object)), reason, help.as_deref(), paint));
            }
        }
    }
    lines
}

fn refused(name: &str, reason: &str, help: Option<&str>, paint: Paint) -> Vec<String> {
    let mut lines = vec![format!("{} {name}: {reason}", paint.bad("not fixed"))];
    lines.extend(help.map(|help| format!("    {} {help}", paint.good("help:"))));
    lines
}

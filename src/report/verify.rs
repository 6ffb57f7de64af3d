use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::Paint;
use super::gap::plural;
use super::json::{FORMAT, to_json};
use super::printable::on_one_line;
use crate::project::checks::Severity;
use crate::verify::{
    BEHIND, Broken, CheckResult, Finding, Fix, Report, SequenceState, Skipped, Stale, Status, Verdict,
};

/// Findings of one check that are shown before the rest is counted, errors and others; JSON has them all.
pub(super) const ERRORS_SHOWN: usize = 20;
const OTHERS_SHOWN: usize = 10;

/// Checks named that wait for the same.
const SKIPPED_SHOWN: usize = 5;

/// The checks' report for a terminal.
#[must_use]
pub fn report(report: &Report, paint: Paint) -> String {
    let mut parts = Vec::new();
    parts.extend(sequence_table(report, paint));
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let violated = report.results.iter().filter(|r| r.verdict == Verdict::Violated && r.severity == severity);
        parts.extend(violated.map(|result| check(result, paint)));
    }
    parts.extend(broken(report, paint));
    parts.extend(notes(report));
    parts.extend(stale(report));
    parts.push(summary(report, paint));
    parts.join("\n\n")
}

/// The checks' report as JSON.
#[must_use]
pub fn json(report: &Report, target: &str) -> String {
    #[derive(Serialize)]
    struct JsonVerify<'a> {
        format: u32,
        target: &'a str,
        verdict: Verdict,
        #[serde(flatten)]
        report: &'a Report,
    }
    to_json(&JsonVerify { format: FORMAT, target, verdict: report.verdict(), report })
}

/// The table of sequences that are behind their data, without the accepted ones.
fn sequence_table(report: &Report, paint: Paint) -> Option<String> {
    let accepted = |(check, it): &(&str, &Finding)| *check == BEHIND && it.accepted;
    let accepted: BTreeSet<&str> = report.findings().filter(accepted).map(|(_, it)| it.object.as_str()).collect();
    let behind: Vec<&SequenceState> = report
        .sequences
        .iter()
        .filter(|state| matches!(state.status, Status::Behind | Status::Exhausted | Status::Overflow))
        .filter(|state| !accepted.contains(state.sequence.as_str()))
        .collect();
    if behind.is_empty() {
        return None;
    }
    let header = ["column", "sequence", "max", "next", "gap", "used"].map(str::to_owned);
    let number = |value: Option<i64>| value.map_or_else(|| "-".to_owned(), |v| v.to_string());
    let share =
        |used: Option<f64>| used.map_or_else(|| "-".to_owned(), |used| format!("{:.0} %", (used * 100.0).floor()));
    let mut rows = vec![header];
    rows.extend(behind.iter().take(ERRORS_SHOWN).map(|state| {
        let column =
            [state.table.as_deref(), state.column.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(".");
        [
            on_one_line(&column),
            on_one_line(&state.sequence),
            number(state.max),
            number(state.next),
            state.gap.to_string(),
            share(state.used),
        ]
    }));
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3), width(4), width(5)];
    let lines = rows.iter().enumerate().map(|(at, [column, sequence, max, next, gap, used])| {
        let line = format!(
            "  {column:<0$}  {sequence:<1$}  {max:>2$}  {next:>3$}  {gap:>4$}  {used:>5$}",
            widths[0], widths[1], widths[2], widths[3], widths[4], widths[5]
        );
        if at == 0 { paint.faint(&line) } else { line }
    });
    let title = paint.strong(&format!("{} sequence{} behind the data", behind.len(), plural(behind.len())));
    let rest = rest(behind.len(), ERRORS_SHOWN).map(|rest| format!("  {rest}"));
    let lines: Vec<String> = lines.chain(rest).collect();
    Some(format!("{title}\n{}", lines.join("\n")))
}

fn check(result: &CheckResult, paint: Paint) -> String {
    let word = match result.severity {
        Severity::Error => paint.bad("violated"),
        Severity::Warning => paint.careful("warning"),
        Severity::Info => "info".to_owned(),
    };
    let mut lines = vec![format!("{word} {}{}", paint.strong(&result.check), title(result))];
    // A sequence that only has to be moved is told in full by the table above.
    let tabled = |f: &Finding| result.check == BEHIND && matches!(f.fix, Fix::Automatic { .. });
    lines.extend(findings(result, |f| !tabled(f), paint).into_iter().map(|line| format!("  {line}")));
    lines.join("\n")
}

/// What the check says, after its id; a declared check without a message has its id for a title.
pub(super) fn title(result: &CheckResult) -> String {
    if result.title == result.check { String::new() } else { format!(": {}", result.title) }
}

/// What was found and is not accepted.
pub(super) fn counted(result: &CheckResult) -> Vec<&Finding> {
    result.findings.iter().filter(|finding| !finding.accepted).collect()
}

/// The first findings of a check with their fixes, the rest counted.
pub(super) fn findings(result: &CheckResult, shown: impl Fn(&Finding) -> bool, paint: Paint) -> Vec<String> {
    let counted = counted(result);
    let listed: Vec<&Finding> = counted.iter().copied().filter(|finding| shown(finding)).collect();
    let limit = limit(result);
    let mut lines = Vec::new();
    for finding in listed.iter().take(limit) {
        lines.push(line(finding, paint));
        if let Fix::Sql { statements, lock } = &finding.fix {
            let lock = if lock.is_empty() { String::new() } else { format!(" ({lock})") };
            lines.push(format!("    {} {}{lock}", paint.good("fix:"), some_of(statements)));
        }
    }
    lines.extend(rest(listed.len(), limit));
    lines.extend(result.note.clone());
    lines.extend(automatic_fix(&counted, paint));
    lines
}

/// What was found where, on one line whatever the names and rows hold.
pub(super) fn line(finding: &Finding, paint: Paint) -> String {
    let object = paint.strong(&on_one_line(&finding.object));
    if finding.evidence.is_empty() { object } else { format!("{object}: {}", on_one_line(&finding.evidence)) }
}

/// How many findings of a check are shown.
pub(super) const fn limit(result: &CheckResult) -> usize {
    if matches!(result.severity, Severity::Error) { ERRORS_SHOWN } else { OTHERS_SHOWN }
}

/// The first statements of a fix, the rest counted.
pub(super) fn some_of(statements: &[String]) -> String {
    const SHOWN: usize = 3;
    let more = statements.len().saturating_sub(SHOWN);
    let shown = statements.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; ");
    if more == 0 { shown } else { format!("{shown}; … and {more} more") }
}

/// The option that mends a check's findings, said once.
fn automatic_fix(findings: &[&Finding], paint: Paint) -> Option<String> {
    findings.iter().find_map(|finding| match &finding.fix {
        Fix::Automatic { flag, lock, .. } => Some(format!("{} `migrate verify {flag}` ({lock})", paint.good("fix:"))),
        Fix::None | Fix::Sql { .. } => None,
    })
}

/// What could not be evaluated, said once for all checks that wanted it.
fn broken(report: &Report, paint: Paint) -> Option<String> {
    let mut parts: Vec<(&Broken, Vec<&str>)> = Vec::new();
    let mut known: BTreeMap<&Broken, usize> = BTreeMap::new();
    for result in &report.results {
        for part in &result.broken {
            let at = *known.entry(part).or_insert_with(|| {
                parts.push((part, Vec::new()));
                parts.len() - 1
            });
            parts[at].1.push(&result.check);
        }
    }
    let shown = parts.iter().take(ERRORS_SHOWN).flat_map(|(part, checks)| part_lines(&checks.join(", "), part, paint));
    let lines: Vec<String> = shown.chain(rest(parts.len(), ERRORS_SHOWN)).map(|line| format!("  {line}")).collect();
    let title = paint.bad("broken: these could not be evaluated, so nothing is known about them");
    (!lines.is_empty()).then(|| format!("{title}\n{}", lines.join("\n")))
}

fn part_lines(checks: &str, part: &Broken, paint: Paint) -> Vec<String> {
    let at = part.at.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
    let mut lines =
        vec![format!("{} {}: {}{at}", paint.strong(checks), on_one_line(&part.object), on_one_line(&part.reason))];
    lines.extend(part.help.as_ref().map(|help| format!("    {} {help}", paint.good("help:"))));
    lines
}

/// The first parts of a check that could not be evaluated, the rest counted.
pub(super) fn broken_parts(result: &CheckResult, paint: Paint) -> Vec<String> {
    let shown = result.broken.iter().take(ERRORS_SHOWN).flat_map(|part| part_lines(&result.check, part, paint));
    shown.chain(rest(result.broken.len(), ERRORS_SHOWN)).collect()
}

/// What is said of those that are not shown.
pub(super) fn rest(count: usize, shown: usize) -> Option<String> {
    (count > shown).then(|| format!("… and {} more; --format json has them all", count - shown))
}

/// What is to be known of checks that hold or are not evaluated, one to a line.
pub(super) fn notes(report: &Report) -> Option<String> {
    let holds = report.results.iter().filter(|result| result.verdict != Verdict::Violated);
    let mut lines: Vec<String> =
        holds.filter_map(|it| Some(format!("note: {}: {}", it.check, it.note.as_ref()?))).collect();
    let mut skipped: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Skipped { check, reason } in &report.skipped {
        skipped.entry(reason).or_default().push(check);
    }
    lines.extend(skipped.iter().map(|(reason, checks)| {
        let shown = checks[..checks.len().min(SKIPPED_SHOWN)].join(", ");
        let more = checks.len().saturating_sub(SKIPPED_SHOWN);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        format!("note: skipped {shown}{more}: {reason}")
    }));
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The accepted findings that are no more, one to a line.
pub(super) fn stale(report: &Report) -> Option<String> {
    let line = |it: &Stale| format!("note: `{}` is accepted at {}: {}", it.key, it.at, it.reason);
    let lines: Vec<String> = report.stale.iter().map(line).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn summary(report: &Report, paint: Paint) -> String {
    let words = format!("checks: {}", counts(report));
    match report.verdict() {
        Verdict::Holds => paint.good(&words),
        Verdict::Violated | Verdict::Broken => paint.bad(&words),
    }
}

/// How many checks came to what.
pub(super) fn counts(report: &Report) -> String {
    let count = |verdict: Verdict| report.results.iter().filter(|r| r.verdict == verdict).count();
    let of = |severity: Severity| {
        report.results.iter().filter(|r| r.verdict == Verdict::Violated && r.severity == severity).count()
    };
    let broken = report.results.iter().filter(|r| !r.broken.is_empty()).count();
    let mut words = format!("{} hold", count(Verdict::Holds));
    let mut add = |count: usize, what: &str| {
        if count > 0 {
            let _ = write!(words, ", {count} {what}");
        }
    };
    add(of(Severity::Error), "violated");
    add(of(Severity::Warning), "with warnings");
    add(of(Severity::Info), "with hints");
    add(broken, "broken");
    add(report.skipped.len(), "skipped");
    add(report.findings().filter(|(_, f)| f.accepted).count(), "accepted findings");
    words
}

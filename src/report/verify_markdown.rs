use super::markdown::{code, fenced, prose, table};
use super::verify::{counted, counts, limit, notes, some_of};
use super::{Fixes, Paint};
use crate::project::checks::Severity;
use crate::verify::{CheckResult, Finding, Fix, Report, Stale, Verdict};

/// The checks' report as Markdown, for a pull request, a ticket or a job's summary.
#[must_use]
pub fn markdown(report: &Report, fixes: Option<&Fixes>, target: &str) -> String {
    let verdict = match report.verdict() {
        Verdict::Holds if report.results.iter().any(|it| it.verdict == Verdict::Violated) => "no errors",
        Verdict::Holds => "everything holds",
        Verdict::Violated => "violated",
        Verdict::Broken => "not everything could be checked",
    };
    let mut parts = vec![format!("## Checks of {}: {verdict}", code(target)), format!("{}.", counts(report))];
    parts.extend(fixes.map(repairs));
    for (severity, word) in [(Severity::Error, "Errors"), (Severity::Warning, "Warnings"), (Severity::Info, "Hints")] {
        parts.extend(group(report, severity, word));
    }
    parts.extend(broken(report));
    parts.extend(notes(report));
    if !report.stale.is_empty() {
        let line = |it: &Stale| format!("- {} at {}: {}", code(&it.key), code(&it.at.to_string()), it.reason);
        let lines: Vec<String> = report.stale.iter().map(line).collect();
        parts.push(format!("### Accepted, and no longer found\n\n{}", lines.join("\n")));
    }
    parts.join("\n\n")
}

fn repairs(fixes: &Fixes) -> String {
    if fixes.dry_run {
        format!("### Would be run\n\n{}", fenced("sql", &fixes.script()))
    } else {
        format!("### Repaired\n\n{}", fenced("", &fixes.human(Paint::Plain)))
    }
}

/// The findings of the checks that are violated to this degree.
fn group(report: &Report, severity: Severity, word: &str) -> Option<String> {
    let of_it = |it: &&CheckResult| it.verdict == Verdict::Violated && it.severity == severity;
    let results: Vec<&CheckResult> = report.results.iter().filter(of_it).collect();
    let count: usize = results.iter().map(|result| counted(result).len()).sum();
    let rows = results.iter().flat_map(|result| {
        let (found, limit) = (counted(result), limit(result));
        let more = found.len().saturating_sub(limit);
        let rest = (more > 0).then(|| format!("… and {more} more; `--format json` has them all"));
        let rest = [rest, result.note.clone()].into_iter().flatten();
        let shown = found.into_iter().take(limit).map(|finding| row(result, finding));
        let rest = rest.map(|text| [code(&result.check), String::new(), text, String::new()]);
        shown.chain(rest).collect::<Vec<_>>()
    });
    (count > 0).then(|| format!("### {word}: {count}\n\n{}", table(["check", "object", "found", "fix"], rows)))
}

fn row(result: &CheckResult, finding: &Finding) -> [String; 4] {
    let fix = match &finding.fix {
        Fix::None => String::new(),
        Fix::Sql { statements, .. } => code(&some_of(statements)),
        Fix::Automatic { flag, .. } => code(&format!("migrate verify {flag}")),
    };
    [code(&result.check), code(&finding.object), prose(&finding.evidence), fix]
}

fn broken(report: &Report) -> Option<String> {
    let mut rows = Vec::new();
    for result in &report.results {
        let limit = super::verify::ERRORS_SHOWN;
        rows.extend(result.broken.iter().take(limit).map(|part| {
            let at = part.at.as_ref().map(|at| format!(" at {}", code(at))).unwrap_or_default();
            let help = part.help.as_deref().map(prose).unwrap_or_default();
            [code(&result.check), code(&part.object), format!("{}{at}", prose(&part.reason)), help]
        }));
        let more = result.broken.len().saturating_sub(limit);
        rows.extend((more > 0).then(|| {
            let rest = format!("… and {more} more; `--format json` has them all");
            [code(&result.check), String::new(), rest, String::new()]
        }));
    }
    let count: usize = report.results.iter().map(|result| result.broken.len()).sum();
    let rows = rows.into_iter();
    (count > 0)
        .then(|| format!("### Could not be evaluated: {count}\n\n{}", table(["check", "object", "why", "help"], rows)))
}

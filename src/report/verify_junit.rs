use std::path::Path;

use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};

use super::gap::plural;
use super::verify::{broken_parts, counted, findings, stale};
use super::{Fixes, Paint};
use crate::project::checks::Severity;
use crate::verify::{CheckResult, Report, Skipped, Verdict};

/// The checks' report for `JUnit`'s readers: a suite for the run, a test for each check.
///
/// An error is a failure, what could not be evaluated an error, and what was not evaluated or is accepted skipped. The
/// format knows no warnings: such a test passes, and says what was found on its standard output. `directory` is the project's
/// within the repository.
#[must_use]
pub fn junit(report: &Report, fixes: Option<&Fixes>, target: &str, directory: &Path) -> String {
    let mut suite = TestSuite::new(format!("migrate verify {target}"));
    suite.add_test_cases(report.results.iter().map(|result| placed(test(result), result, directory)));
    suite.add_test_cases(report.skipped.iter().map(|Skipped { check, reason }| skipped(check, reason)));
    if let Some(fixes) = fixes {
        suite.set_system_out(if fixes.dry_run { fixes.script() } else { fixes.human(Paint::Plain) });
    }
    if let Some(notes) = stale(report) {
        suite.set_system_err(notes);
    }
    let mut junit = Junit::new("migrate verify");
    junit.add_test_suite(suite);
    // Writing to memory can't fail, and the crate leaves out what XML can't hold.
    junit.to_string().unwrap_or_else(|error| format!("<!-- {error} -->"))
}

fn test(result: &CheckResult) -> TestCase {
    let found = counted(result).len();
    let lines = findings(result, |_| true, Paint::Plain).join("\n");
    let unknown = broken_parts(result, Paint::Plain).join("\n");
    let violated = result.verdict == Verdict::Violated;
    let text = [lines.as_str(), &unknown].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
    if violated && result.severity == Severity::Error {
        let message = format!("{}: {found} finding{}", result.title, plural(found));
        return named(&result.check, non_success(NonSuccessKind::Failure, "violated", &message, &text));
    }
    if !result.broken.is_empty() {
        let message = format!("could not be evaluated: {}", result.broken[0].reason);
        return named(&result.check, non_success(NonSuccessKind::Error, "broken", &message, &text));
    }
    if violated {
        let mut case = named(&result.check, TestCaseStatus::success());
        case.set_system_out(format!("{}: {}\n{text}", result.severity, result.title));
        return case;
    }
    let accepted = result.findings.len();
    if accepted > 0 {
        let mut status = TestCaseStatus::skipped();
        status.set_message(format!("{accepted} finding{} accepted", plural(accepted)));
        return named(&result.check, status);
    }
    named(&result.check, TestCaseStatus::success())
}

fn non_success(kind: NonSuccessKind, what: &str, message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(what).set_message(message).set_description(text);
    status
}

fn skipped(check: &str, reason: &str) -> TestCase {
    let mut status = TestCaseStatus::skipped();
    status.set_message(reason);
    named(check, status)
}

/// With the file that declares the check: GitLab looks for it from the repository's root.
fn placed(mut case: TestCase, result: &CheckResult, directory: &Path) -> TestCase {
    if let Some(at) = &result.at {
        case.extra.insert("file".into(), directory.join(&at.path).display().to_string().into());
        case.extra.insert("line".into(), at.line.to_string().into());
    }
    case
}

/// A test under the area that the id begins with: what GitLab and Jenkins group by.
fn named(check: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(check, status);
    case.set_classname(check.split_once('.').map_or(check, |(area, _)| area));
    case
}

use std::fmt;
use std::path::Path;

use super::Paint;
use super::verify::line;
use crate::diagnostic::{self, Diagnostic, Place};
use crate::project::checks::Severity;
use crate::verify::{CheckResult, Report, Verdict};

/// One of GitHub Actions' workflow commands, which puts a text on a line of a pull request, or on the run where there is
/// no line ([workflow commands](https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions)).
#[derive(Debug, Clone)]
pub struct Annotation {
    level: &'static str,
    place: Option<Place>,
    title: String,
    text: String,
}

impl Annotation {
    /// The same for a project in this directory of the repository: GitHub looks for files from the repository's root.
    #[must_use]
    pub fn in_directory(&self, directory: &Path) -> Self {
        let within = |place: &Place| Place { path: directory.join(&place.path).display().to_string(), ..place.clone() };
        Self { place: self.place.as_ref().map(within), ..self.clone() }
    }
}

impl fmt::Display for Annotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "::{} ", self.level)?;
        if let Some(place) = &self.place {
            write!(f, "file={},line={},col={},", escape_property(&place.path), place.line, place.column)?;
        }
        write!(f, "title={}::{}", escape_property(&self.title), escape(&self.text))
    }
}

/// GitHub's escapes for a command's text.
fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}

/// One for each diagnostic.
#[must_use]
pub fn of_diagnostics(diagnostics: &[Diagnostic]) -> Vec<Annotation> {
    let annotate = |diagnostic: &Diagnostic| {
        let help = diagnostic.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
        Annotation {
            level: match diagnostic.severity {
                diagnostic::Severity::Error => "error",
                diagnostic::Severity::Warning => "warning",
            },
            place: diagnostic.place(),
            title: diagnostic.code.to_owned(),
            text: format!("{}{help}", diagnostic.message),
        }
    };
    super::diagnostics::sorted(diagnostics).into_iter().map(annotate).collect()
}

/// One for each check that found something or could not be evaluated, because GitHub shows ten of a level, and one for each
/// accepted finding that is no more.
#[must_use]
pub fn of_checks(report: &Report) -> Vec<Annotation> {
    let violated = report.results.iter().filter(|result| result.verdict == Verdict::Violated).map(violated);
    let broken = report.results.iter().filter(|result| !result.broken.is_empty()).map(broken);
    let stale = report.stale.iter().map(|stale| Annotation {
        level: "notice",
        place: Some(stale.at.clone()),
        title: "verify.accept".to_owned(),
        text: format!("{}: {}", stale.key, stale.reason),
    });
    violated.chain(broken).chain(stale).collect()
}

fn violated(result: &CheckResult) -> Annotation {
    let found: Vec<_> = result.findings.iter().filter(|finding| !finding.accepted).collect();
    let text = found.iter().map(|finding| line(finding, Paint::Plain));
    Annotation {
        level: match result.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        },
        place: result.at.clone(),
        title: result.check.clone(),
        text: first_of(text.collect()),
    }
}

fn broken(result: &CheckResult) -> Annotation {
    let text = result.broken.iter().map(|part| {
        let help = part.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{} could not be evaluated: {}{help}", part.object, part.reason)
    });
    Annotation { level: "error", place: result.at.clone(), title: result.check.clone(), text: first_of(text.collect()) }
}

/// The first lines, the rest counted.
fn first_of(lines: Vec<String>) -> String {
    const SHOWN: usize = 5;
    let more = lines.len().saturating_sub(SHOWN);
    let shown = lines.into_iter().take(SHOWN).collect::<Vec<_>>().join("\n");
    if more == 0 { shown } else { format!("{shown}\nand {more} more") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_github_is_escaped() {
        let place = Place { path: "checks/a,b:c.toml".to_owned(), line: 3, column: 6 };
        let annotation = Annotation {
            level: "error",
            place: Some(place),
            title: "a:b,c%".to_owned(),
            text: "100 %, a: b\r\nmore".to_owned(),
        };
        let expected = "::error file=checks/a%2Cb%3Ac.toml,line=3,col=6,title=a%3Ab%2Cc%25::100 %25, a: b%0D%0Amore";
        assert_eq!(annotation.to_string(), expected);
    }
}

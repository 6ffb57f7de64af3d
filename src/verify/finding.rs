use std::collections::BTreeSet;

use serde::Serialize;

pub use crate::project::checks::Severity;

use super::defaults::DefaultRepair;
use super::sequences::{Sequence, SequenceState};
use super::stale::Stale;
use crate::diagnostic::Place;

/// What one check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Evaluated in full, nothing found.
    Holds,
    /// At least one finding that is not accepted.
    Violated,
    /// At least one part could not be evaluated; says nothing about that part.
    Broken,
}

/// One violation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Stable across runs and machines: for `[verify] accept`.
    pub key: String,
    /// The object, as a person writes it.
    pub object: String,
    /// What was found: one line.
    pub evidence: String,
    /// What it means.
    pub severity: Severity,
    /// What to do about it.
    pub fix: Fix,
    /// Its key is in `[verify] accept`: shown, and not counted.
    pub accepted: bool,
    /// The table or sequence in the catalog, to tell what a migration touched.
    #[serde(skip)]
    pub relation: Option<u32>,
}

impl Finding {
    /// A finding of `check` about `object`; `facet` tells findings of one check about one object apart.
    pub(super) fn new(check: &str, object: impl Into<String>, facet: &str, evidence: impl Into<String>) -> Self {
        let object = object.into();
        let facet = if facet.is_empty() { String::new() } else { format!("#{facet}") };
        Self {
            key: format!("{check}:{object}{facet}"),
            object,
            evidence: evidence.into(),
            severity: Severity::Error,
            fix: Fix::None,
            accepted: false,
            relation: None,
        }
    }

    pub(super) const fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    pub(super) fn fix(mut self, fix: Fix) -> Self {
        self.fix = fix;
        self
    }
}

/// What can be done about a finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Fix {
    /// Nothing the tool can say.
    None,
    /// Statements for a person to judge and run.
    Sql {
        /// In this order.
        statements: Vec<String>,
        /// The strongest lock they take and on what.
        lock: String,
    },
    /// `migrate verify` does it when asked with this flag.
    Automatic {
        /// `--fix-sequences` or `--fix-defaults`.
        flag: &'static str,
        /// What it runs, in this order.
        statements: Vec<String>,
        /// The strongest lock they take and on what.
        lock: String,
        /// The same for the fixer.
        #[serde(skip)]
        repair: Box<Repair>,
    },
}

/// What a fixer works from.
#[derive(Debug, Clone, PartialEq)]
pub enum Repair {
    /// Move this sequence past its data.
    Sequence(Sequence),
    /// Put these defaults back.
    Default(DefaultRepair),
}

/// A part of a check that could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Broken {
    /// The object or query, as a person writes it.
    pub object: String,
    /// Why, in the server's words where it was the server.
    pub reason: String,
    /// The way out, such as the `GRANT` that is missing.
    pub help: Option<String>,
    /// The server's code.
    pub sqlstate: Option<String>,
    /// Where the server points in a declared query: `path:line:column`, or `line:column` within the query.
    pub at: Option<String>,
}

/// One check's outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckResult {
    /// Its id.
    pub check: String,
    /// What it says, in one line.
    pub title: String,
    /// What it came to.
    pub verdict: Verdict,
    /// The worst severity found; the check's own while nothing is found.
    pub severity: Severity,
    /// The violations, by object.
    pub findings: Vec<Finding>,
    /// What could not be evaluated.
    pub broken: Vec<Broken>,
    /// A fact beside the findings, such as that there are more rows than shown.
    pub note: Option<String>,
    /// Where it is declared; `None` for a built-in check.
    pub at: Option<Place>,
}

impl CheckResult {
    pub(super) fn new(check: &str, title: &str, severity: Severity) -> Self {
        Self {
            check: check.to_owned(),
            title: title.to_owned(),
            verdict: Verdict::Holds,
            severity,
            findings: Vec::new(),
            broken: Vec::new(),
            note: None,
            at: None,
        }
    }

    /// Marks the accepted findings and draws the verdict. A check that is in part broken and in part violated is
    /// violated: the broken part stays listed, and exit statuses look at both.
    pub(super) fn settle(mut self, accept: &[String]) -> Self {
        for finding in &mut self.findings {
            finding.accepted = accept.contains(&finding.key);
        }
        let counted = || self.findings.iter().filter(|finding| !finding.accepted);
        if let Some(worst) = counted().map(|finding| finding.severity).max() {
            self.severity = worst;
            self.verdict = Verdict::Violated;
        } else if !self.broken.is_empty() {
            self.verdict = Verdict::Broken;
        }
        self
    }
}

/// A declared check that was not evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Its id.
    pub check: String,
    /// Why.
    pub reason: String,
}

/// Everything one run of the checks found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Built-in checks in the catalogue's order, then the declared ones in their files' order.
    pub results: Vec<CheckResult>,
    /// Checks whose time has not come.
    pub skipped: Vec<Skipped>,
    /// Every sequence and column looked at, by sequence.
    pub sequences: Vec<SequenceState>,
    /// Accepted findings that are no more.
    pub stale: Vec<Stale>,
}

impl Report {
    /// The verdict over everything: violated when an error is, else broken when something could not be evaluated.
    /// Warnings and hints alone do not count.
    pub fn verdict(&self) -> Verdict {
        let violated = |result: &CheckResult| result.verdict == Verdict::Violated && result.severity == Severity::Error;
        if self.results.iter().any(violated) {
            Verdict::Violated
        } else if self.results.iter().any(|result| !result.broken.is_empty()) {
            Verdict::Broken
        } else {
            Verdict::Holds
        }
    }

    /// The findings that `earlier` has not.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let known: BTreeSet<&str> = earlier.findings().map(|(_, finding)| finding.key.as_str()).collect();
        let mut new = self.clone();
        for result in &mut new.results {
            result.findings.retain(|finding| !known.contains(finding.key.as_str()));
        }
        new
    }

    /// Every finding with the check it belongs to.
    pub fn findings(&self) -> impl Iterator<Item = (&str, &Finding)> {
        self.results.iter().flat_map(|result| result.findings.iter().map(|finding| (result.check.as_str(), finding)))
    }
}

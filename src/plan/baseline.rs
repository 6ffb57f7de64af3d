//! Takes what is in a database for what migrations have made, if it is.

use std::collections::{BTreeMap, BTreeSet};

use super::Amendment;
use crate::catalog::{Catalog, Presence, Wanted};
use crate::diagnostic::Diagnostic;
use crate::graph::{Made, MigrationGraph};
use crate::project::Project;

/// A baseline as it would be set.
#[derive(Debug, Clone)]
pub struct Baseline {
    /// One for each migration, in the order in which they would have run.
    pub amendments: Vec<Amendment>,
    /// What they make and the database lacks, by migration.
    pub missing: Vec<Diagnostic>,
    /// What a person should know though it stops nothing.
    pub notes: Vec<String>,
}

/// How many missing objects of one migration are shown before the rest is counted.
const SHOWN: usize = 10;

/// Marks the selected migrations as applied; `made` is what is there once all of them have run, and was looked up in
/// `catalog`.
#[must_use]
pub fn baseline(
    project: &Project,
    graph: &MigrationGraph,
    selected: &BTreeSet<usize>,
    made: &[Made],
    catalog: &Catalog,
) -> Baseline {
    let migrations = &project.migrations;
    let mut counts: BTreeMap<usize, (usize, Vec<&Made>)> = BTreeMap::new();
    for it in made.iter().filter(|it| selected.contains(&it.node)) {
        let (all, missing) = counts.entry(it.node).or_default();
        *all += 1;
        let presence = catalog.presence(&Wanted::exactly(it.object.clone()));
        if !matches!(presence, Presence::Present(found) if !catalog.is_invalid(&found)) {
            missing.push(it);
        }
    }
    let mut baseline = Baseline { amendments: Vec::new(), missing: Vec::new(), notes: Vec::new() };
    for index in graph.ordered(selected) {
        let migration = &migrations[index];
        let (all, missing) = counts.remove(&index).unwrap_or_default();
        let because = match (all, missing.len()) {
            (0, _) => "it makes nothing that could be looked up".to_owned(),
            (1, 0) => "what it makes is there".to_owned(),
            (all, 0) => format!("all {all} things it makes are there"),
            (all, missing) => format!("{missing} of the {all} things it makes are not there"),
        };
        if let Some((why, _)) = graph.opaque(index) {
            baseline
                .notes
                .push(format!("`{}` can't be analysed, so not all it does was looked up: {why}", migration.id));
        }
        if !missing.is_empty() {
            baseline.missing.push(refusal(project, index, all, &missing, catalog));
        }
        baseline.amendments.push(Amendment::baseline(migration, because));
    }
    baseline
}

fn refusal(project: &Project, index: usize, all: usize, missing: &[&Made], catalog: &Catalog) -> Diagnostic {
    let migration = &project.migrations[index];
    let message = format!(
        "`{}` can't count as applied: {} of the {all} things it makes {} not there",
        migration.id,
        missing.len(),
        if missing.len() == 1 { "is" } else { "are" }
    );
    let mut diagnostic = Diagnostic::error("M513", message);
    for it in missing.iter().take(SHOWN) {
        let state = match catalog.presence(&Wanted::exactly(it.object.clone())) {
            Presence::OtherKind(found) | Presence::Elsewhere(found) => format!("is not there; there is {found}"),
            Presence::Present(_) => "is invalid: a CREATE INDEX CONCURRENTLY has failed to build it".to_owned(),
            Presence::Absent => "is not there".to_owned(),
        };
        diagnostic = diagnostic.label(&migration.source, it.span, format!("{} {state}", it.object));
    }
    if missing.len() > SHOWN {
        diagnostic = diagnostic.note(format!("and {} more", missing.len() - SHOWN));
    }
    diagnostic.help("set the baseline at an earlier migration, correct the database, or pass --force")
}

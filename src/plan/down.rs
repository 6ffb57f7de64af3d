//! Decides what `down` would do: which migrations it reverts, in which order, and whether at all.

use std::collections::{BTreeMap, BTreeSet};

use super::build::{committed, planned};
use super::checks;
use super::segment::{File, segments};
use super::words::summary;
use super::{Commits, Direction, Plan, Reason, Standing, Step, ledger_digest};
use crate::diagnostic::Diagnostic;
use crate::graph::MigrationGraph;
use crate::ledger::Ledger;
use crate::model::MigrationId;
use crate::project::{Migration, Project};
use crate::sql::{self, Script};

/// Everything a plan of reverts is made of.
#[derive(Debug, Clone, Copy)]
pub struct DownInput<'a> {
    /// The files.
    pub project: &'a Project,
    /// What must run after what.
    pub graph: &'a MigrationGraph,
    /// What is applied.
    pub ledger: &'a Ledger,
    /// The files against the ledger.
    pub standing: &'a Standing,
    /// What is to be reverted.
    pub selected: &'a BTreeSet<usize>,
    /// The statements of their `.down.sql`, where there is one.
    pub scripts: &'a BTreeMap<usize, Script>,
}

/// Decides it: in the reverse of the order in which they may run, each refused whose dependents stay.
#[must_use]
pub fn down(input: &DownInput<'_>) -> Plan {
    let migrations = &input.project.migrations;
    let mut refusals = input.standing.discord(migrations);
    let applied: BTreeSet<usize> =
        (0..migrations.len()).filter(|it| input.ledger.find(&migrations[*it].id).is_some()).collect();
    for index in input.selected.difference(&applied) {
        let message = format!("`{}` is not applied here, so there is nothing to revert", migrations[*index].id);
        refusals.push(Diagnostic::error("M516", message).help("`migrate status` lists what is applied"));
    }
    let going: BTreeSet<usize> = input.selected.intersection(&applied).copied().collect();
    let mut steps = Vec::new();
    for index in input.graph.ordered(&going).rev() {
        refusals.extend(needed(input, index, &applied, &going));
        match step(input, index, &going, steps.len()) {
            Ok(step) => steps.push(step),
            Err(diagnostics) => refusals.extend(diagnostics),
        }
    }
    let digest = ledger_digest(&input.ledger.applied);
    Plan {
        hash: Plan::hash_of(&steps, digest),
        steps,
        refusals,
        gap: None,
        notes: Vec::new(),
        warnings: Vec::new(),
        applied: input.ledger.applied.len(),
        left_out: 0,
        commits: Commits::Each,
        facts: BTreeMap::new(),
        ledger_digest: digest,
        intents: input.ledger.intents.clone(),
    }
}

/// The refusal of a migration that applied ones depend on which are not reverted with it.
fn needed(
    input: &DownInput<'_>,
    index: usize,
    applied: &BTreeSet<usize>,
    going: &BTreeSet<usize>,
) -> Option<Diagnostic> {
    let migrations = &input.project.migrations;
    let dependents = input.graph.dependents(&BTreeSet::from([index]));
    let staying: Vec<usize> = dependents.into_iter().filter(|it| applied.contains(it) && !going.contains(it)).collect();
    if staying.is_empty() {
        return None;
    }
    let id = |index: usize| &migrations[index].id;
    let names: Vec<String> = staying.iter().map(|it| format!("`{}`", id(*it))).collect();
    let (verb, object) = if staying.len() == 1 { ("depends", "it") } else { ("depend", "them") };
    let message = format!("`{}` can't be reverted: {}, applied as well, {verb} on it", id(index), names.join(", "));
    let mut diagnostic = Diagnostic::error("M514", message);
    for edge in staying.iter().flat_map(|it| input.graph.reasons_between(*it, index)) {
        let note = format!("`{}` follows `{}`: it {}", id(edge.from), id(edge.to), summary(&edge.reasons));
        if !diagnostic.notes.contains(&note) {
            diagnostic = diagnostic.note(note);
        }
        let place = edge.reasons.iter().find_map(|it| it.from_span);
        let shown = diagnostic.labels.iter().any(|it| it.source.path == migrations[edge.from].source.path);
        if let (Some(span), false) = (place, shown) {
            diagnostic = diagnostic.label(&migrations[edge.from].source, span, "");
        }
    }
    let all: Vec<&str> = going.iter().chain(&staying).map(|it| id(*it).as_str()).collect();
    Some(diagnostic.help(format!("revert {object} too: `migrate down {}`", all.join(" "))))
}

/// The revert that comes at this place, after all before it.
fn step(input: &DownInput<'_>, index: usize, going: &BTreeSet<usize>, place: usize) -> Result<Step, Vec<Diagnostic>> {
    let migration = &input.project.migrations[index];
    let (Some(down), Some(script)) = (&migration.down, input.scripts.get(&index)) else {
        return Err(vec![no_down(migration)]);
    };
    let (mode, segments) = segments(&File {
        id: &migration.id,
        source: &down.source,
        script,
        choice: down.header.transaction,
        among: None,
    })?;
    let committed = committed(input.ledger, &migration.id, &down.source, &mode, &segments)?;
    let up = &input.project.config.up;
    Ok(Step {
        id: migration.id.clone(),
        direction: Direction::Down,
        version: migration.version.as_ref().map(ToString::to_string),
        name: migration.name.clone(),
        source: down.source.clone(),
        checksum: migration.checksum,
        normalised_checksum: sql::normalised_checksum(&migration.source.text),
        again: false,
        mode,
        segments,
        committed,
        statements: script.statements.iter().map(|it| planned(&down.source, it)).collect(),
        reasons: reasons(input, index, going),
        after: (0..place).collect(),
        checks: checks::named(&down.header, &down.source, input.project)?,
        lock_timeout: down.header.lock_timeout.unwrap_or(up.lock_timeout),
        statement_timeout: down.header.statement_timeout.unwrap_or(up.statement_timeout),
    })
}

/// One reason for each migration that has to be reverted before this one.
fn reasons(input: &DownInput<'_>, index: usize, going: &BTreeSet<usize>) -> Vec<Reason> {
    let id = |index: usize| -> MigrationId { input.project.migrations[index].id.clone() };
    let edges = input.graph.edges().iter().filter(|it| it.to == index && going.contains(&it.from));
    let mut reasons: Vec<Reason> = edges
        .map(|edge| Reason { after: id(edge.from), because: format!("that one {}", summary(&edge.reasons)) })
        .collect();
    reasons.sort();
    reasons
}

fn no_down(migration: &Migration) -> Diagnostic {
    let path = &migration.source.path;
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let down = match file {
        "up.sql" | "migration.sql" => format!("{folder}/down.sql"),
        _ => {
            let stem = file.strip_suffix(".sql").unwrap_or(file);
            format!("{folder}/{}.down.sql", stem.strip_suffix(".up").unwrap_or(stem))
        }
    };
    let name = down.rsplit('/').next().unwrap_or(&down);
    Diagnostic::error("M515", format!("`{}` can't be reverted: it has no `{name}`", migration.id))
        .help(format!("write what reverts it into `{down}`, or a new migration that goes on from here"))
}

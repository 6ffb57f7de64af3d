use std::collections::{BTreeMap, BTreeSet};

use super::bodies;
use super::checks;
use super::copied::copy;
use super::gap::gap;
use super::late::{self, LatePolicy};
use super::segment::{File, segments};
use super::taken;
use super::together;
use super::words::summary;
use super::{Commits, Direction, Mode, Plan, PlannedStatement, Reason, Segment, Standing, Step, ledger_digest};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Source};
use crate::graph::{Claim, Edge, MigrationGraph};
use crate::ledger::{Intent, Ledger};
use crate::model::MigrationId;
use crate::project::Project;
use crate::sql::{self, Script, Statement};

/// Everything a plan is made of.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'a> {
    /// The files.
    pub project: &'a Project,
    /// Their statements, one for each migration.
    pub scripts: &'a [Script],
    /// Their order, with reasons.
    pub graph: &'a MigrationGraph,
    /// The graph's edges that don't follow from others, by the migration that has to wait.
    pub reduced: &'a [&'a Edge],
    /// What is applied.
    pub ledger: &'a Ledger,
    /// The files against the ledger.
    pub standing: &'a Standing,
    /// What the database has of the pending migrations' prerequisites.
    pub catalog: &'a Catalog,
    /// The migrations to apply, as indices, a subset of the pending ones.
    pub selected: &'a BTreeSet<usize>,
    /// What they create that must not be there.
    pub claims: &'a [Claim],
    /// What is done about a late migration.
    pub late: LatePolicy,
    /// When the migrations are to be committed.
    pub commits: Commits,
}

/// Decides what `up` would do.
#[must_use]
pub fn build(input: &PlanInput<'_>) -> Plan {
    let migrations = &input.project.migrations;
    let mut notes = Vec::new();
    let mut refusals = input.standing.refusals(migrations);
    // Of a file that is an applied one renamed, all is there.
    let taken = if refusals.is_empty() { taken::refusals(input) } else { Vec::new() };
    refusals.extend(late::refusals(input, &mut notes));
    refusals.extend(taken);
    let mut facts = BTreeMap::new();
    let gap = gap(input, &mut notes, &mut facts);
    let mut steps = Vec::new();
    let order: Vec<usize> = input.graph.ordered(input.selected).collect();
    for (index, after) in order.iter().zip(predecessors(input, &order)) {
        match step(input, *index, after) {
            Ok(step) => steps.push(step),
            Err(diagnostics) => refusals.extend(diagnostics),
        }
    }
    if input.commits == Commits::Together {
        refusals.extend(together::refusals(input, &steps));
    }
    notes.extend(reordered(input, &order));
    let digest = ledger_digest(&input.ledger.applied);
    let hash = Plan::hash_of(&steps, digest);
    Plan {
        steps,
        refusals,
        gap,
        notes,
        warnings: copy(input.ledger).into_iter().chain(bodies::warnings(input)).collect(),
        applied: input.ledger.applied.len(),
        left_out: input.standing.pending.len() - input.selected.len(),
        commits: input.commits,
        facts,
        hash,
        ledger_digest: digest,
        intents: input.ledger.intents.clone(),
    }
}

/// The pending migrations that `--to` selects: those up to the target in version order, and all they must follow.
#[must_use]
pub fn select_to(project: &Project, graph: &MigrationGraph, pending: &[usize], target: usize) -> BTreeSet<usize> {
    let migrations = &project.migrations;
    let wanted: BTreeSet<usize> =
        pending.iter().copied().filter(|i| migrations[*i].order_key() <= migrations[target].order_key()).collect();
    let before = graph.ancestors(&wanted);
    pending.iter().copied().filter(|i| wanted.contains(i) || before.contains(i)).collect()
}

/// For each migration of the plan, the places of those in it that it must directly follow, by way of migrations outside
/// the plan as well.
fn predecessors(input: &PlanInput<'_>, order: &[usize]) -> Vec<Vec<usize>> {
    let places: BTreeMap<usize, usize> = order.iter().enumerate().map(|(place, index)| (*index, place)).collect();
    let before = |index: usize| {
        let first = input.reduced.partition_point(|edge| edge.from < index);
        input.reduced[first..].iter().take_while(move |edge| edge.from == index).map(|edge| edge.to)
    };
    let of = |index: usize| {
        let (mut found, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![index]);
        while let Some(next) = open.pop() {
            for earlier in before(next) {
                match places.get(&earlier) {
                    Some(place) => drop(found.insert(*place)),
                    None if seen.insert(earlier) => open.push(earlier),
                    None => {}
                }
            }
        }
        found.into_iter().collect()
    };
    order.iter().map(|index| of(*index)).collect()
}

fn step(input: &PlanInput<'_>, index: usize, after: Vec<usize>) -> Result<Step, Vec<Diagnostic>> {
    let migration = &input.project.migrations[index];
    let script = &input.scripts[index];
    let (mode, segments) = segments(&File::of(input, index))?;
    let committed = committed(input.ledger, &migration.id, &migration.source, &mode, &segments)?;
    let up = &input.project.config.up;
    Ok(Step {
        id: migration.id.clone(),
        direction: Direction::Up,
        version: migration.version.as_ref().map(ToString::to_string),
        name: migration.name.clone(),
        source: migration.source.clone(),
        checksum: migration.checksum,
        normalised_checksum: sql::normalised_checksum(&migration.source.text),
        again: input.standing.again.contains(&index),
        mode,
        segments,
        committed,
        statements: script.statements.iter().map(|statement| planned(&migration.source, statement)).collect(),
        reasons: reasons(input, index),
        after,
        checks: checks::named(&migration.header, &migration.source, input.project)?,
        lock_timeout: migration.header.lock_timeout.unwrap_or(up.lock_timeout),
        statement_timeout: migration.header.statement_timeout.unwrap_or(up.statement_timeout),
    })
}

/// How many pieces an interrupted run has committed. They can't be run again: the file must still begin with them.
pub(super) fn committed(
    ledger: &Ledger,
    id: &MigrationId,
    source: &Source,
    mode: &Mode,
    segments: &[Segment],
) -> Result<usize, Vec<Diagnostic>> {
    let finished = |intent: &&Intent| intent.migration == *id && intent.finished;
    let differs = |intent: &&Intent| {
        *mode == Mode::Transaction
            || segments.get(intent.step).is_none_or(|segment| segment.checksum != intent.checksum)
    };
    let Some(intent) = ledger.intents.iter().filter(finished).find(differs) else {
        return Ok(ledger.intents.iter().filter(finished).count());
    };
    let step = intent.step + 1;
    Err(vec![
        Diagnostic::error("M506", format!("`{id}` was changed after its step {step} was committed"))
            .note("its last run failed half-way; what had been committed stays in the database")
            .help(format!("restore that part of {} as it was; what comes after it may change", source.path)),
    ])
}

pub(super) fn planned(source: &Source, statement: &Statement) -> PlannedStatement {
    let place = source.place(statement.span.start());
    PlannedStatement {
        tag: statement.tag,
        span: statement.span,
        line: place.line,
        column: place.column,
        locks: statement.locks.clone(),
        opaque: statement.opaque.map(|it| it.reason),
    }
}

/// One reason for each migration of the plan that this one must directly follow.
fn reasons(input: &PlanInput<'_>, index: usize) -> Vec<Reason> {
    let migrations = &input.project.migrations;
    let first = input.reduced.partition_point(|edge| edge.from < index);
    let own = input.reduced[first..].iter().take_while(|edge| edge.from == index);
    let edges = own.filter(|edge| input.selected.contains(&edge.to));
    let mut reasons: Vec<Reason> =
        edges.map(|edge| Reason { after: migrations[edge.to].id.clone(), because: summary(&edge.reasons) }).collect();
    reasons.sort();
    reasons
}

/// Says where the graph's order differs from the numbers.
fn reordered(input: &PlanInput<'_>, order: &[usize]) -> Vec<String> {
    let migrations = &input.project.migrations;
    order
        .windows(2)
        .filter(|pair| migrations[pair[0]].order_key() > migrations[pair[1]].order_key())
        .map(|pair| {
            format!(
                "`{}` runs before `{}`, which needs it, against their numbers",
                migrations[pair[0]].id, migrations[pair[1]].id
            )
        })
        .collect()
}

/// The plan when every migration is applied: no steps, but perhaps reasons to refuse. Needs no parsing.
#[must_use]
pub fn nothing_pending(project: &Project, ledger: &Ledger, standing: &Standing) -> Plan {
    let digest = ledger_digest(&ledger.applied);
    Plan {
        steps: Vec::new(),
        refusals: standing.refusals(&project.migrations),
        gap: None,
        notes: Vec::new(),
        warnings: copy(ledger).into_iter().collect(),
        applied: ledger.applied.len(),
        left_out: 0,
        commits: Commits::Each,
        facts: BTreeMap::new(),
        hash: Plan::hash_of(&[], digest),
        ledger_digest: digest,
        intents: ledger.intents.clone(),
    }
}

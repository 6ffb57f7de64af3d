use std::collections::BTreeSet;

use super::gap::gap;
use super::segment::segments;
use super::{Mode, Plan, PlannedStatement, Reason, Segment, Standing, Step, ledger_digest};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::graph::{self, Edge, MigrationGraph, ReasonKind};
use crate::ledger::{Intent, Ledger};
use crate::model::{MigrationId, ObjectKind};
use crate::project::{Migration, MigrationKind, Project};
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
    /// What is done about a late migration.
    pub late: LatePolicy,
}

/// What is done about a pending migration that is older than an applied one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LatePolicy {
    /// Accepted where the graph proves it independent of everything applied since, refused otherwise.
    Proven,
    /// Accepted always: `--allow-out-of-order`.
    Accept,
}

/// Decides what `up` would do.
#[must_use]
pub fn build(input: &PlanInput<'_>) -> Plan {
    let migrations = &input.project.migrations;
    let mut notes = Vec::new();
    let mut refusals = input.standing.refusals(migrations);
    refusals.extend(late_refusals(input, &mut notes));
    let gap = gap(input, &mut notes);
    let mut steps = Vec::new();
    let order: Vec<usize> =
        input.graph.order().iter().copied().filter(|index| input.selected.contains(index)).collect();
    for index in &order {
        match step(input, *index) {
            Ok(step) => steps.push(step),
            Err(diagnostics) => refusals.extend(diagnostics),
        }
    }
    notes.extend(reordered(input, &order));
    let digest = ledger_digest(&input.ledger.applied);
    let hash = Plan::hash_of(&steps, digest);
    Plan { steps, refusals, gap, notes, applied: input.ledger.applied.len(), hash, ledger_digest: digest }
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

fn step(input: &PlanInput<'_>, index: usize) -> Result<Step, Vec<Diagnostic>> {
    let migration = &input.project.migrations[index];
    let script = &input.scripts[index];
    let (mode, segments) = segments(&migration.id, &migration.source, script, migration.header.transaction)?;
    if let Some(changed) = changed_when_partly_applied(input, migration, &mode, &segments) {
        return Err(vec![changed]);
    }
    let up = &input.project.config.up;
    Ok(Step {
        id: migration.id.clone(),
        version: migration.version.as_ref().map(ToString::to_string),
        name: migration.name.clone(),
        source: migration.source.clone(),
        checksum: migration.checksum,
        normalised_checksum: sql::normalised_checksum(&migration.source.text),
        again: input.standing.again.contains(&index),
        mode,
        segments,
        statements: script.statements.iter().map(|statement| planned(migration, statement)).collect(),
        reasons: reasons(input, index),
        lock_timeout: migration.header.lock_timeout.unwrap_or(up.lock_timeout),
        statement_timeout: migration.header.statement_timeout.unwrap_or(up.statement_timeout),
    })
}

/// Steps that are committed can't be run again: the file must still begin with them.
fn changed_when_partly_applied(
    input: &PlanInput<'_>,
    migration: &Migration,
    mode: &Mode,
    segments: &[Segment],
) -> Option<Diagnostic> {
    let finished = |intent: &&Intent| intent.migration == migration.id && intent.finished;
    let differs = |intent: &&Intent| {
        *mode == Mode::Transaction
            || segments.get(intent.step).is_none_or(|segment| segment.checksum != intent.checksum)
    };
    let intent = input.ledger.intents.iter().filter(finished).find(differs)?;
    let step = intent.step + 1;
    Some(
        Diagnostic::error("M506", format!("`{}` was changed after its step {step} was committed", migration.id))
            .note("its last run failed half-way; what had been committed stays in the database")
            .help(format!("restore that part of {} as it was; what comes after it may change", migration.source.path)),
    )
}

fn planned(migration: &Migration, statement: &Statement) -> PlannedStatement {
    PlannedStatement {
        tag: statement.tag,
        span: statement.span,
        place: migration.source.place(statement.span.start()),
        locks: statement.locks.iter().map(|lock| (lock.object.clone(), lock.mode)).collect(),
        opaque: statement.opaque.clone(),
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

/// A reason in words that follow "it".
fn words_for(reason: &graph::Reason) -> String {
    let object = reason.object.as_ref().map_or_else(|| "something".to_owned(), ToString::to_string);
    match reason.kind {
        ReasonKind::Requires => format!("needs {object}"),
        ReasonKind::Conflict => format!("changes or depends on {object}, as the other does"),
        ReasonKind::Rows => format!("reads or writes rows of {object} that the other writes"),
        ReasonKind::Declared => "requires it by its header".to_owned(),
        ReasonKind::Opaque => "may touch the same things: one of them can't be analysed".to_owned(),
    }
}

/// The most telling of several reasons, and how many more there are.
fn summary(reasons: &[graph::Reason]) -> String {
    let telling = |reason: &&graph::Reason| match reason.object.as_ref().map(|object| object.kind) {
        Some(ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView) => 0,
        Some(ObjectKind::Schema) => 2,
        _ => 1,
    };
    let Some(first) = reasons.iter().min_by_key(|reason| (reason.kind, telling(reason))) else { return String::new() };
    match reasons.len() {
        1 => words_for(first),
        count => format!("{} (and {} more)", words_for(first), count - 1),
    }
}

/// Refuses migrations that come too late: something that has to run after them is applied already.
fn late_refusals(input: &PlanInput<'_>, notes: &mut Vec<String>) -> Vec<Diagnostic> {
    let migrations = &input.project.migrations;
    let ids: BTreeSet<&MigrationId> = input.ledger.applied.iter().map(|applied| &applied.id).collect();
    let applied: Vec<usize> = (0..migrations.len()).filter(|i| ids.contains(&migrations[*i].id)).collect();
    let mut refusals = Vec::new();
    for index in input.selected.iter().copied().filter(|i| !input.standing.again.contains(i)) {
        let migration = &migrations[index];
        let later: Vec<usize> = applied
            .iter()
            .copied()
            .filter(|a| migrations[*a].version.is_some() && migrations[*a].order_key() > migration.order_key())
            .collect();
        let Some(first) = later.first().filter(|_| migration.version.is_some()) else { continue };
        let dependents = input.graph.dependents(&BTreeSet::from([index]));
        match (later.iter().find(|a| dependents.contains(a)), input.late) {
            (None, _) => notes.push(format!(
                "`{}` is older than `{}`, which is applied; it is accepted because it has nothing to do with {}",
                migration.id,
                migrations[*first].id,
                if later.len() == 1 { "it".to_owned() } else { format!("the {} applied since", later.len()) }
            )),
            (Some(_), LatePolicy::Accept) => notes.push(format!(
                "`{}` is older than what is applied and depends on the order; accepted because of --allow-out-of-order",
                migration.id
            )),
            (Some(collision), LatePolicy::Proven) if migration.kind == MigrationKind::Unordered => notes.push(format!(
                "`{}` is older than `{}`, which is applied and depends on the order; accepted because `U` files may come late",
                migration.id, migrations[*collision].id
            )),
            (Some(collision), LatePolicy::Proven) => refusals.push(late(input, index, *collision)),
        }
    }
    refusals
}

fn late(input: &PlanInput<'_>, index: usize, collision: usize) -> Diagnostic {
    let migrations = &input.project.migrations;
    let (migration, applied) = (&migrations[index], &migrations[collision]);
    let mut diagnostic = Diagnostic::error(
        "M503",
        format!("`{}` comes too late: `{}`, which has to run after it, is applied", migration.id, applied.id),
    );
    let path = input.graph.reasons_between(collision, index);
    if let Some(span) = path.last().and_then(|edge| edge.reasons.first()).and_then(|reason| reason.to_span) {
        diagnostic = diagnostic.label(&migration.source, span, "this would run after what is applied");
    }
    for edge in &path {
        for reason in &edge.reasons {
            diagnostic = diagnostic.note(format!(
                "`{}` follows `{}`: it {}",
                migrations[edge.from].id,
                migrations[edge.to].id,
                words_for(reason)
            ));
        }
    }
    diagnostic.help(format!(
        "give it a version after the newest applied one, or pass --allow-out-of-order if the order does not matter here ({})",
        migration.source.path
    ))
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
        applied: ledger.applied.len(),
        hash: Plan::hash_of(&[], digest),
        ledger_digest: digest,
    }
}

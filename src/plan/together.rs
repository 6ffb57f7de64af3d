//! What can't share one transaction with the rest of the plan (`--single-transaction`).

use std::collections::BTreeSet;

use super::{Mode, PlanInput, SegmentKind, Step};
use crate::diagnostic::Diagnostic;
use crate::graph::ReasonKind;
use crate::model::{Ident, ObjectKind};
use crate::sql::Action;

/// One refusal for each migration that commits by itself, and for each use of an enum label that another migration of
/// the plan adds.
pub(super) fn refusals(input: &PlanInput<'_>, steps: &[Step]) -> Vec<Diagnostic> {
    let alone = steps.iter().filter_map(|step| match &step.mode {
        Mode::Transaction => has_modes(step),
        Mode::Stepwise { because } => Some(commits(step, because)),
    });
    alone.chain(new_labels(input)).collect()
}

/// The modes of a transaction are given when it begins.
fn has_modes(step: &Step) -> Option<Diagnostic> {
    let modes = step.segments.iter().flat_map(|it| &it.modes).next()?;
    let message = format!("`{}` can't share one transaction with the others: it asks for modes of its own", step.id);
    let diagnostic = Diagnostic::error("M509", message).label(&step.source, *modes, "");
    Some(diagnostic.help("leave out --single-transaction, or delete the modes"))
}

fn commits(step: &Step, because: &str) -> Diagnostic {
    let message = format!("`{}` can't share one transaction with the others: {because}", step.id);
    let outside = step.segments.iter().find(|it| matches!(it.kind, SegmentKind::Alone(_)));
    // Where none runs outside transactions, the second is the first that needs a commit before it.
    let place = outside.or(step.segments.get(1)).or(step.segments.first());
    let statement = place.and_then(|it| it.chunks.first()).and_then(|it| step.statements.get(it.statements.start));
    let diagnostic = Diagnostic::error("M509", message);
    let diagnostic = match statement {
        Some(statement) => diagnostic.label(&step.source, statement.span, ""),
        None => diagnostic.note(format!("in {}", step.source.path)),
    };
    diagnostic.help("leave out --single-transaction, or apply what comes before it first, with --to")
}

/// A label added to an enum that was there before can't be used before it is committed; one of an enum made in the same
/// transaction can (documentation of `ALTER TYPE`, "Notes").
fn new_labels(input: &PlanInput<'_>) -> Vec<Diagnostic> {
    let migrations = &input.project.migrations;
    let effects = input.selected.iter().flat_map(|it| &input.scripts[*it].statements).flat_map(|it| &it.effects);
    let created = effects.filter(|it| it.action == Action::Creates && it.object.kind == ObjectKind::Enum);
    let new: BTreeSet<&Ident> = created.map(|it| &it.object.name).collect();
    let between = input.graph.edges().iter();
    let between = between.filter(|it| input.selected.contains(&it.from) && input.selected.contains(&it.to));
    let mut refused = Vec::new();
    for edge in between {
        let label = edge.reasons.iter().find(|it| {
            let label = it.object.as_ref().filter(|object| object.kind == ObjectKind::EnumLabel);
            it.kind == ReasonKind::Requires && label.is_some_and(|object| !new.contains(&object.name))
        });
        let Some((label, object)) = label.and_then(|it| Some((it, it.object.as_ref()?))) else { continue };
        let (user, adder) = (&migrations[edge.from], &migrations[edge.to]);
        let message = format!(
            "`{}` can't share one transaction with `{}`: it uses {object}, which has to be committed first",
            user.id, adder.id
        );
        let mut diagnostic = Diagnostic::error("M509", message);
        if let Some(span) = label.from_span {
            diagnostic = diagnostic.label(&user.source, span, "used here");
        }
        if let Some(span) = label.to_span {
            diagnostic = diagnostic.label(&adder.source, span, "added here");
        }
        let help = format!("leave out --single-transaction, or run `migrate up --to {}` first", adder.id);
        refused.push(diagnostic.help(help));
    }
    refused
}

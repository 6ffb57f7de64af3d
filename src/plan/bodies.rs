//! Warnings about routine bodies that name what nothing provides.

use super::PlanInput;
use super::live::wanted;
use super::missing::near;
use crate::catalog::Presence;
use crate::diagnostic::Diagnostic;
use crate::graph::Prerequisite;

/// More names than this in one plan are counted.
const SHOWN: usize = 10;

/// One warning for each name in a pending routine's body that neither a migration nor the database provides.
///
/// Silence where that is not certain: if something pending does what its text doesn't show, or if the name has no schema
/// and exists in some other one.
pub(super) fn warnings(input: &PlanInput<'_>) -> Vec<Diagnostic> {
    if input.selected.iter().any(|index| input.graph.opaque(*index).is_some()) {
        return Vec::new();
    }
    let named = input.graph.unprovided_in_bodies(input.selected);
    let absent = named
        .into_iter()
        .filter(|it| input.catalog.presence(&wanted(it)) == Presence::Absent && !may_be_transition_table(input, it));
    let mut warnings: Vec<Diagnostic> = absent.map(|it| warning(input, &it)).collect();
    warnings.sort_by_key(Diagnostic::place);
    let more = warnings.len().saturating_sub(SHOWN);
    if more > 0 {
        warnings.truncate(SHOWN);
        let rest = format!("routine bodies name {more} more objects that nothing provides");
        warnings.push(Diagnostic::warning("M306", rest));
    }
    warnings
}

/// Whether some trigger may give a transition table this name (`REFERENCING NEW TABLE AS name`).
fn may_be_transition_table(input: &PlanInput<'_>, it: &Prerequisite) -> bool {
    let named_by =
        |text: &str| text.contains(it.object.name.as_str()) && text.to_ascii_lowercase().contains("referencing");
    it.object.schema.is_none() && input.project.migrations.iter().any(|migration| named_by(&migration.source.text))
}

fn warning(input: &PlanInput<'_>, missing: &Prerequisite) -> Diagnostic {
    let migrations = &input.project.migrations;
    let object = &missing.object;
    let mut warning = Diagnostic::warning(
        "M306",
        format!("a routine's body names {} `{}`, which nothing provides", object.kind, object.path()),
    );
    if let Some((index, span)) = missing.places.first() {
        let more = match missing.places.len() - 1 {
            0 => String::new(),
            1 => ", and in 1 more place".to_owned(),
            count => format!(", and in {count} more places"),
        };
        warning = warning.label(&migrations[*index].source, *span, format!("looked up when it runs{more}"));
    }
    let near = near(input.catalog, &wanted(missing), &Presence::Absent);
    warning.notes.extend(near);
    warning
}

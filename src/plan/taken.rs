//! What the migrations create, and the database has already.

use super::PlanInput;
use super::live::begun;
use crate::catalog::{Presence, Wanted};
use crate::diagnostic::Diagnostic;
use crate::graph::Claim;
use crate::model::ObjectName;

/// Migrations told of, and places in each of them.
const SHOWN: usize = 5;
const PLACES: usize = 10;

/// One refusal for each migration that creates what is there, the first ones.
pub(super) fn refusals(input: &PlanInput<'_>) -> Vec<Diagnostic> {
    let begun = begun(input);
    let is_begun =
        |it: &Claim| begun.iter().any(|(of, part)| *of == it.node && part.range().contains(&it.span.start()));
    let mut taken: Vec<(usize, Vec<(&Claim, ObjectName)>)> = Vec::new();
    for claim in input.claims.iter().filter(|it| !is_begun(it)) {
        let Some(found) = found(input, &claim.object) else { continue };
        match taken.last_mut() {
            Some((node, all)) if *node == claim.node => all.push((claim, found)),
            _ => taken.push((claim.node, vec![(claim, found)])),
        }
    }
    let help = if input.ledger.applied.is_empty() {
        "if these migrations have made the database, `migrate baseline ID` counts those up to ID as applied, and \
         `migrate adopt` what another tool has noted; otherwise take away what is in the way"
    } else {
        "take it away or rename it in the database, or let the migration pass over it with IF NOT EXISTS"
    };
    let mut refusals: Vec<Diagnostic> =
        taken.iter().take(SHOWN).map(|(node, all)| refusal(input, *node, all).help(help)).collect();
    if let (Some(diagnostic), [_, .., (last, _)]) = (refusals.last_mut(), taken.get(SHOWN - 1..).unwrap_or_default()) {
        let (more, last) = (taken.len() - SHOWN, &input.project.migrations[*last].id);
        let count = if more == 1 { "1 more migration".to_owned() } else { format!("{more} more migrations") };
        diagnostic.notes.push(format!("so it is with {count}, up to `{last}`"));
    }
    refusals
}

/// What has the object's name.
fn found(input: &PlanInput<'_>, object: &ObjectName) -> Option<ObjectName> {
    match input.catalog.presence(&Wanted::exactly(object.clone())) {
        Presence::Present(found) => Some(found),
        Presence::OtherKind(found) if object.member.is_none() => Some(found),
        Presence::OtherKind(_) | Presence::Elsewhere(_) | Presence::Absent => None,
    }
}

fn refusal(input: &PlanInput<'_>, index: usize, taken: &[(&Claim, ObjectName)]) -> Diagnostic {
    let migration = &input.project.migrations[index];
    let first = &taken[0].1;
    let what = match taken.len() - 1 {
        0 => format!("{first}, which is there already"),
        1 => format!("{first} and 1 more object that is there already"),
        more => format!("{first} and {more} more objects that are there already"),
    };
    let mut diagnostic = Diagnostic::error("M522", format!("`{}` creates {what}", migration.id));
    for (claim, found) in taken.iter().take(PLACES) {
        let other = claim.object.kind != found.kind;
        let label = if other { format!("the database has {found}") } else { "the database has it".to_owned() };
        diagnostic = diagnostic.label(&migration.source, claim.span, label);
    }
    diagnostic
}

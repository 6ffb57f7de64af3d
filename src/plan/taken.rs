//! What the migrations create, and the database has already.

use super::PlanInput;
use super::live::begun;
use crate::catalog::{Presence, Wanted};
use crate::diagnostic::Diagnostic;
use crate::graph::Claim;
use crate::model::{ObjectKind, ObjectName};

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
        let Some(found) = found(input, claim) else { continue };
        match taken.last_mut() {
            Some((node, all)) if *node == claim.node => all.push((claim, found)),
            _ => taken.push((claim.node, vec![(claim, found)])),
        }
    }
    let mut refusals: Vec<Diagnostic> =
        taken.iter().take(SHOWN).map(|(node, all)| refusal(input, *node, all).help(help(input, *node, all))).collect();
    if let (Some(diagnostic), [_, .., (last, _)]) = (refusals.last_mut(), taken.get(SHOWN - 1..).unwrap_or_default()) {
        let (more, last) = (taken.len() - SHOWN, &input.project.migrations[*last].id);
        let count = if more == 1 { "1 more migration".to_owned() } else { format!("{more} more migrations") };
        diagnostic.notes.push(format!("so it is with {count}, up to `{last}`"));
    }
    refusals
}

/// What has the object's name, unless it goes or makes room.
fn found(input: &PlanInput<'_>, claim: &Claim) -> Option<ObjectName> {
    match input.catalog.presence(&Wanted::exactly(claim.object.clone())) {
        Presence::Present(found) => Some(found).filter(|it| !input.catalog.may_merge(it)),
        Presence::OtherKind(found) if claim.object.member.is_none() => {
            let goes = claim.loose && matches!(found.kind, ObjectKind::Index | ObjectKind::Sequence);
            Some(found).filter(|_| !goes)
        }
        Presence::OtherKind(_) | Presence::Elsewhere(_) | Presence::Absent => None,
    }
}

/// A way out.
fn help(input: &PlanInput<'_>, index: usize, taken: &[(&Claim, ObjectName)]) -> String {
    if taken.iter().all(|(_, it)| input.catalog.is_invalid(it)) {
        return "drop it with DROP INDEX CONCURRENTLY, and run again".to_owned();
    }
    if input.ledger.applied.is_empty() {
        return "if these migrations have made the database, `migrate baseline ID` counts those up to ID as applied, and \
                `migrate adopt` what another tool has noted; otherwise take away what is in the way"
            .to_owned();
    }
    let pass_over =
        taken.iter().all(|(claim, found)| claim.object.kind == found.kind && may_be_passed_over(found.kind));
    format!(
        "if all it makes is there, `migrate baseline {}` counts it as applied; otherwise take away or rename what is in \
         the way{}",
        input.project.migrations[index].id,
        if pass_over { ", or let the migration pass over it with IF NOT EXISTS" } else { "" }
    )
}

/// Whether what creates it can say `IF NOT EXISTS`.
const fn may_be_passed_over(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Table
            | ObjectKind::ForeignTable
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence
            | ObjectKind::Index
            | ObjectKind::Schema
            | ObjectKind::Extension
            | ObjectKind::Column
            | ObjectKind::EnumLabel
    )
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
        let label = if input.catalog.is_invalid(found) {
            format!("the database has {found}, and it is invalid: a CREATE INDEX CONCURRENTLY has failed to build it")
        } else if other {
            format!("the database has {found}")
        } else {
            "the database has it".to_owned()
        };
        diagnostic = diagnostic.label(&migration.source, claim.span, label);
    }
    diagnostic
}

//! Late migrations: pending ones that the numbers, or the graph, put before what is applied.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::PlanInput;
use super::words::words_for;
use crate::diagnostic::Diagnostic;
use crate::graph::{Edge, ReasonKind};
use crate::model::MigrationId;
use crate::project::MigrationKind;

/// What is done about a pending migration that is older than an applied one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LatePolicy {
    /// Accepted where the graph proves it independent of everything applied since, refused otherwise.
    Proven,
    /// Accepted always: `--allow-out-of-order`.
    Accept,
    /// Refused always: `--strict-order` or `[up] strict_order`.
    Strict,
}

/// How many of a list are named before the rest is counted.
const SHOWN: usize = 3;

/// A late migration and the applied ones it comes too late for.
struct Late {
    index: usize,
    /// Applied ones with a higher version, in version order.
    newer: Vec<usize>,
    /// Applied ones that have to run after it, in version order.
    collisions: Vec<usize>,
}

/// Refuses migrations that come too late; says in `notes` which late ones are accepted, and why.
pub(super) fn refusals(input: &PlanInput<'_>, notes: &mut Vec<String>) -> Vec<Diagnostic> {
    let all = late(input);
    let migrations = &input.project.migrations;
    let (older, ahead): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| !it.newer.is_empty());
    if input.late == LatePolicy::Strict {
        let ahead = ahead.iter().map(|it| collides(input, it, &BTreeSet::new()));
        return strict(input, &older).into_iter().chain(ahead).collect();
    }
    let all = older.into_iter().chain(ahead);
    let (free, bound): (Vec<_>, Vec<_>) = all.partition(|it| it.collisions.is_empty());
    notes.extend(independent(input, &free));
    let mut refused = Vec::new();
    for it in &bound {
        let id = &migrations[it.index].id;
        let collision = &migrations[it.collisions[0]].id;
        match input.late {
            LatePolicy::Accept => notes.push(format!(
                "`{id}` should have run before `{collision}`, which is applied; accepted because of --allow-out-of-order"
            )),
            _ if migrations[it.index].kind == MigrationKind::Unordered => notes.push(format!(
                "`{id}` should have run before `{collision}`, which is applied; accepted because `U` files may come late"
            )),
            _ => refused.push(it),
        }
    }
    let ids: BTreeSet<usize> = refused.iter().map(|it| it.index).collect();
    refused.into_iter().map(|it| collides(input, it, &ids)).collect()
}

/// The late ones among the selected migrations, in version order. A repeatable is never late: it runs again at any time.
fn late(input: &PlanInput<'_>) -> Vec<Late> {
    let migrations = &input.project.migrations;
    let ids: BTreeSet<&MigrationId> = input.ledger.applied.iter().map(|applied| &applied.id).collect();
    let versioned = |index: &usize| migrations[*index].version.is_some();
    let mut applied: Vec<usize> =
        (0..migrations.len()).filter(versioned).filter(|i| ids.contains(&migrations[*i].id)).collect();
    applied.sort_by_key(|index| migrations[*index].order_key());
    // Searched for only where there is something to be found: the search goes through the whole graph.
    let followed = input.graph.ancestors(&applied.iter().copied().collect());
    let mut found: Vec<Late> = Vec::new();
    for index in input.selected.iter().copied().filter(versioned) {
        let key = migrations[index].order_key();
        let first_newer = applied.partition_point(|it| migrations[*it].order_key() <= key);
        let collisions: Vec<usize> = if followed.contains(&index) {
            let dependents = input.graph.dependents(&BTreeSet::from([index]));
            applied.iter().copied().filter(|it| dependents.contains(it)).collect()
        } else {
            Vec::new()
        };
        if first_newer < applied.len() || !collisions.is_empty() {
            found.push(Late { index, newer: applied[first_newer..].to_vec(), collisions });
        }
    }
    found.sort_by_key(|it| migrations[it.index].order_key());
    found
}

/// Says which late migrations are accepted because nothing applied since has to do with them.
fn independent(input: &PlanInput<'_>, free: &[Late]) -> Option<String> {
    let id = |index: usize| &input.project.migrations[index].id;
    let first = free.first()?;
    let oldest = first.newer.first()?;
    if let [one] = free {
        let since =
            if one.newer.len() == 1 { "it".to_owned() } else { format!("the {} applied since", one.newer.len()) };
        return Some(format!(
            "`{}` is older than `{}`, which is applied; it is accepted because it has nothing to do with {since}",
            id(one.index),
            id(*oldest)
        ));
    }
    Some(format!(
        "{} are older than `{}`, which is applied; they are accepted because they have nothing to do with what was applied since",
        listed(free.iter().map(|it| id(it.index))),
        id(*oldest)
    ))
}

/// The refusal of a late migration, with the places at which it collides.
fn collides(input: &PlanInput<'_>, late: &Late, refused: &BTreeSet<usize>) -> Diagnostic {
    let migrations = &input.project.migrations;
    let id = |index: usize| &migrations[index].id;
    let migration = &migrations[late.index];
    let direct: Vec<&Edge> = late
        .collisions
        .iter()
        .filter_map(|applied| match input.graph.reasons_between(*applied, late.index).as_slice() {
            [edge] => Some(*edge),
            _ => None,
        })
        .collect();
    let applied = listed(late.collisions.iter().map(|it| id(*it)));
    let verb = if late.collisions.len() == 1 {
        "has to run after it, is applied"
    } else {
        "have to run after it, are applied"
    };
    let mut diagnostic =
        Diagnostic::error("M503", format!("`{}` comes too late: {applied}, which {verb}", migration.id));
    let shown: Vec<&Edge> = if direct.is_empty() {
        input.graph.reasons_between(late.collisions[0], late.index)
    } else {
        direct.iter().copied().take(SHOWN).collect()
    };
    for edge in &shown {
        diagnostic = with_places(input, diagnostic, edge);
    }
    for edge in &shown {
        let through = if refused.contains(&edge.from) { ", which comes too late as well" } else { "" };
        diagnostic =
            diagnostic.note(format!("`{}`{through} follows `{}`: it {}", id(edge.from), id(edge.to), all_words(edge)));
    }
    for index in [late.index].into_iter().chain(shown.iter().map(|edge| edge.from)).collect::<BTreeSet<_>>() {
        let opaque = shown.iter().any(|edge| is_opaque(edge));
        if let Some((why, _)) = input.graph.opaque(index).filter(|_| opaque) {
            diagnostic = diagnostic.note(format!("`{}` can't be analysed: {why}", id(index)));
        }
    }
    let behind = input.graph.dependents(&BTreeSet::from([late.index]));
    let waiting: Vec<usize> = behind.into_iter().filter(|it| input.selected.contains(it)).collect();
    if !waiting.is_empty() {
        let verb = if waiting.len() == 1 { "waits" } else { "wait" };
        diagnostic = diagnostic.note(format!("{} {verb} behind it", listed(waiting.iter().map(|it| id(*it)))));
    }
    let others = input.selected.len() - 1 - waiting.len();
    if others > 0 {
        let rest = if others == 1 {
            "the other pending migration".to_owned()
        } else {
            format!("the {others} other pending migrations")
        };
        diagnostic = diagnostic.note(format!("nothing is run, {rest} included, until this is decided"));
    }
    let path = &migration.source.path;
    if provides(&shown) {
        return diagnostic
            .note("what is applied ran without it, so the database had from elsewhere what it creates")
            .help(format!(
                "write it so that it does no harm where that exists, and pass --allow-out-of-order ({path})"
            ));
    }
    diagnostic.help(format!(
        "give it a version after the newest applied one, or pass --allow-out-of-order if the order does not matter here ({path})"
    ))
}

/// Whether what is applied needs something that the late migration only now provides.
fn provides(edges: &[&Edge]) -> bool {
    edges.iter().flat_map(|edge| &edge.reasons).any(|reason| reason.kind == ReasonKind::Requires)
}

fn is_opaque(edge: &Edge) -> bool {
    edge.reasons.iter().any(|reason| reason.kind == ReasonKind::Opaque)
}

/// Both places of an edge: where the earlier migration acts, and where the later one depends on that.
fn with_places(input: &PlanInput<'_>, mut diagnostic: Diagnostic, edge: &Edge) -> Diagnostic {
    let migrations = &input.project.migrations;
    let (from, to) = (&migrations[edge.from], &migrations[edge.to]);
    let telling = edge.reasons.iter().find(|reason| reason.to_span.is_some() && reason.from_span.is_some());
    let Some(reason) = telling.or(edge.reasons.first()) else { return diagnostic };
    let opaque = |index: usize| input.graph.opaque(index).map(|(_, span)| *span).filter(|_| is_opaque(edge));
    if let Some(span) = reason.to_span.or_else(|| opaque(edge.to)) {
        let known = diagnostic.labels.iter().any(|label| label.source.path == to.source.path && label.span == span);
        if !known {
            diagnostic = diagnostic.label(&to.source, span, "this would run after what is applied");
        }
    }
    match reason.from_span.or_else(|| opaque(edge.from)) {
        Some(span) => {
            let applied = input.ledger.applied.iter().any(|it| it.id == from.id);
            let text = if applied { "applied already, and has to follow" } else { "has to follow" };
            diagnostic.label(&from.source, span, text)
        }
        None => diagnostic,
    }
}

/// Every reason of an edge in words, whole objects first, the rest counted.
fn all_words(edge: &Edge) -> String {
    let mut words: Vec<String> = Vec::new();
    for reason in &edge.reasons {
        let text = words_for(reason);
        if !words.contains(&text) {
            words.push(text);
        }
    }
    let more = words.len().saturating_sub(SHOWN);
    words.truncate(SHOWN);
    let said = words.join("; it ");
    if more == 0 { said } else { format!("{said} (and {more} more)") }
}

/// One refusal for all late migrations: the order is to be kept whatever the graph says.
fn strict(input: &PlanInput<'_>, all: &[Late]) -> Option<Diagnostic> {
    const NAMED: usize = 10;
    let id = |index: usize| &input.project.migrations[index].id;
    let first = all.first()?;
    let newest = first.newer.last()?;
    let message = match all.len() {
        1 => {
            format!("`{}` is older than `{}`, which is applied, and the order is strict", id(first.index), id(*newest))
        }
        count => {
            format!("{count} migrations are older than `{}`, which is applied, and the order is strict", id(*newest))
        }
    };
    let mut diagnostic = Diagnostic::error("M508", message);
    for it in all.iter().take(NAMED) {
        let fact = match it.collisions.first() {
            None => "independent of everything applied since".to_owned(),
            Some(collision) => format!("has to run before `{}`, which is applied", id(*collision)),
        };
        let path = &input.project.migrations[it.index].source.path;
        diagnostic = diagnostic.note(format!("`{}` ({path}): {fact}", id(it.index)));
    }
    if all.len() > NAMED {
        diagnostic = diagnostic.note(format!("and {} more; `migrate status` lists what is pending", all.len() - NAMED));
    }
    let way_out = if all.iter().all(|it| it.collisions.is_empty()) {
        "give each a version after the newest applied one, or run without --strict-order (`[up] strict_order`): they are independent"
    } else {
        "give each a version after the newest applied one"
    };
    Some(diagnostic.help(way_out))
}

/// `` `a`, `b`, `c` and 4 more``.
fn listed<'a>(ids: impl Iterator<Item = &'a MigrationId>) -> String {
    let ids: Vec<String> = ids.map(|id| format!("`{id}`")).collect();
    let more = ids.len().saturating_sub(SHOWN);
    match (ids.as_slice(), more) {
        ([one], _) => one.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (all, more) => format!("{} and {more} more", all[..SHOWN.min(all.len())].join(", ")),
    }
}

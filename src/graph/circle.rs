//! Cycles as people can follow them: a shortest way round, each step with its place.

use super::Node;
use super::edge::{Edges, Reason, ReasonKind};
use super::order;
use crate::diagnostic::Diagnostic;

/// More names than this are counted.
const NAMED: usize = 6;
/// More steps of a circle than this are not shown with their source.
const SHOWN: usize = 12;

/// The reason for which an edge binds whatever the versions say, if it has one.
pub(super) fn binding(reasons: &[Reason]) -> Option<&Reason> {
    let binds = |it: &&Reason| matches!(it.kind, ReasonKind::Requires | ReasonKind::Declared);
    reasons.iter().filter(binds).min_by_key(|it| (it.kind, it.object.as_ref().is_some_and(|it| it.member.is_some())))
}

/// What an edge says: "needs `V2__b` first: table public.b".
pub(super) fn step(nodes: &[Node<'_>], to: usize, reason: &Reason) -> String {
    let what = reason.object.as_ref().map_or_else(|| "its header says so".to_owned(), ToString::to_string);
    format!("needs `{}` first: {what}", nodes[to].id)
}

/// Migrations that all wait for each other: those on a shortest circle with each of its edges, the rest counted.
pub(super) fn cycle(nodes: &[Node<'_>], edges: &Edges, members: &[usize]) -> Diagnostic {
    let id = |it: &usize| format!("`{}`", nodes[*it].id);
    let circle = shortest(edges, members);
    let names: Vec<String> = circle.iter().map(id).collect();
    let mut problem = Diagnostic::error("M303", format!("{} wait for each other", listed(&names)));
    let steps = circle.iter().zip(circle.iter().cycle().skip(1));
    for (from, to) in steps.take(SHOWN) {
        if let Some(reason) = binding(edges.between(*from, *to)) {
            problem =
                problem.label(nodes[*from].source, reason.from_span.unwrap_or_default(), step(nodes, *to, reason));
        }
    }
    if circle.len() < members.len() {
        let others: Vec<String> = members.iter().filter(|it| !circle.contains(it)).map(id).collect();
        problem = problem.note(format!(
            "this is a shortest circle among {} migrations that all wait for each other, with {}",
            members.len(),
            listed(&others)
        ));
    }
    problem.help("move the statements that close the circle into a migration of their own")
}

fn listed(names: &[String]) -> String {
    match names.len().saturating_sub(NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..NAMED].join(", ")),
    }
}

/// A shortest circle among nodes of which each is reachable from each, beginning with its lowest.
fn shortest(edges: &Edges, members: &[usize]) -> Vec<usize> {
    let place = |node: usize| members.binary_search(&node).ok();
    let mut next = vec![Vec::new(); members.len()];
    for (from, to, _) in edges.pairs().filter(|(_, _, reasons)| binding(reasons).is_some()) {
        if let (Some(from), Some(to)) = (place(from), place(to)) {
            next[from].push(to);
        }
    }
    let mut best: Vec<usize> = Vec::new();
    for (from, targets) in next.iter().enumerate() {
        for to in targets {
            if best.len() == 2 {
                break;
            }
            // From the target back, so that the step that starts it closes it.
            let Some(mut path) = order::path(&next, *to, from) else { continue };
            path.rotate_right(1);
            if best.is_empty() || path.len() < best.len() {
                best = path;
            }
        }
    }
    let lowest = best.iter().enumerate().min_by_key(|(_, node)| **node).map_or(0, |(at, _)| at);
    best.rotate_left(lowest);
    best.into_iter().map(|it| members[it]).collect()
}

//! The dependency graph of a project's migrations, inferred from what their SQL does. Pure.
//!
//! [`infer`] replays the migrations: every effect against what exists at that point. What one needs and another
//! provides is an edge, wherever the numbers put them; whatever else they contend for keeps the order of the versions.
//! Any order that respects the edges works, and what has nothing to do with each other is not ordered.

mod access;
mod behaviour;
mod bodies;
mod circle;
mod claims;
mod creations;
mod declared;
mod definition;
mod edge;
mod following;
mod future;
mod key;
mod made;
mod map;
mod mentions;
mod need;
mod objects;
mod order;
mod partition;
mod path;
mod references;
mod removal;
mod renaming;
mod replay;
mod require;
mod resolve;
mod table;
mod unbounded;
mod world;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use claims::{Claim, claims};
pub use creations::Creations;
pub use edge::{Edge, Reason, ReasonKind};
pub use made::{Made, made};
pub use need::{Assumption, Prerequisite};
pub use objects::{Objects, Role, Touch};

use crate::diagnostic::{Diagnostic, Source};
use crate::model::{Ident, MigrationId, ObjectKind, ObjectName, Span, Version};
use crate::sql::Script;

/// A dependency that a migration's header declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// An id, name or version.
    pub text: String,
    /// Where the header says it.
    pub span: Span,
}

/// One migration as the graph sees it.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    /// Its id.
    pub id: &'a MigrationId,
    /// Its name, without version.
    pub name: &'a str,
    /// Its version; `None` for a repeatable migration, which stands after all versioned ones.
    pub version: Option<&'a Version>,
    /// Its file.
    pub source: &'a Arc<Source>,
    /// Its statements.
    pub script: &'a Script,
    /// What its header declares to require.
    pub requires: &'a [Declared],
    /// What its header declares to provide.
    pub provides: &'a [ObjectName],
}

/// What no migration creates: what the environment provides (`[external]`), and what it is known not to have.
#[derive(Debug, Clone, Default)]
pub struct External {
    /// Schemas, with everything in them.
    pub schemas: BTreeSet<Ident>,
    /// Single objects; of a function the arguments don't matter, of a table not whether it is a view.
    pub objects: Vec<ObjectName>,
    /// Schemas that are not there, unless a migration creates them.
    pub absent: BTreeSet<Ident>,
}

impl External {
    fn has(&self, object: &ObjectName) -> bool {
        let schema = if object.kind == ObjectKind::Schema { Some(&object.name) } else { object.schema.as_ref() };
        schema.is_some_and(|it| self.schemas.contains(it))
            || self.objects.iter().any(|it| {
                let known = key::Key::of(it);
                let wanted = key::Key::of(object);
                known == wanted
                    || known == wanted.owner()
                    || object.schema.is_none() && known.name == wanted.name && known.namespace() == wanted.namespace()
            })
    }
}

/// The inferred graph.
#[derive(Debug, Clone, Default)]
pub struct MigrationGraph {
    order: Vec<usize>,
    edges: Vec<Edge>,
    next: Vec<Vec<usize>>,
    needs: Vec<need::Need>,
    in_bodies: Vec<need::Need>,
    opaque: Vec<Option<(String, Span)>>,
    creations: Vec<Creations>,
}

/// How often the replay may find a better order before the last one stands.
const MAX_REPLAYS: usize = 4;

/// Infers the graph of these migrations, with everything that is wrong with it.
///
/// Codes: `M303` a cycle, `M304` a declared dependency that names no migration, `M305` one that contradicts the SQL.
pub fn infer(nodes: &[Node<'_>], external: &External) -> (MigrationGraph, Vec<Diagnostic>) {
    let mut by_version: Vec<usize> = (0..nodes.len()).collect();
    by_version.sort_by_key(|it| (nodes[*it].version.is_none(), nodes[*it].version, nodes[*it].id));
    let mut rank = vec![0; nodes.len()];
    for (place, node) in by_version.iter().enumerate() {
        rank[*node] = place;
    }
    let settled = path::settled(nodes, external, &by_version);
    let nodes: Vec<Node<'_>> = nodes
        .iter()
        .enumerate()
        .map(|(at, node)| Node { script: settled.get(&at).unwrap_or(node.script), ..*node })
        .collect();
    let nodes = nodes.as_slice();
    let (declared, mut problems) = declared::resolve(nodes);
    let mut future = future::Future::of(nodes);
    let mut current = by_version;
    let mut replays = 0;
    let (found, order) = loop {
        future.reorder(&current);
        let mut found = replay::replay(nodes, external, &future, &current);
        replays += 1;
        let firm = || {
            found
                .edges
                .pairs()
                .filter(|(_, _, reasons)| reasons.iter().any(|it| it.kind == ReasonKind::Requires))
                .map(|(from, to, _)| (from, to))
        };
        let contradicted = declared::contradicted(nodes, &declared, &found.edges, firm());
        let wanted = declared.iter().filter(|it| !contradicted.iter().any(|(of, _)| of == *it));
        let better = order::order(nodes.len(), &rank, firm().chain(wanted.clone().map(|it| (it.from, it.to))));
        if better == current || replays == MAX_REPLAYS {
            for it in wanted {
                found.edges.add(it.from, it.to, it.reason());
            }
            problems.extend(contradicted.into_iter().map(|(_, problem)| problem));
            break (found, better);
        }
        current = better;
    };
    let bound = found
        .edges
        .pairs()
        .filter(|(_, _, reasons)| circle::binding(reasons).is_some())
        .map(|(from, to, _)| (from, to));
    let cycles = order::cycles(nodes.len(), bound);
    problems.extend(cycles.iter().map(|it| circle::cycle(nodes, &found.edges, it)));
    problems.sort_by_key(|it| (it.place(), it.code));
    (MigrationGraph::new(nodes, found, &rank, &order), problems)
}

impl MigrationGraph {
    fn new(nodes: &[Node<'_>], mut found: replay::Findings, rank: &[usize], order: &[usize]) -> Self {
        // Where cycles are reported anyway, the relation still must have none.
        let mut position = vec![0; nodes.len()];
        for (place, node) in order.iter().enumerate() {
            position[*node] = place;
        }
        let against: Vec<(usize, usize)> = found
            .edges
            .pairs()
            .filter(|(from, to, _)| position[*from] < position[*to])
            .map(|(from, to, _)| (from, to))
            .collect();
        for (from, to) in against {
            found.edges.remove(from, to);
        }
        let edges = found.edges.into_edges();
        let mut next = vec![Vec::new(); nodes.len()];
        for edge in &edges {
            next[edge.from].push(edge.to);
        }
        let order = order::order(nodes.len(), rank, edges.iter().map(|it| (it.from, it.to)));
        let opaque = (0..nodes.len()).map(|it| found.opaque.get(&it).cloned()).collect();
        let creations = nodes.iter().map(|it| Creations::of(it.script)).collect();
        Self { order, edges, next, needs: found.needs, in_bodies: found.in_bodies, opaque, creations }
    }

    /// The migrations in the order to run them: total, stable, by version where the edges leave it open.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// These in the order to run them.
    pub fn ordered<'a>(&'a self, these: &'a BTreeSet<usize>) -> impl DoubleEndedIterator<Item = usize> + 'a {
        self.order.iter().copied().filter(|it| these.contains(it))
    }

    /// Every edge, by `from` and `to`; its transitive closure is the whole relation.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The edges that don't follow from others, for display.
    pub fn reduced(&self) -> Vec<&Edge> {
        let (kept, _) = order::reduce(&self.next, &self.order);
        self.edges.iter().filter(|it| kept.contains(&(it.from, it.to))).collect()
    }

    /// Whether `later` may only run after `earlier`.
    pub fn must_follow(&self, later: usize, earlier: usize) -> bool {
        order::path(&self.next, later, earlier).is_some()
    }

    /// A shortest chain of edges by which `later` must follow `earlier`; empty if it need not.
    pub fn reasons_between(&self, later: usize, earlier: usize) -> Vec<&Edge> {
        let path = order::path(&self.next, later, earlier).unwrap_or_default();
        let step = |pair: &[usize]| {
            let at = self.edges.binary_search_by_key(&(pair[0], pair[1]), |it| (it.from, it.to)).ok()?;
            self.edges.get(at)
        };
        path.windows(2).filter_map(step).collect()
    }

    /// Everything the pending migrations need that no pending one provides, by object.
    pub fn prerequisites(&self, pending: &BTreeSet<usize>) -> Vec<Prerequisite> {
        need::prerequisites(&self.needs, pending)
    }

    /// Members that the pending migrations need of objects not fully known from the text, by object: only the live
    /// catalog can tell whether they are there. What one of the pending migrations may still change is left out.
    pub fn outside(&self, pending: &BTreeSet<usize>) -> Vec<Prerequisite> {
        let first_opaque = self.order.iter().position(|it| pending.contains(it) && self.opaque(*it).is_some());
        let behind: BTreeSet<usize> =
            self.order.iter().copied().skip(first_opaque.unwrap_or(self.order.len())).collect();
        need::outside(&self.needs, pending, |node| behind.contains(&node))
    }

    /// What routine bodies of the pending migrations name though no migration provides it, once all have run.
    ///
    /// PostgreSQL looks it up when the routine runs, so it is no prerequisite.
    pub fn unprovided_in_bodies(&self, pending: &BTreeSet<usize>) -> Vec<Prerequisite> {
        need::prerequisites(&self.in_bodies, pending)
    }

    /// Everything that must, directly or not, follow one of these.
    pub fn dependents(&self, of: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut back = vec![Vec::new(); self.next.len()];
        for edge in &self.edges {
            back[edge.to].push(edge.from);
        }
        order::reachable(&back, of.iter().copied())
    }

    /// Everything that one of these must, directly or not, follow.
    pub fn ancestors(&self, of: &BTreeSet<usize>) -> BTreeSet<usize> {
        order::reachable(&self.next, of.iter().copied())
    }

    /// Why and where a migration does what its text doesn't show, if it does.
    pub fn opaque(&self, node: usize) -> Option<&(String, Span)> {
        self.opaque.get(node)?.as_ref()
    }

    /// What a migration creates, counted by kind.
    pub fn creations(&self, node: usize) -> Option<&Creations> {
        self.creations.get(node)
    }

    /// Unordered pairs and all pairs: the share of orders that remain free.
    pub fn freedom(&self) -> (usize, usize) {
        let count = self.next.len();
        let (_, ordered) = order::reduce(&self.next, &self.order);
        let pairs = count * count.saturating_sub(1) / 2;
        (pairs.saturating_sub(ordered), pairs)
    }
}

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, VecDeque};

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

/// A total order in which every edge's `to` comes before its `from`, and which otherwise follows `rank`.
///
/// Kahn's algorithm over an ordered set, so that equal input gives equal output. Nodes on cycles come in the order of
/// their rank once nothing else is left.
pub(super) fn order(count: usize, rank: &[usize], edges: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut waiting_for = vec![0_usize; count];
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (from, to) in edges {
        waiting_for[from] += 1;
        followers[to].push(from);
    }
    let mut ready: BTreeSet<(usize, usize)> =
        (0..count).filter(|it| waiting_for[*it] == 0).map(|it| (rank[it], it)).collect();
    let mut left: BTreeSet<(usize, usize)> = (0..count).map(|it| (rank[it], it)).collect();
    let mut out = Vec::with_capacity(count);
    while let Some(next) = ready.pop_first().or_else(|| left.first().copied()) {
        if !left.remove(&next) {
            continue;
        }
        out.push(next.1);
        for follower in &followers[next.1] {
            waiting_for[*follower] = waiting_for[*follower].saturating_sub(1);
            if waiting_for[*follower] == 0 {
                ready.insert((rank[*follower], *follower));
            }
        }
    }
    out
}

/// Every cycle, whole: the sets of nodes that all wait for each other, each in ascending order.
pub(super) fn cycles(count: usize, edges: impl Iterator<Item = (usize, usize)>) -> Vec<Vec<usize>> {
    let mut graph = DiGraph::<(), (), usize>::with_capacity(count, 0);
    let nodes: Vec<_> = (0..count).map(|_| graph.add_node(())).collect();
    for (from, to) in edges {
        graph.add_edge(nodes[from], nodes[to], ());
    }
    let mut found: Vec<Vec<usize>> = tarjan_scc(&graph)
        .into_iter()
        .filter(|it| it.len() > 1)
        .map(|component| {
            let mut members: Vec<usize> = component.into_iter().map(petgraph::graph::NodeIndex::index).collect();
            members.sort_unstable();
            members
        })
        .collect();
    found.sort();
    found
}

/// A shortest path of edges from `start` to `end`, as nodes; `None` if there is none.
pub(super) fn path(next: &[Vec<usize>], start: usize, end: usize) -> Option<Vec<usize>> {
    let mut came_from = vec![usize::MAX; next.len()];
    let mut open = VecDeque::from([start]);
    while let Some(node) = open.pop_front() {
        for to in next.get(node).into_iter().flatten() {
            if came_from[*to] == usize::MAX && *to != start {
                came_from[*to] = node;
                if *to == end {
                    let mut path = vec![end];
                    while let Some(last) = path.last().copied().filter(|it| *it != start) {
                        path.push(came_from[last]);
                    }
                    path.reverse();
                    return Some(path);
                }
                open.push_back(*to);
            }
        }
    }
    None
}

/// Everything reachable from `starts`, without the starts themselves unless they are reachable.
pub(super) fn reachable(next: &[Vec<usize>], starts: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<usize> = starts.into_iter().collect();
    while let Some(node) = open.pop() {
        for to in next.get(node).into_iter().flatten() {
            if seen.insert(*to) {
                open.push(*to);
            }
        }
    }
    seen
}

/// So many words of bits hold whom a node reaches, of those looked at together.
const WORDS: usize = 16;

/// Which edges a transitive reduction keeps, and how many pairs the closure orders.
///
/// Whom all nodes reach would take memory by the square of their number, so it is looked at by groups of targets.
pub(super) fn reduce(next: &[Vec<usize>], order: &[usize]) -> (BTreeSet<(usize, usize)>, usize) {
    let mut position = vec![0; next.len()];
    for (place, node) in order.iter().enumerate() {
        position[*node] = place;
    }
    let targets = |node: usize| {
        let mut targets = next[node].clone();
        targets.sort_unstable_by_key(|it| std::cmp::Reverse(position[*it]));
        targets
    };
    let sorted: Vec<Vec<usize>> = (0..next.len()).map(targets).collect();
    let (mut kept, mut ordered) = (BTreeSet::new(), 0);
    let mut below = vec![[0_u64; WORDS]; next.len()];
    for group in (0..next.len()).step_by(64 * WORDS) {
        for node in order {
            let mut reached = [0; WORDS];
            for target in &sorted[*node] {
                let bit = target.checked_sub(group).filter(|it| *it < 64 * WORDS);
                if let Some(bit) = bit {
                    if reached[bit / 64] & (1 << (bit % 64)) != 0 {
                        continue;
                    }
                    kept.insert((*node, *target));
                    reached[bit / 64] |= 1 << (bit % 64);
                }
                for (all, more) in reached.iter_mut().zip(below[*target]) {
                    *all |= more;
                }
            }
            ordered += reached.iter().map(|bits| bits.count_ones() as usize).sum::<usize>();
            below[*node] = reached;
        }
    }
    (kept, ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_rank_where_edges_leave_it_open() {
        assert_eq!(order(4, &[0, 1, 2, 3], [(0, 3)].into_iter()), [1, 2, 3, 0]);
        assert_eq!(order(3, &[2, 1, 0], std::iter::empty()), [2, 1, 0]);
    }

    #[test]
    fn names_cycles_whole_and_still_orders_everything() {
        let edges = [(0, 1), (1, 2), (2, 0), (3, 0)];
        assert_eq!(cycles(4, edges.into_iter()), [[0, 1, 2]]);
        assert_eq!(order(4, &[0, 1, 2, 3], edges.into_iter()).len(), 4);
    }

    #[test]
    fn reduction_drops_what_follows() {
        let next = vec![vec![], vec![0], vec![0, 1]];
        assert_eq!(reduce(&next, &[0, 1, 2]), (BTreeSet::from([(1, 0), (2, 1)]), 3));
        assert_eq!(path(&next, 2, 0), Some(vec![2, 0]));
        assert_eq!(reachable(&next, [2]), BTreeSet::from([0, 1]));
    }

    /// What [`reduce`] gives, from whom each node reaches.
    fn reduced_by_closure(next: &[Vec<usize>], order: &[usize]) -> (BTreeSet<(usize, usize)>, usize) {
        let mut reached = vec![vec![false; next.len()]; next.len()];
        let mut kept = BTreeSet::new();
        for node in order {
            let mut below = vec![false; next.len()];
            for target in &next[*node] {
                below.iter_mut().zip(&reached[*target]).for_each(|(all, more)| *all |= more);
            }
            kept.extend(next[*node].iter().filter(|it| !below[**it]).map(|it| (*node, *it)));
            next[*node].iter().for_each(|it| below[*it] = true);
            reached[*node] = below;
        }
        (kept, reached.iter().flatten().filter(|it| **it).count())
    }

    #[test]
    fn reduction_by_groups_is_that_of_the_whole() {
        const GROUP: usize = 64 * WORDS;
        let mut random = fastrand::Rng::with_seed(1);
        for (count, edges) in [(GROUP, 1), (GROUP + 1, 3), (2 * GROUP + 1, 6), (3 * GROUP + 77, 2)] {
            let mut order: Vec<usize> = (0..count).collect();
            random.shuffle(&mut order);
            let mut next = vec![Vec::new(); count];
            for (place, node) in order.iter().enumerate().skip(1) {
                // Near ones and far ones, so that edges follow from others by short ways and by long ones.
                let near = (0..edges).map(|_| place - random.usize(1..=place.min(8)));
                let mut targets: BTreeSet<usize> = near.collect();
                targets.extend((0..edges / 2).map(|_| random.usize(..place)));
                next[*node] = targets.into_iter().map(|it| order[it]).collect();
                random.shuffle(&mut next[*node]);
            }
            let found = reduce(&next, &order);
            let all: usize = next.iter().map(Vec::len).sum();
            assert!(edges == 1 || found.0.len() < all, "nothing follows from others among {count} nodes");
            assert!(found == reduced_by_closure(&next, &order), "{count} nodes with {all} edges");
        }
    }
}

//! Where boxes and lines go: a layered drawing of an acyclic graph, top to bottom. Pure and deterministic.
//!
//! Parts that hang together are drawn one by one and packed; boxes without lines stand in a grid below. A line never
//! crosses a box: between rows it bends, through a row it runs straight down in a lane of its own.

use std::collections::BTreeMap;

use super::rows::{End, Rows, Slot, float};

/// Width and height of a box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size {
    pub width: f64,
    pub height: f64,
}

/// Where a box is: its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Point {
    pub x: f64,
    pub y: f64,
}

/// A piece of a line: down from `start` to the height `bend`, over to `end`, and down to the height `stop`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    pub start: Point,
    pub bend: f64,
    pub end: Point,
    pub stop: f64,
    /// Which edge it is a piece of, where it is of one only.
    pub edge: Option<usize>,
    /// The box that its trunk belongs to; without a trunk, the one it comes from.
    pub owner: (usize, End),
    /// It ends at a box.
    pub ends: bool,
}

/// A finished layout.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Layout {
    pub boxes: Vec<Point>,
    pub pieces: Vec<Piece>,
    /// Where the grid of boxes without lines begins.
    pub loose: Option<f64>,
    pub width: f64,
    pub height: f64,
}

/// Between boxes.
const GAP: f64 = 22.0;
/// Between lanes.
const LANE: f64 = 9.0;
/// Between parts, and above the grid.
const PART_GAP: f64 = 48.0;
/// Width to height.
const ASPECT: f64 = 1.5;
/// How often the places are evened out.
const ROUNDS: usize = 20;

/// Lays out boxes of these sizes; each edge goes from a lower to a higher index. `row_gap` is the room between rows.
pub(super) fn layout(sizes: &[Size], edges: &[(usize, usize)], row_gap: f64) -> Layout {
    let mut out = Layout { boxes: vec![Point::default(); sizes.len()], ..Layout::default() };
    let (loose, parts): (Vec<_>, Vec<_>) = parts(sizes.len(), edges).into_iter().partition(|it| it.len() == 1);
    let loose: Vec<usize> = loose.into_iter().flatten().collect();
    let row_height = sizes.iter().map(|it| it.height).fold(0.0, f64::max) + row_gap;
    let area = |nodes: &[usize]| nodes.iter().map(|it| (sizes[*it].width + GAP) * row_height).sum::<f64>();
    let all: f64 = parts.iter().map(|it| area(it)).sum::<f64>();
    let drawn: Vec<Layout> =
        parts.iter().map(|it| part(it, sizes, edges, (area(it) * ASPECT).sqrt(), row_gap)).collect();
    let widest = drawn.iter().map(|it| it.width).fold((all * ASPECT).sqrt(), f64::max);
    let (mut left, mut top, mut shelf) = (0.0, 0.0, 0.0_f64);
    for (nodes, it) in parts.iter().zip(&drawn) {
        if left > 0.0 && left + it.width > widest {
            (left, top, shelf) = (0.0, top + shelf + PART_GAP, 0.0);
        }
        for node in nodes {
            out.boxes[*node] = moved(it.boxes[*node], left, top);
        }
        out.pieces.extend(it.pieces.iter().map(|piece| Piece {
            start: moved(piece.start, left, top),
            bend: piece.bend + top,
            end: moved(piece.end, left, top),
            stop: piece.stop + top,
            ..*piece
        }));
        out.width = out.width.max(left + it.width);
        shelf = shelf.max(it.height);
        left += it.width + PART_GAP;
    }
    out.height = top + shelf;
    grid(&mut out, &loose, sizes);
    out
}

const fn moved(point: Point, x: f64, y: f64) -> Point {
    Point { x: point.x + x, y: point.y + y }
}

/// The boxes without lines, row by row.
fn grid(out: &mut Layout, loose: &[usize], sizes: &[Size]) {
    if loose.is_empty() {
        return;
    }
    let area: f64 = loose.iter().map(|it| (sizes[*it].width + GAP) * (sizes[*it].height + GAP)).sum();
    let widest = out.width.max((area * ASPECT).sqrt());
    let mut top = if out.height > 0.0 { out.height + PART_GAP } else { 0.0 };
    out.loose = Some(top);
    let (mut left, mut shelf) = (0.0, 0.0_f64);
    for node in loose {
        let size = sizes[*node];
        if left > 0.0 && left + size.width > widest {
            (left, top, shelf) = (0.0, top + shelf + GAP, 0.0);
        }
        out.boxes[*node] = Point { x: left, y: top };
        out.width = out.width.max(left + size.width);
        shelf = shelf.max(size.height);
        left += size.width + GAP;
    }
    out.height = top + shelf;
}

/// The sets of boxes that lines join, each in ascending order, ordered by their first.
fn parts(count: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    fn root(of: &mut [usize], mut node: usize) -> usize {
        while of[node] != node {
            of[node] = of[of[node]];
            node = of[node];
        }
        node
    }
    let mut of: Vec<usize> = (0..count).collect();
    for (before, after) in edges {
        let (a, b) = (root(&mut of, *before), root(&mut of, *after));
        of[a.max(b)] = a.min(b);
    }
    let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for node in 0..count {
        found.entry(root(&mut of, node)).or_default().push(node);
    }
    found.into_values().collect()
}

/// One part by itself, its upper left corner at 0, 0.
fn part(nodes: &[usize], sizes: &[Size], edges: &[(usize, usize)], widest: f64, row_gap: f64) -> Layout {
    let widths: Vec<f64> = sizes.iter().map(|it| it.width + GAP).collect();
    let rows = Rows::of(nodes, &widths, edges, widest);
    let half: Vec<f64> = rows
        .slots
        .iter()
        .map(|slot| match slot {
            Slot::Box(node) => widths[*node] / 2.0,
            Slot::Trunk(..) => LANE / 2.0,
        })
        .collect();
    let centres = centres(&rows, &half);
    let (mut left, mut right) = (f64::MAX, f64::MIN);
    for (centre, half) in centres.iter().zip(&half) {
        left = left.min(centre - half);
        right = right.max(centre + half);
    }
    let mut out = Layout { boxes: vec![Point::default(); sizes.len()], width: right - left - GAP, ..Layout::default() };
    // Top and bottom of each slot's row.
    let mut band = vec![(0.0, 0.0); rows.slots.len()];
    let mut top = 0.0;
    for row in &rows.order {
        let boxes =
            row.iter().filter_map(|slot| if let Slot::Box(node) = rows.slots[*slot] { Some(node) } else { None });
        let height = boxes.map(|it| sizes[it].height).fold(0.0, f64::max);
        for slot in row {
            band[*slot] = (top, top + height);
        }
        top += height + row_gap;
    }
    out.height = top - row_gap;
    let x = |slot: usize| centres[slot] - left - GAP / 2.0;
    for (slot, it) in rows.slots.iter().enumerate() {
        if let Slot::Box(node) = it {
            out.boxes[*node] = Point { x: x(slot) - sizes[*node].width / 2.0, y: band[slot].0 };
        }
    }
    let ports = ports(&rows, &x, sizes);
    for (line, (upper, lower, edge)) in rows.lines.iter().enumerate() {
        let start = match rows.slots[*upper] {
            Slot::Box(node) => band[*upper].0 + sizes[node].height,
            Slot::Trunk(..) => band[*upper].1,
        };
        let owner = match (rows.slots[*upper], rows.slots[*lower]) {
            (Slot::Trunk(owner, end), _) | (Slot::Box(_), Slot::Trunk(owner, end)) => (owner, end),
            (Slot::Box(owner), Slot::Box(_)) => (owner, End::Upper),
        };
        let ends = matches!(rows.slots[*lower], Slot::Box(_));
        let (top, bottom) = band[*lower];
        out.pieces.push(Piece {
            start: Point { x: x(*upper), y: start },
            bend: band[*upper].1,
            end: Point { x: ports[line], y: top },
            stop: if ends { top } else { bottom },
            edge: *edge,
            owner,
            ends,
        });
    }
    out
}

/// Where each line meets what is below it: lines into a box spread over its top, in the order in which they come.
fn ports(rows: &Rows, x: &impl Fn(usize) -> f64, sizes: &[Size]) -> Vec<f64> {
    let mut into: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut ports = vec![0.0; rows.lines.len()];
    for (line, (_, lower, _)) in rows.lines.iter().enumerate() {
        ports[line] = x(*lower);
        if matches!(rows.slots[*lower], Slot::Box(_)) {
            into.entry(*lower).or_default().push(line);
        }
    }
    for (slot, mut lines) in into {
        let Slot::Box(node) = rows.slots[slot] else { continue };
        lines.sort_by(|a, b| x(rows.lines[*a].0).total_cmp(&x(rows.lines[*b].0)));
        let step = (sizes[node].width * 0.7 / float(lines.len())).min(18.0);
        for (at, line) in lines.iter().enumerate() {
            ports[*line] += (float(at) - (float(lines.len()) - 1.0) / 2.0) * step;
        }
    }
    ports
}

/// The middle of each slot: near what it is joined to, in the order of its row, nothing on top of another.
fn centres(rows: &Rows, half: &[f64]) -> Vec<f64> {
    let mut centres = vec![0.0; rows.slots.len()];
    for row in &rows.order {
        let total: f64 = row.iter().map(|it| half[*it]).sum();
        let mut at = -total;
        for slot in row {
            centres[*slot] = at + half[*slot];
            at += 2.0 * half[*slot];
        }
    }
    for round in 0..ROUNDS {
        let count = rows.order.len();
        for step in 0..count {
            let row = &rows.order[if round % 2 == 0 { step } else { count - 1 - step }];
            let wanted: Vec<(f64, f64)> = row.iter().map(|slot| wanted(rows, &centres, *slot)).collect();
            for (slot, centre) in row.iter().zip(apart(row, half, &wanted)) {
                centres[*slot] = centre;
            }
        }
    }
    centres
}

/// Where a slot would be best, and how much that matters: a trunk should run straight.
fn wanted(rows: &Rows, centres: &[f64], slot: usize) -> (f64, f64) {
    let is_trunk = |slot: usize| matches!(rows.slots[slot], Slot::Trunk(..));
    let (mut sum, mut weight) = (0.0, 0.0);
    for other in rows.joined(slot) {
        let pull = match (is_trunk(slot), is_trunk(other)) {
            (true, true) => 8.0,
            (false, false) => 1.0,
            _ => 2.0,
        };
        sum += pull * centres[other];
        weight += pull;
    }
    if weight > 0.0 { (sum / weight, weight) } else { (centres[slot], 1.0) }
}

/// The places nearest to those wanted, least squares, that keep order and distance.
///
/// With the distances taken off, an isotonic regression: neighbours that are in each other's way share their mean.
fn apart(row: &[usize], half: &[f64], wanted: &[(f64, f64)]) -> Vec<f64> {
    let mut offsets = Vec::with_capacity(row.len());
    let mut offset = 0.0;
    for (at, slot) in row.iter().enumerate() {
        if at > 0 {
            offset += half[row[at - 1]] + half[*slot];
        }
        offsets.push(offset);
    }
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for ((centre, weight), offset) in wanted.iter().zip(&offsets) {
        let mut pool = (centre - offset, *weight, 1);
        while let Some(last) = pools.pop_if(|last| last.0 >= pool.0) {
            let weight = last.1 + pool.1;
            pool = ((last.0 * last.1 + pool.0 * pool.1) / weight, weight, last.2 + pool.2);
        }
        pools.push(pool);
    }
    let spread = pools.into_iter().flat_map(|(mean, _, count)| std::iter::repeat_n(mean, count));
    spread.zip(offsets).map(|(mean, offset)| mean + offset).collect()
}

#[cfg(test)]
mod tests;

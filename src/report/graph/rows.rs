//! Which box stands in which row, and in which order: the first two steps of a layered drawing.
//!
//! Sugiyama's method with one change: lines over several rows that come out of one box share a trunk, which branches off
//! to each box that follows; those into one box join into one. A table that everyone refers to costs one line and not
//! hundreds.

use std::collections::BTreeMap;

/// A place in a row: a box, or where the trunk out of a box or into it passes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Box(usize),
    /// With the box the trunk belongs to.
    Trunk(usize, End),
}

/// Rows of slots from top to bottom, with the lines between neighbouring rows.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub slots: Vec<Slot>,
    /// For each row its slots, from left to right.
    pub order: Vec<Vec<usize>>,
    /// From the slot above to the slot below; of a piece that only one edge needs, which edge it is.
    pub lines: Vec<(usize, usize, Option<usize>)>,
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
}

/// At which end of its edges a trunk's box is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    Upper,
    Lower,
}

/// How often the rows are gone through.
const SWEEPS: usize = 24;

impl Rows {
    /// Places `nodes`; edges go from a lower to a higher index. No row gets wider than `widest` for the boxes alone.
    pub fn of(nodes: &[usize], widths: &[f64], edges: &[(usize, usize)], widest: f64) -> Self {
        let row_of = assign(nodes, widths, edges, widest);
        let mut it = Self::default();
        let mut place: BTreeMap<usize, usize> = BTreeMap::new();
        it.order = vec![Vec::new(); row_of.values().max().map_or(0, |last| last + 1)];
        for node in nodes {
            let slot = it.add(Slot::Box(*node), row_of[node]);
            place.insert(*node, slot);
        }
        let inside = || edges.iter().enumerate().filter(|(_, edge)| row_of.contains_key(&edge.0));
        let is_long = |(before, after): &(usize, usize)| row_of[after] - row_of[before] > 1;
        let (mut out, mut into) = (BTreeMap::<usize, usize>::new(), BTreeMap::<usize, usize>::new());
        for (_, edge) in inside().filter(|(_, edge)| is_long(edge)) {
            *out.entry(edge.0).or_default() += 1;
            *into.entry(edge.1).or_default() += 1;
        }
        // Each long edge goes with whichever end has more of them.
        let mut trunks: BTreeMap<(usize, End), Vec<usize>> = BTreeMap::new();
        for (edge, (before, after)) in inside() {
            if !is_long(&(*before, *after)) {
                it.join(place[before], place[after], Some(edge));
            } else if into[after] > out[before] {
                trunks.entry((*after, End::Lower)).or_default().push(edge);
            } else {
                trunks.entry((*before, End::Upper)).or_default().push(edge);
            }
        }
        for ((owner, end), members) in trunks {
            let top = members.iter().map(|edge| row_of[&edges[*edge].0]).min().unwrap_or_default();
            let bottom = members.iter().map(|edge| row_of[&edges[*edge].1]).max().unwrap_or_default();
            let trunk: Vec<usize> = (top + 1..bottom).map(|row| it.add(Slot::Trunk(owner, end), row)).collect();
            let alone = members.first().copied().filter(|_| members.len() == 1);
            trunk.windows(2).for_each(|pair| it.join(pair[0], pair[1], alone));
            match end {
                End::Upper => it.join(place[&owner], trunk[0], alone),
                End::Lower => it.join(trunk[trunk.len() - 1], place[&owner], alone),
            }
            for edge in members {
                let (before, after) = edges[edge];
                match end {
                    End::Upper => it.join(trunk[row_of[&after] - 2 - top], place[&after], Some(edge)),
                    End::Lower => it.join(place[&before], trunk[row_of[&before] - top], Some(edge)),
                }
            }
        }
        it.untangle();
        it.centre_trunks();
        it
    }

    fn add(&mut self, slot: Slot, row: usize) -> usize {
        self.slots.push(slot);
        self.above.push(Vec::new());
        self.below.push(Vec::new());
        self.order[row].push(self.slots.len() - 1);
        self.slots.len() - 1
    }

    fn join(&mut self, upper: usize, lower: usize, edge: Option<usize>) {
        self.lines.push((upper, lower, edge));
        self.below[upper].push(lower);
        self.above[lower].push(upper);
    }

    /// Orders each row by the mean place of what its slots are joined to in the row before, downwards and upwards in
    /// turn, and keeps the order with the fewest crossings.
    fn untangle(&mut self) {
        let mut best = (self.crossings(), self.order.clone());
        for sweep in 0..SWEEPS {
            let down = sweep % 2 == 0;
            let count = self.order.len();
            for step in 1..count {
                let (fixed, moving) = if down { (step - 1, step) } else { (count - step, count - step - 1) };
                let place = self.places(fixed);
                let joined = if down { &self.above } else { &self.below };
                let mut keyed: Vec<(f64, usize)> = self.order[moving]
                    .iter()
                    .enumerate()
                    .map(|(at, slot)| {
                        let of: Vec<f64> = joined[*slot].iter().map(|it| place[it]).collect();
                        let share = ratio(at, self.order[moving].len());
                        (if of.is_empty() { share } else { of.iter().sum::<f64>() / float(of.len()) }, *slot)
                    })
                    .collect();
                keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
                self.order[moving] = keyed.into_iter().map(|(_, slot)| slot).collect();
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.order.clone());
            }
        }
        self.order = best.1;
    }

    /// Moves each trunk to the middle of what branches off beside it and leads no further: nothing crosses for that, and
    /// many rows of followers hang under each other and not in a staircase.
    fn centre_trunks(&mut self) {
        for row in &mut self.order {
            for at in 0..row.len() {
                let trunk = row[at];
                if !matches!(self.slots[trunk], Slot::Trunk(..)) || self.above[trunk].len() != 1 {
                    continue;
                }
                let loose = |it: &&usize| self.below[**it].is_empty() && self.above[**it] == self.above[trunk];
                let before = row[..at].iter().rev().take_while(loose).count();
                let after = row[at + 1..].iter().take_while(loose).count();
                let middle = (2 * at + after - before) / 2;
                row.remove(at);
                row.insert(middle, trunk);
            }
        }
    }

    /// Where each slot of a row is, from 0 to 1.
    fn places(&self, row: usize) -> BTreeMap<usize, f64> {
        let slots = &self.order[row];
        slots.iter().enumerate().map(|(at, slot)| (*slot, ratio(at, slots.len()))).collect()
    }

    /// How often lines between neighbouring rows cross.
    ///
    /// Barth, Jünger, Mutzel: Simple and Efficient Bilayer Cross Counting, 2002.
    fn crossings(&self) -> usize {
        let mut total = 0;
        for pair in self.order.windows(2) {
            let at: BTreeMap<usize, usize> = pair[1].iter().enumerate().map(|(at, slot)| (*slot, at)).collect();
            let mut counts = vec![0_usize; pair[1].len() + 1];
            let mut seen = 0;
            for upper in &pair[0] {
                let mut ends: Vec<usize> = self.below[*upper].iter().map(|it| at[it]).collect();
                ends.sort_unstable();
                for end in &ends {
                    let mut up_to = 0;
                    let mut index = end + 1;
                    while index > 0 {
                        up_to += counts[index];
                        index &= index - 1;
                    }
                    total += seen - up_to;
                }
                for end in &ends {
                    seen += 1;
                    let mut index = end + 1;
                    while index < counts.len() {
                        counts[index] += 1;
                        index += index & index.wrapping_neg();
                    }
                }
            }
        }
        total
    }

    /// What a slot is joined to, above and below.
    pub fn joined(&self, slot: usize) -> impl Iterator<Item = usize> {
        self.above[slot].iter().chain(&self.below[slot]).copied()
    }
}

/// Each box in the first row after everything it follows that still has room.
fn assign(nodes: &[usize], widths: &[f64], edges: &[(usize, usize)], widest: f64) -> BTreeMap<usize, usize> {
    let mut follows: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut leads: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (before, after) in edges {
        follows.entry(*after).or_default().push(*before);
        leads.entry(*before).or_default().push(*after);
    }
    let mut row_of: BTreeMap<usize, usize> = BTreeMap::new();
    let mut taken: Vec<f64> = Vec::new();
    for node in nodes {
        let mut row = follows.get(node).into_iter().flatten().map(|it| row_of[it] + 1).max().unwrap_or(0);
        while taken.get(row).is_some_and(|it| *it > 0.0 && it + widths[*node] > widest) {
            row += 1;
        }
        taken.resize(taken.len().max(row + 1), 0.0);
        taken[row] += widths[*node];
        row_of.insert(*node, row);
    }
    // What follows nothing comes down to what needs it: short lines instead of a crowd at the top.
    for node in nodes.iter().rev().filter(|it| !follows.contains_key(it)) {
        let Some(first) = leads.get(node).into_iter().flatten().map(|it| row_of[it]).min() else { continue };
        let from = row_of[node];
        let room = |row: &usize| taken[*row] + widths[*node] <= widest;
        if let Some(row) = (from + 1..first).rev().find(room) {
            taken[from] -= widths[*node];
            taken[row] += widths[*node];
            row_of.insert(*node, row);
        }
    }
    row_of
}

fn ratio(at: usize, of: usize) -> f64 {
    (float(at) + 0.5) / float(of)
}

/// Counts of boxes are far below 2^52.
#[allow(clippy::cast_precision_loss, reason = "a picture has fewer boxes than a float has integers")]
pub(super) const fn float(count: usize) -> f64 {
    count as f64
}

use super::access::short;
use super::key::{Few, Map};
use crate::model::{ObjectName, Shared, Span};

/// Why one migration must run after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonKind {
    /// It needs what the other provides.
    Requires,
    /// Both change the same thing, or one changes what the other depends on.
    Conflict,
    /// One reads or writes rows that the other writes.
    Rows,
    /// Its header says so.
    Declared,
    /// One of them does things that its text doesn't show.
    Opaque,
}

impl ReasonKind {
    /// The word used in output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requires => "requires",
            Self::Conflict => "conflict",
            Self::Rows => "rows",
            Self::Declared => "declared",
            Self::Opaque => "opaque",
        }
    }
}

/// One reason for an edge, with both places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Why.
    pub kind: ReasonKind,
    /// About which object, where it is about one.
    pub object: Option<Shared<ObjectName>>,
    /// Where the later migration shows it.
    pub from_span: Option<Span>,
    /// Where the earlier migration shows it.
    pub to_span: Option<Span>,
}

/// `from` must run after `to`; both are indices into the nodes given to [`super::infer`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The later migration.
    pub from: usize,
    /// The earlier migration.
    pub to: usize,
    /// Why, strongest kind first.
    pub reasons: Vec<Reason>,
}

/// More reasons than this for one edge tell nobody anything.
const MAX_REASONS: usize = 8;

/// Collects edges, joining the reasons of the same pair.
#[derive(Debug, Default)]
pub(super) struct Edges {
    pairs: Map<(u32, u32), Few<Reason>>,
}

impl Edges {
    pub fn add(&mut self, from: usize, to: usize, reason: Reason) {
        if from == to {
            return;
        }
        let reasons = self.pairs.get_or_default((short(from), short(to)));
        let known = reasons.iter().any(|it| it.kind == reason.kind && it.object == reason.object);
        if !known
            && (reasons.len() < MAX_REASONS || reason.kind == ReasonKind::Requires && reasons.len() < 4 * MAX_REASONS)
        {
            reasons.insert(reason);
        }
    }

    /// Whether `from` is known to require the object of `to`.
    pub fn requires(&self, from: usize, to: usize, object: &ObjectName) -> bool {
        let reasons = self.pairs.get(&(short(from), short(to))).into_iter().flatten();
        reasons.into_iter().any(|it| it.kind == ReasonKind::Requires && it.object.as_deref() == Some(object))
    }

    pub fn remove(&mut self, from: usize, to: usize) {
        self.pairs.swap_remove(&(short(from), short(to)));
    }

    /// The reasons of one edge; none if there is no such edge.
    pub fn between(&self, from: usize, to: usize) -> &[Reason] {
        self.pairs.get(&(short(from), short(to))).map_or(&[], |it| it)
    }

    /// All edges, by `from` and `to`.
    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize, &[Reason])> {
        let mut pairs: Vec<_> = self.pairs.iter().collect();
        pairs.sort_unstable_by_key(|(pair, _)| **pair);
        pairs.into_iter().map(|((from, to), reasons)| (*from as usize, *to as usize, &**reasons))
    }

    pub fn into_edges(self) -> Vec<Edge> {
        let edges = self.pairs.into_iter().map(|((from, to), reasons)| {
            let mut reasons: Vec<Reason> = reasons.into_iter().collect();
            // Whole objects before their parts, which mostly follow.
            reasons.sort_by_key(|it| {
                (it.kind, it.object.as_ref().is_some_and(|object| object.member.is_some()), it.from_span)
            });
            Edge { from: from as usize, to: to as usize, reasons }
        });
        let mut edges: Vec<Edge> = edges.collect();
        edges.sort_unstable_by_key(|it| (it.from, it.to));
        edges
    }
}

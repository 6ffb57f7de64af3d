use std::num::NonZeroU32;

use super::edge::{Edges, Reason, ReasonKind};
use super::key::{Key, Map};
use super::table::Table;
use crate::model::{ObjectName, Shared, Span};

/// The sides of an object that migrations share or contend for, independently of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Facet {
    /// That it exists under its name.
    Existence,
    /// Its definition.
    Shape,
    /// Its comment and privileges.
    Notes,
    /// Its rows.
    Rows,
    /// Of its rows, what others refer to by foreign keys.
    Keys,
    /// Of a schema: what is in it.
    Content,
}

/// One migration's use of one side of an object.
#[derive(Debug, Clone, Copy)]
struct Access {
    node: u32,
    span: Span,
}

/// A migration's index; nobody has as many as an `u32` can count.
pub(super) fn short(node: usize) -> u32 {
    u32::try_from(node).unwrap_or(u32::MAX)
}

/// Who used one side of an object.
#[derive(Debug, Default)]
struct Uses {
    /// The last one that needed it for itself.
    exclusive: Option<Place>,
    /// That one brought the object into being.
    provided: bool,
    /// The last one that shared it since.
    shared: Option<Place>,
}

/// A place among the accesses or the sharers, counted from one.
type Place = NonZeroU32;

/// One of those who share.
#[derive(Debug)]
struct Sharer {
    access: Place,
    /// The one before it, or the next free place.
    previous: Option<Place>,
}

/// Who used what, in the order of replay: sharers are free among themselves, everyone else keeps the order.
///
/// Most is used by few, so the sharers are lists in one vector; and one place in the text uses much, so an access is
/// kept once for all it is to.
#[derive(Debug, Default)]
pub(super) struct Accesses<'a> {
    /// The places in the text.
    all: Vec<Span>,
    /// Each migration replayed, with how many accesses come before its own.
    nodes: Vec<(u32, u32)>,
    /// Of the existence of objects.
    existence: Table<'a, Uses>,
    /// Of their other sides.
    others: Map<(Key, Facet), Uses>,
    sharers: Vec<Sharer>,
    free: Option<Place>,
}

/// One use, with what its edges are to say.
pub(super) struct Use<'a> {
    pub node: usize,
    pub key: &'a Key,
    pub facet: Facet,
    pub span: Span,
    pub object: &'a ObjectName,
    /// It works without, if perhaps otherwise: no requirement.
    pub soft: bool,
}

impl Use<'_> {
    /// The side under which sharers are listed: who needs a member minds how it is made, and the other way round.
    fn listed(&self) -> Facet {
        if self.facet == Facet::Shape && self.key.member.is_some() { Facet::Existence } else { self.facet }
    }

    fn reason(&self, to: Access, provided: bool) -> Reason {
        let kind = match self.facet {
            Facet::Rows | Facet::Keys => ReasonKind::Rows,
            Facet::Existence if provided && !self.soft => ReasonKind::Requires,
            _ => ReasonKind::Conflict,
        };
        Reason { kind, object: Some(Shared::new(self.object)), from_span: Some(self.span), to_span: Some(to.span) }
    }
}

fn index(place: Place) -> usize {
    place.get() as usize - 1
}

impl<'a> Accesses<'a> {
    /// Nobody has used anything; most will be of what migrations create.
    pub fn over(created: &'a Map<Key, u32>) -> Self {
        Self { existence: Table::over(created), ..Self::default() }
    }

    fn access(&self, at: Place) -> Access {
        let at = index(at);
        let (node, _) = self.nodes[self.nodes.partition_point(|(_, before)| *before as usize <= at) - 1];
        Access { node, span: self.all[at] }
    }

    /// Where the access is kept that this use is.
    fn place(&mut self, it: &Use<'_>) -> Place {
        let node = short(it.node);
        let is_new = self.nodes.last().is_none_or(|(last, _)| *last != node);
        if is_new {
            self.nodes.push((node, short(self.all.len())));
        }
        if is_new || self.all.last() != Some(&it.span) {
            self.all.push(it.span);
        }
        NonZeroU32::MIN.saturating_add(short(self.all.len() - 1))
    }

    fn uses(&mut self, key: &Key, facet: Facet) -> &mut Uses {
        match facet {
            Facet::Existence => self.existence.get_or_default(key),
            _ => self.others.get_or_default((key.clone(), facet)),
        }
    }

    fn used(&self, key: &Key, facet: Facet) -> Option<&Uses> {
        match facet {
            Facet::Existence => self.existence.get(key),
            _ => self.others.get(&(key.clone(), facet)),
        }
    }

    /// Records a use that others of its kind may come before or after.
    pub fn share(&mut self, edges: &mut Edges, it: &Use<'_>) {
        if let Some(Uses { exclusive: Some(last), provided, .. }) = self.used(it.key, it.facet)
            && let last = self.access(*last)
            && !(it.soft && edges.requires(it.node, last.node as usize, it.object))
        {
            edges.add(it.node, last.node as usize, it.reason(last, *provided));
        }
        self.note(it);
    }

    /// Records a use whose own dependencies follow from others, so that only what comes later has to mind it.
    pub fn note(&mut self, it: &Use<'_>) {
        let previous = self.uses(it.key, it.listed()).shared;
        let last = previous.map(|at| self.access(self.sharers[index(at)].access));
        if last.is_some_and(|last| last.node == short(it.node)) {
            return;
        }
        let access = self.place(it);
        let at = self.keep(Sharer { access, previous });
        self.uses(it.key, it.listed()).shared = Some(at);
    }

    fn keep(&mut self, sharer: Sharer) -> Place {
        let free = self.free.and_then(|at| Some((at, self.sharers.get_mut(index(at))?)));
        if let Some((at, place)) = free {
            self.free = std::mem::replace(place, sharer).previous;
            return at;
        }
        let place = NonZeroU32::MIN.saturating_add(short(self.sharers.len()));
        self.sharers.push(sharer);
        place
    }

    /// Where the migration that was the last to need it for itself did so.
    pub fn last(&self, key: &Key, facet: Facet) -> Option<(usize, Span)> {
        let last = self.access(self.used(key, facet)?.exclusive?);
        Some((last.node as usize, last.span))
    }

    /// The last one that needed it for itself, unless it brought the object into being.
    pub fn disturber(&self, key: &Key, facet: Facet) -> Option<(usize, Span)> {
        self.used(key, facet).filter(|it| !it.provided).and_then(|_| self.last(key, facet))
    }

    /// Records a use that every other use of that side stays before or after.
    pub fn exclude(&mut self, edges: &mut Edges, it: &Use<'_>, provides: bool) {
        let access = self.place(it);
        let uses = self.uses(it.key, it.facet);
        let last = uses.exclusive.replace(access);
        uses.provided = provides;
        let mut next = self.uses(it.key, it.listed()).shared.take();
        let conflict = |to: Access| Reason {
            kind: if matches!(it.facet, Facet::Rows | Facet::Keys) { ReasonKind::Rows } else { ReasonKind::Conflict },
            ..it.reason(to, false)
        };
        while let Some(at) = next {
            let access = self.access(self.sharers[index(at)].access);
            edges.add(it.node, access.node as usize, conflict(access));
            next = std::mem::replace(&mut self.sharers[index(at)].previous, self.free.replace(at));
        }
        if let Some(last) = last.map(|at| self.access(at)) {
            edges.add(it.node, last.node as usize, conflict(last));
        }
        if it.listed() != it.facet {
            // Whoever takes the member away comes after this one, and so after those it was listed with.
            self.note(it);
        }
    }
}

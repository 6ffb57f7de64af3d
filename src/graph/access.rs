use smallvec::SmallVec;

use super::edge::{Edges, Reason, ReasonKind};
use super::key::{Key, Map};
use crate::model::{ObjectName, Span};

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
    /// It brought the object into being.
    provides: bool,
}

/// A migration's index; nobody has as many as an `u32` can count.
pub(super) fn short(node: usize) -> u32 {
    u32::try_from(node).unwrap_or(u32::MAX)
}

#[derive(Debug, Default)]
struct Uses {
    /// The last one that needed it for itself.
    exclusive: Option<Access>,
    /// Those that shared it since.
    shared: SmallVec<[Access; 1]>,
}

/// Who used what, in the order of replay: sharers are free among themselves, everyone else keeps the order.
#[derive(Debug, Default)]
pub(super) struct Accesses {
    uses: Map<(Key, Facet), Uses>,
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
    fn reason(&self, to: Access) -> Reason {
        let kind = match self.facet {
            Facet::Rows | Facet::Keys => ReasonKind::Rows,
            Facet::Existence if to.provides && !self.soft => ReasonKind::Requires,
            _ => ReasonKind::Conflict,
        };
        Reason { kind, object: Some(self.object.clone()), from_span: Some(self.span), to_span: Some(to.span) }
    }
}

impl Accesses {
    /// Records a use that others of its kind may come before or after.
    pub fn share(&mut self, edges: &mut Edges, it: &Use<'_>) {
        let uses = self.uses.entry((it.key.clone(), it.facet)).or_default();
        if let Some(last) = uses.exclusive
            && !(it.soft && edges.requires(it.node, last.node as usize, it.object))
        {
            edges.add(it.node, last.node as usize, it.reason(last));
        }
        self.note(it);
    }

    /// Records a use whose own dependencies follow from others, so that only what comes later has to mind it.
    pub fn note(&mut self, it: &Use<'_>) {
        let uses = self.uses.entry((it.key.clone(), it.facet)).or_default();
        if uses.shared.last().is_none_or(|last| last.node != short(it.node)) {
            uses.shared.push(Access { node: short(it.node), span: it.span, provides: false });
        }
    }

    /// Records a use that every other use of that side stays before or after.
    pub fn exclude(&mut self, edges: &mut Edges, it: &Use<'_>, provides: bool) {
        let uses = self.uses.entry((it.key.clone(), it.facet)).or_default();
        let conflict = |to: Access| Reason {
            kind: if matches!(it.facet, Facet::Rows | Facet::Keys) { ReasonKind::Rows } else { ReasonKind::Conflict },
            ..it.reason(to)
        };
        for sharer in uses.shared.drain(..) {
            edges.add(it.node, sharer.node as usize, conflict(sharer));
        }
        if let Some(last) = uses.exclusive {
            edges.add(it.node, last.node as usize, conflict(last));
        }
        uses.exclusive = Some(Access { node: short(it.node), span: it.span, provides });
    }
}

use std::collections::{BTreeMap, BTreeSet};

use super::world::candidates;
use crate::model::{Ident, ObjectName, Shared, Span};
use crate::sql::SearchPath;

/// Where something a migration needs comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Provision {
    By(u32),
    DroppedBy(u32, Span),
    /// From nowhere in the project, and who may bring it all the same.
    Nowhere(Option<Box<Assumption>>),
    /// Only the live catalog can tell, and not even that while one of these is pending: they have changed its owner.
    Outside(Box<[u32]>),
}

/// Why an object may be there although no migration shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assumption {
    /// Some servers have it, of themselves: the live catalog decides.
    Server(String),
    /// An extension, or a migration that is opaque, may bring it.
    Project(String),
}

impl Assumption {
    /// The reason, in words.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Server(reason) | Self::Project(reason) => reason,
        }
    }
}

/// Something one migration needs and does not create itself.
#[derive(Debug, Clone)]
pub(super) struct Need {
    pub node: u32,
    pub object: Shared<ObjectName>,
    /// Where it is looked up, unless the object is in full.
    pub search_path: Option<SearchPath>,
    pub span: Span,
    pub provision: Provision,
}

impl Need {
    fn candidates(&self) -> Vec<ObjectName> {
        let Some(path) = &self.search_path else { return vec![ObjectName::clone(&self.object)] };
        candidates(&self.object, path).iter().map(|it| it.object(self.object.kind)).collect()
    }
}

/// An object that pending migrations need and that none of them provides first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prerequisite {
    /// The object, without a schema if the text names none and no migration tells.
    pub object: ObjectName,
    /// What it may be in full: through `search_path`, in that order.
    pub candidates: Vec<ObjectName>,
    /// Every place that needs it: migration and span, in order.
    pub places: Vec<(usize, Span)>,
    /// The applied migration that provided it.
    pub provider: Option<usize>,
    /// The migration that dropped it, and where.
    pub dropped_by: Option<(usize, Span)>,
    /// Why it may be there although no migration shows it.
    pub assumed: Option<Assumption>,
}

/// Groups those needs of the pending migrations by object that only the live catalog can decide.
///
/// `unclear` says of a migration whether something pending before it, or it itself, does what its text doesn't show.
pub(super) fn outside(needs: &[Need], pending: &BTreeSet<usize>, unclear: impl Fn(usize) -> bool) -> Vec<Prerequisite> {
    let decidable = needs.iter().filter(|it| {
        let Provision::Outside(changed_by) = &it.provision else { return false };
        !changed_by.iter().any(|node| pending.contains(&(*node as usize))) && !unclear(it.node as usize)
    });
    let nowhere = decidable.map(|it| Need { provision: Provision::Nowhere(None), ..it.clone() });
    prerequisites(&nowhere.collect::<Vec<_>>(), pending)
}

/// Groups the needs of the pending migrations by object.
pub(super) fn prerequisites(needs: &[Need], pending: &BTreeSet<usize>) -> Vec<Prerequisite> {
    let mut found: BTreeMap<(&ObjectName, Option<&[Ident]>), Prerequisite> = BTreeMap::new();
    for need in needs.iter().filter(|it| pending.contains(&(it.node as usize))) {
        let (provider, dropped_by, assumed) = match &need.provision {
            Provision::Outside(_) => continue,
            Provision::By(node) if pending.contains(&(*node as usize)) => continue,
            Provision::By(node) => (Some(*node as usize), None, None),
            Provision::DroppedBy(node, span) => (None, Some((*node as usize, *span)), None),
            Provision::Nowhere(assumed) => (None, None, assumed.as_deref().cloned()),
        };
        let entry = found.entry((&*need.object, need.search_path.as_deref())).or_insert_with(|| Prerequisite {
            object: ObjectName::clone(&need.object),
            candidates: need.candidates(),
            places: Vec::new(),
            provider,
            dropped_by,
            assumed,
        });
        entry.places.push((need.node as usize, need.span));
    }
    let mut all: Vec<Prerequisite> = found.into_values().collect();
    for it in &mut all {
        it.places.sort_unstable();
        it.places.dedup();
    }
    all
}

use std::collections::{BTreeMap, BTreeSet};

use super::world::candidates;
use crate::model::{Ident, ObjectName, Pool, Pooled, Shared, Span};
use crate::sql::SearchPath;

/// Where something a migration needs comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Provision {
    By(u32),
    /// From no migration.
    Not(Shared<Unprovided>),
}

impl Provision {
    /// From no migration; looked up in this path, if it has any schemas.
    pub fn not(search_path: Option<&SearchPath>, cause: Cause) -> Self {
        let search_path = search_path.filter(|it| !it.is_empty()).cloned();
        Self::Not(Unprovided { search_path, cause }.into())
    }
}

/// Why no migration provides something; much is for the same reason.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Unprovided {
    /// Where it is looked up, unless the object is in full.
    pub search_path: Option<SearchPath>,
    pub cause: Cause,
}

impl Pooled for Unprovided {
    fn pool() -> &'static Pool<Self> {
        static REASONS: Pool<Unprovided> = Pool::new();
        &REASONS
    }
}

/// What has become of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Cause {
    /// No migration is seen to provide it: which has dropped it, and who may bring it all the same.
    Nowhere { dropped_by: Option<(u32, Span)>, assumed: Option<Assumption> },
    /// Only the live catalog can tell, and not even that while one of these is pending: they have changed its owner.
    Outside(Box<[u32]>),
}

/// Why an object may be there although no migration shows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Assumption {
    /// Some servers have it, of themselves: the live catalog decides.
    Server(String),
    /// An extension or a table may bring it.
    Project(String),
    /// Migrations may bring it whose text does not show what they do: with these applied, the live catalog decides.
    Migrations(String, Box<[u32]>),
}

impl Assumption {
    /// The reason, in words.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Server(reason) | Self::Project(reason) | Self::Migrations(reason, _) => reason,
        }
    }
}

/// Something one migration needs and does not create itself.
#[derive(Debug, Clone)]
pub(super) struct Need {
    pub node: u32,
    pub object: Shared<ObjectName>,
    pub span: Span,
    pub provision: Provision,
}

impl Need {
    fn search_path(&self) -> Option<&SearchPath> {
        match &self.provision {
            Provision::By(_) => None,
            Provision::Not(it) => it.search_path.as_ref(),
        }
    }

    fn candidates(&self) -> Vec<ObjectName> {
        let Some(path) = self.search_path() else { return vec![ObjectName::clone(&self.object)] };
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
    let decidable = |it: &&Need| {
        let Provision::Not(why) = &it.provision else { return false };
        let Cause::Outside(changed_by) = &why.cause else { return false };
        !changed_by.iter().any(|node| pending.contains(&(*node as usize))) && !unclear(it.node as usize)
    };
    let nowhere = needs.iter().filter(decidable).map(|it| Need {
        provision: Provision::not(it.search_path(), Cause::Nowhere { dropped_by: None, assumed: None }),
        ..it.clone()
    });
    prerequisites(&nowhere.collect::<Vec<_>>(), pending)
}

/// Groups the needs of the pending migrations by object.
pub(super) fn prerequisites(needs: &[Need], pending: &BTreeSet<usize>) -> Vec<Prerequisite> {
    let mut found: BTreeMap<(&ObjectName, Option<&[Ident]>), Prerequisite> = BTreeMap::new();
    for need in needs.iter().filter(|it| pending.contains(&(it.node as usize))) {
        let (provider, dropped_by, assumed) = match &need.provision {
            Provision::By(node) if pending.contains(&(*node as usize)) => continue,
            Provision::By(node) => (Some(*node as usize), None, None),
            Provision::Not(why) => match &why.cause {
                Cause::Nowhere { dropped_by, assumed } => {
                    (None, dropped_by.map(|(node, span)| (node as usize, span)), assumed.clone())
                }
                Cause::Outside(_) => continue,
            },
        };
        let path = need.search_path().map(|it| &**it);
        let entry = found.entry((&*need.object, path)).or_insert_with(|| Prerequisite {
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

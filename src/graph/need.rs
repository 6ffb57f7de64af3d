use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ObjectName, Span};

/// Where something a migration needs comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Provision {
    By(usize),
    DroppedBy(usize, Span),
    /// From nowhere in the project, and who may bring it all the same.
    Nowhere(Option<String>),
}

/// Something one migration needs and does not create itself.
#[derive(Debug, Clone)]
pub(super) struct Need {
    pub node: usize,
    pub object: ObjectName,
    /// What it may be in full; empty if that is the object itself.
    pub candidates: Vec<ObjectName>,
    pub span: Span,
    pub provision: Provision,
}

impl Need {
    fn candidates(&self) -> Vec<ObjectName> {
        if self.candidates.is_empty() { vec![self.object.clone()] } else { self.candidates.clone() }
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
    /// Why it may be there although no migration shows it: an extension, an opaque migration, the server's version.
    pub assumed: Option<String>,
}

/// Groups the needs of the pending migrations by object.
pub(super) fn prerequisites(needs: &[Need], pending: &BTreeSet<usize>) -> Vec<Prerequisite> {
    let mut found: BTreeMap<(ObjectName, Vec<ObjectName>), Prerequisite> = BTreeMap::new();
    for need in needs.iter().filter(|it| pending.contains(&it.node)) {
        let (provider, dropped_by, assumed) = match &need.provision {
            Provision::By(node) if pending.contains(node) => continue,
            Provision::By(node) => (Some(*node), None, None),
            Provision::DroppedBy(node, span) => (None, Some((*node, *span)), None),
            Provision::Nowhere(assumed) => (None, None, assumed.clone()),
        };
        let entry = found.entry((need.object.clone(), need.candidates.clone())).or_insert_with(|| Prerequisite {
            object: need.object.clone(),
            candidates: need.candidates(),
            places: Vec::new(),
            provider,
            dropped_by,
            assumed,
        });
        entry.places.push((need.node, need.span));
    }
    let mut all: Vec<Prerequisite> = found.into_values().collect();
    for it in &mut all {
        it.places.sort_unstable();
        it.places.dedup();
    }
    all
}

//! What routine bodies in strings name although nothing provides it: the routine will fail when somebody calls it.

use super::key::Key;
use super::need::{Need, Provision};
use super::replay::{Replay, is_routine};
use super::world::{Behaviour, effect_candidates};
use crate::model::{Ident, ObjectKind, ObjectName};
use crate::sql::{self, Action, Effect};

impl Replay<'_> {
    /// After the last migration: the relations and routines that the bodies of the remaining routines name and that are
    /// not there. Nothing is said of a name without a schema that exists in any.
    pub(super) fn unprovided_in_bodies(&self) -> Vec<Need> {
        let mut needs = Vec::new();
        for (routine, behaviour) in &self.world.behaviours {
            let Some(object) = self.world.objects.get(routine).filter(|it| is_routine(&routine.object(it.kind))) else {
                continue;
            };
            let later = Behaviour::references(behaviour).filter(|it| it.action == Action::RequiresLater);
            needs.extend(later.filter(|it| self.is_unprovided(it)).map(|it| Need {
                node: object.node,
                object: it.object.clone(),
                candidates: effect_candidates(it).iter().map(|key| key.object(it.object.kind)).collect(),
                span: it.span,
                provision: Provision::Nowhere(None),
            }));
        }
        needs
    }

    fn is_unprovided(&self, effect: &Effect) -> bool {
        let object = &effect.object;
        let kind = matches!(object.kind, ObjectKind::Table | ObjectKind::Sequence) || is_routine(object);
        if !kind || object.member.is_some() || self.external.has(object) || sql::may_be_built_in(object) {
            return false;
        }
        if !sql::extensions_providing(object).is_empty() {
            return false;
        }
        let there = effect_candidates(effect).iter().any(|it| self.world.present(it).is_some());
        !there && (object.schema.is_some() || !self.is_anywhere(object))
    }

    /// Whether any schema the migrations know has something of this name: which one is meant shows when it runs.
    fn is_anywhere(&self, object: &ObjectName) -> bool {
        let schemas = self.world.objects.keys().filter_map(|key| key.schema.as_ref());
        let distinct: std::collections::BTreeSet<&Ident> = schemas.collect();
        distinct.into_iter().any(|schema| {
            let key = Key::in_schema(object, Some(schema.clone()));
            self.world.present(&key).is_some() || self.world.dropped.contains_key(&key)
        })
    }
}

//! What routine bodies in strings name although nothing provides it: the routine will fail when somebody calls it.

use super::key::Key;
use super::need::{Cause, Need, Provision};
use super::replay::{Replay, is_routine};
use super::world::effect_candidates;
use crate::model::{Ident, ObjectKind, ObjectName};
use crate::sql::{self, Action, Body, Effect};

impl Replay<'_> {
    /// After the last migration: the relations and routines that the bodies of the remaining routines name and that are
    /// not there. Nothing is said of a name without a schema that exists in any.
    pub(super) fn unprovided_in_bodies(&self) -> Vec<Need> {
        let mut needs = Vec::new();
        for (routine, behaviour) in self.world.behaviours.iter() {
            let Some(object) = self.world.objects.get(routine).filter(|it| is_routine(&routine.object(it.kind))) else {
                continue;
            };
            for body in behaviour.bodies().filter(|it| it.opaque.is_none()) {
                let later = body.effects.iter().filter(|it| it.action == Action::RequiresLater);
                let unprovided = later.filter(|it| self.is_unprovided(it) && !makes_or_looks_for(body, it));
                needs.extend(unprovided.map(|it| Need {
                    node: object.node,
                    object: it.object.clone(),
                    span: it.span,
                    provision: Provision::not(
                        Some(&it.search_path),
                        Cause::Nowhere { dropped_by: None, assumed: None },
                    ),
                }));
            }
        }
        needs
    }

    fn is_unprovided(&self, effect: &Effect) -> bool {
        let object = &effect.object;
        let kind = matches!(object.kind, ObjectKind::Table | ObjectKind::Sequence) || is_routine(object);
        if !kind || object.member.is_some() || self.external.has(object) || sql::may_be_built_in(object).is_some() {
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

/// Whether the body itself sees to it that the object is there, or that it can do without.
fn makes_or_looks_for(body: &Body, of: &Effect) -> bool {
    let name = &of.object.name;
    let made = |it: &Effect| matches!(it.action, Action::Creates | Action::LooksFor) && it.object.member.is_none();
    body.effects.iter().any(|it| made(it) && it.object.name == *name)
        || body.moves.iter().any(|it| it.name.as_ref() == Some(name))
}

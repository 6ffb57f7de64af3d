//! What the names in a migration mean at one point of the replay.

use super::key::Key;
use super::replay::Replay;
use super::world;
use crate::model::{Ident, ObjectKind, ObjectName};
use crate::sql::Effect;

impl Replay<'_> {
    /// The key an effect acts on, there or to come; `None` if nothing in the project ever has that name.
    pub(super) fn resolve(&self, effect: &Effect) -> Option<Key> {
        self.resolve_name(&effect.object, &effect.search_path)
    }

    pub(super) fn resolve_name(&self, object: &ObjectName, path: &[Ident]) -> Option<Key> {
        let candidates = world::candidates(object, path);
        if object.member.is_some() {
            // A member is where its owner is.
            let owners = || candidates.iter().map(|it| (it, it.owner()));
            let there = owners().find(|(_, owner)| self.world.objects.contains_key(owner));
            let found = there.or_else(|| owners().find(|(_, owner)| self.future.creates(owner)));
            return found.map(|(key, _)| key.clone()).or_else(|| candidates.into_iter().next());
        }
        candidates
            .iter()
            .find_map(|key| self.world.present(key))
            .or_else(|| candidates.iter().find_map(|key| self.future.known(key)))
            .or_else(|| {
                let types = world::candidates(&composite(object)?, path);
                types.into_iter().find(|it| self.world.objects.get(it).is_some_and(|it| it.kind == ObjectKind::Type))
            })
            .or_else(|| {
                let element = self.resolve_name(&element(object)?, path)?;
                (self.world.objects.contains_key(&element) || self.future.creates(&element)).then_some(element)
            })
            .or_else(|| object.schema.is_some().then(|| Key::of(object)))
    }
}

/// The type of whose arrays this is the name (documentation of `CREATE TYPE`, "Array Types").
fn element(array: &ObjectName) -> Option<ObjectName> {
    let name = array.name.as_str().strip_prefix('_').filter(|_| array.kind == ObjectKind::Type)?;
    Some(ObjectName { name: Ident::exact(name), ..array.clone() })
}

/// The composite type that serves where a relation is only asked for its columns: `LIKE`, `COMMENT ON COLUMN` (18,
/// `parse_utilcmd.c`, `transformTableLikeClause`, and `comment.c`, `CommentObject`).
fn composite(relation: &ObjectName) -> Option<ObjectName> {
    let is_relation = relation.kind == ObjectKind::Table && relation.member.is_none();
    is_relation.then(|| ObjectName { kind: ObjectKind::Type, ..relation.clone() })
}

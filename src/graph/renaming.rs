//! Objects that go by another name from some point on.

use super::access::short;
use super::following::columns;
use super::key::{Few, Key, Map};
use super::world::{Object, World};
use crate::model::{Ident, Namespace, ObjectKind, Span};
use crate::sql::Move;

impl World<'_> {
    /// The name by which something goes now that was noted under this name.
    pub fn current(&self, key: &Key) -> Key {
        let mut seen = vec![key];
        while let Some(next) = self.renamed.get(seen[seen.len() - 1]).filter(|it| !seen.contains(it)) {
            seen.push(next);
        }
        seen[seen.len() - 1].clone()
    }

    /// Gives an object another name; what belongs to it comes along.
    pub fn rename(&mut self, from: &Key, to: &Key, kind: ObjectKind, (node, span): (usize, Span)) {
        let mut moving = vec![from.clone()];
        if from.member.is_none() {
            moving.extend(self.members(from));
        }
        let parts = self.parts.swap_remove(from);
        let behaviour = self.behaviours.swap_remove(from);
        self.overloads.swap_remove(from);
        carry(&mut self.foreign_keys, from, to);
        carry(&mut self.referrers, from, to);
        carry(&mut self.generated, from, to);
        carry(&mut self.renamed_columns, from, to);
        if matches!(from.as_member(), Some((ObjectKind::Column, _))) {
            let table = from.owner();
            for it in self.children(&table).into_iter().chain([table]) {
                self.renamed_columns.get_or_default(it).insert((columns(from), columns(to)));
            }
        }
        for key in moving {
            let target = if key == *from { to.clone() } else { to.same_as(&key) };
            carry(&mut self.indexes, &key, &target);
            carry(&mut self.shaken, &key, &target);
            carry(&mut self.dependents, &key, &target);
            self.uses.carry(&key, &target);
            self.renamed.insert(key.clone(), target.clone());
            if let Some(mut object) = self.objects.remove(&key) {
                self.forget_part(&key, &object);
                object.node = short(node);
                self.forget_member(&key);
                self.dropped.insert(key, (node, span));
                self.add(target, object);
            }
        }
        if !self.objects.contains_key(to) {
            // It came from outside, or its table's columns are not all known: from here on it is known by this name.
            let kind = to.as_member().map_or(kind, |(kind, _)| kind);
            let object = Object { node: short(node), kind, part_of: None };
            if to.member.is_none() && to.namespace() == Namespace::Relation {
                self.add(to.member(ObjectKind::Column, Ident::exact("*")), object.clone());
            }
            self.add(to.clone(), object);
        }
        for part in parts.iter().flatten() {
            if let Some(object) = self.objects.get_mut(part) {
                object.part_of = Some(to.clone());
            }
        }
        self.parts.extend(parts.map(|it| (to.clone(), it)));
        if let Some(behaviour) = behaviour {
            self.behaviours.get_or_default(to.clone()).join(behaviour);
        }
    }

    /// Gives one of several routines of a name another name.
    pub fn rename_overload(&mut self, from: &Key, to: &Key, it: &Move, node: usize) {
        self.overload(to, it.from.arguments);
        if let Some(behaviour) = self.behaviours.get(from).cloned() {
            self.behaviours.get_or_default(to.clone()).join(behaviour);
        }
        self.uses.copy(from, to);
        self.add(to.clone(), Object { node: short(node), kind: it.from.kind, part_of: None });
    }
}

/// Moves what is noted of one name to another, which may have something already: routines share names.
fn carry<T: PartialEq>(map: &mut Map<Key, Few<T>>, from: &Key, to: &Key) {
    if let Some(all) = map.swap_remove(from) {
        map.get_or_default(to.clone()).extend(all);
    }
}

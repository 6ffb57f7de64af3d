use std::ops::Deref;

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use crate::model::{Ident, Namespace, ObjectKind, ObjectName, Pool, Pooled, Shared};
use crate::sql::Move;

pub(super) use super::map::Map;

/// Distinct things for lookups, in the order of the insertions.
pub(super) type Set<K> = IndexSet<K, FxBuildHasher>;

/// Distinct things that are mostly few, in the order in which they came: far smaller than a set, but searched through.
#[derive(Debug, Clone)]
pub(super) struct Few<T>(Box<[T]>);

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self(Box::default())
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: PartialEq> Few<T> {
    pub fn insert(&mut self, it: T) {
        if !self.contains(&it) {
            let mut all = std::mem::take(&mut self.0).into_vec();
            all.reserve_exact(1);
            all.push(it);
            self.0 = all.into();
        }
    }

    /// Whether it was there.
    pub fn remove(&mut self, it: &T) -> bool {
        let before = self.len();
        if self.contains(it) {
            let mut all = std::mem::take(&mut self.0).into_vec();
            all.retain(|known| known != it);
            self.0 = all.into();
        }
        self.len() < before
    }
}

impl<T: PartialEq> Extend<T> for Few<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, all: I) {
        all.into_iter().for_each(|it| self.insert(it));
    }
}

impl<T> IntoIterator for Few<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_vec().into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Few<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// What identifies an object while migrations are replayed: the replay holds each a dozen times.
pub(super) type Key = Shared<Parts>;

/// What a [`Key`] is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Parts {
    pub namespace: Namespace,
    pub schema: Option<Ident>,
    pub name: Ident,
    pub member: Option<(ObjectKind, Ident)>,
}

impl Pooled for Parts {
    fn pool() -> &'static Pool<Self> {
        static KEYS: Pool<Parts> = Pool::new();
        &KEYS
    }
}

impl Key {
    /// The key of a fully named object.
    pub fn of(object: &ObjectName) -> Self {
        Self::in_schema(object, object.schema.clone())
    }

    /// The key the object has if it is in `schema`.
    pub fn in_schema(object: &ObjectName, schema: Option<Ident>) -> Self {
        let member = object.member.clone().map(|member| (object.kind, member));
        let namespace = match (object.kind, &member) {
            (ObjectKind::EnumLabel, _) => Namespace::Type,
            (ObjectKind::UserMapping, _) => Namespace::Other(ObjectKind::ForeignServer),
            (_, Some(_)) => Namespace::Relation,
            (kind, None) => kind.namespace(),
        };
        Parts { namespace, schema, name: object.name.clone(), member }.into()
    }

    /// What a member belongs to; the object itself if it is no member.
    pub fn owner(&self) -> Self {
        if self.member.is_none() {
            return self.clone();
        }
        self.with(|it| it.member = None)
    }

    /// The same but for a change.
    pub fn with(&self, change: impl FnOnce(&mut Parts)) -> Self {
        let mut parts = Parts::clone(self);
        change(&mut parts);
        parts.into()
    }

    /// The member's name, or the object's own.
    pub fn last_name(&self) -> &Ident {
        self.member.as_ref().map_or(&self.name, |(_, name)| name)
    }

    /// The same name in the namespace of relations: a table's row type goes by the table's name.
    pub fn as_relation(&self) -> Self {
        if self.namespace == Namespace::Relation {
            return self.clone();
        }
        self.with(|it| it.namespace = Namespace::Relation)
    }

    /// A member of this object.
    pub fn member(&self, kind: ObjectKind, name: Ident) -> Self {
        self.with(|it| it.member = Some((kind, name)))
    }

    /// The key it has after a move.
    pub fn moved(&self, by: &Move) -> Self {
        self.with(|it| {
            it.schema = by.schema.clone().or(it.schema.take());
            match (&mut it.member, &by.name) {
                (Some((_, member)), Some(name)) => member.clone_from(name),
                (None, Some(name)) => it.name.clone_from(name),
                (_, None) => {}
            }
        })
    }

    /// The object's name, given what kind it is.
    pub fn object(&self, kind: ObjectKind) -> ObjectName {
        let (kind, member) = match &self.member {
            Some((kind, name)) => (*kind, Some(name.clone())),
            None => (kind, None),
        };
        ObjectName { kind, schema: self.schema.clone(), name: self.name.clone(), member, arguments: None }
    }
}

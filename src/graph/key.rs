use std::ops::Deref;

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use crate::model::{Ident, Namespace, ObjectKind, ObjectName, Shared};
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

/// What identifies an object while migrations are replayed: its name, with one kind for all that share a namespace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key(Shared<ObjectName>);

impl Deref for Key {
    type Target = ObjectName;

    fn deref(&self) -> &ObjectName {
        &self.0
    }
}

/// The kind that stands for all of a namespace.
const fn kind_of(namespace: Namespace) -> ObjectKind {
    match namespace {
        Namespace::Relation => ObjectKind::Table,
        Namespace::Type => ObjectKind::Type,
        Namespace::Routine => ObjectKind::Function,
        Namespace::Other(kind) => kind,
    }
}

impl Key {
    /// The key of a fully named object.
    pub fn of(object: &ObjectName) -> Self {
        Self::in_schema(object, object.schema.clone())
    }

    /// The key the object has if it is in `schema`.
    pub fn in_schema(object: &ObjectName, schema: Option<Ident>) -> Self {
        let kind = if object.member.is_some() { object.kind } else { kind_of(object.kind.namespace()) };
        Self(Shared::from(ObjectName { kind, schema, arguments: None, ..object.clone() }))
    }

    /// Where its name, or that of what it is a member of, can be only once.
    pub fn namespace(&self) -> Namespace {
        match (self.kind, &self.member) {
            (ObjectKind::EnumLabel, _) => Namespace::Type,
            (ObjectKind::UserMapping, _) => Namespace::Other(ObjectKind::ForeignServer),
            (_, Some(_)) => Namespace::Relation,
            (kind, None) => kind.namespace(),
        }
    }

    /// What kind of member it is, and its name as such; `None` if it is no member.
    pub fn as_member(&self) -> Option<(ObjectKind, &Ident)> {
        self.member.as_ref().map(|name| (self.kind, name))
    }

    /// What a member belongs to; the object itself if it is no member.
    pub fn owner(&self) -> Self {
        if self.member.is_none() {
            return self.clone();
        }
        let kind = kind_of(self.namespace());
        self.with(|it| (it.kind, it.member) = (kind, None))
    }

    /// Whether another is this object, or a member of it.
    pub fn has(&self, other: &Self) -> bool {
        self.member.is_none()
            && (&self.schema, &self.name) == (&other.schema, &other.name)
            && self.namespace() == other.namespace()
    }

    /// The same but for a change.
    pub fn with(&self, change: impl FnOnce(&mut ObjectName)) -> Self {
        let mut name = ObjectName::clone(self);
        change(&mut name);
        Self(name.into())
    }

    /// The member's name, or the object's own.
    pub fn last_name(&self) -> &Ident {
        self.member.as_ref().unwrap_or(&self.name)
    }

    /// The same name in the namespace of relations: a table's row type goes by the table's name.
    pub fn as_relation(&self) -> Self {
        if self.namespace() == Namespace::Relation {
            return self.clone();
        }
        self.with(|it| {
            if it.member.is_none() {
                it.kind = kind_of(Namespace::Relation);
            }
        })
    }

    /// A member of this object.
    pub fn member(&self, kind: ObjectKind, name: Ident) -> Self {
        self.with(|it| (it.kind, it.member) = (kind, Some(name)))
    }

    /// What is to this object as another is to its owner: the member of the same name, or the object itself.
    pub fn same_as(&self, other: &Self) -> Self {
        match other.as_member() {
            Some((kind, name)) => self.member(kind, name.clone()),
            None => self.owner(),
        }
    }

    /// The key it has after a move.
    pub fn moved(&self, by: &Move) -> Self {
        self.with(|it| {
            it.schema = by.schema.clone().or(it.schema.take());
            match (&mut it.member, &by.name) {
                (Some(member), Some(name)) => member.clone_from(name),
                (None, Some(name)) => it.name.clone_from(name),
                (_, None) => {}
            }
        })
    }

    /// The object's name, given what kind it is.
    pub fn object(&self, kind: ObjectKind) -> ObjectName {
        let kind = if self.member.is_some() { self.kind } else { kind };
        ObjectName { kind, ..ObjectName::clone(self) }
    }
}

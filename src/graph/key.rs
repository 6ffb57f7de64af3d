use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;

use crate::model::{Ident, Namespace, ObjectKind, ObjectName};

/// A map for lookups by key: as quick as a hash, and its order is that of the insertions.
pub(super) type Map<K, V> = IndexMap<K, V, FxBuildHasher>;
/// The like without values.
pub(super) type Set<K> = IndexSet<K, FxBuildHasher>;

/// What identifies an object while migrations are replayed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub namespace: Namespace,
    pub schema: Option<Ident>,
    pub name: Ident,
    pub member: Option<(ObjectKind, Ident)>,
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
        Self { namespace, schema, name: object.name.clone(), member }
    }

    /// What a member belongs to; the object itself if it is no member.
    pub fn owner(&self) -> Self {
        Self { member: None, ..self.clone() }
    }

    /// The same name in the namespace of relations: a table's row type goes by the table's name.
    pub fn as_relation(&self) -> Self {
        Self { namespace: Namespace::Relation, ..self.clone() }
    }

    /// A member of this object.
    pub fn member(&self, kind: ObjectKind, name: Ident) -> Self {
        Self { member: Some((kind, name)), ..self.clone() }
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

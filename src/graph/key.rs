use crate::model::{Ident, ObjectKind, ObjectName};

/// Objects with the same space, schema and name can't exist at once: what PostgreSQL keeps in one catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Space {
    /// Tables, views, sequences and indexes (`pg_class`).
    Relation,
    /// Types of every kind (`pg_type`).
    Type,
    /// Functions, procedures and aggregates (`pg_proc`), overloads taken together.
    Routine,
    /// Each other kind is a space of its own.
    Other(ObjectKind),
}

/// What identifies an object while migrations are replayed. A relation's members sort right behind it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub space: Space,
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
        let space = match (object.kind, &member) {
            (ObjectKind::EnumLabel, _) | (ObjectKind::Type | ObjectKind::Enum | ObjectKind::Domain, None) => {
                Space::Type
            }
            (ObjectKind::UserMapping, _) => Space::Other(ObjectKind::ForeignServer),
            (_, Some(_))
            | (
                ObjectKind::Table
                | ObjectKind::View
                | ObjectKind::MaterializedView
                | ObjectKind::ForeignTable
                | ObjectKind::Sequence
                | ObjectKind::Index,
                None,
            ) => Space::Relation,
            (ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Aggregate, None) => Space::Routine,
            (kind, None) => Space::Other(kind),
        };
        Self { space, schema, name: object.name.clone(), member }
    }

    /// What a member belongs to; the object itself if it is no member.
    pub fn owner(&self) -> Self {
        Self { member: None, ..self.clone() }
    }

    /// The same name in the space of relations: a table's row type goes by the table's name.
    pub fn as_relation(&self) -> Self {
        Self { space: Space::Relation, ..self.clone() }
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

/// Whether objects of this kind live in schemas, so that a name without one is looked up.
pub(super) const fn lives_in_schema(kind: ObjectKind) -> bool {
    !matches!(
        kind,
        ObjectKind::Schema
            | ObjectKind::Role
            | ObjectKind::Extension
            | ObjectKind::ForeignDataWrapper
            | ObjectKind::ForeignServer
            | ObjectKind::UserMapping
            | ObjectKind::Publication
            | ObjectKind::Subscription
            | ObjectKind::EventTrigger
            | ObjectKind::Language
            | ObjectKind::AccessMethod
            | ObjectKind::Tablespace
            | ObjectKind::Database
            | ObjectKind::Cast
    )
}

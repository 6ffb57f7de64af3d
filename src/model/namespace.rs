use super::ObjectKind;

/// What PostgreSQL keeps in one catalog: two objects with the same namespace, schema and name can't exist at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespace {
    /// Tables, views, sequences and indexes (`pg_class`).
    Relation,
    /// Types of every kind (`pg_type`).
    Type,
    /// Functions, procedures and aggregates (`pg_proc`), overloads taken together.
    Routine,
    /// Each other kind has a namespace of its own.
    Other(ObjectKind),
}

impl ObjectKind {
    /// The namespace that objects of this kind share.
    #[must_use]
    pub const fn namespace(self) -> Namespace {
        match self {
            Self::Table | Self::View | Self::MaterializedView | Self::ForeignTable | Self::Sequence | Self::Index => {
                Namespace::Relation
            }
            Self::Type | Self::Enum | Self::Domain => Namespace::Type,
            Self::Function | Self::Procedure | Self::Aggregate => Namespace::Routine,
            kind => Namespace::Other(kind),
        }
    }

    /// Whether objects of this kind live in schemas, so that a name without one is looked up.
    #[must_use]
    pub const fn lives_in_schema(self) -> bool {
        !matches!(
            self,
            Self::Schema
                | Self::Role
                | Self::Extension
                | Self::ForeignDataWrapper
                | Self::ForeignServer
                | Self::UserMapping
                | Self::Publication
                | Self::Subscription
                | Self::EventTrigger
                | Self::Language
                | Self::AccessMethod
                | Self::Tablespace
                | Self::Database
                | Self::Cast
                | Self::Transform
        )
    }
}

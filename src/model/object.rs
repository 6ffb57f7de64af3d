use std::fmt;

use super::{Ident, Interned, Pool, Pooled};

/// What kind of thing an [`ObjectName`] names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ObjectKind {
    /// A schema.
    Schema,
    /// An ordinary or partitioned table.
    Table,
    /// A view.
    View,
    /// A materialised view.
    MaterializedView,
    /// A foreign table.
    ForeignTable,
    /// A sequence.
    Sequence,
    /// An index.
    Index,
    /// A type whose exact kind is not known from the reference.
    Type,
    /// An enum type.
    Enum,
    /// One label of an enum (the member of the type's name).
    EnumLabel,
    /// A domain.
    Domain,
    /// A column (the member of its relation's name).
    Column,
    /// A table constraint (the member of its relation's name).
    Constraint,
    /// A trigger (the member of its relation's name).
    Trigger,
    /// A rewrite rule (the member of its relation's name).
    Rule,
    /// A row-security policy (the member of its relation's name).
    Policy,
    /// A function or window function.
    Function,
    /// A procedure.
    Procedure,
    /// An aggregate.
    Aggregate,
    /// An operator.
    Operator,
    /// An operator class.
    OperatorClass,
    /// An operator family.
    OperatorFamily,
    /// A cast, named by its two types.
    Cast,
    /// A transform, named by its type and language.
    Transform,
    /// A collation.
    Collation,
    /// An encoding conversion.
    Conversion,
    /// A text search configuration.
    TextSearchConfiguration,
    /// A text search dictionary.
    TextSearchDictionary,
    /// A text search parser.
    TextSearchParser,
    /// A text search template.
    TextSearchTemplate,
    /// An extended-statistics object.
    Statistics,
    /// A role.
    Role,
    /// An extension.
    Extension,
    /// A foreign-data wrapper.
    ForeignDataWrapper,
    /// A foreign server.
    ForeignServer,
    /// A user mapping (the role is the member of the server's name).
    UserMapping,
    /// A publication.
    Publication,
    /// A subscription.
    Subscription,
    /// An event trigger.
    EventTrigger,
    /// A procedural language.
    Language,
    /// An access method.
    AccessMethod,
    /// A tablespace.
    Tablespace,
    /// A database.
    Database,
}

impl ObjectKind {
    /// The words PostgreSQL's own messages use for the kind.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Table => "table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::ForeignTable => "foreign table",
            Self::Sequence => "sequence",
            Self::Index => "index",
            Self::Type => "type",
            Self::Enum => "enum",
            Self::EnumLabel => "enum label",
            Self::Domain => "domain",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Trigger => "trigger",
            Self::Rule => "rule",
            Self::Policy => "policy",
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Aggregate => "aggregate",
            Self::Operator => "operator",
            Self::OperatorClass => "operator class",
            Self::OperatorFamily => "operator family",
            Self::Cast => "cast",
            Self::Transform => "transform",
            Self::Collation => "collation",
            Self::Conversion => "conversion",
            Self::TextSearchConfiguration => "text search configuration",
            Self::TextSearchDictionary => "text search dictionary",
            Self::TextSearchParser => "text search parser",
            Self::TextSearchTemplate => "text search template",
            Self::Statistics => "statistics",
            Self::Role => "role",
            Self::Extension => "extension",
            Self::ForeignDataWrapper => "foreign-data wrapper",
            Self::ForeignServer => "foreign server",
            Self::UserMapping => "user mapping",
            Self::Publication => "publication",
            Self::Subscription => "subscription",
            Self::EventTrigger => "event trigger",
            Self::Language => "language",
            Self::AccessMethod => "access method",
            Self::Tablespace => "tablespace",
            Self::Database => "database",
        }
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The full name of one database object.
///
/// `schema` is `None` for objects that live outside schemas (roles, extensions, schemas themselves) and for
/// references that could not be resolved to a schema. `member` names what belongs to a relation or type
/// (column, constraint, trigger, policy, enum label). `arguments` is a routine's argument list as written
/// in its identity (`"uuid, text"`), or `None` where the reference does not say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    /// What it is.
    pub kind: ObjectKind,
    /// The schema it lives in, where it lives in one.
    pub schema: Option<Ident>,
    /// Its own name; for a member, the name of what it belongs to.
    pub name: Ident,
    /// The column, constraint, trigger, policy or label.
    pub member: Option<Ident>,
    /// A routine's identity arguments.
    pub arguments: Option<Interned>,
}

impl Pooled for ObjectName {
    fn pool() -> &'static Pool<Self> {
        static NAMES: Pool<ObjectName> = Pool::new();
        &NAMES
    }
}

impl ObjectName {
    /// An object outside any schema (role, extension, schema, server).
    #[must_use]
    pub const fn global(kind: ObjectKind, name: Ident) -> Self {
        Self { kind, schema: None, name, member: None, arguments: None }
    }

    /// An object in `schema`.
    #[must_use]
    pub const fn qualified(kind: ObjectKind, schema: Ident, name: Ident) -> Self {
        Self { kind, schema: Some(schema), name, member: None, arguments: None }
    }

    /// What belongs to this object under `member` (a column of this table, a label of this enum).
    #[must_use]
    pub fn member(&self, kind: ObjectKind, member: Ident) -> Self {
        Self { kind, schema: self.schema.clone(), name: self.name.clone(), member: Some(member), arguments: None }
    }

    /// The unique key over these columns of this table, whatever it is called; the order of columns does not matter.
    #[must_use]
    pub fn unique_key(&self, columns: &[Ident]) -> Self {
        let mut names: Vec<String> = columns.iter().map(ToString::to_string).collect();
        names.sort();
        self.member(ObjectKind::Index, Ident::exact(&format!("({})", names.join(", "))))
    }

    /// The name without its kind and arguments, as a person writes it: `public."User"."updatedAt"`.
    #[must_use]
    pub fn path(&self) -> String {
        self.parts().map(ToString::to_string).collect::<Vec<_>>().join(".")
    }

    /// The name for SQL, every part quoted, without arguments.
    #[must_use]
    pub fn quoted(&self) -> String {
        self.parts().map(Ident::quoted).collect::<Vec<_>>().join(".")
    }

    fn parts(&self) -> impl Iterator<Item = &Ident> {
        self.schema.iter().chain(std::iter::once(&self.name)).chain(self.member.iter())
    }
}

impl fmt::Display for ObjectName {
    /// Kind and name: `table public.organization`, `function auth.uid()`, `policy p on public.t`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner = || {
            let schema = self.schema.as_ref().map(|s| format!("{s}.")).unwrap_or_default();
            format!("{schema}{}", self.name)
        };
        match (self.kind, &self.member) {
            (ObjectKind::Column, Some(_)) => write!(f, "column {}", self.path()),
            (ObjectKind::EnumLabel, Some(label)) => write!(f, "enum label '{}' of {}", label.as_str(), owner()),
            (kind, Some(member)) => write!(f, "{kind} {member} on {}", owner()),
            (kind, None) => {
                write!(f, "{kind} {}", self.path())?;
                match (&self.arguments, kind) {
                    (Some(arguments), _) => write!(f, "({arguments})"),
                    (None, ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Aggregate) => f.write_str("()"),
                    _ => Ok(()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_as_a_person_writes_them() {
        let user = ObjectName::qualified(ObjectKind::Table, Ident::exact("public"), Ident::exact("User"));
        assert_eq!(user.to_string(), "table public.\"User\"");
        assert_eq!(
            user.member(ObjectKind::Column, Ident::exact("updatedAt")).to_string(),
            "column public.\"User\".\"updatedAt\""
        );
        assert_eq!(user.member(ObjectKind::Policy, Ident::exact("p")).to_string(), "policy p on public.\"User\"");
        assert_eq!(user.quoted(), "\"public\".\"User\"");
        let uid = ObjectName::qualified(ObjectKind::Function, Ident::exact("auth"), Ident::exact("uid"));
        assert_eq!(uid.to_string(), "function auth.uid()");
    }
}

use std::ops::Deref;
use std::sync::Arc;

use crate::model::{Ident, ObjectName, Span};

/// What a statement does to one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Brings it into being (`CREATE`, and what a `CREATE` implies: a serial's sequence, a key's index).
    Creates,
    /// Changes its definition.
    Alters,
    /// Changes what is said of it or allowed on it: a comment, a label, privileges.
    Annotates,
    /// Removes it.
    Drops,
    /// Needs it to exist when the statement runs.
    Requires,
    /// Names it in a routine body that PostgreSQL resolves only when the routine runs, or under a condition.
    RequiresLater,
    /// Runs the routine while the statement runs.
    Calls,
    /// Depends on all its columns as they are at that point (`SELECT *`, `LIKE`, `PARTITION OF`, an insert).
    ///
    /// Of a schema: depends on everything in it (`GRANT … ON ALL TABLES IN SCHEMA`).
    ReadsShape,
    /// Reads its rows.
    ReadsRows,
    /// Writes its rows.
    WritesRows,
}

impl Action {
    /// The verb, as in "creates table public.t".
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Creates => "creates",
            Self::Alters => "alters",
            Self::Annotates => "annotates",
            Self::Drops => "drops",
            Self::Requires => "requires",
            Self::RequiresLater => "requires later",
            Self::Calls => "calls",
            Self::ReadsShape => "reads the shape of",
            Self::ReadsRows => "reads rows of",
            Self::WritesRows => "writes rows of",
        }
    }
}

/// One effect on one object, with the place in the text that shows it.
///
/// Three names stand for what has none of its own: the column `*` of a created relation says that its columns can't all
/// be known from the text; an index with a member, such as `"(a, b)"` on `t`, is any unique key over these columns of
/// `t`; its member `"(primary key)"` is the primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// What is done.
    pub action: Action,
    /// To what. An unqualified reference has no schema; it is looked up through `search_path`.
    pub object: ObjectName,
    /// The `search_path` in force, first schema first; only references without a schema use it.
    pub search_path: SearchPath,
    /// Where the text shows it.
    pub span: Span,
    /// For something created: what it lives and dies with (a serial's sequence and its table, a partition and its
    /// parent). An index without a schema is in its table's.
    pub part_of: Option<Box<ObjectName>>,
}

/// The schemas searched for names that have none, first one first; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchPath(Arc<Box<[Ident]>>);

impl Deref for SearchPath {
    type Target = [Ident];

    fn deref(&self) -> &[Ident] {
        &self.0
    }
}

impl FromIterator<Ident> for SearchPath {
    fn from_iter<T: IntoIterator<Item = Ident>>(schemas: T) -> Self {
        Self(Arc::new(schemas.into_iter().collect()))
    }
}

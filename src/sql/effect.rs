use std::ops::Deref;

use super::SearchPath;
use crate::model::{ObjectName, Pool, Pooled, Shared, Span};

/// What a statement does to one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Brings it into being (`CREATE`, and what a `CREATE` implies: a serial's sequence, a key's index).
    Creates,
    /// Changes its definition.
    Alters,
    /// Changes its definition so that it becomes a part or child of another (`ATTACH PARTITION`, `INHERIT`).
    Joins,
    /// Changes its definition so that it is on its own again (`DETACH PARTITION`, `NO INHERIT`, `OWNED BY NONE`); without
    /// `part_of` it leaves whatever it is a part of.
    Leaves,
    /// Adds to what partitions and copies of a table get from it under names that PostgreSQL numbers in order.
    Names,
    /// Changes what is said of it or allowed on it: a comment, a label, privileges.
    Annotates,
    /// Removes it.
    Drops,
    /// Needs it to exist when the statement runs.
    Requires,
    /// Needs it if the statement gets there: under a condition, or in a routine body.
    RequiresLater,
    /// Runs the routine, or an operator's, while the statement runs.
    Calls,
    /// Depends on all its columns as they are at that point (`SELECT *`, `LIKE`, `PARTITION OF`, an insert).
    ///
    /// Of the index `*` of a table: depends on all its indexes, statistics, comments and sequences (`LIKE … INCLUDING ALL`).
    /// Of a schema: depends on everything in it (`GRANT … ON ALL TABLES IN SCHEMA`).
    ReadsShape,
    /// May change anything about it and about what belongs to it; of a schema, about everything in it.
    MayChange,
    /// Asks the catalog whether it exists or what it is like. Without a schema it is any object of that name, and a
    /// member of `*` is a member of that name of any object.
    LooksFor,
    /// Reads its rows.
    ReadsRows,
    /// Writes its rows.
    WritesRows,
    /// Looks whether it has the rows that others refer to.
    ReadsKeys,
    /// Adds rows.
    Inserts,
    /// Changes this column in rows that are there; of a table, any column. With `part_of`, every update of a row of that
    /// table does (a generated column).
    Updates,
    /// Removes some of its rows.
    Deletes,
    /// Removes all its rows, which no foreign key may refer to, and with `CASCADE` those of all that refer to it.
    Truncates,
    /// Of a unique key: the foreign key in `part_of` refers to it.
    Refers,
    /// Of a unique key: rows of the table of `part_of` go with those that its columns refer to (`ON DELETE CASCADE`).
    CascadesDelete,
    /// The same, but these columns change (`ON DELETE SET NULL`, `SET DEFAULT`).
    ClearsOnDelete,
    /// The columns of `part_of` change with the key they refer to (`ON UPDATE CASCADE`, `SET NULL`, `SET DEFAULT`).
    CascadesUpdate,
}

impl Action {
    /// The verb, as in "creates table public.t".
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Creates => "creates",
            Self::Alters => "alters",
            Self::Joins => "joins",
            Self::Leaves => "leaves",
            Self::Names => "names",
            Self::Annotates => "annotates",
            Self::Drops => "drops",
            Self::Requires => "requires",
            Self::RequiresLater => "requires later",
            Self::Calls => "calls",
            Self::ReadsShape => "reads the shape of",
            Self::MayChange => "may change",
            Self::LooksFor => "looks for",
            Self::ReadsRows => "reads rows of",
            Self::WritesRows => "writes rows of",
            Self::ReadsKeys => "reads keys of",
            Self::Inserts => "adds rows to",
            Self::Updates => "updates",
            Self::Deletes => "deletes rows of",
            Self::Truncates => "truncates",
            Self::Refers => "refers to",
            Self::CascadesDelete => "goes with rows of",
            Self::ClearsOnDelete => "is cleared with rows of",
            Self::CascadesUpdate => "changes with",
        }
    }

    /// Whether it says of a foreign key what it refers to, or what it does when that goes or changes.
    #[must_use]
    pub const fn is_of_foreign_key(self) -> bool {
        matches!(self, Self::Refers | Self::CascadesDelete | Self::ClearsOnDelete | Self::CascadesUpdate)
    }

    /// Whether it is about rows as they are when the statement runs.
    #[must_use]
    pub const fn is_of_rows(self) -> bool {
        matches!(
            self,
            Self::ReadsRows
                | Self::WritesRows
                | Self::ReadsKeys
                | Self::Inserts
                | Self::Updates
                | Self::Deletes
                | Self::Truncates
        )
    }
}

/// One effect on one object, with the place in the text that shows it.
///
/// Five names stand for what has none of its own: the column `*` of a created relation says that its columns can't all
/// be known from the text; an index with a member, such as `"(a, b)"` on `t`, is any unique key over these columns of
/// `t`, and `"(a, b) of some rows"` any partial one; its member `"(primary key)"` is the primary key; its member
/// `"_a_b_idx"` is how the names of the indexes end that its partitions and copies get from one over `a` and `b`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// On what. An unqualified reference has no schema; it is looked up through `search_path`.
    pub object: Shared<ObjectName>,
    /// Where the text shows it.
    pub span: Span,
    /// What is done.
    pub deed: Shared<Deed>,
}

/// What an effect does to its object; of a project's effects most do one of a few things.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Deed {
    /// What is done.
    pub action: Action,
    /// The `search_path` in force, first schema first; only references without a schema use it.
    pub search_path: SearchPath,
    /// For something that joins or leaves: what. For something created: what it lives and dies with (a serial's sequence and its table, a partition and its
    /// parent). An index without a schema is in its table's.
    /// For any unique key: the index behind it, or, where one is required, another that does as well; for a foreign key's action on it, the key made of the referring columns.
    pub part_of: Option<Shared<ObjectName>>,
    /// For something created: `IF NOT EXISTS` leaves alone what is there. For the rest of an `ADD COLUMN`: it counts
    /// only if the column wasn't there.
    pub unless_exists: bool,
    /// It stands under a condition, in a loop, in a routine's body, or where an error is caught: it may not happen.
    pub conditional: bool,
}

impl Effect {
    /// This done to that, as the text shows at this place.
    #[must_use]
    pub fn new(deed: Deed, object: ObjectName, span: Span) -> Self {
        Self { object: object.into(), span, deed: deed.into() }
    }

    /// Changes what is done.
    pub fn change(&mut self, change: impl FnOnce(&mut Deed)) {
        let mut deed = Deed::clone(&self.deed);
        change(&mut deed);
        self.deed = deed.into();
    }

    /// The same but for a change of what is done.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Deed)) -> Self {
        self.change(change);
        self
    }
}

impl Deref for Effect {
    type Target = Deed;

    fn deref(&self) -> &Deed {
        &self.deed
    }
}

impl Pooled for Deed {
    fn pool() -> &'static Pool<Self> {
        static DEEDS: Pool<Deed> = Pool::new();
        &DEEDS
    }
}

use std::sync::Arc;

use crate::model::{Ident, ObjectName, Span};

/// What a statement does to one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Brings it into being (`CREATE`, and what a `CREATE` implies: a serial's sequence, a key's index).
    Creates,
    /// Changes its definition.
    Alters,
    /// Removes it.
    Drops,
    /// Needs it to exist when the statement runs.
    Requires,
    /// Names it in a routine body that PostgreSQL resolves only when the routine runs.
    RequiresLater,
    /// Reads its rows.
    ReadsRows,
    /// Writes its rows.
    WritesRows,
}

/// One effect on one object, with the place in the text that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// What is done.
    pub action: Action,
    /// To what. An unqualified reference has no schema; it is looked up through `search_path`.
    pub object: ObjectName,
    /// The `search_path` in force, first schema first; only references without a schema use it.
    pub search_path: Arc<[Ident]>,
    /// Where the text shows it.
    pub span: Span,
}

use super::Effect;
use crate::model::{LockMode, ObjectName, Span};

/// One migration file as parsed: its statements in order.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// In file order.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its text, without the closing semicolon and without leading comments.
    pub span: Span,
    /// What it is, in PostgreSQL's own words: `CREATE TABLE`, `ALTER TABLE`, `DO`.
    pub tag: String,
    /// In text order.
    pub effects: Vec<Effect>,
    /// Table-level locks it takes on relations that existed before it.
    pub locks: Vec<Lock>,
    /// Where it may run.
    pub transaction: Transaction,
    /// Set for `CREATE INDEX CONCURRENTLY`, whose interruption leaves an invalid index.
    pub concurrent_index: Option<ConcurrentIndex>,
    /// Why its effects can't be known from the text, if they can't.
    pub opaque: Option<String>,
}

/// A table-level lock a statement takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lock {
    /// On which relation.
    pub object: ObjectName,
    /// How strong.
    pub mode: LockMode,
}

/// Where a statement may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transaction {
    /// Anywhere.
    Either,
    /// Only outside a transaction block, with PostgreSQL's reason (`CREATE INDEX CONCURRENTLY`, `VACUUM`).
    Outside,
    /// It is transaction control itself: `BEGIN`, `COMMIT`, `ROLLBACK`, `SAVEPOINT`.
    Control,
}

/// What `CREATE INDEX CONCURRENTLY` builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConcurrentIndex {
    /// The index in its table's schema; `None` when PostgreSQL chooses the name.
    pub index: Option<ObjectName>,
    /// Its table.
    pub table: ObjectName,
    /// `IF NOT EXISTS` was given, which would accept an invalid index of that name.
    pub if_not_exists: bool,
}

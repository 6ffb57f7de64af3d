use std::fmt;

/// PostgreSQL's table-level lock modes, weakest first.
///
/// Source: PostgreSQL 18 documentation, 13.3.1 "Table-Level Locks".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockMode {
    /// `SELECT`. Conflicts with `AccessExclusive` alone.
    AccessShare,
    /// `SELECT … FOR UPDATE` and its kin.
    RowShare,
    /// `INSERT`, `UPDATE`, `DELETE`, `MERGE`.
    RowExclusive,
    /// `VACUUM`, `ANALYZE`, `CREATE INDEX CONCURRENTLY`, `VALIDATE CONSTRAINT`.
    ShareUpdateExclusive,
    /// `CREATE INDEX`: writers wait.
    Share,
    /// `CREATE TRIGGER`, adding a foreign key: writers wait.
    ShareRowExclusive,
    /// `REFRESH MATERIALIZED VIEW CONCURRENTLY`: everything but plain reads waits.
    Exclusive,
    /// `DROP TABLE`, most forms of `ALTER TABLE`: readers wait too.
    AccessExclusive,
}

impl LockMode {
    /// The name as the documentation and `pg_locks` readers know it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// What other sessions notice while it is held.
    #[must_use]
    pub const fn consequence(self) -> Option<&'static str> {
        match self {
            Self::AccessExclusive => Some("blocks reads and writes"),
            Self::Exclusive | Self::ShareRowExclusive | Self::Share => Some("blocks writes"),
            Self::ShareUpdateExclusive | Self::RowExclusive | Self::RowShare | Self::AccessShare => None,
        }
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

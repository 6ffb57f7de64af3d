use tokio_postgres::types::Type;

use super::LedgerError;
use crate::db::Session;
use crate::model::Ident;

/// A runner whose history can be taken over: its files have the same names as ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// refinery: `refinery_schema_history`.
    Refinery,
    /// Flyway: `flyway_schema_history`.
    Flyway,
}

/// One row of another runner's history, in the order in which it wrote them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignEntry {
    /// Its version as the other runner writes it; absent for a repeatable migration.
    pub version: Option<String>,
    /// The file, or what stands for it: `V2__users.sql`, `V2__users`.
    pub name: String,
    /// What happened.
    pub event: ForeignEvent,
}

/// What a row of another runner's history says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignEvent {
    /// It was applied.
    Applied,
    /// It was reverted.
    Reverted,
    /// Everything up to it counts as applied.
    Baseline,
    /// It was tried and failed.
    Failed,
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Refinery, Self::Flyway];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refinery => "refinery",
            Self::Flyway => "flyway",
        }
    }

    /// The table that holds its history, unless it was given another name.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Self::Refinery => "refinery_schema_history",
            Self::Flyway => "flyway_schema_history",
        }
    }

    const fn query(self) -> &'static str {
        match self {
            Self::Refinery => {
                "SELECT version::text, 'V' || version::text || '__' || name::text, 'SQL'::text, true \
                 FROM {table} ORDER BY version"
            }
            Self::Flyway => {
                "SELECT version::text, script::text, type::text, success FROM {table} ORDER BY installed_rank"
            }
        }
    }

    /// Its history in this database, with the table's full name; `None` when it has none. The ledger's own schema, which
    /// refinery versions too, does not count.
    ///
    /// # Errors
    /// When the role may not read the table, or the connection breaks.
    pub async fn history(
        self,
        session: &Session,
        ledger: &Ident,
    ) -> Result<Option<(String, Vec<ForeignEntry>)>, LedgerError> {
        let found = session
            .client()
            .query_typed_opt(
                "SELECT n.nspname::text FROM pg_catalog.pg_class c
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                 WHERE c.relname = $1 AND c.relkind IN ('r', 'p') AND n.nspname <> $2
                 ORDER BY n.nspname = ANY (pg_catalog.current_schemas(false)) DESC, n.nspname
                 LIMIT 1",
                &[(&self.table(), Type::NAME), (&ledger.as_str(), Type::NAME)],
            )
            .await?;
        let Some(row) = found else { return Ok(None) };
        let schema = Ident::exact(row.try_get(0)?);
        let table = Ident::exact(self.table());
        let query = self.query().replace("{table}", &format!("{}.{}", schema.quoted(), table.quoted()));
        let mut entries = Vec::new();
        for row in session.client().query_typed(&query, &[]).await? {
            let (kind, succeeded): (String, bool) = (row.try_get(2)?, row.try_get(3)?);
            let event = match kind.as_str() {
                // Made by Flyway itself; it has no file.
                "SCHEMA" => continue,
                _ if !succeeded => ForeignEvent::Failed,
                "BASELINE" => ForeignEvent::Baseline,
                kind if kind.starts_with("UNDO") || kind == "DELETE" => ForeignEvent::Reverted,
                _ => ForeignEvent::Applied,
            };
            entries.push(ForeignEntry { version: row.try_get(0)?, name: row.try_get(1)?, event });
        }
        Ok(Some((format!("{schema}.{table}"), entries)))
    }
}

use tokio_postgres::types::Type;

use super::LedgerError;
use crate::db::Session;
use crate::model::Ident;

/// A runner whose history can be taken over: its files are read as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// refinery.
    Refinery,
    /// Flyway.
    Flyway,
    /// sqlx.
    Sqlx,
    /// Diesel.
    Diesel,
    /// Prisma Migrate.
    Prisma,
    /// golang-migrate, which keeps only the version it has come to.
    GolangMigrate,
    /// dbmate.
    Dbmate,
    /// goose.
    Goose,
}

/// What another runner says was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignHistory {
    /// Whose it is.
    pub tool: Tool,
    /// Its table, with the schema.
    pub table: String,
    /// In the order in which it wrote them.
    pub entries: Vec<ForeignEntry>,
}

/// One row of another runner's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignEntry {
    /// Its version as the other runner writes it; absent where the name alone tells which migration it is.
    pub version: Option<String>,
    /// The file, or what stands for it: `V2__users.sql`, `V2__users`, `2`.
    pub name: String,
    /// What happened.
    pub event: ForeignEvent,
    /// Of the file, as the other runner writes it.
    pub checksum: Option<String>,
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
    /// It and everything before it is applied.
    UpTo,
    /// It was tried and failed.
    Failed,
}

impl Tool {
    /// All of them; of two that call their table the same, first the one with a column that the other has not.
    pub const ALL: [Self; 8] = [
        Self::Refinery,
        Self::Flyway,
        Self::Sqlx,
        Self::Diesel,
        Self::Prisma,
        Self::GolangMigrate,
        Self::Dbmate,
        Self::Goose,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refinery => "refinery",
            Self::Flyway => "Flyway",
            Self::Sqlx => "sqlx",
            Self::Diesel => "Diesel",
            Self::Prisma => "Prisma",
            Self::GolangMigrate => "golang-migrate",
            Self::Dbmate => "dbmate",
            Self::Goose => "goose",
        }
    }

    /// The table that holds its history, unless it was given another name, and a column by which to know it.
    const fn marks(self) -> (&'static str, &'static str) {
        match self {
            Self::Refinery => ("refinery_schema_history", "applied_on"),
            Self::Flyway => ("flyway_schema_history", "installed_rank"),
            Self::Sqlx => ("_sqlx_migrations", "installed_on"),
            Self::Diesel => ("__diesel_schema_migrations", "run_on"),
            Self::Prisma => ("_prisma_migrations", "rolled_back_at"),
            Self::GolangMigrate => ("schema_migrations", "dirty"),
            Self::Dbmate => ("schema_migrations", "version"),
            Self::Goose => ("goose_db_version", "is_applied"),
        }
    }

    /// The table that holds its history, unless it was given another name.
    #[must_use]
    pub const fn table(self) -> &'static str {
        self.marks().0
    }

    /// How to get over a migration that it has begun and not finished.
    #[must_use]
    pub const fn way_out_of_failure(self) -> &'static str {
        match self {
            Self::Flyway => "undo what is left of it and run `flyway repair`, then adopt",
            Self::Prisma => {
                "finish it or undo what is left of it, say so with `prisma migrate resolve --applied` or `--rolled-back`, then adopt"
            }
            Self::GolangMigrate => {
                "finish it or undo what is left of it, say so with golang-migrate's `force VERSION`, then adopt"
            }
            _ => "undo what is left of it and delete its row, or finish it with the runner that began it, then adopt",
        }
    }

    /// Version, name, what happened (as the names of [`ForeignEvent`]), checksum.
    const fn query(self) -> &'static str {
        match self {
            Self::Refinery => {
                "SELECT version::text, 'V' || version::text || '__' || name::text, 'Applied', checksum::text
                 FROM {table} ORDER BY version"
            }
            // `SCHEMA` was made by Flyway itself; it has no file.
            Self::Flyway => {
                "SELECT version::text, script::text,
                        CASE WHEN NOT success THEN 'Failed' WHEN type::text = 'BASELINE' THEN 'Baseline'
                             WHEN type::text LIKE 'UNDO%' OR type::text = 'DELETE' THEN 'Reverted' ELSE 'Applied' END,
                        CASE WHEN type::text = 'SQL' THEN checksum::text END
                 FROM {table} WHERE type::text <> 'SCHEMA' ORDER BY installed_rank"
            }
            Self::Sqlx => {
                "SELECT version::text, version::text || '_' || pg_catalog.replace(description, ' ', '_'),
                        CASE WHEN success THEN 'Applied' ELSE 'Failed' END, pg_catalog.encode(checksum, 'hex')
                 FROM {table} ORDER BY version"
            }
            Self::Diesel => {
                "SELECT version::text, version::text, 'Applied', NULL::text FROM {table} ORDER BY run_on, version"
            }
            Self::Prisma => {
                "SELECT NULL::text, migration_name::text,
                        CASE WHEN rolled_back_at IS NOT NULL THEN 'Reverted' WHEN finished_at IS NULL THEN 'Failed'
                             ELSE 'Applied' END,
                        checksum::text
                 FROM {table} ORDER BY started_at, migration_name"
            }
            Self::GolangMigrate => {
                "SELECT version::text, version::text, CASE WHEN dirty THEN 'Failed' ELSE 'UpTo' END, NULL::text
                 FROM {table}"
            }
            Self::Dbmate => "SELECT version::text, version::text, 'Applied', NULL::text FROM {table} ORDER BY version",
            // Its first row stands for the table itself.
            Self::Goose => {
                "SELECT version_id::text, version_id::text, CASE WHEN is_applied THEN 'Applied' ELSE 'Reverted' END,
                        NULL::text
                 FROM {table} WHERE version_id > 0 ORDER BY id"
            }
        }
    }

    /// Its history in this database; `None` when it has none. The ledger's own schema, which refinery versions too, does
    /// not count.
    ///
    /// # Errors
    /// When the role may not read the table, or the connection breaks.
    pub async fn history(self, session: &Session, ledger: &Ident) -> Result<Option<ForeignHistory>, LedgerError> {
        let (table, column) = self.marks();
        let found = session
            .client()
            .query_typed_opt(
                "SELECT n.nspname::text FROM pg_catalog.pg_class c
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                 JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = $3 AND NOT a.attisdropped
                 WHERE c.relname = $1 AND c.relkind IN ('r', 'p') AND n.nspname <> $2
                 ORDER BY n.nspname = ANY (pg_catalog.current_schemas(false)) DESC, n.nspname
                 LIMIT 1",
                &[(&table, Type::NAME), (&ledger.as_str(), Type::NAME), (&column, Type::NAME)],
            )
            .await?;
        let Some(row) = found else { return Ok(None) };
        let (schema, table) = (Ident::exact(row.try_get(0)?), Ident::exact(table));
        let query = self.query().replace("{table}", &format!("{}.{}", schema.quoted(), table.quoted()));
        let mut entries = Vec::new();
        for row in session.client().query_typed(&query, &[]).await? {
            let event = match row.try_get(2)? {
                "Failed" => ForeignEvent::Failed,
                "Baseline" => ForeignEvent::Baseline,
                "Reverted" => ForeignEvent::Reverted,
                "UpTo" => ForeignEvent::UpTo,
                _ => ForeignEvent::Applied,
            };
            entries.push(ForeignEntry {
                version: row.try_get(0)?,
                name: row.try_get(1)?,
                event,
                checksum: row.try_get(3)?,
            });
        }
        Ok(Some(ForeignHistory { tool: self, table: format!("{schema}.{table}"), entries }))
    }
}

/// A runner whose migrations are not files of SQL that stand in an order by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// Its name.
    pub tool: &'static str,
    /// Its table, with the schema.
    pub table: String,
}

/// The tables of such runners, by a column that tells them from others.
const STRANGERS: &[(&str, &str, &str)] = &[
    ("alembic_version", "version_num", "Alembic"),
    ("django_migrations", "applied", "Django"),
    ("ar_internal_metadata", "key", "Rails"),
    ("databasechangelog", "orderexecuted", "Liquibase"),
    ("changes", "change_id", SQITCH),
];

/// Whose files are SQL, in the order of a plan.
const SQITCH: &str = "Sqitch";

impl Stranger {
    /// One whose table is in this database.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn find(session: &Session) -> Result<Option<Self>, LedgerError> {
        for (table, column, tool) in STRANGERS {
            let found = session
                .client()
                .query_typed_opt(
                    "SELECT c.oid::pg_catalog.regclass::text FROM pg_catalog.pg_class c
                     JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = $2
                     WHERE c.relname = $1 AND c.relkind = 'r' LIMIT 1",
                    &[(table, Type::NAME), (column, Type::NAME)],
                )
                .await?;
            if let Some(row) = found {
                return Ok(Some(Self { tool, table: row.try_get(0)? }));
            }
        }
        Ok(None)
    }

    /// How to go on from its migrations.
    #[must_use]
    pub fn way_out(&self) -> &'static str {
        if self.tool == SQITCH {
            "number the deploy scripts in the order of `sqitch.plan` (`V0001__…`), name each revert script like its deploy script \
             with `.down.sql`, then set `migrate baseline` at the last one deployed"
        } else {
            "its migrations are programs: make the database as it is the first migration (`pg_dump --schema-only`), then set \
             `migrate baseline` there"
        }
    }
}

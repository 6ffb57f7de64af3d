use super::record::literal;
use crate::model::{Checksum, Ident, MigrationId};

/// What the ledger holds of a migration that was not applied by a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub id: MigrationId,
    /// Its version as in the file name.
    pub version: Option<String>,
    /// Its name.
    pub name: String,
    /// SHA-256 of the file.
    pub checksum: Checksum,
    /// SHA-256 of its tokens.
    pub normalised_checksum: Checksum,
}

/// One change of the ledger without running a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It counts as applied, though it did not run here, or not to its end.
    Baseline(Record),
    /// The file as it is now counts as what was applied.
    Accept(Record),
    /// What was applied under another id, or begun, is this file.
    Rename {
        /// The id until now.
        from: MigrationId,
        /// The file.
        to: Record,
    },
    /// It was never applied here.
    Forget {
        /// Which.
        id: MigrationId,
        /// SHA-256 of the file that was applied.
        checksum: Checksum,
    },
    /// An interrupted piece has finished.
    Finished {
        /// Of which migration.
        id: MigrationId,
        /// Which piece, from 0.
        step: usize,
        /// SHA-256 of its SQL.
        checksum: Checksum,
    },
    /// A piece was not begun.
    Undone {
        /// Of which migration.
        id: MigrationId,
        /// Which piece, from 0.
        step: usize,
        /// SHA-256 of its SQL.
        checksum: Checksum,
    },
}

impl Change {
    /// SQL that makes the change and writes it into the history, to stand in a fenced transaction.
    #[must_use]
    pub fn sql(&self, schema: &Ident, run: i64) -> String {
        let schema = schema.quoted();
        let history = |event: &str, id: &MigrationId, checksum: Checksum| {
            format!(
                "INSERT INTO {schema}.history (event, migration, checksum, run_id) \
                 VALUES ('{event}', {}, '{checksum}', {run})",
                literal(id.as_str())
            )
        };
        match self {
            Self::Baseline(it) => format!(
                "DELETE FROM {schema}.intents WHERE migration = {id}; INSERT INTO {schema}.applied \
                 (id, version, name, checksum, normalised_checksum, duration_us, run_id, tool_version) \
                 VALUES ({id}, {version}, {name}, '{checksum}', '{normalised}', 0, {run}, {tool}); {history}",
                id = literal(it.id.as_str()),
                version = it.version.as_deref().map_or_else(|| "NULL".to_owned(), literal),
                name = literal(&it.name),
                checksum = it.checksum,
                normalised = it.normalised_checksum,
                tool = literal(env!("CARGO_PKG_VERSION")),
                history = history("baseline", &it.id, it.checksum),
            ),
            Self::Accept(it) => format!(
                "UPDATE {schema}.applied SET checksum = '{}', normalised_checksum = '{}' WHERE id = {}; {}",
                it.checksum,
                it.normalised_checksum,
                literal(it.id.as_str()),
                history("repaired", &it.id, it.checksum),
            ),
            Self::Rename { from, to } => format!(
                "UPDATE {schema}.applied SET id = {id}, version = {version}, name = {name}, checksum = '{checksum}', \
                 normalised_checksum = '{normalised}' WHERE id = {from}; \
                 UPDATE {schema}.intents SET migration = {id} WHERE migration = {from}; {forgotten}; {history}",
                id = literal(to.id.as_str()),
                version = to.version.as_deref().map_or_else(|| "NULL".to_owned(), literal),
                name = literal(&to.name),
                checksum = to.checksum,
                normalised = to.normalised_checksum,
                forgotten = history("forgotten", from, to.checksum),
                history = history("repaired", &to.id, to.checksum),
                from = literal(from.as_str()),
            ),
            Self::Forget { id, checksum } => format!(
                "DELETE FROM {schema}.applied WHERE id = {id}; DELETE FROM {schema}.intents WHERE migration = {id}; {}",
                history("forgotten", id, *checksum),
                id = literal(id.as_str()),
            ),
            Self::Finished { id, step, checksum } => format!(
                "UPDATE {schema}.intents SET finished_at = pg_catalog.clock_timestamp() \
                 WHERE migration = {} AND step = {step}; {}",
                literal(id.as_str()),
                history("repaired", id, *checksum),
            ),
            Self::Undone { id, step, checksum } => format!(
                "DELETE FROM {schema}.intents WHERE migration = {} AND step = {step}; {}",
                literal(id.as_str()),
                history("repaired", id, *checksum),
            ),
        }
    }
}

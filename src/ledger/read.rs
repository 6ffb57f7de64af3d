use std::time::Duration;

use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use super::{Identity, Intent, LeaseHolder, LedgerError, SCHEMA_VERSION, identity};
use crate::db::Session;
use crate::model::{Checksum, Ident, MigrationId};

/// What the database says was applied, read at one moment.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// Whether the ledger's tables exist; without them nothing was ever applied here.
    pub installed: bool,
    /// In the order in which they were applied.
    pub applied: Vec<Applied>,
    /// Steps of migrations that were begun and not recorded.
    pub intents: Vec<Intent>,
    /// Who holds the lease.
    pub lease: Option<LeaseHolder>,
    /// The database it was written in, if that is another one than this: it was copied here.
    pub copied_from: Option<Identity>,
}

/// One applied migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its id.
    pub id: MigrationId,
    /// Its version as it stood in the file name; absent for repeatables.
    pub version: Option<String>,
    /// Its name.
    pub name: String,
    /// SHA-256 of the file as applied.
    pub checksum: Checksum,
    /// SHA-256 of its tokens.
    pub normalised_checksum: Checksum,
    /// When, by the server's clock.
    pub applied_at: Timestamp,
    /// By which role.
    pub applied_by: String,
    /// How long it took, as the client saw it.
    pub duration: Duration,
}

/// One event of the ledger's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When, by the server's clock.
    pub happened_at: Timestamp,
    /// `applied`, `reapplied`, `reverted`, `repaired`, `forgotten` or `baseline`.
    pub event: String,
    /// To which migration.
    pub migration: MigrationId,
    /// SHA-256 of the file then.
    pub checksum: Checksum,
    /// How long it took.
    pub duration: Option<Duration>,
    /// By which role.
    pub done_by: String,
    /// In which run.
    pub run: i64,
    /// The tool's version in that run.
    pub tool_version: String,
}

impl Ledger {
    /// Reads the whole ledger with one query; a ledger that does not exist reads as empty.
    ///
    /// # Errors
    /// When the role may not read it (`USAGE` on the schema, `SELECT` on its tables), it was upgraded by a newer
    /// `migrate`, or the connection breaks.
    pub async fn read(session: &Session, schema: &Ident) -> Result<Self, LedgerError> {
        let query = include_str!("read.sql").replace("{schema}", &schema.quoted());
        let rows = match identity::rows(session, &query).await {
            Ok(rows) => rows,
            Err(error) if is_absent(&error) => match Self::version(session, schema).await? {
                None => return Ok(Self::default()),
                // Another run has made it between the two queries, or a table of it is gone.
                Some(_) => identity::rows(session, &query).await?,
            },
            Err(error) => return Err(error.into()),
        };
        let mut ledger = Self { installed: true, ..Self::default() };
        for row in &rows {
            match row.try_get::<_, &str>("what")? {
                "version" => check_version(schema, row.try_get("number")?)?,
                "applied" => ledger.applied.push(applied(row)?),
                "intent" => ledger.intents.push(Intent::from_row(row)?),
                "origin" => ledger.copied_from = copied_from(row)?,
                _ => ledger.lease = LeaseHolder::from_row(row)?,
            }
        }
        Ok(ledger)
    }

    /// The version of the ledger's own tables, `None` when there is no ledger.
    ///
    /// # Errors
    /// When a newer `migrate` made them, or the role may not read them.
    pub async fn version(session: &Session, schema: &Ident) -> Result<Option<i64>, LedgerError> {
        let query = format!("SELECT max(version)::int8 FROM {}.refinery_schema_history", schema.quoted());
        match session.client().query_typed_one(&query, &[]).await {
            Ok(row) => {
                let version: Option<i64> = row.try_get(0)?;
                version.map_or(Ok(()), |version| check_version(schema, version))?;
                Ok(version)
            }
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Everything that ever happened, oldest first.
    ///
    /// # Errors
    /// As for [`Ledger::read`].
    pub async fn history(session: &Session, schema: &Ident) -> Result<Vec<HistoryEntry>, LedgerError> {
        let query = include_str!("history.sql").replace("{schema}", &schema.quoted());
        match session.client().query_typed(&query, &[]).await {
            Ok(rows) => rows.iter().map(history_entry).collect(),
            Err(error) if is_absent(&error) && Self::version(session, schema).await?.is_none() => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// The applied migration with this id.
    #[must_use]
    pub fn find(&self, id: &MigrationId) -> Option<&Applied> {
        self.applied.iter().find(|applied| applied.id == *id)
    }
}

pub(super) fn is_absent(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME].contains(code))
}

pub(super) fn check_version(schema: &Ident, found: i64) -> Result<(), LedgerError> {
    if found > SCHEMA_VERSION {
        return Err(LedgerError::TooNew { schema: schema.clone(), found, known: SCHEMA_VERSION });
    }
    Ok(())
}

fn applied(row: &Row) -> Result<Applied, LedgerError> {
    let id: String = row.try_get("id")?;
    Ok(Applied {
        version: row.try_get("version")?,
        name: row.try_get("name")?,
        checksum: checksum(&id, row.try_get("checksum")?)?,
        normalised_checksum: checksum(&id, row.try_get("normalised_checksum")?)?,
        applied_at: timestamp(&id, row.try_get("at_us")?)?,
        applied_by: row.try_get("role")?,
        duration: duration(row.try_get("number")?),
        id: MigrationId::new(&id),
    })
}

fn copied_from(row: &Row) -> Result<Option<Identity>, LedgerError> {
    // An oid has 32 bits.
    let oid = |column| Ok::<_, LedgerError>(u32::try_from(row.try_get::<_, i64>(column)?).unwrap_or(u32::MAX));
    let written = Identity { database_oid: oid("at_us")?, system_identifier: row.try_get("version")? };
    let here = Identity { database_oid: oid("number")?, system_identifier: row.try_get("name")? };
    Ok((!written.agrees_with(&here)).then_some(written))
}

fn history_entry(row: &Row) -> Result<HistoryEntry, LedgerError> {
    let migration: String = row.try_get("migration")?;
    Ok(HistoryEntry {
        happened_at: timestamp(&migration, row.try_get("at_us")?)?,
        event: row.try_get("event")?,
        checksum: checksum(&migration, row.try_get("checksum")?)?,
        duration: row.try_get::<_, Option<i64>>("duration_us")?.map(duration),
        done_by: row.try_get("done_by")?,
        run: row.try_get("run_id")?,
        tool_version: row.try_get("tool_version")?,
        migration: MigrationId::new(&migration),
    })
}

pub(super) fn checksum(migration: &str, text: &str) -> Result<Checksum, LedgerError> {
    text.parse().map_err(|error: crate::model::UnreadableChecksum| LedgerError::Damaged {
        migration: migration.to_owned(),
        problem: error.to_string(),
    })
}

pub(super) fn timestamp(migration: &str, micros: i64) -> Result<Timestamp, LedgerError> {
    Timestamp::from_microsecond(micros)
        .map_err(|error| LedgerError::Damaged { migration: migration.to_owned(), problem: error.to_string() })
}

fn duration(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

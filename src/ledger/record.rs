use std::time::Duration;

use tokio_postgres::types::Type;

use super::{Lease, LedgerError};
use crate::db::Session;
use crate::model::{Checksum, MigrationId};

/// What is recorded of a migration that was just applied.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// Its id.
    pub id: &'a MigrationId,
    /// Its version as in the file name.
    pub version: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
    /// SHA-256 of the file.
    pub checksum: Checksum,
    /// SHA-256 of its tokens.
    pub normalised_checksum: Checksum,
    /// Whether it was applied before (a repeatable whose content changed).
    pub again: bool,
}

/// Opens a run and returns its number.
///
/// # Errors
/// When the lease is lost or the connection breaks.
pub async fn begin_run(
    session: &Session,
    lease: &Lease,
    plan_hash: Checksum,
    holder: &str,
) -> Result<i64, LedgerError> {
    let sql = format!(
        "WITH held AS MATERIALIZED (SELECT {schema}.fence($4))
         INSERT INTO {schema}.runs (plan_hash, tool_version, holder) SELECT $1, $2, $3 FROM held RETURNING id",
        schema = lease.schema().quoted()
    );
    let row = session
        .client()
        .query_typed_one(
            &sql,
            &[
                (&plan_hash.to_string(), Type::TEXT),
                (&env!("CARGO_PKG_VERSION"), Type::TEXT),
                (&holder, Type::TEXT),
                (&lease.token(), Type::INT8),
            ],
        )
        .await?;
    Ok(row.try_get(0)?)
}

/// Closes a run with its outcome, `succeeded` or `failed`.
///
/// # Errors
/// When the connection breaks.
pub async fn finish_run(session: &Session, lease: &Lease, run: i64, outcome: &str) -> Result<(), LedgerError> {
    let sql = format!(
        "UPDATE {}.runs SET outcome = $2, finished_at = pg_catalog.clock_timestamp() WHERE id = $1",
        lease.schema().quoted()
    );
    session.client().execute_typed(&sql, &[(&run, Type::INT8), (&outcome, Type::TEXT)]).await?;
    Ok(())
}

/// SQL that records the migration as applied and clears its intents, to stand in the transaction that applies it.
///
/// Text and not parameters, because it travels in one message with the migration itself, which the extended
/// protocol can't carry. Every value is a number or goes through `literal`. `duration` is an SQL expression in
/// microseconds, because the transaction that records it has not finished yet.
#[must_use]
pub fn record_applied(lease: &Lease, run: i64, entry: &Entry<'_>, duration: &RecordedDuration) -> String {
    format!(
        "SELECT {schema}.record_applied({id}, {version}, {name}, '{checksum}', '{normalised}', {micros}, {run}, {tool}, {again})",
        schema = lease.schema().quoted(),
        id = literal(entry.id.as_str()),
        version = entry.version.map_or_else(|| "NULL".to_owned(), literal),
        name = literal(entry.name),
        checksum = entry.checksum,
        normalised = entry.normalised_checksum,
        micros = duration.sql(),
        tool = literal(env!("CARGO_PKG_VERSION")),
        again = entry.again,
    )
}

/// SQL that records the migration as reverted and clears its intents, to stand in the transaction that reverts it.
#[must_use]
pub fn record_reverted(lease: &Lease, run: i64, entry: &Entry<'_>, duration: &RecordedDuration) -> String {
    let schema = lease.schema().quoted();
    let id = literal(entry.id.as_str());
    let micros = duration.sql();
    format!(
        "WITH reverted AS (DELETE FROM {schema}.applied WHERE id = {id} RETURNING id, checksum), \
         cleared AS (DELETE FROM {schema}.intents WHERE migration = {id}) \
         INSERT INTO {schema}.history (event, migration, checksum, duration_us, run_id) \
         SELECT 'reverted', id, checksum, {micros}, {run} FROM reverted",
    )
}

/// Where the duration of an applied migration comes from.
#[derive(Debug, Clone, Copy)]
pub enum RecordedDuration {
    /// Measured by the client.
    Known(Duration),
    /// Measured by the server, from the start of the transaction to the recording.
    SinceTransactionStart,
    /// Measured by the server, from the arrival of the message that holds the recording.
    SinceMessage,
}

impl RecordedDuration {
    /// It as an SQL expression in microseconds.
    fn sql(&self) -> String {
        let since = match self {
            Self::Known(duration) => return i64::try_from(duration.as_micros()).unwrap_or(i64::MAX).to_string(),
            Self::SinceTransactionStart => "pg_catalog.now()",
            Self::SinceMessage => "pg_catalog.statement_timestamp()",
        };
        format!("(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - {since}) * 1000000.0)::pg_catalog.int8")
    }
}

/// Text as an SQL string constant that means the same whatever `standard_conforming_strings` says.
pub(super) fn literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if doubled.contains('\\') { format!("E'{}'", doubled.replace('\\', "\\\\")) } else { format!("'{doubled}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_for_sql() {
        assert_eq!(literal("V1__a"), "'V1__a'");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(r"a\'b"), r"E'a\\''b'");
    }
}

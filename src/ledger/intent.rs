use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::read::{checksum, timestamp};
use super::record::literal;
use super::{Lease, LedgerError};
use crate::db::Session;
use crate::model::{Checksum, MigrationId};

/// One step of a migration that can't run in a single transaction: journalled before it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Of which migration.
    pub migration: MigrationId,
    /// Which of its steps, from 0.
    pub step: usize,
    /// SHA-256 of the step's SQL.
    pub checksum: Checksum,
    /// When it was begun, by the server's clock.
    pub started_at: Timestamp,
    /// Whether it is known to have finished.
    pub finished: bool,
}

impl Intent {
    pub(super) fn from_row(row: &Row) -> Result<Self, LedgerError> {
        let id: String = row.try_get("id")?;
        let step: i32 = row.try_get("step")?;
        Ok(Self {
            step: usize::try_from(step)
                .map_err(|_| LedgerError::Damaged { migration: id.clone(), problem: format!("step {step}") })?,
            checksum: checksum(&id, row.try_get("checksum")?)?,
            started_at: timestamp(&id, row.try_get("at_us")?)?,
            finished: row.try_get("done")?,
            migration: MigrationId::new(&id),
        })
    }

    /// Journals that `step` is about to run. An intent left open by an interrupted run is taken over.
    ///
    /// # Errors
    /// When the lease is lost or the connection breaks.
    pub async fn open(
        session: &Session,
        lease: &Lease,
        run: i64,
        migration: &MigrationId,
        step: usize,
        checksum: Checksum,
    ) -> Result<(), LedgerError> {
        let sql = format!(
            "WITH held AS MATERIALIZED (SELECT {schema}.fence($5))
             INSERT INTO {schema}.intents (migration, step, checksum, run_id) SELECT $1, $2, $3, $4 FROM held
             ON CONFLICT (migration, step) DO UPDATE
             SET checksum = excluded.checksum, run_id = excluded.run_id, started_at = excluded.started_at, finished_at = NULL",
            schema = lease.schema().quoted()
        );
        session
            .client()
            .execute_typed(
                &sql,
                &[
                    (&migration.as_str(), Type::TEXT),
                    (&step_number(step), Type::INT4),
                    (&checksum.to_string(), Type::TEXT),
                    (&run, Type::INT8),
                    (&lease.token(), Type::INT8),
                ],
            )
            .await
            .map(drop)
            .map_err(LedgerError::from)
    }

    /// SQL that marks `step` as finished, to stand in the fenced transaction that runs it.
    #[must_use]
    pub fn close_sql(lease: &Lease, migration: &MigrationId, step: usize) -> String {
        format!(
            "UPDATE {}.intents SET finished_at = pg_catalog.clock_timestamp() WHERE migration = {} AND step = {step}",
            lease.schema().quoted(),
            literal(migration.as_str())
        )
    }

    /// Marks `step` as finished.
    ///
    /// # Errors
    /// When the lease is lost or the connection breaks.
    pub async fn close(
        session: &Session,
        lease: &Lease,
        migration: &MigrationId,
        step: usize,
    ) -> Result<(), LedgerError> {
        let sql = format!(
            "WITH held AS MATERIALIZED (SELECT {schema}.fence($3))
             UPDATE {schema}.intents SET finished_at = pg_catalog.clock_timestamp() FROM held
             WHERE migration = $1 AND step = $2",
            schema = lease.schema().quoted()
        );
        let closed = session
            .client()
            .execute_typed(
                &sql,
                &[(&migration.as_str(), Type::TEXT), (&step_number(step), Type::INT4), (&lease.token(), Type::INT8)],
            )
            .await?;
        if closed == 1 { Ok(()) } else { Err(LedgerError::Lost) }
    }
}

impl Intent {
    /// Forgets that `step` was begun: it is known to have failed as a whole.
    ///
    /// # Errors
    /// When the lease is lost or the connection breaks.
    pub async fn discard(
        session: &Session,
        lease: &Lease,
        migration: &MigrationId,
        step: usize,
    ) -> Result<(), LedgerError> {
        let sql = format!(
            "WITH held AS MATERIALIZED (SELECT {schema}.fence($3))
             DELETE FROM {schema}.intents USING held WHERE migration = $1 AND step = $2",
            schema = lease.schema().quoted()
        );
        let values: [(&(dyn ToSql + Sync), Type); 3] =
            [(&migration.as_str(), Type::TEXT), (&step_number(step), Type::INT4), (&lease.token(), Type::INT8)];
        session.client().execute_typed(&sql, &values).await?;
        Ok(())
    }
}

/// A file with more than two thousand million steps does not fit in memory.
fn step_number(step: usize) -> i32 {
    i32::try_from(step).unwrap_or(i32::MAX)
}

use std::cell::Cell;
use std::time::Duration;

use futures_util::future::join_all;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

use super::failure::Failure;
use super::{Limits, VerifyError};
use crate::db::Session;

/// A parameter with its type: statements are sent unnamed, so that they also work behind a transaction pooler.
pub(super) type Parameter<'p> = (&'p (dyn ToSql + Sync), Type);

/// Settings for questions to the catalog: on 10,000 tables with 50,000 partitions the planner's estimates lead it
/// into nested loops that take 90 s where hash joins take 1.3 s. The hashes should not go to disk, and a backend that is there
/// already does more than one that is started for a moment.
pub(super) const CATALOG: &str = "SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '32MB'; \
    SET LOCAL max_parallel_workers_per_gather = 0";

/// Names in full and without needless quotes, strings as the standard has them, dates and intervals in one style, whatever was set
/// for the role or the database: the queries read what the server's own functions write.
const PLAIN: &str = "SET LOCAL search_path = ''; SET LOCAL quote_all_identifiers = off; \
    SET LOCAL standard_conforming_strings = on; SET LOCAL datestyle = 'ISO'; SET LOCAL intervalstyle = 'postgres'";

/// Which snapshot the queries see.
#[derive(Debug, Clone, Copy)]
pub(super) enum Snapshot {
    /// One for all: for the catalog, so that findings agree with each other.
    Shared,
    /// A new one for each, so that a long run over the data does not hold back vacuum.
    Each,
    /// The caller's open transaction, which sees its own changes.
    Caller,
}

/// A read-only transaction in which each query stands or falls on its own.
///
/// Every query runs in a savepoint that is rolled back whether it succeeds or not: a failure does not abort the
/// rest, `SET LOCAL` is undone, and locks are released (PostgreSQL gives back a subtransaction's locks only when
/// it aborts).
#[derive(Debug)]
pub(super) struct Reader<'c> {
    client: &'c Client,
    snapshot: Snapshot,
    /// Who asks, quoted where it must be: for `GRANT` statements.
    pub(super) role: String,
    /// A standby.
    pub(super) in_recovery: bool,
    /// A quarter of the server's lock table.
    pub(super) lock_budget: i64,
    /// The server's major version.
    pub(super) major: i32,
}

const ABOUT: &str = "SELECT pg_catalog.quote_ident(current_user)::text, pg_catalog.pg_is_in_recovery(), \
    (pg_catalog.current_setting('max_locks_per_transaction')::int8 \
      * (pg_catalog.current_setting('max_connections')::int8 \
         + pg_catalog.current_setting('max_prepared_transactions')::int8)) / 4, \
    pg_catalog.current_setting('server_version_num')::int4 / 10000";

/// Who may read beside a [`Reader`], on a second connection.
#[derive(Debug)]
pub(super) struct Helper<'s> {
    session: &'s Session,
    second: Option<Session>,
    pub(super) limits: Limits,
}

impl<'s> Helper<'s> {
    /// `None` behind a pooler, which may have a single connection to give: who waits for it inside a transaction waits for
    /// ever.
    pub(super) fn of(session: &'s Session, limits: Limits) -> Option<Self> {
        (!session.server().pooled).then_some(Self { session, second: None, limits })
    }

    /// The second connection, where the server gives one: the embedded one has only one, and any may be full.
    pub(super) async fn connect(&mut self) -> Option<&Session> {
        if self.second.is_none() {
            self.second = Box::pin(self.session.connect_another()).await.ok();
        }
        self.second.as_ref()
    }

    /// Ends the second connection; the next one is another.
    pub(super) async fn disconnect(&mut self) {
        let Some(second) = self.second.take() else { return };
        // That it is gone already is as good.
        let _ = second.close().await;
        // The server needs a moment to end it, and would count the next one as a third.
        tokio::time::sleep(GOODBYE).await;
    }
}

/// What a backend takes to give back some hundred megabytes.
const GOODBYE: Duration = Duration::from_millis(100);

/// The answers to `count` questions in their order, each asked by the reader that is free first.
pub(super) async fn share<'r, 'c, T>(
    readers: &'r [Reader<'c>],
    count: usize,
    ask: impl AsyncFn(&'r Reader<'c>, usize) -> T,
) -> Vec<T> {
    let next = Cell::new(0..count);
    let (next, ask) = (&next, &ask);
    let work = |reader: &'r Reader<'c>| async move {
        let mut answers = Vec::new();
        loop {
            let mut left = next.take();
            let index = left.next();
            next.set(left);
            let Some(index) = index else { return answers };
            answers.push((index, ask(reader, index).await));
        }
    };
    let mut answers: Vec<(usize, T)> = join_all(readers.iter().map(work)).await.into_iter().flatten().collect();
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

impl<'c> Reader<'c> {
    pub(super) async fn open(client: &'c Client, snapshot: Snapshot, limits: Limits) -> Result<Self, VerifyError> {
        let start = match snapshot {
            Snapshot::Shared => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            Snapshot::Each => "BEGIN ISOLATION LEVEL READ COMMITTED, READ ONLY",
            Snapshot::Caller => "SAVEPOINT pgmigrate_verify; SET LOCAL transaction_read_only = on",
        };
        let settings = format!(
            "{start}; {PLAIN}; SET LOCAL row_security = off; SET LOCAL jit = off; \
             SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}; SAVEPOINT pgmigrate_item",
            limits.lock_timeout.millis(),
            limits.statement_timeout.millis(),
        );
        let (begun, about) = tokio::join!(client.batch_execute(&settings), client.query_typed(ABOUT, &[]));
        begun?;
        let about = about?;
        let row = about.first().ok_or(VerifyError::Silent)?;
        Ok(Self {
            client,
            snapshot,
            role: row.try_get(0)?,
            in_recovery: row.try_get(1)?,
            lock_budget: row.try_get(2)?,
            major: row.try_get(3)?,
        })
    }

    /// The query's rows. `settings` are statements that hold for this query alone.
    ///
    /// A lost connection shows as a failure here and as an error of [`Reader::close`].
    pub(super) async fn rows(
        &self,
        settings: &str,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, Failure> {
        // Sent together, answered in order: one round trip.
        let (set, rows, undone) = tokio::join!(
            self.client.batch_execute(settings),
            self.client.query_typed(sql, parameters),
            self.client.batch_execute("ROLLBACK TO SAVEPOINT pgmigrate_item"),
        );
        set.and(rows).and_then(|rows| undone.map(|()| rows)).map_err(|error| Failure::of(&error))
    }

    /// The rows of a question to the catalog.
    pub(super) async fn catalog(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Failure> {
        self.rows(CATALOG, sql, parameters).await
    }

    /// Ends the transaction.
    pub(super) async fn close(self) -> Result<(), VerifyError> {
        let end = match self.snapshot {
            Snapshot::Shared | Snapshot::Each => "ROLLBACK",
            Snapshot::Caller => "ROLLBACK TO SAVEPOINT pgmigrate_verify; RELEASE SAVEPOINT pgmigrate_verify",
        };
        Ok(self.client.batch_execute(end).await?)
    }
}

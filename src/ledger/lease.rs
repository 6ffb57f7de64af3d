use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::LedgerError;
use super::read::timestamp;
use crate::db::Session;
use crate::model::Ident;

/// How long a lease lasts without renewal. Long enough for a stalled network, short enough that a deployment
/// behind a pooler, where a dead holder can't be seen, is not held up for long.
const LIFETIME: Duration = Duration::from_mins(1);

/// How long a holder's backend must be gone before the lease is taken from it: many times what connecting again takes.
const ABSENCE: Duration = Duration::from_millis(250);

/// The right to change the ledger, with its fencing token.
///
/// A row and not an advisory lock: it survives transaction poolers, nobody waits for it inside a transaction
/// (so `CREATE INDEX CONCURRENTLY` can't deadlock with a waiter), and every transaction of the holder checks
/// the token, so a holder that was declared dead can't write any more.
#[derive(Debug, Clone)]
pub struct Lease {
    schema: Ident,
    token: i64,
}

/// Who holds the lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseHolder {
    /// As it named itself: user, host and process.
    pub name: String,
    /// Since when, by the server's clock.
    pub since: Timestamp,
    /// Whether it stopped renewing.
    pub expired: bool,
}

/// Who holds the lease at this moment, and for how long: what a waiter tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// As it named itself; `None` when it has just given the lease back.
    pub by: Option<String>,
    /// Since when, by the server's clock.
    pub since: Option<Timestamp>,
    /// How many seconds that is.
    pub seconds: i64,
}

/// The columns that [`Held`] is read from.
const HELD: &str = "l.holder, (EXTRACT(epoch FROM l.acquired_at) * 1000000.0)::int8, \
     coalesce(pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - l.acquired_at)), 0)::int8";

/// Whether the holder's backend is gone.
const GONE: &str = "NOT EXISTS (SELECT FROM pg_catalog.pg_stat_get_activity(l.backend_pid) a \
     WHERE a.backend_start IS NULL OR a.backend_start = l.backend_start)";

/// A holder's backend that is gone.
#[derive(Debug, Clone, Copy)]
struct Gone {
    token: i64,
    backend_pid: i32,
}

impl Held {
    fn from_row(row: &Row, first: usize) -> Result<Self, LedgerError> {
        let by: Option<String> = row.try_get(first)?;
        let since: Option<i64> = row.try_get(first + 1)?;
        let since = since.map(|micros| timestamp(by.as_deref().unwrap_or_default(), micros)).transpose()?;
        Ok(Self { by, since, seconds: row.try_get(first + 2)? })
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.by, self.since) {
            (Some(by), Some(since)) => {
                write!(f, "{by}, since {} ({} s)", since.strftime("%Y-%m-%d %H:%M:%S UTC"), self.seconds)
            }
            (Some(by), None) => f.write_str(by),
            (None, _) => f.write_str("a run that is just ending"),
        }
    }
}

impl LeaseHolder {
    pub(super) fn from_row(row: &Row) -> Result<Option<Self>, LedgerError> {
        let (Some(name), Some(since)) =
            (row.try_get::<_, Option<String>>("name")?, row.try_get::<_, Option<i64>>("at_us")?)
        else {
            return Ok(None);
        };
        Ok(Some(Self {
            since: timestamp(&name, since)?,
            expired: row.try_get::<_, Option<bool>>("done")?.unwrap_or(true),
            name,
        }))
    }
}

impl Lease {
    /// Takes the lease if it is free, expired, or held by a backend that is gone and stays so for a moment: the holder of a
    /// connection that broke is about to have another.
    ///
    /// # Errors
    /// [`LedgerError::Held`] when another run holds it; otherwise when the connection breaks.
    pub async fn acquire(session: &Session, schema: &Ident, holder: &str) -> Result<Self, LedgerError> {
        let (held, gone) = match Self::take(session, schema, holder, None).await? {
            Ok(lease) => return Ok(lease),
            Err(other) => other,
        };
        if gone.is_none() {
            return Err(LedgerError::Held(held));
        }
        tokio::time::sleep(ABSENCE).await;
        Self::take(session, schema, holder, gone).await?.map_err(|(held, _)| LedgerError::Held(held))
    }

    /// Takes the lease, also from the backend that was seen to be `gone`; or says who holds it, and which backend of theirs
    /// is gone.
    async fn take(
        session: &Session,
        schema: &Ident,
        holder: &str,
        gone: Option<Gone>,
    ) -> Result<Result<Self, (Held, Option<Gone>)>, LedgerError> {
        let schema_name = schema.quoted();
        let sql = include_str!("acquire.sql").replace("{schema}", &schema_name).replace("{gone}", GONE);
        let row = session
            .client()
            .query_typed_opt(
                &sql,
                &[
                    (&holder, Type::TEXT),
                    (&seconds(LIFETIME), Type::FLOAT8),
                    (&session.server().pooled, Type::BOOL),
                    (&gone.map(|it| it.token), Type::INT8),
                    (&gone.map(|it| it.backend_pid), Type::INT4),
                ],
            )
            .await?;
        if let Some(row) = row {
            return Ok(Ok(Self { schema: schema.clone(), token: row.try_get(0)? }));
        }
        let sql = format!("SELECT {HELD}, l.token, l.backend_pid, {GONE} FROM {schema_name}.lease l");
        let row = session.client().query_typed_one(&sql, &[]).await?;
        let gone = match (row.try_get(4)?, row.try_get(5)?) {
            (Some(backend_pid), true) => Some(Gone { token: row.try_get(3)?, backend_pid }),
            _ => None,
        };
        Ok(Err((Held::from_row(&row, 0)?, gone)))
    }

    /// Takes the lease over from this run's own connection that broke: afterwards nothing that was sent over that one
    /// can be committed any more, so what the ledger says is final.
    ///
    /// # Errors
    /// [`LedgerError::Held`] while the server still runs the old connection's transaction, [`LedgerError::Lost`] when
    /// another run has taken the lease; otherwise when the connection breaks.
    pub async fn resume(&self, session: &Session) -> Result<Self, LedgerError> {
        let sql = include_str!("resume.sql").replace("{schema}", &self.schema.quoted()).replace("{held}", HELD);
        let row = session
            .client()
            .query_typed_one(
                &sql,
                &[
                    (&self.token, Type::INT8),
                    (&seconds(LIFETIME), Type::FLOAT8),
                    (&session.server().pooled, Type::BOOL),
                ],
            )
            .await?;
        match (row.try_get::<_, Option<i64>>(0)?, row.try_get::<_, bool>(1)?) {
            (Some(token), _) => Ok(Self { schema: self.schema.clone(), token }),
            (None, true) => Err(LedgerError::Held(Held::from_row(&row, 2)?)),
            (None, false) => Err(LedgerError::Lost),
        }
    }

    /// Notes the backend of `session` as the holder's if that of `former`, of the same run, was: a lease whose backend is
    /// gone is free for anybody. The token stays, because others of this run may be in transactions under it.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn follow(&self, former: &Session, session: &Session) -> Result<(), LedgerError> {
        let sql = format!(
            "UPDATE {}.lease
             SET backend_pid   = pg_catalog.pg_backend_pid(),
                 backend_start = (SELECT a.backend_start FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) a)
             WHERE token = $1 AND backend_pid = $2",
            self.schema.quoted()
        );
        let former = i64::from(former.server().backend_pid);
        session.client().execute_typed(&sql, &[(&self.token, Type::INT8), (&former, Type::INT8)]).await?;
        Ok(())
    }

    /// Extends the lease by its whole lifetime.
    ///
    /// # Errors
    /// [`LedgerError::Lost`] when another run has taken it over; otherwise when the connection breaks.
    pub async fn renew(&self, session: &Session) -> Result<(), LedgerError> {
        let sql = format!(
            "UPDATE {}.lease SET expires_at = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => $2)
             WHERE token = $1 AND holder IS NOT NULL",
            self.schema.quoted()
        );
        let renewed = session
            .client()
            .execute_typed(&sql, &[(&self.token, Type::INT8), (&seconds(LIFETIME), Type::FLOAT8)])
            .await?;
        if renewed == 1 { Ok(()) } else { Err(LedgerError::Lost) }
    }

    /// Gives the lease back; giving back a lease that was taken over changes nothing.
    ///
    /// # Errors
    /// When the connection breaks; the lease then expires by itself.
    pub async fn release(self, session: &Session) -> Result<(), LedgerError> {
        let sql = format!(
            "UPDATE {}.lease SET holder = NULL, backend_pid = NULL, backend_start = NULL,
                    acquired_at = NULL, expires_at = NULL WHERE token = $1",
            self.schema.quoted()
        );
        session.client().execute_typed(&sql, &[(&self.token, Type::INT8)]).await?;
        Ok(())
    }

    /// How often to renew: three tries before it expires.
    #[must_use]
    pub const fn renewal_interval() -> Duration {
        Duration::from_secs(LIFETIME.as_secs() / 4)
    }

    /// The fencing token: grows with every acquisition.
    #[must_use]
    pub const fn token(&self) -> i64 {
        self.token
    }

    /// The ledger's schema.
    #[must_use]
    pub const fn schema(&self) -> &Ident {
        &self.schema
    }

    /// SQL that fails the surrounding transaction unless this lease is still held.
    #[must_use]
    pub fn fence_sql(&self) -> String {
        format!("SELECT {}.fence({})", self.schema.quoted(), self.token)
    }
}

const fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

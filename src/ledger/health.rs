use jiff::Timestamp;
use tokio_postgres::types::Type;

use super::LedgerError;
use super::read::timestamp;
use crate::db::Session;
use crate::model::Ident;

/// What the session's role may do with a ledger, whether or not there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts, not a state")]
pub struct Health {
    /// Who owns the ledger's schema; `None` when there is none.
    pub owner: Option<String>,
    /// May make schemas in this database.
    pub may_create_schemas: bool,
    /// Has `USAGE` on the ledger's schema.
    pub may_use: bool,
    /// Has `CREATE` on the ledger's schema.
    pub may_create: bool,
    /// What it lacks on some table of the ledger: `SELECT`, `INSERT`, `UPDATE`, `DELETE`.
    pub lacks: Vec<String>,
    /// Sees what other roles' sessions do.
    pub sees_others: bool,
    /// The version of TLS that the backend speaks, such as `TLSv1.3`.
    pub tls: Option<String>,
    /// The server's clock.
    pub server_time: Timestamp,
    /// This machine's clock, in the middle of the question.
    pub own_time: Timestamp,
}

impl Health {
    /// Asks the server, with one query of the catalog.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn read(session: &Session, schema: &Ident) -> Result<Self, LedgerError> {
        let before = Timestamp::now();
        let query = include_str!("health.sql");
        let row = session.client().query_typed_one(query, &[(&schema.as_str(), Type::TEXT)]).await?;
        let after = Timestamp::now();
        Ok(Self {
            owner: row.try_get(0)?,
            may_create_schemas: row.try_get(1)?,
            may_use: row.try_get(2)?,
            may_create: row.try_get(3)?,
            lacks: row.try_get(4)?,
            sees_others: row.try_get(5)?,
            tls: row.try_get(6)?,
            server_time: timestamp("", row.try_get(7)?)?,
            own_time: before + (after.duration_since(before)) / 2,
        })
    }
}

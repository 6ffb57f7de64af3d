use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use super::LedgerError;
use crate::db::{DbError, Session};
use crate::model::Ident;

/// Which database of which cluster.
///
/// A database that was restored into another one, or whose cluster was made anew (a dump, an upgrade), has another
/// identity. A byte-wise copy of a whole cluster keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// `pg_database.oid`.
    pub database_oid: u32,
    /// The cluster's system identifier, made by `initdb`; `None` where the role may not call `pg_control_system()`.
    pub system_identifier: Option<String>,
}

impl Identity {
    /// Asks the server.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn read(session: &Session) -> Result<Self, LedgerError> {
        let query = "SELECT d.oid, {system_identifier} FROM pg_catalog.pg_database d \
             WHERE d.datname = pg_catalog.current_database()";
        let rows = rows(session, query).await?;
        let silent = || DbError::Driver { cause: "the server does not say which database this is".to_owned() };
        let row = rows.first().ok_or_else(silent)?;
        Ok(Self { database_oid: row.try_get(0)?, system_identifier: row.try_get(1)? })
    }

    /// Whether both are the same, as far as is known of both.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        let clusters = self.system_identifier.as_ref().zip(other.system_identifier.as_ref());
        self.database_oid == other.database_oid && clusters.is_none_or(|(one, other)| one == other)
    }
}

/// Notes in the ledger that it is written in this database, and frees the lease of a ledger that was copied here.
///
/// # Errors
/// When the role may not change the ledger, or the connection breaks.
pub async fn claim(session: &Session, schema: &Ident) -> Result<(), LedgerError> {
    rows(session, &include_str!("claim.sql").replace("{schema}", &schema.quoted())).await?;
    Ok(())
}

/// Runs a query that asks for `{system_identifier}`: once more without, where the role may not ask for it.
///
/// Everybody may call `pg_control_system()` unless somebody has revoked that, as some providers do.
pub(super) async fn rows(session: &Session, query: &str) -> Result<Vec<Row>, tokio_postgres::Error> {
    const WITH: &str = "(SELECT c.system_identifier::text FROM pg_catalog.pg_control_system() c)";
    let nothing: &[(&(dyn tokio_postgres::types::ToSql + Sync), Type)] = &[];
    match session.client().query_typed(&query.replace("{system_identifier}", WITH), nothing).await {
        Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
            session.client().query_typed(&query.replace("{system_identifier}", "NULL::text"), nothing).await
        }
        answer => answer,
    }
}

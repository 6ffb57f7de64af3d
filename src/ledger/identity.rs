use tokio_postgres::error::SqlState;

use super::LedgerError;
use crate::db::Session;

/// Which database of which cluster a session is connected to.
///
/// A database that was restored into another one, or whose cluster was made anew, has another identity. A byte-wise copy
/// of the whole cluster keeps it.
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
        const WITH: &str = "SELECT d.oid, c.system_identifier::text \
             FROM pg_catalog.pg_database d CROSS JOIN pg_catalog.pg_control_system() c \
             WHERE d.datname = pg_catalog.current_database()";
        const WITHOUT: &str = "SELECT d.oid, NULL::text FROM pg_catalog.pg_database d \
             WHERE d.datname = pg_catalog.current_database()";
        let row = match session.client().query_typed_one(WITH, &[]).await {
            // Everybody may call it unless somebody has revoked that, as some providers do.
            Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
                session.client().query_typed_one(WITHOUT, &[]).await?
            }
            answer => answer?,
        };
        Ok(Self { database_oid: row.try_get(0)?, system_identifier: row.try_get(1)? })
    }
}

use refinery::{Migration, Runner};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use super::{Ledger, LedgerError, SCHEMA_VERSION};
use crate::db::Session;
use crate::model::Ident;

/// The ledger's migrations, as refinery names them, oldest first.
const MIGRATIONS: &[(&str, &str)] =
    &[("V1__ledger", include_str!("schema/V1__ledger.sql")), ("V2__record", include_str!("schema/V2__record.sql"))];

/// Creates the ledger's schema and tables, or upgrades them to this build's version.
///
/// Several processes may do this at once: whoever loses the race finds the work done.
///
/// # Errors
/// When privileges are missing (`CREATE` on the database, or on the schema if it exists), or the connection breaks.
pub async fn install(session: &mut Session, schema: &Ident) -> Result<(), LedgerError> {
    const ATTEMPTS: u32 = 5;
    for attempt in 1..=ATTEMPTS {
        if Ledger::version(session, schema).await? == Some(SCHEMA_VERSION) {
            return Ok(());
        }
        match attempt_install(session, schema).await {
            Err(error) if attempt == ATTEMPTS || !is_lost_race(&error) => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

async fn attempt_install(session: &mut Session, schema: &Ident) -> Result<(), LedgerError> {
    // IF NOT EXISTS would want the right to create schemas even where there is nothing to create.
    let exists = "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)";
    let row = session.client().query_typed_one(exists, &[(&schema.as_str(), Type::TEXT)]).await?;
    if !row.try_get::<_, bool>(0)? {
        session
            .client()
            .batch_execute(&format!("CREATE SCHEMA {}", schema.quoted()))
            .await
            .map_err(|error| failed(schema, &error))?;
    }
    let migrations = MIGRATIONS
        .iter()
        .map(|(name, sql)| Migration::unapplied(name, &sql.replace("{schema}", &schema.quoted())))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| LedgerError::Install { schema: schema.clone(), cause: error.to_string(), sqlstate: None })?;
    let mut runner = Runner::new(&migrations).set_grouped(true);
    runner.set_migration_table_name(format!("{}.refinery_schema_history", schema.quoted()));
    runner.run_async(session.client_mut()).await.map(drop).map_err(|error| match error.kind() {
        refinery::error::Kind::Connection(_, source) => match source.downcast_ref::<tokio_postgres::Error>() {
            Some(postgres) => failed(schema, postgres),
            None => LedgerError::Install { schema: schema.clone(), cause: error.to_string(), sqlstate: None },
        },
        other => LedgerError::Install { schema: schema.clone(), cause: other.to_string(), sqlstate: None },
    })
}

fn failed(schema: &Ident, error: &tokio_postgres::Error) -> LedgerError {
    let cause = error.as_db_error().map_or_else(|| error.to_string(), |db| db.message().to_owned());
    LedgerError::Install { schema: schema.clone(), cause, sqlstate: error.code().map(|code| code.code().to_owned()) }
}

/// Two sessions creating the same objects collide on a catalog's unique index or see the other's finished work.
fn is_lost_race(error: &LedgerError) -> bool {
    let LedgerError::Install { sqlstate: Some(code), .. } = error else { return false };
    [SqlState::UNIQUE_VIOLATION, SqlState::DUPLICATE_TABLE, SqlState::DUPLICATE_SCHEMA, SqlState::DUPLICATE_OBJECT]
        .iter()
        .any(|lost| lost.code() == code)
}

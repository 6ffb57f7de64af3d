use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};

/// The ledger's tables, refinery's own among them.
const TABLES: [&str; 7] = ["applied", "history", "intents", "lease", "origin", "refinery_schema_history", "runs"];

/// Whether the ledger is in this schema and no other table or view is: then the schema is no part of what checks and snapshots
/// are about.
///
/// # Errors
/// When the query fails.
pub async fn has_own_schema(client: &Client, schema: &str) -> Result<bool, Error> {
    let sql = "SELECT coalesce(pg_catalog.bool_or(c.relname = 'refinery_schema_history') \
                               AND pg_catalog.bool_and(c.relname = ANY ($2)), false) \
               FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";
    let tables = TABLES.as_slice();
    client.query_typed_one(sql, &[(&schema, Type::TEXT), (&tables, Type::TEXT_ARRAY)]).await?.try_get(0)
}

-- Notes which database this ledger is written in. A ledger that came here with a copy loses the lease that came with it:
-- whoever held that holds it elsewhere. Of two that do this at once, the second finds it done.
WITH here AS MATERIALIZED (
    SELECT d.oid AS database_oid, {system_identifier} AS system_identifier
    FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
), moved AS (
    UPDATE {schema}.origin o
    SET database_oid = here.database_oid, system_identifier = here.system_identifier,
        since = pg_catalog.clock_timestamp()
    FROM here
    WHERE o.database_oid <> here.database_oid OR o.system_identifier <> here.system_identifier
    RETURNING o.only_row
), made AS (
    INSERT INTO {schema}.origin (database_oid, system_identifier)
    SELECT here.database_oid, here.system_identifier FROM here
    WHERE NOT EXISTS (SELECT FROM {schema}.origin)
    ON CONFLICT DO NOTHING
)
UPDATE {schema}.lease
SET holder = NULL, backend_pid = NULL, backend_start = NULL, acquired_at = NULL, expires_at = NULL
WHERE EXISTS (SELECT FROM moved)

-- What the session's role may do with the ledger in schema $1, and what it sees of others. One row.
WITH ledger AS (
    SELECT n.oid, pg_catalog.pg_get_userbyid(n.nspowner)::text AS owner
    FROM pg_catalog.pg_namespace n WHERE n.nspname = $1
)
SELECT (SELECT owner FROM ledger),
       pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
       coalesce((SELECT pg_catalog.has_schema_privilege(oid, 'USAGE') FROM ledger), false),
       coalesce((SELECT pg_catalog.has_schema_privilege(oid, 'CREATE') FROM ledger), false),
       ARRAY(SELECT DISTINCT p.privilege
             FROM ledger
             JOIN pg_catalog.pg_class c ON c.relnamespace = ledger.oid AND c.relkind = 'r'
             CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS p(privilege)
             WHERE NOT pg_catalog.has_table_privilege(c.oid, p.privilege)
             ORDER BY p.privilege),
       pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'),
       (SELECT s.version FROM pg_catalog.pg_stat_ssl s WHERE s.pid = pg_catalog.pg_backend_pid() AND s.ssl),
       (EXTRACT(epoch FROM pg_catalog.clock_timestamp()) * 1000000.0)::int8

-- What interrupted REINDEX CONCURRENTLYs have left and may be dropped without loss (PostgreSQL 18 documentation, "REINDEX",
-- "Rebuilding Indexes Concurrently"): copies not finished, and originals already replaced. One at work holds a lock on its
-- table from its start to its end.
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid
  AND c.relname ~ '_cc(new|old)[0-9]*$'
  AND n.nspname !~ '^pg_'
  AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
  AND NOT EXISTS (
      SELECT
      FROM pg_catalog.pg_locks l
      WHERE l.locktype = 'relation' AND l.relation = i.indrelid AND l.mode = 'ShareUpdateExclusiveLock'
        AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
ORDER BY 1

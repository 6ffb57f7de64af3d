-- Indexes that writes maintain and queries ignore, except those being built at this moment.
-- "NOT EXISTS" and not "NOT IN": the progress view shows nulls for other roles' builds, and a build whose index it
-- hides is told by its lock on the table instead.
SELECT i.indexrelid::pg_catalog.regclass::text AS object,
       pg_catalog.format('%s on %s is not valid%s',
           CASE WHEN c.relkind = 'I' THEN 'partitioned index (a partition has no index attached to it)' ELSE 'index' END,
           i.indrelid::pg_catalog.regclass,
           CASE WHEN i.indisunique THEN ': old rows may break its uniqueness' ELSE ': no query uses it' END) AS evidence,
       NULL::text AS severity,
       CASE WHEN c.relkind = 'I' THEN ARRAY[]::text[]
            ELSE ARRAY[pg_catalog.format('REINDEX INDEX CONCURRENTLY %s', i.indexrelid::pg_catalog.regclass)]
       END AS statements,
       'SHARE UPDATE EXCLUSIVE on the table' AS lock,
       i.indrelid AS relation
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid
  AND n.nspname !~ '^pg_(catalog|toast_temp|temp)'
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_stat_progress_create_index p
      WHERE p.index_relid = i.indexrelid)
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_stat_progress_create_index p
      JOIN pg_catalog.pg_locks l ON l.pid = p.pid AND l.locktype = 'relation' AND l.relation = i.indrelid
      WHERE p.index_relid IS NULL AND p.datname = pg_catalog.current_database())
ORDER BY 1

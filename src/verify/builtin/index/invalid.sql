-- Indexes that writes maintain and queries ignore, also those of TOAST tables, except where an index of the table is being
-- built right now. The progress view shows other roles' builds without the index, so a build is told by its process,
-- which holds a lock on the table from its start to its end.
SELECT i.indexrelid::regclass::text AS object,
       pg_catalog.format('index on %s is not valid%s',
           i.indrelid::regclass,
           CASE WHEN i.indisunique THEN ': old rows may break its uniqueness' ELSE ': no query uses it' END) AS evidence,
       -- What REINDEX CONCURRENTLY leaves behind is a copy.
       ARRAY[pg_catalog.format(
           CASE WHEN c.relname ~ '_cc(new|old)[0-9]*$' THEN 'DROP' ELSE 'REINDEX' END || ' INDEX CONCURRENTLY %s',
           i.indexrelid::regclass)] AS statements,
       own.oid AS relation
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'
JOIN (
    SELECT oid, oid AS indexed FROM own_class
    UNION ALL
    SELECT oid, reltoastrelid FROM own_class WHERE reltoastrelid <> 0
) own ON own.indexed = i.indrelid
WHERE NOT i.indisvalid
  AND NOT EXISTS (
      SELECT
      FROM pg_catalog.pg_stat_progress_create_index p
      JOIN pg_catalog.pg_locks l ON l.pid = p.pid AND l.locktype = 'relation'
      WHERE p.datname = pg_catalog.current_database() AND l.relation = i.indrelid)

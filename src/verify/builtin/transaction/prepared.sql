-- Prepared transactions that nobody has ended, by the clock or by what has happened since.
SELECT pg_catalog.quote_literal(x.gid) AS object,
       pg_catalog.format('prepared by %I at %s: it keeps its locks, and vacuum from every row deleted since, until it is ended',
           x.owner, pg_catalog.to_char(x.prepared, 'YYYY-MM-DD HH24:MI:SS')) AS evidence,
       ARRAY[pg_catalog.format('ROLLBACK PREPARED %L', x.gid)] AS statements,
       NULL::oid AS relation
FROM pg_catalog.pg_prepared_xacts x
WHERE x.database = pg_catalog.current_database()
  AND (x.prepared < pg_catalog.now() - '5 minutes'::interval OR pg_catalog.age(x.transaction) > 100000)

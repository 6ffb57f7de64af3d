-- Materialised views without data.
SELECT c.oid::regclass::text AS object,
       'has never been populated: every query of it fails' AS evidence,
       ARRAY[pg_catalog.format('REFRESH MATERIALIZED VIEW %s', c.oid::regclass)] AS statements,
       c.oid AS relation
FROM own_class c
WHERE c.relkind = 'm' AND NOT c.relispopulated

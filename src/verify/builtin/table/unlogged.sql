-- Unlogged tables.
SELECT t.root::regclass::text AS object,
       pg_catalog.format('unlogged%s: empty after a crash, and absent from every replica',
           CASE WHEN pg_catalog.bool_or(t.oid = t.root) THEN ''
                ELSE pg_catalog.format(' in %s partitions', pg_catalog.count(*)) END) AS evidence,
       pg_catalog.array_agg(pg_catalog.format('ALTER TABLE %s SET LOGGED', t.oid::regclass) ORDER BY t.oid) AS statements,
       t.root AS relation
FROM own_table t
WHERE t.relpersistence = 'u' AND t.relkind = 'r'
GROUP BY t.root

-- Tables of at least 128 kB without statistics. Smaller ones are planned by their size alone well enough, and autovacuum
-- analyses none before it has 50 changed rows.
SELECT t.root::regclass::text AS object,
       pg_catalog.format('%s%s and no statistics',
           pg_catalog.pg_size_pretty(pg_catalog.sum(t.size)),
           CASE WHEN pg_catalog.bool_or(t.oid = t.root) THEN ''
                ELSE pg_catalog.format(' in %s partitions', pg_catalog.count(*)) END) AS evidence,
       pg_catalog.array_agg(pg_catalog.format('ANALYZE %s', t.oid::regclass) ORDER BY t.oid) AS statements,
       t.root AS relation
FROM (
    SELECT oid, root, pg_catalog.pg_relation_size(oid) AS size
    FROM own_table WHERE relkind = 'r' AND reltuples < 0
    UNION ALL
    SELECT oid, oid, pg_catalog.pg_relation_size(oid)
    FROM own_class WHERE relkind = 'm' AND reltuples < 0
) t
WHERE t.size >= 131072
GROUP BY t.root

-- Default partitions with rows, by the last ANALYZE's estimate, or by their size where there was none.
SELECT c.oid::regclass::text AS object,
       pg_catalog.format('the default partition of %s holds %s: a partition for them can''t be added',
           c.parent::regclass,
           CASE WHEN c.reltuples > 0 THEN pg_catalog.format('about %s rows', c.reltuples::int8)
                ELSE pg_catalog.pg_size_pretty(pg_catalog.pg_relation_size(c.oid)) || ' of rows' END) AS evidence,
       NULL::text[] AS statements,
       c.root AS relation
FROM (
    SELECT t.oid, t.reltuples, t.root, p.partrelid AS parent
    FROM pg_catalog.pg_partitioned_table p
    JOIN own_table t ON t.oid = p.partdefid
    WHERE t.relkind = 'r'
) c
WHERE c.reltuples > 0 OR c.reltuples < 0 AND pg_catalog.pg_relation_size(c.oid) > 0

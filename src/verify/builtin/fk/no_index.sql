-- Foreign keys whose columns no index starts with, in whatever order. An index over "WHERE column IS NOT NULL" serves as
-- well: the key's own query looks for a value. Partitions are looked at one by one and told together.
WITH bare AS MATERIALIZED (
    SELECT k.conrelid, k.conkey, r.root
    FROM pg_catalog.pg_constraint k
    JOIN foreign_key_root r ON r.oid = k.oid
    JOIN own_table t ON t.oid = k.conrelid AND t.relkind = 'r'
    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    WHERE k.contype = 'f'
      AND NOT EXISTS (
          SELECT
          FROM pg_catalog.pg_index i
          WHERE i.indrelid = k.conrelid
            AND i.indisvalid
            AND (i.indkey::int2[])[0:pg_catalog.cardinality(k.conkey) - 1] @> k.conkey
            AND (i.indpred IS NULL
                 OR pg_catalog.cardinality(k.conkey) = 1
                    AND pg_catalog.pg_get_expr(i.indpred, i.indrelid) = pg_catalog.format('(%I IS NOT NULL)', a.attname)))
),
-- Twice or more where what it refers to is partitioned.
leaf AS (SELECT DISTINCT conrelid, conkey, root FROM bare),
named AS (
    SELECT l.root, l.conrelid,
           pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY c.position) AS columns
    FROM leaf l
    CROSS JOIN LATERAL pg_catalog.unnest(l.conkey) WITH ORDINALITY c(attnum, position)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = l.conrelid AND a.attnum = c.attnum
    GROUP BY l.root, l.conrelid
)
SELECT pg_catalog.format('%s.%I', k.conrelid::regclass, k.conname) AS object,
       pg_catalog.format('no index%s starts with (%s): every delete from %s reads the whole table',
           CASE WHEN k.conrelid = pg_catalog.min(n.conrelid::int8)::oid THEN ''
                ELSE pg_catalog.format(' of %s partitions', pg_catalog.count(*)) END,
           pg_catalog.min(n.columns), k.confrelid::regclass) AS evidence,
       pg_catalog.array_agg(pg_catalog.format('CREATE INDEX CONCURRENTLY ON %s (%s)', n.conrelid::regclass, n.columns)
           ORDER BY n.conrelid) AS statements,
       k.conrelid AS relation
FROM named n
JOIN pg_catalog.pg_constraint k ON k.oid = n.root
GROUP BY k.oid, k.conrelid, k.confrelid, k.conname

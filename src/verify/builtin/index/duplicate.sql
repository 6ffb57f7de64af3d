-- Indexes of one table that are the same in everything but the name. One that a constraint or a foreign key stands on is
-- kept; of the others, the oldest. Indexes of partitions go with those of the partitioned table.
WITH candidate AS MATERIALIZED (
    -- Most indexes are alone on their columns, and need no closer look.
    SELECT i.*, t.root
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid AND NOT x.relispartition
    JOIN (
        SELECT oid, root FROM own_table
        UNION ALL
        SELECT oid, oid FROM own_class WHERE relkind = 'm'
    ) t ON t.oid = i.indrelid
    JOIN (
        SELECT indrelid, indkey::text AS columns
        FROM pg_catalog.pg_index
        GROUP BY 1, 2
        HAVING pg_catalog.count(*) > 1
    ) twice ON twice.indrelid = i.indrelid AND twice.columns = i.indkey::text
    WHERE i.indisvalid
),
described AS (
    SELECT i.indexrelid, i.indrelid, i.root,
           i.indexrelid IN (SELECT conindid FROM pg_catalog.pg_constraint) OR i.indisreplident AS needed,
           pg_catalog.concat_ws(' ', x.relam, i.indkey, i.indnkeyatts, i.indclass, i.indcollation, i.indoption, i.indisunique,
               pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct', x.reloptions, o.options,
               pg_catalog.pg_get_expr(i.indexprs, i.indrelid), '|', pg_catalog.pg_get_expr(i.indpred, i.indrelid)
           ) AS description
    FROM candidate i
    JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
    -- Those of operator classes; by their index, for the few that are left.
    CROSS JOIN LATERAL (
        SELECT pg_catalog.array_agg(a.attoptions::text ORDER BY a.attnum) AS options
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = i.indexrelid AND a.attnum > 0
    ) o
),
ranked AS (
    SELECT d.*, pg_catalog.row_number() OVER same AS rank,
           pg_catalog.first_value(d.indexrelid) OVER same AS kept
    FROM described d
    WINDOW same AS (PARTITION BY d.indrelid, d.description ORDER BY d.needed DESC, d.indexrelid)
)
SELECT (pg_catalog.min(r.indexrelid::int8)::oid)::regclass::text AS object,
       pg_catalog.format('the same as %s on %s%s',
           (pg_catalog.min(r.kept::int8)::oid)::regclass, r.root::regclass,
           CASE WHEN pg_catalog.count(*) > 1 THEN pg_catalog.format(', and %s more of the kind', pg_catalog.count(*) - 1) ELSE '' END
       ) AS evidence,
       pg_catalog.array_agg(pg_catalog.format('DROP INDEX %s%s',
           CASE WHEN x.relkind = 'I' THEN '' ELSE 'CONCURRENTLY ' END, r.indexrelid::regclass) ORDER BY r.indexrelid) AS statements,
       r.root AS relation
FROM ranked r
JOIN pg_catalog.pg_class x ON x.oid = r.indexrelid
WHERE r.rank > 1 AND NOT r.needed
GROUP BY r.root, r.description

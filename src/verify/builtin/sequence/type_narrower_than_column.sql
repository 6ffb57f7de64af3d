-- Sequences whose own type ends before that of every column they feed.
WITH feeds AS (
    SELECT d.refobjid AS seqid, pg_catalog.min(t.typlen) AS width,
           pg_catalog.min(pg_catalog.format('%s.%I', c.oid::regclass, a.attname)) AS column
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_attrdef ad ON ad.oid = d.objid
    JOIN pg_catalog.pg_class c ON c.oid = ad.adrelid AND NOT c.relispartition AND c.relkind IN ('r', 'p')
    JOIN pg_catalog.pg_attribute a ON a.attrelid = ad.adrelid AND a.attnum = ad.adnum
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid AND t.oid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
    WHERE d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
    GROUP BY d.refobjid
)
SELECT c.oid::regclass::text AS object,
       pg_catalog.format('is %s, and feeds %s, which is %s', s.seqtypid::regtype, f.column, wide.type) AS evidence,
       ARRAY[pg_catalog.format('ALTER SEQUENCE %s AS %s', c.oid::regclass, wide.type)] AS statements,
       c.oid AS relation
FROM feeds f
JOIN own_class c ON c.oid = f.seqid
JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid
JOIN pg_catalog.pg_type own ON own.oid = s.seqtypid
CROSS JOIN LATERAL (SELECT CASE f.width WHEN 8 THEN 'bigint' ELSE 'integer' END AS type) wide
WHERE own.typlen < f.width AND NOT s.seqcycle

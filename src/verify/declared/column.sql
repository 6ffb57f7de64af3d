-- Column $3 of table $1.$2 and of its partitions of every level, the table first. $4 and $5 name a sequence, or are
-- null; $6 is a type, or null. The table without the column gives a row with a null type.
SELECT t.level, n.nspname::text AS schema, c.relname::text AS name,
       pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
       $6::text IS NULL
         OR a.atttypid = pg_catalog.to_regtype($6)
            AND coalesce(pg_catalog.substring($6, '\([^)]*\)'), '')
              = coalesce(pg_catalog.substring(pg_catalog.format_type(a.atttypid, a.atttypmod), '\([^)]*\)'), '')
         AS type_matches,
       a.attnotnull AS not_null,
       CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, 0) END AS expression,
       a.attidentity <> '' AS identity,
       EXISTS (
           SELECT FROM pg_catalog.pg_depend x
           JOIN pg_catalog.pg_class s ON s.oid = CASE WHEN x.classid = 'pg_catalog.pg_class'::regclass
                                                      THEN x.objid ELSE x.refobjid END
           JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
           WHERE s.relkind = 'S' AND sn.nspname = $4 AND s.relname = $5
             AND (x.classid = 'pg_catalog.pg_attrdef'::regclass AND x.objid = d.oid
                  OR x.classid = 'pg_catalog.pg_class'::regclass AND x.deptype = 'i'
                     AND x.refclassid = 'pg_catalog.pg_class'::regclass
                     AND x.refobjid = a.attrelid AND x.refobjsubid = a.attnum)) AS draws
FROM pg_catalog.pg_namespace rn
JOIN pg_catalog.pg_class r ON r.relnamespace = rn.oid
CROSS JOIN LATERAL (
    -- pg_partition_tree returns nothing for a table without partitions.
    SELECT r.oid AS relid, 0 AS level
    UNION ALL
    SELECT p.relid, p.level FROM pg_catalog.pg_partition_tree(r.oid) p WHERE p.level > 0
) t
JOIN pg_catalog.pg_class c ON c.oid = t.relid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute a
  ON a.attrelid = c.oid AND a.attname = $3 AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE rn.nspname = $1 AND r.relname = $2 AND r.relkind IN ('r', 'p', 'f', 'v')
ORDER BY t.level, n.nspname, c.relname

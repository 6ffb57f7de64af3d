-- Partitions of every level whose default for a column is not their root's: one row per root column and partition, without
-- those of the ledger's schema, $1.
-- ATTACH PARTITION neither copies nor compares defaults, and CREATE TABLE (LIKE ...) copies none unless told to.
-- The expressions' stored form carries their place in the statement's text, so equal hashes prove equal defaults and
-- different ones prove nothing: only then are the texts compared. pg_get_expr without the table's oid locks nothing.
WITH RECURSIVE
tree(root, oid, level) AS (
    SELECT c.oid, c.oid, 0
    FROM pg_catalog.pg_partitioned_table p
    JOIN pg_catalog.pg_class c ON c.oid = p.partrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> $1
      AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_depend e
          WHERE e.refclassid = 'pg_catalog.pg_extension'::regclass AND e.deptype = 'e'
            AND e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid)
    UNION ALL
    SELECT t.root, i.inhrelid, t.level + 1
    FROM tree t
    JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
),
col AS MATERIALIZED (
    SELECT t.root, t.oid, t.level, a.attname, a.attnotnull, a.attidentity,
           pg_catalog.md5(ad.adbin::text) AS hash, ad.adbin
    FROM tree t
    -- By their index: to hash every column of the database takes several times as long.
    CROSS JOIN LATERAL (
        SELECT a.attrelid, a.attnum, a.attname, a.attnotnull, a.attidentity
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        OFFSET 0
    ) a
    LEFT JOIN pg_catalog.pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
),
members AS (SELECT root, pg_catalog.count(*) - 1 AS members FROM tree GROUP BY root),
differing AS (
    SELECT m.root, m.oid, m.level, m.attname, r.attnotnull,
           pg_catalog.pg_get_expr(r.adbin, 0) AS root_expression,
           pg_catalog.pg_get_expr(m.adbin, 0) AS expression
    FROM col m
    JOIN col r ON r.root = m.root AND r.level = 0 AND r.attname = m.attname
    WHERE m.level > 0
      AND m.hash IS DISTINCT FROM r.hash
      -- Before version 17 partitions of an identity column have none and can't.
      AND r.attidentity = ''
)
SELECT d.root AS root_oid, rn.nspname::text AS root_schema, rc.relname::text AS root_name, d.attname::text AS column_name,
       d.attnotnull AS not_null, d.root_expression, members.members::int8 AS members,
       n.nspname::text AS schema, c.relname::text AS name, d.expression
FROM differing d
JOIN members ON members.root = d.root
JOIN pg_catalog.pg_class rc ON rc.oid = d.root
JOIN pg_catalog.pg_namespace rn ON rn.oid = rc.relnamespace
JOIN pg_catalog.pg_class c ON c.oid = d.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE d.root_expression IS DISTINCT FROM d.expression
ORDER BY rn.nspname, rc.relname, d.attname, d.level, n.nspname, c.relname

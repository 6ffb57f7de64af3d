-- NOT NULL columns without default where most columns of that name and type, three or more, have one. Primary keys have
-- reasons of their own, and so has a sequence.
WITH key AS (
    SELECT i.indrelid, pg_catalog.unnest(i.indkey) AS attnum FROM pg_catalog.pg_index i WHERE i.indisprimary
),
col AS MATERIALIZED (
    SELECT t.oid, a.attname, a.atttypid, a.atthasdef OR a.attidentity <> '' AS has_default,
           CASE WHEN d.adbin::text NOT LIKE '%:funcid 1574 %' THEN pg_catalog.pg_get_expr(d.adbin, 0) END AS expression
    FROM own_table t
    JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE NOT t.relispartition
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND a.attgenerated = ''
      AND NOT EXISTS (SELECT FROM key k WHERE k.indrelid = a.attrelid AND k.attnum = a.attnum)
),
kind AS (
    SELECT attname, atttypid, pg_catalog.count(*) AS members,
           pg_catalog.count(*) FILTER (WHERE has_default) AS having_one,
           pg_catalog.mode() WITHIN GROUP (ORDER BY expression) AS usual
    FROM col
    GROUP BY 1, 2
)
SELECT pg_catalog.format('%s.%I', c.oid::regclass, c.attname) AS object,
       pg_catalog.format('NOT NULL without default, and %s of %s such columns have one (%s)',
           k.having_one, k.members, k.usual) AS evidence,
       ARRAY[pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', c.oid::regclass, c.attname, k.usual)] AS statements,
       c.oid AS relation
FROM col c
JOIN kind k USING (attname, atttypid)
WHERE NOT c.has_default AND k.members >= 3 AND k.having_one >= 0.6 * k.members AND k.usual IS NOT NULL

-- Materialised views without data. What one of them reads that has none either is refreshed first, through views too.
WITH RECURSIVE reads AS MATERIALIZED (
    SELECT DISTINCT r.ev_class AS reader, d.refobjid AS read
    FROM pg_catalog.pg_rewrite r
    JOIN pg_catalog.pg_depend d
      ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
     AND d.refobjid <> r.ev_class
    JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind IN ('v', 'm')
    WHERE r.ev_type = '1'
),
below(oid, read, level) AS (
    SELECT c.oid, c.oid, 0 FROM own_class c WHERE c.relkind = 'm' AND NOT c.relispopulated
    UNION
    SELECT b.oid, r.read, b.level + 1 FROM below b JOIN reads r ON r.reader = b.read
),
first AS (
    SELECT b.oid, b.read, pg_catalog.max(b.level) AS level
    FROM below b
    JOIN pg_catalog.pg_class c ON c.oid = b.read AND c.relkind = 'm' AND NOT c.relispopulated
    GROUP BY b.oid, b.read
)
SELECT f.oid::regclass::text AS object,
       'has never been populated: every query of it fails' AS evidence,
       pg_catalog.array_agg(pg_catalog.format('REFRESH MATERIALIZED VIEW %s', f.read::regclass) ORDER BY f.level DESC, f.read) AS statements,
       f.oid AS relation
FROM first f
GROUP BY f.oid

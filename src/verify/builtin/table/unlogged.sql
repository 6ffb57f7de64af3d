-- Unlogged tables. A logged one can't refer to one that is not, so what a table refers to comes first.
WITH RECURSIVE unlogged AS MATERIALIZED (
    SELECT t.oid, t.root FROM own_table t WHERE t.relpersistence = 'u' AND t.relkind = 'r'
),
refers AS MATERIALIZED (
    SELECT DISTINCT k.conrelid, k.confrelid
    FROM pg_catalog.pg_constraint k
    JOIN unlogged u ON u.oid = k.conrelid
    JOIN unlogged r ON r.oid = k.confrelid
    WHERE k.contype = 'f' AND k.conrelid <> k.confrelid
),
-- Tables that refer to each other are left in any order: there is none for them.
chain(root, oid, path) AS (
    SELECT u.root, u.oid, ARRAY[u.oid] FROM unlogged u
    UNION ALL
    SELECT c.root, r.confrelid, c.path || r.confrelid
    FROM chain c
    JOIN refers r ON r.conrelid = c.oid
    WHERE r.confrelid <> ALL (c.path)
),
ordered AS (
    SELECT c.root, c.oid, pg_catalog.max(pg_catalog.cardinality(c.path)) AS level FROM chain c GROUP BY c.root, c.oid
)
SELECT o.root::regclass::text AS object,
       pg_catalog.format('unlogged%s: empty after a crash, and absent from every replica',
           CASE WHEN pg_catalog.bool_or(o.oid = o.root) THEN ''
                ELSE pg_catalog.format(' in %s partitions', pg_catalog.count(*) FILTER (WHERE u.root = o.root)) END) AS evidence,
       pg_catalog.array_agg(pg_catalog.format('ALTER TABLE %s SET LOGGED', o.oid::regclass) ORDER BY o.level DESC, o.oid) AS statements,
       o.root AS relation
FROM ordered o
JOIN unlogged u ON u.oid = o.oid
GROUP BY o.root

-- Stands before every query of the catalogue: what belongs to the users. Left out are the system's objects, temporary
-- ones, those of extensions, and the ledger's schema, $1. Common tables that a query doesn't name cost nothing; the large ones
-- are made part of the query, whose conditions leave little of them.
WITH RECURSIVE
own_schema AS (
    SELECT n.oid, n.nspname
    FROM pg_catalog.pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND n.nspname <> $1
),
of_extension AS (
    SELECT d.classid, d.objid
    FROM pg_catalog.pg_depend d
    WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'
),
own_class AS NOT MATERIALIZED (
    SELECT c.*, n.nspname
    FROM pg_catalog.pg_class c
    JOIN own_schema n ON n.oid = c.relnamespace
    WHERE c.relpersistence <> 't'
      AND NOT EXISTS (
          SELECT FROM of_extension e WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid)
),
-- Every partition of every level with the table that is partitioned, and that table with itself.
partition_root(oid, root) AS (
    SELECT c.oid, c.oid
    FROM pg_catalog.pg_class c
    WHERE c.relkind = 'p' AND NOT c.relispartition
    UNION ALL
    SELECT i.inhrelid, r.root
    FROM partition_root r
    JOIN pg_catalog.pg_inherits i ON i.inhparent = r.oid
),
-- Tables, partitions among them: findings are told of "root", so that 50 partitions make one.
own_table AS NOT MATERIALIZED (
    SELECT c.*, coalesce(r.root, c.oid) AS root
    FROM own_class c
    LEFT JOIN partition_root r ON r.oid = c.oid
    WHERE c.relkind IN ('r', 'p')
),
-- Foreign keys of partitions, and those to partitions, with the one that was declared.
foreign_key_root(oid, root) AS (
    SELECT k.oid, k.oid
    FROM pg_catalog.pg_constraint k
    WHERE k.contype = 'f' AND k.conparentid = 0
    UNION ALL
    SELECT k.oid, r.root
    FROM foreign_key_root r
    JOIN pg_catalog.pg_constraint k ON k.conparentid = r.oid
)
SELECT q.object::text, q.evidence::text, q.statements::text[], q.relation::oid
FROM (

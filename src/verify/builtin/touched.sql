-- Tables and sequences that the open transaction has changed or written rows to, by the locks it holds until its end, with
-- the tables that those are partitions of, because findings about partitions are told of their root; and what there is
-- about them to look at.
-- Whatever defines a relation or writes to it takes a lock above ROW SHARE (PostgreSQL 18 documentation, 13.3.1), and what a
-- rolled-back savepoint took is given back. A grant takes none (suspects/grant.sql). To look for catalog rows with the transaction's xmin instead
-- would read the whole catalog, and find what others have committed meanwhile.
WITH RECURSIVE touched AS (
    SELECT coalesce(i.indrelid, c.oid) AS oid
    FROM pg_catalog.pg_locks l
    JOIN pg_catalog.pg_class c ON c.oid = l.relation
    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
    WHERE l.pid = pg_catalog.pg_backend_pid()
      AND l.locktype = 'relation'
      AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
      AND c.relkind IN ('r', 'p', 'S', 'v', 'm', 'f', 'i', 'I')
      AND c.relpersistence <> 't'
      AND c.relnamespace <> 'pg_catalog'::pg_catalog.regnamespace
    UNION
    SELECT i.inhparent
    FROM touched t
    JOIN pg_catalog.pg_inherits i ON i.inhrelid = t.oid
),
relation AS (
    SELECT c.oid, c.relkind, c.relispartition, c.relhastriggers, c.relrowsecurity,
           CASE WHEN c.relkind = 'r'
                THEN c.relhassubclass OR pg_catalog.pg_relation_size(c.oid) > 0
                ELSE c.relkind IN ('p', 'm') END AS may_have_rows
    FROM touched t
    JOIN pg_catalog.pg_class c ON c.oid = t.oid
)
SELECT coalesce(pg_catalog.array_agg(oid) FILTER (WHERE relkind <> 'S'), '{}') AS relations,
       coalesce(pg_catalog.array_agg(oid) FILTER (WHERE relkind = 'S'), '{}') AS sequences,
       coalesce(pg_catalog.array_agg(oid) FILTER (WHERE may_have_rows), '{}') AS filled,
       coalesce(pg_catalog.array_agg(oid) FILTER (WHERE relkind = 'r' AND NOT may_have_rows), '{}') AS empty,
       coalesce(pg_catalog.bool_or(relkind IN ('r', 'p') AND NOT relrowsecurity), false) AS unsecured,
       coalesce(pg_catalog.bool_or(relhastriggers), false) AS triggers,
       coalesce(pg_catalog.bool_or(relkind = 'p' OR relispartition), false) AS partitions,
       EXISTS (SELECT FROM pg_catalog.pg_publication) AS published,
       -- As late_bound.sql finds them.
       coalesce((
           SELECT pg_catalog.array_agg(DISTINCT ad.adrelid)
           FROM relation r
           JOIN pg_catalog.pg_attrdef ad ON ad.adrelid = r.oid
           WHERE pg_catalog.strpos(ad.adbin::text, ':funcid 1574 ') > 0
             AND (pg_catalog.strpos(ad.adbin::text, ':funcid 1079 ') > 0
                  OR pg_catalog.strpos(ad.adbin::text, ':consttype 2205 ') = 0)), '{}') AS late
FROM relation

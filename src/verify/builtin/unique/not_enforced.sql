-- Deferrable unique keys and exclusion constraints whose trigger does not fire: nothing else looks at them when a row is written.
-- Left behind like the triggers of foreign keys. 'R' fires only while replicating. Those of partitions are told with the one
-- that was declared.
WITH RECURSIVE declared(oid, root) AS (
    SELECT k.oid, k.oid
    FROM pg_catalog.pg_constraint k
    WHERE k.contype IN ('p', 'u', 'x') AND k.condeferrable AND k.conparentid = 0
    UNION ALL
    SELECT k.oid, d.root
    FROM declared d
    JOIN pg_catalog.pg_constraint k ON k.conparentid = d.oid
)
SELECT pg_catalog.format('%s.%I', k.conrelid::regclass, k.conname) AS object,
       pg_catalog.format('is not enforced: its trigger on %s%s is disabled',
           (pg_catalog.min(t.tgrelid::int8)::oid)::regclass,
           CASE WHEN pg_catalog.count(*) > 1 THEN pg_catalog.format(' and %s more', pg_catalog.count(*) - 1) ELSE '' END) AS evidence,
       pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ENABLE TRIGGER %I', t.tgrelid::regclass, t.tgname)
           ORDER BY t.tgrelid)
         || '-- rows written meanwhile may break it: look for them, REINDEX of a unique one fails on them'::text AS statements,
       k.conrelid AS relation
FROM pg_catalog.pg_trigger t
JOIN declared d ON d.oid = t.tgconstraint
JOIN pg_catalog.pg_constraint k ON k.oid = d.root
JOIN own_table o ON o.oid = k.conrelid
WHERE t.tgisinternal
  AND t.tgenabled IN ('D', 'R')
GROUP BY k.oid, k.conrelid, k.conname

-- Users' triggers that are disabled. Those that fire only while replicating (ENABLE REPLICA) are so on purpose. Before
-- version 15 the copies that partitions have count as internal.
SELECT pg_catalog.format('%s.%I', c.root::regclass, t.tgname) AS object,
       pg_catalog.format('the trigger does not fire%s',
           CASE WHEN pg_catalog.bool_or(c.oid = c.root) THEN ''
                ELSE pg_catalog.format(' on %s partitions', pg_catalog.count(*)) END) AS evidence,
       pg_catalog.array_agg(pg_catalog.format('ALTER TABLE %s ENABLE TRIGGER %I', c.oid::regclass, t.tgname)
           ORDER BY c.oid) AS statements,
       c.root AS relation
FROM pg_catalog.pg_trigger t
JOIN (
    SELECT oid, root FROM own_table
    UNION ALL
    SELECT oid, oid FROM own_class WHERE relkind IN ('v', 'f')
) c ON c.oid = t.tgrelid
WHERE t.tgenabled = 'D'
  AND (NOT t.tgisinternal OR t.tgparentid <> 0 AND t.tgconstraint = 0)
GROUP BY c.root, t.tgname

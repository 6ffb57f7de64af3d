-- Foreign keys whose triggers don't fire: \d shows the key as valid, and nothing enforces it. Left behind by
-- "pg_restore --disable-triggers" that was interrupted and by bulk loads. 'R' fires only while replicating.
SELECT pg_catalog.format('%s.%I', k.conrelid::regclass, k.conname) AS object,
       pg_catalog.format('foreign key to %s is not enforced: its triggers on %s%s are disabled',
           k.confrelid::regclass,
           pg_catalog.array_to_string((pg_catalog.array_agg(DISTINCT t.tgrelid::regclass::text))[1:3], ' and '),
           CASE WHEN pg_catalog.count(DISTINCT t.tgrelid) > 3
                THEN pg_catalog.format(' and %s more', pg_catalog.count(DISTINCT t.tgrelid) - 3) ELSE '' END) AS evidence,
       pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ENABLE TRIGGER %I', t.tgrelid::regclass, t.tgname)
           ORDER BY t.tgname)
         || pg_catalog.format('-- rows written meanwhile may be orphans: look for them, then drop and add %I again',
           k.conname) AS statements,
       k.conrelid AS relation
FROM pg_catalog.pg_trigger t
JOIN foreign_key_root r ON r.oid = t.tgconstraint
JOIN pg_catalog.pg_constraint k ON k.oid = r.root
JOIN own_table o ON o.oid = k.conrelid
WHERE t.tgisinternal
  AND t.tgenabled IN ('D', 'R')
GROUP BY k.oid, k.conrelid, k.confrelid, k.conname

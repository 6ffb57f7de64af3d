-- Foreign keys whose triggers don't fire: \d shows the key as valid, and nothing enforces it. Left behind by
-- "pg_restore --disable-triggers" that was interrupted and by bulk loads. 'R' fires only while replicating.
SELECT pg_catalog.format('%s.%I', k.conrelid::pg_catalog.regclass, k.conname) AS object,
       pg_catalog.format('foreign key to %s is not enforced: its triggers on %s are disabled',
           k.confrelid::pg_catalog.regclass,
           pg_catalog.string_agg(DISTINCT t.tgrelid::pg_catalog.regclass::text, ' and ')) AS evidence,
       NULL::text AS severity,
       pg_catalog.array_agg(pg_catalog.format('ALTER TABLE %s ENABLE TRIGGER %I', t.tgrelid::pg_catalog.regclass,
           t.tgname) ORDER BY t.tgname)
         || pg_catalog.format('-- rows written meanwhile may be orphans: look for them, then drop and add %I again',
           k.conname) AS statements,
       'SHARE ROW EXCLUSIVE on the table; as superuser' AS lock,
       k.conrelid AS relation
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_constraint k ON k.oid = t.tgconstraint AND k.contype = 'f'
JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
WHERE t.tgisinternal
  AND t.tgenabled IN ('D', 'R')
  AND n.nspname !~ '^pg_'
GROUP BY k.oid, k.conrelid, k.confrelid, k.conname
ORDER BY 1

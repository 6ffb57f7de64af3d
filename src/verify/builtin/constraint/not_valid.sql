-- Constraints that were added NOT VALID and never validated. Those of partitions and children go with their parent's. One
-- that is NOT ENFORCED (PostgreSQL 18) is another check's.
SELECT pg_catalog.format('%s.%I', k.conrelid::regclass, k.conname) AS object,
       pg_catalog.format('%s, and no row from before was ever checked', pg_catalog.pg_get_constraintdef(k.oid)) AS evidence,
       ARRAY[pg_catalog.format('ALTER TABLE %s VALIDATE CONSTRAINT %I', k.conrelid::regclass, k.conname)] AS statements,
       k.conrelid AS relation
FROM pg_catalog.pg_constraint k
JOIN own_class c ON c.oid = k.conrelid
WHERE NOT k.convalidated
  AND k.coninhcount = 0
  AND k.conparentid = 0
  AND coalesce((pg_catalog.to_jsonb(k) ->> 'conenforced')::bool, true)
UNION ALL
SELECT pg_catalog.format('%s.%I', k.contypid::regtype, k.conname),
       pg_catalog.format('%s, and no value from before was ever checked', pg_catalog.pg_get_constraintdef(k.oid)),
       ARRAY[pg_catalog.format('ALTER DOMAIN %s VALIDATE CONSTRAINT %I', k.contypid::regtype, k.conname)],
       NULL
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_type t ON t.oid = k.contypid
JOIN own_schema n ON n.oid = t.typnamespace
WHERE NOT k.convalidated
  AND NOT EXISTS (SELECT FROM of_extension e WHERE e.classid = 'pg_catalog.pg_type'::regclass AND e.objid = t.oid)

-- Constraints declared NOT ENFORCED. Version 18 can switch that for foreign keys alone, so that a check is made again:
-- first for new rows, under a short lock, then for those that are there.
SELECT pg_catalog.format('%s.%I', k.conrelid::regclass, k.conname) AS object,
       pg_catalog.format('%s: nothing holds rows to it', pg_catalog.pg_get_constraintdef(k.oid)) AS evidence,
       CASE k.contype
           WHEN 'f' THEN
               ARRAY[pg_catalog.format('ALTER TABLE %s ALTER CONSTRAINT %I ENFORCED', k.conrelid::regclass, k.conname)]
           ELSE ARRAY[
               pg_catalog.format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %I %s NOT VALID',
                   k.conrelid::regclass, k.conname, k.conname,
                   pg_catalog.regexp_replace(pg_catalog.pg_get_constraintdef(k.oid), ' NOT ENFORCED$', '')),
               pg_catalog.format('ALTER TABLE %s VALIDATE CONSTRAINT %I', k.conrelid::regclass, k.conname)]
       END AS statements,
       k.conrelid AS relation
FROM pg_catalog.pg_constraint k
JOIN own_class c ON c.oid = k.conrelid
WHERE NOT k.conenforced AND k.coninhcount = 0 AND k.conparentid = 0

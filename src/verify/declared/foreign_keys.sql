-- The foreign keys of table $1.$2 to table $3.$4.
SELECT k.conname::text AS name, k.convalidated AS validated,
       CASE k.confdeltype
           WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default'
           WHEN 'r' THEN 'restrict' ELSE 'no action'
       END AS on_delete,
       ARRAY(
           SELECT a.attname::text
           FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY u(attnum, o)
           JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum
           ORDER BY u.o) AS columns
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
WHERE k.contype = 'f' AND n.nspname = $1 AND c.relname = $2 AND rn.nspname = $3 AND r.relname = $4
ORDER BY k.conname

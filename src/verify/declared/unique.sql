-- The unique indexes of table $1.$2. "columns" are the key's; of an expression, the columns it reads. "plain": usable
-- by ON CONFLICT on exactly these columns.
SELECT i.indexrelid::pg_catalog.regclass::text AS index, ic.relkind = 'I' AS partitioned,
       k.conname::text AS constraint, k.contype = 'p' AS is_primary,
       i.indpred IS NOT NULL AS partial,
       i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL AS plain,
       pg_catalog.concat_ws(', ',
           CASE WHEN NOT i.indisvalid THEN 'not valid' END,
           CASE WHEN NOT i.indimmediate THEN 'deferrable' END,
           CASE WHEN i.indpred IS NOT NULL THEN 'partial' END,
           CASE WHEN i.indexprs IS NOT NULL THEN 'on an expression' END) AS why_not,
       ARRAY(
           SELECT a.attname::text
           FROM pg_catalog.unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) key
           JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = key
           UNION
           SELECT a.attname::text
           FROM pg_catalog.pg_depend d
           JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = d.refobjsubid
           WHERE i.indexprs IS NOT NULL
             AND d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = i.indexrelid
             AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = i.indrelid
             AND d.refobjsubid > 0 AND d.refobjsubid <> ALL (i.indkey::int2[])
           ORDER BY 1) AS columns
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = c.oid AND k.contype IN ('p', 'u')
WHERE n.nspname = $1 AND c.relname = $2 AND i.indisunique
ORDER BY 1

-- Columns whose default names no sequence, or one of several. late_bound.sql stands before it; $1 is not used.
untold AS (SELECT DISTINCT l.relid, l.attnum FROM late_bound l WHERE l.sequence IS NULL OR NOT l.sure)
SELECT pg_catalog.format('%s.%I', c.oid::regclass, a.attname)::text
FROM untold u
JOIN pg_catalog.pg_class c ON c.oid = u.relid AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
JOIN pg_catalog.pg_attribute a ON a.attrelid = u.relid AND a.attnum = u.attnum
ORDER BY 1

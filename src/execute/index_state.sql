-- Whether the index $3 on table $1.$2 ($1 null: through the search path) is valid, or being built now, and the
-- statement that removes it.
SELECT i.indisvalid,
       EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid),
       pg_catalog.format('DROP INDEX CONCURRENTLY %I.%I', n.nspname, c.relname)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
WHERE c.relname = $3 AND t.relname = $2
  AND (n.nspname = $1 OR ($1 IS NULL AND pg_catalog.pg_table_is_visible(t.oid)))

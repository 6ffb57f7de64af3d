SELECT
FROM pg_catalog.pg_class t
WHERE t.oid = ANY ($1) AND t.relkind IN ('r', 'p') AND t.relreplident <> 'f'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)

-- The triggers of each table with their functions: $1 schemas, $2 names.
SELECT w.number::int4 AS number, t.tgname::text AS trigger, fn.nspname::text AS function_schema,
       f.proname::text AS function_name, t.tgenabled IN ('O', 'A') AS enabled
FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) WITH ORDINALITY AS w(schema, name, number)
JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
ORDER BY 1, 2

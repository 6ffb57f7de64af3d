-- What stands under each wanted name: $1 number, $2 kind, $3 schema, $4 name, $5 member, $6 argument types (unit
-- separators between them, null for any). Names are compared in the catalog itself: to_regclass and its kin fail
-- where the role has no USAGE on the schema. Not joined, because each is one look into an index.
SELECT w.number,
       CASE w.kind
           WHEN 'schema' THEN (SELECT 'schema' FROM pg_catalog.pg_namespace WHERE nspname = w.name)
           WHEN 'extension' THEN (SELECT 'extension' FROM pg_catalog.pg_extension WHERE extname = w.name)
           WHEN 'function' THEN (
               SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END
               FROM pg_catalog.pg_proc p
               WHERE p.proname = w.name
                 AND (w.schema IS NULL
                      OR p.pronamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = w.schema))
                 AND (w.arguments IS NULL OR pg_catalog.oidvectortypes(p.proargtypes) = (
                      SELECT coalesce(pg_catalog.string_agg(
                                 coalesce(pg_catalog.format_type(pg_catalog.to_regtype(a), NULL), a), ', ' ORDER BY o), '')
                      FROM pg_catalog.unnest(pg_catalog.string_to_array(w.arguments, E'\x1f')) WITH ORDINALITY u(a, o)))
               LIMIT 1)
           WHEN 'column' THEN (
               SELECT 'column'
               FROM pg_catalog.pg_attribute a
               WHERE a.attname = w.member AND a.attnum > 0 AND NOT a.attisdropped
                 AND a.attrelid = (
                     SELECT oid FROM pg_catalog.pg_class
                     WHERE relname = w.name
                       AND relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = w.schema)))
           WHEN 'type' THEN (
               SELECT CASE typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'type' END
               FROM pg_catalog.pg_type
               WHERE typname = w.name
                 AND typnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = w.schema))
           ELSE (
               SELECT CASE relkind
                          WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view'
                          WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' WHEN 'S' THEN 'sequence'
                          WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' ELSE 'composite type'
                      END
               FROM pg_catalog.pg_class
               WHERE relname = w.name
                 AND relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = w.schema))
       END AS found
FROM ROWS FROM (pg_catalog.unnest($1::int4[]), pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::text[]), pg_catalog.unnest($4::text[]),
          pg_catalog.unnest($5::text[]), pg_catalog.unnest($6::text[]))
     AS w(number, kind, schema, name, member, arguments)
ORDER BY w.number

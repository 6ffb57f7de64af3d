-- The names a misspelt reference may have meant: relations, types, routines, schemas and roles that are not the
-- system's, and the members of the relations and types in $1; and which of the extensions in $2 could be created here.
-- Columns as in named.sql.
SELECT 'relation'::text AS what, n.nspname::text AS schema, c.relname::text AS name, NULL::text AS member,
       c.relkind::text AS detail, NULL::text AS arguments
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
UNION ALL
SELECT 'type', n.nspname, t.typname, NULL, t.typtype::text, NULL
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype IN ('e', 'd', 'r') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
UNION ALL
SELECT 'routine', n.nspname, p.proname, NULL, p.prokind::text, pg_catalog.pg_get_function_identity_arguments(p.oid)
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
UNION ALL
SELECT 'schema', NULL, n.nspname, NULL, NULL, NULL
FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
UNION ALL
SELECT 'role', NULL, rolname, NULL, NULL, NULL FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_'
UNION ALL
SELECT 'column', n.nspname, c.relname, a.attname, c.relkind::text, NULL
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname !~ '^pg_'
UNION ALL
SELECT 'constraint', n.nspname, c.relname, k.conname, k.contype::text, NULL
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = ANY ($1) AND n.nspname !~ '^pg_'
UNION ALL
SELECT 'trigger', n.nspname, c.relname, t.tgname, NULL, NULL
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = ANY ($1) AND NOT t.tgisinternal
UNION ALL
SELECT 'policy', n.nspname, c.relname, p.polname, NULL, NULL
FROM pg_catalog.pg_policy p
JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = ANY ($1)
UNION ALL
SELECT 'enum label', n.nspname, t.typname, e.enumlabel, NULL, NULL
FROM pg_catalog.pg_enum e
JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typname = ANY ($1)
UNION ALL
SELECT 'available extension', NULL, name, NULL, NULL, NULL
FROM pg_catalog.pg_available_extensions WHERE name = ANY ($2)
ORDER BY 1, 2, 3, 4, 5, 6
LIMIT 50000

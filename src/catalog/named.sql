-- Every object in the catalog that has one of the wanted names ($1), or a member with one of the wanted
-- member names ($2), in whatever schema: one round trip however many are wanted, and enough to say
-- "it exists in schema core" or "it is a view".
-- Columns: what, schema, name, member, detail (relkind, prokind, typtype), arguments.
SELECT 'search_path'::text AS what, s.name::text AS schema, ''::text AS name, NULL::text AS member,
       s.place::text AS detail, NULL::text AS arguments
FROM pg_catalog.unnest(pg_catalog.current_schemas(true)) WITH ORDINALITY AS s (name, place)
UNION ALL
SELECT 'schema', NULL, nspname, NULL, NULL, NULL
FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1)
UNION ALL
SELECT 'relation', n.nspname, c.relname, NULL,
       CASE WHEN c.relkind = 'i' AND NOT i.indisvalid THEN 'invalid index' ELSE c.relkind::text END, NULL
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
WHERE c.relname = ANY ($1) AND c.relpersistence <> 't'
UNION ALL
SELECT 'column', n.nspname, c.relname, a.attname, c.relkind::text, NULL
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = ANY ($1) AND a.attname = ANY ($2) AND a.attnum > 0 AND NOT a.attisdropped AND c.relpersistence <> 't'
UNION ALL
SELECT 'constraint', n.nspname, coalesce(c.relname, t.typname), k.conname,
       CASE WHEN k.contype = 'n' OR k.contype = 'c' AND NOT k.conislocal AND NOT c.relispartition THEN 'merging'
            ELSE k.contype::text END, NULL
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
LEFT JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
LEFT JOIN pg_catalog.pg_type t ON t.oid = k.contypid
WHERE coalesce(c.relname, t.typname) = ANY ($1) AND k.conname = ANY ($2)
UNION ALL
-- What a foreign key or ON CONFLICT may lean on; its columns are in `arguments`, parted by a unit separator.
SELECT 'key', n.nspname, c.relname, '(primary key)', 'p', NULL
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = ANY ($1) AND i.indisprimary AND i.indisvalid
UNION ALL
SELECT 'key', n.nspname, c.relname, NULL, 'u', k.columns
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
    SELECT pg_catalog.string_agg(a.attname::text, pg_catalog.chr(31) ORDER BY a.attname) AS columns
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])
) k
WHERE c.relname = ANY ($1) AND i.indisunique AND i.indisvalid AND i.indexprs IS NULL
UNION ALL
SELECT 'trigger', n.nspname, c.relname, t.tgname, NULL, NULL
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = ANY ($1) AND t.tgname = ANY ($2) AND NOT t.tgisinternal
UNION ALL
SELECT 'policy', n.nspname, c.relname, p.polname, NULL, NULL
FROM pg_catalog.pg_policy p
JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = ANY ($1) AND p.polname = ANY ($2)
UNION ALL
SELECT 'rule', n.nspname, c.relname, r.rulename, NULL, NULL
FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = ANY ($1) AND r.rulename = ANY ($2)
UNION ALL
SELECT 'type', n.nspname, t.typname, NULL, t.typtype::text, NULL
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typname = ANY ($1)
UNION ALL
SELECT 'enum label', n.nspname, t.typname, e.enumlabel, NULL, NULL
FROM pg_catalog.pg_enum e
JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typname = ANY ($1) AND e.enumlabel = ANY ($2)
UNION ALL
SELECT 'routine', n.nspname, p.proname, NULL, p.prokind::text, pg_catalog.pg_get_function_identity_arguments(p.oid)
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.proname = ANY ($1)
UNION ALL
SELECT 'operator', n.nspname, o.oprname, NULL, NULL, NULL
FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
WHERE o.oprname = ANY ($1)
UNION ALL
SELECT 'operator class', n.nspname, o.opcname, NULL, NULL, NULL
FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_namespace n ON n.oid = o.opcnamespace
WHERE o.opcname = ANY ($1)
UNION ALL
SELECT 'operator family', n.nspname, o.opfname, NULL, NULL, NULL
FROM pg_catalog.pg_opfamily o JOIN pg_catalog.pg_namespace n ON n.oid = o.opfnamespace
WHERE o.opfname = ANY ($1)
UNION ALL
SELECT 'collation', n.nspname, c.collname, NULL, NULL, NULL
FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
WHERE c.collname = ANY ($1)
UNION ALL
SELECT 'conversion', n.nspname, c.conname, NULL, NULL, NULL
FROM pg_catalog.pg_conversion c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
WHERE c.conname = ANY ($1)
UNION ALL
SELECT 'text search configuration', n.nspname, c.cfgname, NULL, NULL, NULL
FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace
WHERE c.cfgname = ANY ($1)
UNION ALL
SELECT 'text search dictionary', n.nspname, d.dictname, NULL, NULL, NULL
FROM pg_catalog.pg_ts_dict d JOIN pg_catalog.pg_namespace n ON n.oid = d.dictnamespace
WHERE d.dictname = ANY ($1)
UNION ALL
SELECT 'text search parser', n.nspname, p.prsname, NULL, NULL, NULL
FROM pg_catalog.pg_ts_parser p JOIN pg_catalog.pg_namespace n ON n.oid = p.prsnamespace
WHERE p.prsname = ANY ($1)
UNION ALL
SELECT 'text search template', n.nspname, t.tmplname, NULL, NULL, NULL
FROM pg_catalog.pg_ts_template t JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace
WHERE t.tmplname = ANY ($1)
UNION ALL
SELECT 'statistics', n.nspname, s.stxname, NULL, NULL, NULL
FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
WHERE s.stxname = ANY ($1)
UNION ALL
SELECT 'role', NULL, rolname, NULL, NULL, NULL FROM pg_catalog.pg_roles WHERE rolname = ANY ($1)
UNION ALL
SELECT 'extension', NULL, extname, NULL, NULL, NULL FROM pg_catalog.pg_extension WHERE extname = ANY ($1)
UNION ALL
SELECT 'language', NULL, lanname, NULL, NULL, NULL FROM pg_catalog.pg_language WHERE lanname = ANY ($1)
UNION ALL
SELECT 'access method', NULL, amname, NULL, NULL, NULL FROM pg_catalog.pg_am WHERE amname = ANY ($1)
UNION ALL
SELECT 'foreign-data wrapper', NULL, fdwname, NULL, NULL, NULL
FROM pg_catalog.pg_foreign_data_wrapper WHERE fdwname = ANY ($1)
UNION ALL
SELECT 'foreign server', NULL, srvname, NULL, NULL, NULL
FROM pg_catalog.pg_foreign_server WHERE srvname = ANY ($1)
UNION ALL
SELECT 'user mapping', NULL, srvname, coalesce(usename, 'public'), NULL, NULL
FROM pg_catalog.pg_user_mappings WHERE srvname = ANY ($1)
UNION ALL
SELECT 'publication', NULL, pubname, NULL, NULL, NULL FROM pg_catalog.pg_publication WHERE pubname = ANY ($1)
UNION ALL
SELECT 'subscription', NULL, subname, NULL, NULL, NULL FROM pg_catalog.pg_subscription WHERE subname = ANY ($1)
UNION ALL
SELECT 'event trigger', NULL, evtname, NULL, NULL, NULL FROM pg_catalog.pg_event_trigger WHERE evtname = ANY ($1)
UNION ALL
SELECT 'tablespace', NULL, spcname, NULL, NULL, NULL FROM pg_catalog.pg_tablespace WHERE spcname = ANY ($1)
UNION ALL
SELECT 'database', NULL, datname, NULL, NULL, NULL FROM pg_catalog.pg_database WHERE datname = ANY ($1)
ORDER BY 1, 2, 3, 4, 5, 6

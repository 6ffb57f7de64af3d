-- What a database has of its server and of its extensions: extension (empty for the server itself), kind, name.
-- Of the collations only those that every build with ICU has; others depend on the machine. (The first 10,000 OIDs are
-- given by hand, src/include/access/transam.h; before PostgreSQL 16, initdb made these two.)
WITH object (class, oid, schema, kind, name) AS (
    SELECT 'pg_proc'::regclass, oid, pronamespace,
           CASE prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' WHEN 'w' THEN 'window function'
                        ELSE 'function' END,
           proname::text
    FROM pg_proc
    UNION ALL
    -- Not the row types of relations, nor arrays of them.
    SELECT 'pg_type', t.oid, t.typnamespace, 'type', t.typname FROM pg_type t
    LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
    LEFT JOIN pg_class c ON c.oid = coalesce(e.typrelid, t.typrelid)
    WHERE coalesce(c.relkind, 'c') = 'c'
    UNION ALL
    SELECT 'pg_class', oid, relnamespace, CASE relkind WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' ELSE 'table' END,
           relname
    FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'f', 'p', 'S')
    UNION ALL
    SELECT 'pg_operator', oid, oprnamespace, 'operator', oprname FROM pg_operator
    UNION ALL
    SELECT 'pg_opclass', oid, opcnamespace, 'operator class', opcname FROM pg_opclass
    UNION ALL
    SELECT 'pg_opfamily', oid, opfnamespace, 'operator family', opfname FROM pg_opfamily
    UNION ALL
    SELECT 'pg_collation', oid, collnamespace, 'collation', collname FROM pg_collation
    WHERE oid < 10000 OR collname IN ('ucs_basic', 'unicode')
    UNION ALL
    SELECT 'pg_conversion', oid, connamespace, 'conversion', conname FROM pg_conversion
    UNION ALL
    SELECT 'pg_ts_config', oid, cfgnamespace, 'text search configuration', cfgname FROM pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict', oid, dictnamespace, 'text search dictionary', dictname FROM pg_ts_dict
    UNION ALL
    SELECT 'pg_ts_parser', oid, prsnamespace, 'text search parser', prsname FROM pg_ts_parser
    UNION ALL
    SELECT 'pg_ts_template', oid, tmplnamespace, 'text search template', tmplname FROM pg_ts_template
    UNION ALL
    SELECT 'pg_am', oid, NULL, 'access method', amname FROM pg_am
    UNION ALL
    SELECT 'pg_language', oid, NULL, 'language', lanname FROM pg_language
    UNION ALL
    SELECT 'pg_foreign_data_wrapper', oid, NULL, 'foreign-data wrapper', fdwname FROM pg_foreign_data_wrapper
    UNION ALL
    SELECT 'pg_event_trigger', oid, NULL, 'event trigger', evtname FROM pg_event_trigger
    UNION ALL
    SELECT 'pg_namespace', oid, NULL, 'schema', nspname FROM pg_namespace WHERE nspname <> 'public'
    UNION ALL
    SELECT 'pg_authid', oid, NULL, 'role', rolname FROM pg_authid WHERE rolname LIKE 'pg\_%'
)
SELECT DISTINCT coalesce(x.extname, '') COLLATE "C" AS extension, o.kind COLLATE "C", o.name COLLATE "C"
FROM object o
LEFT JOIN pg_depend d ON d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e'
LEFT JOIN pg_extension x ON x.oid = d.refobjid AND x.extname <> 'plpgsql'
-- plpgsql is in every new database, so what it brings counts as the server's.
WHERE x.extname IS NOT NULL
   OR o.schema IS NULL
   OR o.schema IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
ORDER BY 1, 2, 3

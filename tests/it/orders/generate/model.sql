-- What statements can be made of: kind, name in full, part, detail.
SELECT 'schema' AS kind, quote_ident(nspname) AS name, '' AS part, '' AS detail FROM pg_namespace
WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
UNION ALL
SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned' WHEN 'v' THEN 'view' WHEN 'm' THEN 'matview'
       WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'composite' WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' END,
       c.oid::regclass::text, '', c.relispartition::text
FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'c', 'i', 'I') AND c.oid >= 16384
  AND c.relnamespace <> 'pg_toast'::regnamespace
UNION ALL
SELECT CASE WHEN c.relkind IN ('r', 'p') THEN 'column' ELSE 'output' END, c.oid::regclass::text, quote_ident(a.attname),
       format_type(a.atttypid, a.atttypmod)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.oid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint', conrelid::regclass::text, quote_ident(conname), contype::text
FROM pg_constraint WHERE conrelid >= 16384
UNION ALL
-- The lists of columns of unique keys and of foreign keys, with how many they are or the table they refer to.
SELECT CASE contype WHEN 'f' THEN 'reference' ELSE 'key' END, conrelid::regclass::text,
       (SELECT string_agg(quote_ident(attname), ', ' ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute ON attrelid = conrelid AND attnum = number),
       CASE contype WHEN 'f' THEN confrelid::regclass::text ELSE cardinality(conkey)::text END
FROM pg_constraint WHERE contype IN ('p', 'u', 'f') AND conrelid >= 16384
UNION ALL
SELECT CASE t.typtype WHEN 'e' THEN 'enum' ELSE 'domain' END, t.oid::regtype::text, '', ''
FROM pg_type t WHERE t.typtype IN ('e', 'd') AND t.oid >= 16384
UNION ALL
SELECT 'label', enumtypid::regtype::text, quote_literal(enumlabel), '' FROM pg_enum
UNION ALL
SELECT CASE WHEN prorettype = 'trigger'::regtype THEN 'trigger function' WHEN prokind = 'p' THEN 'procedure' ELSE 'function' END,
       oid::regprocedure::text, format('%s.%I', pronamespace::regnamespace, proname), pg_get_function_identity_arguments(oid)
FROM pg_proc WHERE oid >= 16384
UNION ALL
SELECT 'trigger', tgrelid::regclass::text, quote_ident(tgname), '' FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'policy', polrelid::regclass::text, quote_ident(polname), '' FROM pg_policy
UNION ALL
SELECT 'rule', ev_class::regclass::text, quote_ident(rulename), '' FROM pg_rewrite WHERE rulename <> '_RETURN' AND ev_class >= 16384
UNION ALL
SELECT CASE WHEN c.relispartition THEN 'partition' ELSE 'child' END, inhrelid::regclass::text, inhparent::regclass::text, ''
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relkind IN ('r', 'p')
UNION ALL
SELECT 'statistics', stxnamespace::regnamespace || '.' || quote_ident(stxname), '', '' FROM pg_statistic_ext
ORDER BY 1, 2, 3, 4

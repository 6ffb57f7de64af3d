-- Stands before the queries that look for what sequences feed: defaults such as nextval('name'::text), of the tables $2 or of
-- all. They look for their sequence when they run and leave no dependency; 1574 is nextval, 1079 the cast of text to
-- regclass, and 2205 regclass, whose constants leave one.
-- A name without a schema means what the writer's search_path makes of it: "sure" where only one schema has a sequence of that
-- name. No sequence comes with a name that is none's, and with one that is computed. The catalog is asked itself, because
-- to_regclass fails on what can be no name, and on a schema that the role may not use: one such default would hide every sequence.
-- pg_get_expr with a table's oid locks that table, so one locked table would fail the whole; a default reads no column
-- of its table, so it prints as well without.
WITH RECURSIVE
late_name AS MATERIALIZED (
    SELECT ad.adrelid AS relid, ad.adnum AS attnum, ad.oid AS defid, folded.parts[1] AS schema, folded.parts[2] AS name
    FROM pg_catalog.pg_attrdef ad
    LEFT JOIN LATERAL pg_catalog.regexp_matches(
        pg_catalog.pg_get_expr(ad.adbin, 0),
        'nextval\(\(+''((?:[^'']|'''')+)''::(?:text|character varying|name)\)(?:::(?:text|character varying|name)\))*::regclass\)',
        'g') m ON true
    LEFT JOIN LATERAL (
        SELECT pg_catalog.array_agg(
            (CASE WHEN x.part ~ '^"'
                  THEN pg_catalog.replace(pg_catalog.substr(x.part, 2, pg_catalog.length(x.part) - 2), '""', '"')
                  ELSE pg_catalog.lower(x.part COLLATE pg_catalog."C") END)::pg_catalog.name ORDER BY x.place) AS parts
        FROM pg_catalog.unnest(pg_catalog.regexp_match(
            pg_catalog.replace(m[1], '''''', ''''), '^(?:("(?:[^"]|"")+"|[^\s".]+)\.)?("(?:[^"]|"")+"|[^\s".]+)$'
        )) WITH ORDINALITY x(part, place)
    ) folded ON true
    WHERE ($2 IS NULL OR ad.adrelid = ANY ($2)) AND pg_catalog.strpos(ad.adbin::text, ':funcid 1574 ') > 0
      AND (pg_catalog.strpos(ad.adbin::text, ':funcid 1079 ') > 0 OR pg_catalog.strpos(ad.adbin::text, ':consttype 2205 ') = 0)
),
late_bound AS MATERIALIZED (
    SELECT l.relid, l.attnum, l.defid, s.oid AS sequence,
           pg_catalog.count(*) OVER (PARTITION BY l.defid, l.schema, l.name) = 1 AS sure
    FROM late_name l
    LEFT JOIN (
        SELECT c.oid, c.relname, n.nspname
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'S' AND n.nspname !~ '^pg_'
    ) s ON s.relname = l.name AND (l.schema IS NULL OR s.nspname = l.schema)
),

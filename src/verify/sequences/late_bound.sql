-- Stands before the queries that look for what sequences feed: defaults nextval('name'::text), of the tables $2 or of all. They
-- look for their sequence when they run and leave no dependency; 1079 is the cast's function.
-- A name without a schema means what the writer's search_path makes of it: the sequence of that name, where there is only one.
-- to_regclass fails on what can be no name, and on a third part, so that one such default would hide every sequence.
-- pg_get_expr with a table's oid locks that table, so one locked table would fail the whole; a default reads no column
-- of its table, so it prints as well without.
WITH RECURSIVE
late_bound AS MATERIALIZED (
    SELECT ad.adrelid AS relid, ad.adnum AS attnum, ad.oid AS defid,
           CASE
               WHEN n.name ~ '^("([^"]|"")+"|[^\s".]+)\.("([^"]|"")+"|[^\s".]+)$'
                   THEN pg_catalog.to_regclass(n.name)::oid
               WHEN n.name ~ '^("([^"]|"")+"|[^\s".]+)$'
                   THEN (
                       SELECT CASE WHEN pg_catalog.count(*) = 1 THEN pg_catalog.min(c.oid::int8)::oid END
                       FROM pg_catalog.pg_class c
                       JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace AND s.nspname !~ '^pg_'
                       WHERE c.relkind = 'S'
                         AND c.relname = (
                             CASE WHEN n.name ~ '^"'
                                 THEN pg_catalog.replace(pg_catalog.substr(n.name, 2, pg_catalog.length(n.name) - 2), '""', '"')
                                 ELSE pg_catalog.lower(n.name)
                             END)::pg_catalog.name)
           END AS sequence
    FROM pg_catalog.pg_attrdef ad
    CROSS JOIN LATERAL pg_catalog.regexp_matches(
        pg_catalog.pg_get_expr(ad.adbin, 0), 'nextval\(\(''((?:[^'']|'''')+)''::text\)::regclass\)', 'g') m
    CROSS JOIN LATERAL (SELECT pg_catalog.replace(m[1], '''''', '''') AS name) n
    WHERE ($2 IS NULL OR ad.adrelid = ANY ($2)) AND pg_catalog.strpos(ad.adbin::text, ':funcid 1079 ') > 0
),

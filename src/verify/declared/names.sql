-- Names for "did you mean", of the wanted kind ($1) or like it. Enough of them; a suggestion is a courtesy.
SELECT n.nspname::text AS schema, o.name::text AS name, o.kind
FROM (
    SELECT relnamespace AS namespace, relname AS name,
           CASE relkind
               WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
               WHEN 'f' THEN 'foreign table' WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'type' ELSE 'index'
           END AS kind
    FROM pg_catalog.pg_class
    WHERE NOT relispartition
    UNION ALL
    SELECT pronamespace, proname, 'function' FROM pg_catalog.pg_proc
    UNION ALL
    SELECT typnamespace, typname, CASE typtype WHEN 'e' THEN 'enum' ELSE 'type' END
    FROM pg_catalog.pg_type
    WHERE typtype IN ('e', 'd')
) o
JOIN pg_catalog.pg_namespace n ON n.oid = o.namespace
WHERE n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
  AND CASE
          WHEN $1 IN ('table', 'view', 'materialized view', 'foreign table')
              THEN o.kind IN ('table', 'view', 'materialized view', 'foreign table')
          WHEN $1 IN ('type', 'enum', 'domain') THEN o.kind IN ('type', 'enum')
          ELSE o.kind = $1
      END
ORDER BY 1, 2
LIMIT 20000

SELECT
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type ty ON ty.oid = a.atttypid AND (ty.oid IN (20, 21, 23, 1700) OR ty.typtype = 'd')
JOIN pg_catalog.pg_class t ON t.oid = a.attrelid
CROSS JOIN LATERAL (
    SELECT greatest(58 - pg_catalog.octet_length(a.attname::text), 29) AS table_bytes,
           greatest(58 - pg_catalog.octet_length(t.relname::text), 29) AS column_bytes
) b
WHERE a.attrelid = ANY ($1)
  AND a.attnum > 0 AND NOT a.atthasdef AND a.attidentity = ''
  AND (EXISTS (
          SELECT
          FROM pg_catalog.pg_depend d
          WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
            AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'a')
       OR EXISTS (
          SELECT
          FROM pg_catalog.pg_class s
          WHERE s.relnamespace = t.relnamespace
            AND s.relkind = 'S'
            -- As serial names it; missing.sql.
            AND s.relname = (
                pg_catalog.substr((pg_catalog.repeat('x', 63 - b.table_bytes) || t.relname)::pg_catalog.name::text, 64 - b.table_bytes) || '_'
                || pg_catalog.substr((pg_catalog.repeat('x', 63 - b.column_bytes) || a.attname)::pg_catalog.name::text, 64 - b.column_bytes) || '_seq'
            )::pg_catalog.name))

SELECT
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class t ON t.oid = a.attrelid
WHERE a.attrelid = ANY ($1)
  AND a.attnum > 0 AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
  AND a.atttypid IN (20, 21, 23, 1700)
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
            -- As serial names it.
            AND s.relname = (
                "left"(t.relname::text, greatest(58 - pg_catalog.octet_length(a.attname::text), 29)) || '_'
                || "left"(a.attname::text, greatest(58 - pg_catalog.octet_length(t.relname::text), 29)) || '_seq'
            )::pg_catalog.name))

-- Sequences named as serial names them, feeding exactly that column, and owned by none: the restore lost it. The ledger's
-- schema, $1, is left out.
-- ALTER SEQUENCE ... OWNED BY wants the same owner and schema; where they differ, it can't be put back.
WITH owned AS (
    SELECT objid FROM pg_catalog.pg_depend
    WHERE classid = 'pg_catalog.pg_class'::regclass AND refclassid = 'pg_catalog.pg_class'::regclass
      AND deptype IN ('a', 'i') AND refobjsubid > 0
),
fed AS (
    SELECT d.refobjid AS seqid, pg_catalog.min(ad.adrelid::int8)::oid AS attrelid, pg_catalog.min(ad.adnum) AS attnum
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_attrdef ad ON ad.oid = d.objid
    JOIN pg_catalog.pg_class c ON c.oid = ad.adrelid AND NOT c.relispartition
    WHERE d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
      AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_depend e
          WHERE e.refclassid = 'pg_catalog.pg_extension'::regclass AND e.deptype = 'e'
            AND e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = d.refobjid)
      AND d.refobjid NOT IN (SELECT objid FROM owned)
    GROUP BY d.refobjid
    HAVING pg_catalog.count(*) = 1
)
SELECT s.oid AS relation, n.nspname::text AS schema, c.relname::text AS name, a.attname::text AS column_name,
       n.nspname::text AS sequence_schema, s.relname::text AS sequence_name
FROM fed f
JOIN pg_catalog.pg_class s ON s.oid = f.seqid AND s.relkind = 'S'
JOIN pg_catalog.pg_class c ON c.oid = f.attrelid AND c.relnamespace = s.relnamespace AND c.relowner = s.relowner
JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace AND n.nspname !~ '^pg_' AND n.nspname <> $1
JOIN pg_catalog.pg_attribute a ON a.attrelid = f.attrelid AND a.attnum = f.attnum
-- As in missing.sql.
CROSS JOIN LATERAL (
    SELECT greatest(58 - pg_catalog.octet_length(a.attname::text), 29) AS table_bytes,
           greatest(58 - pg_catalog.octet_length(c.relname::text), 29) AS column_bytes
) b
WHERE s.relname = pg_catalog.substr((pg_catalog.repeat('x', 63 - b.table_bytes) || c.relname)::pg_catalog.name::text, 64 - b.table_bytes) || '_'
               || pg_catalog.substr((pg_catalog.repeat('x', 63 - b.column_bytes) || a.attname)::pg_catalog.name::text, 64 - b.column_bytes) || '_seq'
ORDER BY 2, 6

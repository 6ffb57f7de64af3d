-- Columns without default or identity for which a sequence is there: owned by the column, or, where that is NOT NULL, named as
-- serial names it and used by nobody. Partitions are told by their root; the ledger's schema, $1, is left out. late_bound.sql
-- stands before it.
-- Whole numbers, and domains over them that have no default.
number(oid, required) AS (
    SELECT pg_catalog.unnest('{20,21,23,1700}'::oid[]), false
    UNION
    SELECT t.oid, n.required OR t.typnotnull
    FROM number n
    JOIN pg_catalog.pg_type t ON t.typbasetype = n.oid AND t.typtype = 'd' AND t.typdefaultbin IS NULL
),
owned AS MATERIALIZED (
    SELECT d.refobjid AS attrelid, d.refobjsubid AS attnum, d.objid AS seqid, 1 AS rank
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
      AND d.deptype = 'a' AND d.refobjsubid > 0
),
candidate AS MATERIALIZED (
    SELECT a.attrelid, a.attnum, a.attname, a.attnotnull OR t.required AS required, c.relname, c.relnamespace, c.relowner
    FROM pg_catalog.pg_attribute a
    JOIN number t ON t.oid = a.atttypid
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND NOT c.relispartition
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND n.nspname <> $1
      AND a.attnum > 0 AND NOT a.attisdropped AND NOT a.atthasdef AND a.attidentity = ''
      AND (a.attnotnull OR t.required OR (a.attrelid, a.attnum::int4) IN (SELECT attrelid, attnum FROM owned))
      AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_depend e
          WHERE e.refclassid = 'pg_catalog.pg_extension'::regclass AND e.deptype = 'e'
            AND e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid)
),
named AS (
    -- As makeObjectName cuts it: of the two parts, the longer loses bytes first, down to 29 each, and no part of a character
    -- is left; to make a name cuts in the same way.
    SELECT k.attrelid, k.attnum, s.oid AS seqid, 2 AS rank
    FROM candidate k
    CROSS JOIN LATERAL (
        SELECT greatest(58 - pg_catalog.octet_length(k.attname::text), 29) AS table_bytes,
               greatest(58 - pg_catalog.octet_length(k.relname::text), 29) AS column_bytes
    ) b
    JOIN pg_catalog.pg_class s
      ON s.relkind = 'S'
     AND s.relnamespace = k.relnamespace
     AND s.relname = pg_catalog.substr((pg_catalog.repeat('x', 63 - b.table_bytes) || k.relname)::pg_catalog.name::text, 64 - b.table_bytes) || '_'
                  || pg_catalog.substr((pg_catalog.repeat('x', 63 - b.column_bytes) || k.attname)::pg_catalog.name::text, 64 - b.column_bytes) || '_seq'
    WHERE k.required
      -- Defaults, rules and bodies of standard SQL functions leave a dependency.
      AND s.oid NOT IN (
        SELECT refobjid FROM pg_catalog.pg_depend
        WHERE refclassid = 'pg_catalog.pg_class'::regclass AND classid <> 'pg_catalog.pg_class'::regclass)
      AND s.oid NOT IN (SELECT sequence FROM late_bound WHERE sequence IS NOT NULL)
      AND s.oid NOT IN (
        SELECT objid FROM pg_catalog.pg_depend
        WHERE classid = 'pg_catalog.pg_class'::regclass AND deptype IN ('a', 'i') AND refobjsubid > 0)
),
hit AS (
    SELECT DISTINCT ON (attrelid, attnum) attrelid, attnum, seqid, rank
    FROM (SELECT * FROM owned UNION ALL SELECT * FROM named) either
    ORDER BY attrelid, attnum, rank, seqid
)
SELECT k.attrelid AS relation, n.nspname::text AS schema, k.relname::text AS name, k.attname::text AS column_name,
       sn.nspname::text AS sequence_schema, s.relname::text AS sequence_name, h.rank = 1 AS owned, k.required,
       s.relowner = k.relowner AND s.relnamespace = k.relnamespace AS ownable,
       part.schemas, part.names
FROM candidate k
JOIN hit h USING (attrelid, attnum)
JOIN pg_catalog.pg_namespace n ON n.oid = k.relnamespace
JOIN pg_catalog.pg_class s ON s.oid = h.seqid
JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
CROSS JOIN LATERAL (
    SELECT pg_catalog.array_agg(pn.nspname::text ORDER BY t.level, pn.nspname, pc.relname) AS schemas,
           pg_catalog.array_agg(pc.relname::text ORDER BY t.level, pn.nspname, pc.relname) AS names
    FROM pg_catalog.pg_partition_tree(k.attrelid) t
    JOIN pg_catalog.pg_class pc ON pc.oid = t.relid
    JOIN pg_catalog.pg_namespace pn ON pn.oid = pc.relnamespace
    JOIN pg_catalog.pg_attribute pa ON pa.attrelid = pc.oid AND pa.attname = k.attname AND NOT pa.atthasdef
    WHERE t.level > 0
) part
-- A trigger that draws from the sequence does the default's work.
WHERE NOT EXISTS (
    SELECT FROM pg_catalog.pg_trigger tg
    JOIN pg_catalog.pg_proc f ON f.oid = tg.tgfoid
    WHERE tg.tgrelid = k.attrelid AND NOT tg.tgisinternal
      AND pg_catalog.strpos(f.prosrc, 'nextval') > 0)
ORDER BY n.nspname, k.relname, k.attname

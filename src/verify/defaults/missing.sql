-- NOT NULL columns without default or identity for which a sequence is there: owned by the column, or named as serial
-- names it and used by nobody. Partitions are told by their root; the ledger's schema, $1, is left out.
WITH candidate AS MATERIALIZED (
    SELECT a.attrelid, a.attnum, a.attname, c.relname, c.relnamespace, c.relowner
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND NOT c.relispartition
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND n.nspname <> $1
      AND a.attnum > 0 AND NOT a.attisdropped AND NOT a.atthasdef AND a.attidentity = '' AND a.attnotnull
      AND a.atttypid IN (20, 21, 23, 1700)
      AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_depend e
          WHERE e.refclassid = 'pg_catalog.pg_extension'::regclass AND e.deptype = 'e'
            AND e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid)
),
owned AS (
    SELECT d.refobjid AS attrelid, d.refobjsubid AS attnum, d.objid AS seqid, 1 AS rank
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
      AND d.deptype = 'a' AND d.refobjsubid > 0
),
named AS (
    -- As makeObjectName cuts it: of the two parts, the longer loses characters first, down to 29 each.
    SELECT k.attrelid, k.attnum, s.oid AS seqid, 2 AS rank
    FROM candidate k
    JOIN pg_catalog.pg_class s
      ON s.relkind = 'S'
     AND s.relnamespace = k.relnamespace
     AND s.relname = "left"(k.relname::text, greatest(58 - pg_catalog.octet_length(k.attname::text), 29)) || '_'
                  || "left"(k.attname::text, greatest(58 - pg_catalog.octet_length(k.relname::text), 29)) || '_seq'
    WHERE s.oid NOT IN (
        SELECT refobjid FROM pg_catalog.pg_depend
        WHERE refclassid = 'pg_catalog.pg_class'::regclass
          AND classid IN ('pg_catalog.pg_attrdef'::regclass, 'pg_catalog.pg_type'::regclass))
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
       sn.nspname::text AS sequence_schema, s.relname::text AS sequence_name, h.rank = 1 AS owned,
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

-- Which columns each sequence feeds: one row per sequence and column, from the catalog alone, so it takes no lock on
-- user tables; of all sequences, or of those in $1. Sequences that feed nothing come with a null relation. late_bound.sql stands
-- before it.
-- pg_get_expr with a table's oid locks that table, so one locked table would fail the whole; a default reads no column
-- of its table, so it prints as well without.
seq AS MATERIALIZED (
    SELECT s.*, c.relname, n.nspname, c.relnamespace, c.relowner, c.relacl IS NULL AND pg_catalog.pg_has_role(c.relowner, 'USAGE') AS all_rights
    FROM pg_catalog.pg_sequence s
    JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE ($1 IS NULL OR s.seqrelid = ANY ($1))
      AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema'
      AND NOT EXISTS (
          SELECT
          FROM pg_catalog.pg_depend e
          WHERE e.refclassid = 'pg_catalog.pg_extension'::regclass AND e.deptype = 'e'
            AND e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid)
),
raw AS MATERIALIZED (
    -- A default that holds the sequence's oid, plain or inside any expression.
    SELECT d.refobjid AS seqid, ad.adrelid AS relid, ad.adnum AS attnum, ad.oid AS defid, 'default' AS how
    FROM pg_catalog.pg_depend d
    JOIN seq ON seq.seqrelid = d.refobjid
    JOIN pg_catalog.pg_attrdef ad ON ad.oid = d.objid
    WHERE d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
    UNION ALL
    SELECT l.sequence, l.relid, l.attnum, l.defid, CASE WHEN l.sure THEN 'late-bound' ELSE 'ambiguous' END FROM late_bound l
    UNION ALL
    -- Identity columns, and OWNED BY.
    SELECT d.objid, d.refobjid, d.refobjsubid::int2, NULL, CASE d.deptype WHEN 'i' THEN 'identity' ELSE 'owned' END
    FROM pg_catalog.pg_depend d
    JOIN seq ON seq.seqrelid = d.objid
    WHERE d.classid = 'pg_catalog.pg_class'::regclass
      AND d.refclassid = 'pg_catalog.pg_class'::regclass
      AND d.refobjsubid > 0
      AND d.deptype IN ('a', 'i')
    UNION ALL
    -- A domain's default, for columns of the domain without one of their own.
    SELECT d.refobjid, a.attrelid, a.attnum, NULL, 'domain'
    FROM pg_catalog.pg_depend d
    JOIN seq ON seq.seqrelid = d.refobjid
    JOIN pg_catalog.pg_type t ON t.oid = d.objid AND t.typtype = 'd'
    -- No index leads from a type to its columns; there is hardly ever a domain to look for.
    CROSS JOIN LATERAL (
        SELECT a.attrelid, a.attnum
        FROM pg_catalog.pg_attribute a
        WHERE a.atttypid = t.oid AND NOT a.attisdropped AND NOT a.atthasdef AND a.attnum > 0
        OFFSET 0
    ) a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f')
    WHERE d.classid = 'pg_catalog.pg_type'::regclass
),
used AS MATERIALIZED (
    SELECT r.seqid, r.relid, r.attnum, a.attname, a.atttypid, a.atttypmod, r.defid, r.how
    FROM (
        SELECT seqid, relid, attnum, pg_catalog.max(defid) AS defid,
               pg_catalog.array_agg(DISTINCT how ORDER BY how) AS how
        FROM raw
        WHERE seqid IS NOT NULL
        GROUP BY 1, 2, 3
    ) r
    -- By its index: to hash every column of the database takes longer than all the rest.
    CROSS JOIN LATERAL (
        SELECT a.attname, a.atttypid, a.atttypmod
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = r.relid AND a.attnum = r.attnum AND a.attgenerated = ''
        OFFSET 0
    ) a
),
child AS MATERIALIZED (
    SELECT x.seqid, x.relid, x.attnum, x.attname, i.inhparent
    FROM used x
    JOIN pg_catalog.pg_inherits i ON i.inhrelid = x.relid
),
roots AS MATERIALIZED (
    -- A child whose parent is fed by the same sequence is read through the parent.
    SELECT u.*
    FROM used u
    WHERE (u.seqid, u.relid, u.attnum) NOT IN (
        SELECT x.seqid, x.relid, x.attnum
        FROM child x
        WHERE (x.seqid, x.inhparent, x.attname) IN (SELECT seqid, relid, attname FROM used))
),
tree(root, oid) AS (
    SELECT DISTINCT relid, relid FROM roots
    UNION
    SELECT t.root, i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
),
weight AS MATERIALIZED (
    -- What reading max() locks: every table below the root and each of its indexes.
    SELECT t.root, pg_catalog.sum(1 + coalesce(x.indexes, 0))::int8 AS locks,
           pg_catalog.sum(greatest(c.relpages, 0)::int8 * 8192)::int8 AS bytes
    FROM tree t
    JOIN pg_catalog.pg_class c ON c.oid = t.oid
    LEFT JOIN (
        SELECT indrelid, pg_catalog.count(*) AS indexes
        FROM pg_catalog.pg_index
        -- A few are in a transaction that holds their locks already.
        WHERE $1 IS NULL
        GROUP BY 1
    ) x
      ON x.indrelid = t.oid
    GROUP BY 1
),
lead_index AS MATERIALIZED (
    -- Those in the usual order of nulls give the greatest value first or last; options: PostgreSQL's pg_index.h.
    SELECT u.relid, u.attnum, pg_catalog.bool_or(x.indoption[0] IN (0, 3)) AS usual
    FROM roots u
    JOIN pg_catalog.pg_index x ON x.indrelid = u.relid AND x.indkey[0] = u.attnum
    JOIN pg_catalog.pg_opclass o ON o.oid = x.indclass[0]
    JOIN pg_catalog.pg_am am ON am.oid = o.opcmethod AND am.amname = 'btree'
    WHERE x.indpred IS NULL AND x.indisvalid
    GROUP BY 1, 2
),
base(declared, base, typmod) AS (
    SELECT DISTINCT atttypid, atttypid, -1 FROM roots
    UNION
    SELECT f.declared, d.typbasetype, d.typtypmod FROM base f JOIN pg_catalog.pg_type d ON d.oid = f.base AND d.typtype = 'd'
)
SELECT q.seqrelid AS sequence_oid,
       q.nspname::text AS sequence_schema,
       q.relname::text AS sequence_name,
       q.seqincrement AS increment,
       q.seqmin AS minimum,
       q.seqmax AS maximum,
       q.seqcycle AS cycles,
       q.seqcache AS cache,
       u.relid AS relation_oid,
       rn.nspname::text AS relation_schema,
       r.relname::text AS relation_name,
       u.attname::text AS column_name,
       u.how::text[] AS how,
       e.expression,
       CASE
           WHEN u.relid IS NULL THEN 'standalone'
           WHEN r.relkind = 'v' THEN 'view'
           WHEN r.relkind = 'f' THEN 'foreign'
           WHEN r.relpersistence = 't' THEN 'temporary'
           WHEN bt.typname NOT IN ('int2', 'int4', 'int8', 'numeric')
             OR e.expression !~ '^\(?nextval\(\(*''([^'']|'''')+''::(regclass|text|character varying|name)(\)::(regclass|text|character varying|name))*\)\)?(::(smallint|integer|bigint|numeric))?$'
             THEN 'expression'
           WHEN u.how <@ '{ambiguous,owned}' AND 'ambiguous' = ANY (u.how) THEN 'ambiguous'
           WHEN u.how = '{owned}' THEN 'unused'
           ELSE 'read'
       END AS treatment,
       bt.typname::text AS base_type,
       -- The digits before the point of numeric(p,s), as numeric.c packs them; the scale is signed since PostgreSQL 15.
       CASE WHEN bt.typname = 'numeric' AND m.typmod > 0
            THEN ((m.typmod >> 16) & 65535) - ((m.typmod & 2047) # 1024) + 1024 END AS digits,
       li.attnum IS NOT NULL AS indexed,
       coalesce(li.usual, false) AS sorted,
       coalesce(w.locks, 0)::int8 AS locks,
       coalesce(w.bytes, 0)::int8 AS bytes,
       coalesce(r.relrowsecurity, false) AND pg_catalog.row_security_active(r.oid) AS filtered,
       r.oid IS NULL OR pg_catalog.has_schema_privilege(r.relnamespace, 'USAGE') AS relation_schema_usable,
       -- Without a list of privileges the owner has all and nobody else any; the functions look each relation up once more.
       r.oid IS NULL OR r.relacl IS NULL AND pg_catalog.pg_has_role(r.relowner, 'USAGE')
         OR pg_catalog.has_column_privilege(r.oid, u.attnum, 'SELECT') AS column_readable,
       pg_catalog.has_schema_privilege(q.relnamespace, 'USAGE') AS sequence_schema_usable,
       q.all_rights OR pg_catalog.has_sequence_privilege(q.seqrelid, 'SELECT') AS sequence_readable,
       q.all_rights OR pg_catalog.has_sequence_privilege(q.seqrelid, 'USAGE,UPDATE') AS sequence_callable,
       pg_catalog.pg_has_role(q.relowner, 'USAGE') AS sequence_owned
FROM seq q
LEFT JOIN roots u ON u.seqid = q.seqrelid
LEFT JOIN pg_catalog.pg_class r ON r.oid = u.relid
LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
LEFT JOIN pg_catalog.pg_attrdef ad ON ad.oid = u.defid
LEFT JOIN pg_catalog.pg_type dt ON dt.oid = u.atttypid AND 'domain' = ANY (u.how)
LEFT JOIN LATERAL (SELECT pg_catalog.pg_get_expr(coalesce(ad.adbin, dt.typdefaultbin), 0) AS expression) e ON true
LEFT JOIN (
    SELECT f.declared, f.typmod, t.typname
    FROM base f
    JOIN pg_catalog.pg_type t ON t.oid = f.base AND t.typtype <> 'd'
) bt ON bt.declared = u.atttypid
-- Without one it is less than 0, or -1 less the 4 of the header.
LEFT JOIN LATERAL (SELECT greatest(u.atttypmod, bt.typmod) - 4 AS typmod) m ON true
LEFT JOIN lead_index li ON li.relid = u.relid AND li.attnum = u.attnum
LEFT JOIN weight w ON w.root = u.relid
ORDER BY 2, 3, 9, 10, 11

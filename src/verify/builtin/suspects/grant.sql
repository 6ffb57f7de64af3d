-- Sequences from which somebody may not draw who may insert into one of the relations $1, or whose privileges there the open
-- transaction has changed, where $3 says that it changes any: a grant locks nothing. What another one has changed meanwhile may
-- be among them. late_bound.sql stands before it.
changed AS MATERIALIZED (
    SELECT pg_catalog.unnest($1) AS oid
    UNION
    SELECT c.oid
    FROM pg_catalog.pg_class c
    WHERE $3 AND pg_catalog.age(c.xmin) <= (SELECT pg_catalog.age(pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.xid))
      AND c.relkind IN ('r', 'p', 'v', 'S')
    UNION
    SELECT a.attrelid
    FROM pg_catalog.pg_attribute a
    WHERE $3 AND pg_catalog.age(a.xmin) <= (SELECT pg_catalog.age(pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.xid))
      AND a.attacl IS NOT NULL
),
entry AS (
    SELECT oid FROM changed
    UNION
    SELECT ad.adrelid
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_attrdef ad ON ad.oid = d.objid
    WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = ANY (ARRAY(SELECT oid FROM changed))
      AND d.classid = 'pg_catalog.pg_attrdef'::regclass
    UNION
    SELECT l.relid FROM late_bound l WHERE l.sequence = ANY (ARRAY(SELECT oid FROM changed))
),
-- Views with what they read.
below(entry, oid) AS (
    SELECT oid, oid FROM entry
    UNION
    SELECT b.entry, d.refobjid
    FROM below b
    JOIN pg_catalog.pg_rewrite r ON r.ev_class = b.oid AND r.ev_type = '1'
    JOIN pg_catalog.pg_depend d
      ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
),
feed AS (
    SELECT b.entry, d.refobjid AS sequence
    FROM below b
    JOIN pg_catalog.pg_attrdef ad ON ad.adrelid = b.oid
    JOIN pg_catalog.pg_depend d
      ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = ad.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
    UNION
    SELECT b.entry, l.sequence FROM below b JOIN late_bound l ON l.relid = b.oid AND l.sure
    UNION
    SELECT b.entry, d.refobjid
    FROM below b
    JOIN pg_catalog.pg_attribute a ON a.attrelid = b.oid AND a.attnum > 0 AND NOT a.attisdropped AND NOT a.atthasdef
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid AND t.typtype = 'd'
    JOIN pg_catalog.pg_depend d
      ON d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
)
SELECT DISTINCT s.seqrelid AS sequence
FROM feed f
JOIN pg_catalog.pg_sequence s ON s.seqrelid = f.sequence
JOIN pg_catalog.pg_class e ON e.oid = f.entry
CROSS JOIN LATERAL (
    SELECT e.relowner AS grantee
    UNION ALL
    SELECT x.grantee FROM pg_catalog.aclexplode(e.relacl) x WHERE x.privilege_type = 'INSERT'
    UNION ALL
    SELECT x.grantee
    FROM pg_catalog.pg_attribute a
    CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) x
    WHERE a.attrelid = e.oid AND a.attacl IS NOT NULL AND x.privilege_type = 'INSERT'
) x
LEFT JOIN pg_catalog.pg_roles r ON r.oid = x.grantee
WHERE NOT pg_catalog.has_sequence_privilege(coalesce(r.rolname, 'public'), s.seqrelid, 'USAGE, UPDATE')

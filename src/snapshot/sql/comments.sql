-- Comments on what the other files tell of, and on what they fold into a parent.
, commented AS (
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass AS class, r.oid, r.kind, r.object, NULL::text AS suffix, r.below,
           NULL::text AS member_kind, NULL::text[] AS member, 0 AS sub
    FROM relations r
    UNION ALL
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, r.oid, r.kind, r.object, NULL, r.below, 'column',
           ARRAY[a.attname::text], a.attnum
    FROM relations r
    JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, x.oid, r.kind, r.object, NULL, r.below, 'index', ARRAY[x.relname::text], 0
    FROM relations r
    JOIN pg_catalog.pg_index i ON i.indrelid = r.oid
    JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid AND NOT x.relispartition
    UNION ALL
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, i.oid, r.kind, r.object, NULL, r.below, 'sequence', ARRAY[i.relname::text], 0
    FROM relations r
    JOIN identities i ON i.attrelid = r.oid
    UNION ALL
    SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, k.oid, r.kind, r.object, NULL, r.below, 'constraint',
           ARRAY[k.conname::text], 0
    FROM relations r
    JOIN pg_catalog.pg_constraint k ON k.conrelid = r.oid
    WHERE k.contype IN ('c', 'f', 'p', 'u', 'x') AND k.conparentid = 0
      AND (k.coninhcount = 0 OR k.conislocal AND r.parent IS NULL)
    UNION ALL
    SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, k.oid, t.kind, t.object, NULL, '{}', 'constraint',
           ARRAY[k.conname::text], 0
    FROM types t
    JOIN pg_catalog.pg_constraint k ON k.contypid = t.oid AND k.contype = 'c'
    UNION ALL
    SELECT 'pg_catalog.pg_trigger'::pg_catalog.regclass, g.oid, r.kind, r.object, NULL, r.below, 'trigger', ARRAY[g.tgname::text], 0
    FROM relations r
    JOIN pg_catalog.pg_trigger g ON g.tgrelid = r.oid AND NOT g.tgisinternal AND g.tgparentid = 0
    UNION ALL
    SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass, w.oid, r.kind, r.object, NULL, r.below, 'rule', ARRAY[w.rulename::text], 0
    FROM relations r
    JOIN pg_catalog.pg_rewrite w ON w.ev_class = r.oid AND w.rulename <> '_RETURN'
    UNION ALL
    SELECT 'pg_catalog.pg_policy'::pg_catalog.regclass, l.oid, r.kind, r.object, NULL, r.below, 'policy', ARRAY[l.polname::text], 0
    FROM relations r
    JOIN pg_catalog.pg_policy l ON l.polrelid = r.oid
    UNION ALL
    SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, p.kind, p.object, p.suffix, '{}', NULL, NULL, 0
    FROM routines p
    UNION ALL
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, t.kind, t.object, NULL, '{}', NULL, NULL, 0
    FROM types t
    UNION ALL
    SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, s.oid, 'schema', ARRAY[s.name], NULL, '{}', NULL, NULL, 0
    FROM schemas s
)
SELECT c.kind, c.object, c.suffix, c.below, coalesce(c.member_kind, 'comment') AS member_kind, c.member,
       CASE WHEN c.member_kind IS NOT NULL THEN 'comment' END AS detail_kind, NULL::text[] AS detail, 0::int8 AS place,
       d.description AS definition
FROM commented c
JOIN pg_catalog.pg_description d ON d.classoid = c.class AND d.objoid = c.oid AND d.objsubid = c.sub
WHERE c.kind <> 'schema' OR d.description <> 'standard public schema'
UNION ALL
-- ALTER ... DEPENDS ON EXTENSION
SELECT c.kind, c.object, c.suffix, c.below, coalesce(c.member_kind, 'extension'), coalesce(c.member, ARRAY[e.extname::text]),
       CASE WHEN c.member_kind IS NOT NULL THEN 'extension' END,
       CASE WHEN c.member_kind IS NOT NULL THEN ARRAY[e.extname::text] END, 0, 'it depends on'
FROM commented c
JOIN pg_catalog.pg_depend d ON d.classid = c.class AND d.objid = c.oid AND d.objsubid = c.sub AND d.deptype = 'x'
JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass

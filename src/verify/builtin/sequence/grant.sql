-- late_bound.sql stands before it.
-- Roles that may insert into a table, or into one of its columns, or through a view, and not draw from the sequence of a default:
-- nextval asks for the right of the one who inserts, also through a view. An owner has all rights on his table and may lack
-- those on another's sequence. An identity column needs no right.
drawn AS (
    SELECT d.refobjid AS seqid, ad.adrelid AS relid, ad.adnum AS attnum
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_attrdef ad ON ad.oid = d.objid
    WHERE d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'n'
    UNION ALL
    SELECT l.sequence, l.relid, l.attnum FROM late_bound l WHERE l.sure
    UNION ALL
    SELECT d.refobjid, a.attrelid, a.attnum
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_type t ON t.oid = d.objid AND t.typtype = 'd'
    -- No index leads from a type to its columns; there is hardly ever a domain to look for.
    CROSS JOIN LATERAL (
        SELECT a.attrelid, a.attnum
        FROM pg_catalog.pg_attribute a
        WHERE a.atttypid = t.oid AND NOT a.attisdropped AND NOT a.atthasdef AND a.attnum > 0
        OFFSET 0
    ) a
    WHERE d.classid = 'pg_catalog.pg_type'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
),
feed AS MATERIALIZED (
    SELECT f.seqid, f.relid, f.attnum, s.relowner AS seqowner
    FROM drawn f
    JOIN pg_catalog.pg_class s ON s.oid = f.seqid AND s.relkind = 'S'
),
-- Views over one relation; a view with more may be one that takes inserts, and is not looked at.
view_of AS MATERIALIZED (
    SELECT r.ev_class AS oid, pg_catalog.min(d.refobjid::int8)::oid AS base
    FROM pg_catalog.pg_rewrite r
    JOIN pg_catalog.pg_depend d
      ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
     AND d.refobjid <> r.ev_class
    WHERE r.ev_type = '1'
    GROUP BY r.ev_class
    HAVING pg_catalog.count(DISTINCT d.refobjid) = 1
),
through(oid, base, seqid, attnum, seqowner) AS (
    SELECT f.relid, NULL::oid, f.seqid, f.attnum, f.seqowner FROM feed f
    UNION
    SELECT v.oid, v.base, t.seqid, 0::int2, t.seqowner FROM through t JOIN view_of v ON v.base = t.oid
),
entry AS MATERIALIZED (
    SELECT t.*, c.relkind, c.relacl, c.relowner
    FROM through t
    JOIN own_class c ON c.oid = t.oid AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
    -- A view inserts with its owner's rights.
    WHERE t.base IS NULL OR pg_catalog.has_any_column_privilege(c.relowner, t.base, 'INSERT')
),
granted AS (
    SELECT e.oid, e.seqid, e.relkind, x.grantee
    FROM entry e
    CROSS JOIN LATERAL pg_catalog.aclexplode(e.relacl) x
    WHERE x.privilege_type = 'INSERT' AND x.grantee <> e.relowner
    UNION
    SELECT e.oid, e.seqid, e.relkind, e.relowner FROM entry e WHERE e.relowner <> e.seqowner
    UNION
    SELECT e.oid, e.seqid, e.relkind, x.grantee
    FROM entry e
    -- By their index: to read every column of the database takes longer than all the rest.
    CROSS JOIN LATERAL (
        SELECT a.attnum, a.attacl FROM pg_catalog.pg_attribute a WHERE a.attrelid = e.oid AND a.attacl IS NOT NULL OFFSET 0
    ) a
    CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) x
    WHERE x.privilege_type = 'INSERT' AND x.grantee <> e.relowner AND a.attnum <> e.attnum
),
refused AS MATERIALIZED (
    SELECT g.oid, g.seqid, g.relkind,
           CASE WHEN r.oid IS NULL THEN 'PUBLIC' ELSE pg_catalog.quote_ident(r.rolname) END AS quoted
    FROM granted g
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = g.grantee
    WHERE NOT pg_catalog.has_sequence_privilege(coalesce(r.rolname, 'public'), g.seqid, 'USAGE, UPDATE')
)
SELECT g.seqid::regclass::text AS object,
       pg_catalog.format('%s may insert into %s and not draw from the sequence of its default',
           pg_catalog.string_agg(DISTINCT g.quoted, ', '),
           pg_catalog.string_agg(DISTINCT g.oid::regclass::text, ', ')) AS evidence,
       pg_catalog.array_agg(DISTINCT pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO %s', g.seqid::regclass, g.quoted)) AS statements,
       g.seqid AS relation
FROM refused g
-- It locks the view, and only one that is found is asked: the 8 stands for INSERT.
WHERE CASE g.relkind WHEN 'v' THEN pg_catalog.pg_relation_is_updatable(g.oid, false) & 8 = 8 ELSE true END
GROUP BY g.seqid

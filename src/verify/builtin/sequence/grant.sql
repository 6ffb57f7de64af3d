-- Roles that may insert into a table and not draw from the sequence of its default. An identity column needs no right.
WITH feeds AS (
    SELECT DISTINCT d.refobjid AS seqid, ad.adrelid AS relid
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_attrdef ad ON ad.oid = d.objid
    WHERE d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
),
granted AS (
    SELECT DISTINCT f.seqid, f.relid, coalesce(r.rolname, 'public') AS role,
           CASE WHEN r.oid IS NULL THEN 'PUBLIC' ELSE pg_catalog.quote_ident(r.rolname) END AS quoted
    FROM feeds f
    JOIN pg_catalog.pg_class s ON s.oid = f.seqid AND s.relkind = 'S'
    JOIN own_table t ON t.oid = f.relid AND NOT t.relispartition
    CROSS JOIN LATERAL pg_catalog.aclexplode(t.relacl) x
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = x.grantee
    WHERE x.privilege_type = 'INSERT' AND x.grantee <> t.relowner
)
SELECT g.seqid::regclass::text AS object,
       pg_catalog.format('%s may insert into %s and not draw from the sequence of its default',
           pg_catalog.string_agg(DISTINCT g.quoted, ', '),
           pg_catalog.string_agg(DISTINCT g.relid::regclass::text, ', ')) AS evidence,
       pg_catalog.array_agg(DISTINCT pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO %s', g.seqid::regclass, g.quoted)) AS statements,
       g.seqid AS relation
FROM granted g
WHERE NOT pg_catalog.has_sequence_privilege(g.role, g.seqid, 'USAGE, UPDATE')
GROUP BY g.seqid

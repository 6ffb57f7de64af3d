-- What is granted beyond, or revoked from, what an object has when it is made; of its owner what he has revoked. What
-- initdb gave schema public counts as its standard, because it changed between the majors 14 and 15.
, holders AS (
    SELECT r.kind, r.object, NULL::text AS suffix, r.below, NULL::text AS member_kind, NULL::text[] AS member, r.relowner AS owner,
           r.relacl AS acl,
           pg_catalog.acldefault(CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", r.relowner) AS standard
    FROM relations r
    LEFT JOIN granted own ON own.oid = r.oid
    LEFT JOIN granted above ON above.oid = r.parent
    WHERE r.relacl IS NOT NULL AND own.text IS DISTINCT FROM above.text
    UNION ALL
    SELECT r.kind, r.object, NULL, r.below, 'column', ARRAY[a.attname::text], r.relowner, a.attacl,
           pg_catalog.acldefault('c', r.relowner)
    FROM relations r
    JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    SELECT r.kind, r.object, NULL, r.below, 'sequence', ARRAY[i.relname::text], i.relowner, i.relacl,
           pg_catalog.acldefault('s', i.relowner)
    FROM relations r
    JOIN identities i ON i.attrelid = r.oid AND i.relacl IS NOT NULL
    UNION ALL
    SELECT r.kind, r.object, r.suffix, '{}', NULL, NULL, r.proowner, r.proacl, pg_catalog.acldefault('f', r.proowner)
    FROM routines r WHERE r.proacl IS NOT NULL
    UNION ALL
    SELECT t.kind, t.object, NULL, '{}', NULL, NULL, t.typowner, t.typacl, pg_catalog.acldefault('T', t.typowner)
    FROM types t WHERE t.typacl IS NOT NULL
    UNION ALL
    SELECT 'schema', ARRAY[s.name], NULL, '{}', NULL, NULL, s.nspowner, s.nspacl,
           coalesce(i.initprivs, pg_catalog.acldefault('n', s.nspowner))
    FROM schemas s
    LEFT JOIN pg_catalog.pg_init_privs i
      ON i.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND i.objoid = s.oid AND i.privtype = 'i'
    WHERE s.nspacl IS NOT NULL
    UNION ALL
    SELECT 'foreign-data wrapper', ARRAY[w.fdwname::text], NULL, '{}', NULL, NULL, w.fdwowner, w.fdwacl,
           pg_catalog.acldefault('F', w.fdwowner)
    FROM pg_catalog.pg_foreign_data_wrapper w
    WHERE w.fdwacl IS NOT NULL AND NOT EXISTS (
        SELECT FROM extended e
        WHERE e.classid = 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass AND e.objid = w.oid)
    UNION ALL
    SELECT 'server', ARRAY[w.srvname::text], NULL, '{}', NULL, NULL, w.srvowner, w.srvacl,
           pg_catalog.acldefault('S', w.srvowner)
    FROM pg_catalog.pg_foreign_server w
    WHERE w.srvacl IS NOT NULL
),
numbered AS MATERIALIZED (
    SELECT h.*, pg_catalog.row_number() OVER () AS id,
           -- Version 17 added MAINTAIN: whoever has all there is has "all" in every version.
           (SELECT pg_catalog.count(*) FROM pg_catalog.aclexplode(h.standard) x WHERE x.grantee = h.owner) AS whole
    FROM holders h
),
has AS MATERIALIZED (
    SELECT n.id, x.grantee, x.privilege_type, x.is_grantable
    FROM numbered n CROSS JOIN LATERAL pg_catalog.aclexplode(n.acl) x
    WHERE x.grantee <> n.owner
),
had AS MATERIALIZED (
    SELECT n.id, x.grantee, x.privilege_type, x.is_grantable
    FROM numbered n CROSS JOIN LATERAL pg_catalog.aclexplode(n.standard) x
    WHERE x.grantee <> n.owner
       OR NOT EXISTS (
           SELECT FROM pg_catalog.aclexplode(n.acl) h WHERE h.grantee = n.owner AND h.privilege_type = x.privilege_type)
      -- An owner who has some rights lacks this one where they were dumped from a version that didn't know it.
      AND (x.privilege_type <> 'MAINTAIN'
           OR NOT EXISTS (SELECT FROM pg_catalog.aclexplode(n.acl) h WHERE h.grantee = n.owner))
),
changed AS (
    SELECT 'grant' AS change, e.* FROM (SELECT * FROM has EXCEPT SELECT * FROM had) e
    UNION ALL
    SELECT 'revoke', e.* FROM (SELECT * FROM had EXCEPT SELECT * FROM has) e
),
told AS (
    SELECT c.id, c.change, c.grantee, pg_catalog.count(*) AS count,
           pg_catalog.count(*) FILTER (WHERE c.is_grantable) AS grantable,
           pg_catalog.string_agg(
               pg_catalog.lower(c.privilege_type) || CASE WHEN c.is_grantable THEN ' (with grant option)' ELSE '' END, ', '
               ORDER BY c.privilege_type, c.is_grantable) AS list
    FROM changed c
    GROUP BY c.id, c.change, c.grantee
)
SELECT n.kind, n.object, n.suffix, n.below,
       coalesce(n.member_kind, t.change) AS member_kind,
       CASE WHEN n.member_kind IS NULL THEN w.name ELSE n.member END AS member,
       CASE WHEN n.member_kind IS NOT NULL THEN t.change END AS detail_kind,
       CASE WHEN n.member_kind IS NOT NULL THEN w.name END AS detail,
       0::int8 AS place,
       CASE WHEN t.count = n.whole AND n.whole > 1 AND t.grantable = 0 THEN 'all'
            WHEN t.count = n.whole AND n.whole > 1 AND t.grantable = t.count THEN 'all (with grant option)'
            ELSE t.list END AS definition
FROM told t
JOIN numbered n ON n.id = t.id
CROSS JOIN LATERAL (
    SELECT ARRAY[CASE t.grantee WHEN 0 THEN 'public' WHEN n.owner THEN 'its owner' ELSE pg_catalog.pg_get_userbyid(t.grantee)::text END] AS name
) w

SELECT
FROM pg_catalog.pg_attrdef ad
JOIN pg_catalog.pg_depend d
  ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = ad.oid
 AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> ad.adrelid
JOIN pg_catalog.pg_sequence s ON s.seqrelid = d.refobjid
JOIN pg_catalog.pg_class t ON t.oid = ad.adrelid
CROSS JOIN LATERAL pg_catalog.aclexplode(t.relacl) x
LEFT JOIN pg_catalog.pg_roles r ON r.oid = x.grantee
WHERE ad.adrelid = ANY ($1)
  AND x.privilege_type = 'INSERT' AND x.grantee <> t.relowner
  AND NOT pg_catalog.has_sequence_privilege(coalesce(r.rolname, 'public'), s.seqrelid, 'USAGE, UPDATE')

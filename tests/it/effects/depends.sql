-- Which object refers to which: row types count as their relations, arrays as their elements, defaults as their columns,
-- queries of views as the views.
-- Columns: the one's catalog, oid, column number, the other's, kind of dependency.
WITH same(class, id, other_class, other_id, other_sub) AS (
  SELECT 'pg_catalog.pg_type'::regclass, coalesce(a.oid, t.oid),
         CASE WHEN t.typrelid <> 0 THEN 'pg_catalog.pg_class'::regclass ELSE 'pg_catalog.pg_type'::regclass END,
         CASE WHEN t.typrelid <> 0 THEN t.typrelid ELSE t.oid END, 0
  FROM pg_catalog.pg_type t CROSS JOIN LATERAL (VALUES (t.oid), (t.typarray)) a(oid)
  WHERE a.oid >= 16384 AND (t.typrelid <> 0 OR a.oid <> t.oid)
  UNION ALL
  SELECT 'pg_catalog.pg_attrdef'::regclass, d.oid, 'pg_catalog.pg_class'::regclass, d.adrelid, d.adnum FROM pg_catalog.pg_attrdef d
  UNION ALL
  SELECT 'pg_catalog.pg_rewrite'::regclass, r.oid, 'pg_catalog.pg_class'::regclass, r.ev_class, 0
  FROM pg_catalog.pg_rewrite r WHERE r.rulename = '_RETURN' AND r.oid >= 16384
)
SELECT coalesce(a.other_class, d.classid)::oid, coalesce(a.other_id, d.objid), coalesce(a.other_sub, d.objsubid),
       coalesce(b.other_class, d.refclassid)::oid, coalesce(b.other_id, d.refobjid), coalesce(b.other_sub, d.refobjsubid),
       d.deptype::text
FROM pg_catalog.pg_depend d
LEFT JOIN same a ON a.class = d.classid AND a.id = d.objid
LEFT JOIN same b ON b.class = d.refclassid AND b.id = d.refobjid
WHERE d.refobjid >= 16384
UNION ALL
SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, 0, 'shared ' || d.deptype::text
FROM pg_catalog.pg_shdepend d
WHERE d.dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())

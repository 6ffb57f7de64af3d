-- Views over tables with row security that read them with the rights of the view's owner.
SELECT v.oid::regclass::text AS object,
       pg_catalog.format('reads %s, whose row security applies to its owner''s rights and not to who asks',
           pg_catalog.min(t.oid::regclass::text)) AS evidence,
       ARRAY[pg_catalog.format('ALTER VIEW %s SET (security_invoker = on)', v.oid::regclass)] AS statements,
       v.oid AS relation
FROM own_class v
JOIN pg_catalog.pg_rewrite r ON r.ev_class = v.oid
JOIN pg_catalog.pg_depend d
  ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
JOIN pg_catalog.pg_class t ON t.oid = d.refobjid AND t.relrowsecurity
WHERE v.relkind = 'v'
  AND NOT coalesce(pg_catalog.array_to_string(v.reloptions, ' ') ~* '\msecurity_invoker=(on|true|yes|1)\M', false)
GROUP BY v.oid

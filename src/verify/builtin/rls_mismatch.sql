-- Tables with policies whose row security is off: every policy is there and none of them filters.
SELECT c.oid::pg_catalog.regclass::text AS object,
       pg_catalog.format('%s %s, and row security is off: no row is filtered',
           p.policies, CASE p.policies WHEN 1 THEN 'policy exists' ELSE 'policies exist' END) AS evidence,
       NULL::text AS severity,
       ARRAY[pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', c.oid::pg_catalog.regclass)] AS statements,
       'ACCESS EXCLUSIVE on the table, catalog only' AS lock,
       c.oid AS relation
FROM (SELECT polrelid, pg_catalog.count(*) AS policies FROM pg_catalog.pg_policy GROUP BY polrelid) p
JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT c.relrowsecurity
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY 1

-- Tables with policies whose row security is off: every policy is there and none of them filters.
SELECT c.oid::regclass::text AS object,
       pg_catalog.format('%s %s, and row security is off: no row is filtered',
           p.policies, CASE p.policies WHEN 1 THEN 'policy exists' ELSE 'policies exist' END) AS evidence,
       ARRAY[pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', c.oid::regclass)] AS statements,
       c.oid AS relation
FROM (SELECT polrelid, pg_catalog.count(*) AS policies FROM pg_catalog.pg_policy GROUP BY polrelid) p
JOIN own_class c ON c.oid = p.polrelid
WHERE NOT c.relrowsecurity

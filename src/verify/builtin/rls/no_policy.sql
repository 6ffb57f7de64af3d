-- Tables whose row security is on without any policy. A partition like that is closed to direct access on purpose: queries
-- of the partitioned table follow the policies of that.
SELECT c.oid::regclass::text AS object,
       'row security is on and no policy exists: all but the owner see no row' AS evidence,
       NULL::text[] AS statements,
       c.oid AS relation
FROM own_table c
WHERE c.relrowsecurity
  AND NOT c.relispartition
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid)

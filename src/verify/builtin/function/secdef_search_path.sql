-- Functions that run with their owner's rights and look names up where the caller says. The body of a standard SQL function
-- (BEGIN ATOMIC) was bound when it was made.
SELECT p.oid::regprocedure::text AS object,
       'runs with its owner''s rights over the caller''s search_path' AS evidence,
       ARRAY[pg_catalog.format('ALTER ROUTINE %s SET search_path = pg_catalog, pg_temp', p.oid::regprocedure)] AS statements,
       NULL::oid AS relation
FROM pg_catalog.pg_proc p
JOIN own_schema n ON n.oid = p.pronamespace
WHERE p.prosecdef
  AND p.prosqlbody IS NULL
  AND NOT EXISTS (SELECT FROM pg_catalog.unnest(p.proconfig) s WHERE pg_catalog.starts_with(s, 'search_path='))
  AND NOT EXISTS (SELECT FROM of_extension e WHERE e.classid = 'pg_catalog.pg_proc'::regclass AND e.objid = p.oid)

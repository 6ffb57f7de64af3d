-- The sequences of domains whose defaults the open transaction has set: nothing locks a domain. A domain that another one has
-- changed meanwhile may be among them.
SELECT DISTINCT d.refobjid AS sequence
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_depend d
  ON d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
JOIN pg_catalog.pg_sequence s ON s.seqrelid = d.refobjid
WHERE t.typtype = 'd'
  AND pg_catalog.age(t.xmin) <= (SELECT pg_catalog.age(pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.xid))

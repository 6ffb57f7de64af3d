-- Tables and the sequences they draw from, where the open transaction has changed the privileges of either: a grant locks
-- nothing. What another one has changed meanwhile may be among them.
WITH changed AS MATERIALIZED (
    SELECT c.oid
    FROM pg_catalog.pg_class c
    WHERE pg_catalog.age(c.xmin) <= (SELECT pg_catalog.age(pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.xid))
      AND c.relkind IN ('r', 'p', 'S')
)
SELECT ad.adrelid AS relation, d.refobjid AS sequence
FROM pg_catalog.pg_attrdef ad
JOIN pg_catalog.pg_depend d
  ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = ad.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
JOIN pg_catalog.pg_sequence s ON s.seqrelid = d.refobjid
WHERE ad.adrelid = ANY (ARRAY(SELECT oid FROM changed))
UNION
SELECT ad.adrelid, d.refobjid
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_attrdef ad ON ad.oid = d.objid
JOIN pg_catalog.pg_sequence s ON s.seqrelid = d.refobjid
WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = ANY (ARRAY(SELECT oid FROM changed))
  AND d.classid = 'pg_catalog.pg_attrdef'::regclass

-- Sequences that belong to one column and feed another, and no more than that.
WITH feeds AS (
    SELECT d.refobjid AS seqid, pg_catalog.min(ad.adrelid::int8)::oid AS relid, pg_catalog.min(ad.adnum) AS attnum
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_attrdef ad ON ad.oid = d.objid
    JOIN pg_catalog.pg_class c ON c.oid = ad.adrelid AND NOT c.relispartition AND c.relkind <> 'v'
    WHERE d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
    GROUP BY d.refobjid
    HAVING pg_catalog.count(*) = 1
)
SELECT s.oid::regclass::text AS object,
       pg_catalog.format('belongs to %s.%I and feeds %s.%I: dropping the one takes it from the other',
           o.refobjid::regclass, oa.attname, f.relid::regclass, fa.attname) AS evidence,
       -- OWNED BY wants the same schema and owner.
       CASE WHEN t.relnamespace = s.relnamespace AND t.relowner = s.relowner THEN
           ARRAY[pg_catalog.format('ALTER SEQUENCE %s OWNED BY %s.%I', s.oid::regclass, f.relid::regclass, fa.attname)]
       END AS statements,
       s.oid AS relation
FROM feeds f
JOIN own_class s ON s.oid = f.seqid AND s.relkind = 'S'
JOIN pg_catalog.pg_depend o
  ON o.classid = 'pg_catalog.pg_class'::regclass AND o.objid = s.oid AND o.deptype = 'a'
 AND o.refclassid = 'pg_catalog.pg_class'::regclass AND o.refobjsubid > 0
JOIN pg_catalog.pg_class t ON t.oid = f.relid
JOIN pg_catalog.pg_attribute fa ON fa.attrelid = f.relid AND fa.attnum = f.attnum
JOIN pg_catalog.pg_attribute oa ON oa.attrelid = o.refobjid AND oa.attnum = o.refobjsubid
WHERE (o.refobjid, o.refobjsubid) <> (f.relid, f.attnum::int4)

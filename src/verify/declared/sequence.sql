-- Whether sequence $1.$2 exists, belongs to a column, and could belong to a column of table $3.$4.
SELECT EXISTS (
           SELECT FROM pg_catalog.pg_depend d
           WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = s.oid
             AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
             AND d.deptype IN ('a', 'i')) AS owned,
       EXISTS (
           SELECT FROM pg_catalog.pg_class c
           JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
           WHERE cn.nspname = $3 AND c.relname = $4
             AND c.relnamespace = s.relnamespace AND c.relowner = s.relowner) AS ownable
FROM pg_catalog.pg_class s
JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
WHERE s.relkind = 'S' AND n.nspname = $1 AND s.relname = $2

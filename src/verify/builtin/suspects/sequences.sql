-- The sequences that may be behind: those that feed the tables $2, which may have rows, and of the sequences $1 those that
-- feed no table of $3, which have none. Where a comparison is cheap and tells for certain that one is not behind, it comes
-- with it.
WITH feed AS MATERIALIZED (
    SELECT ad.adrelid AS relation, ad.adnum AS attnum, d.refobjid AS sequence
    FROM pg_catalog.pg_attrdef ad
    JOIN pg_catalog.pg_depend d
      ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = ad.oid
     AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> ad.adrelid
    WHERE ad.adrelid = ANY ($2 || $3)
    UNION
    SELECT d.refobjid, d.refobjsubid::int2, d.objid
    FROM pg_catalog.pg_depend d
    WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = ANY ($2 || $3) AND d.refobjsubid > 0
      AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')
)
SELECT s.seqrelid AS sequence,
       CASE WHEN t.relkind = 'r' AND NOT t.relhassubclass AND a.atttypid IN (20, 21, 23)
             AND (t.relpages < 1000 OR EXISTS (
                 SELECT FROM pg_catalog.pg_index i
                 WHERE i.indrelid = t.oid AND i.indkey[0] = a.attnum AND i.indisvalid AND i.indpred IS NULL))
            THEN pg_catalog.format(
                CASE WHEN s.seqincrement > 0
                     THEN '(SELECT pg_catalog.max(%I) FROM %s) >= (SELECT CASE WHEN is_called THEN last_value + %s ELSE last_value END FROM %s)'
                     ELSE '(SELECT pg_catalog.min(%I) FROM %s) <= (SELECT CASE WHEN is_called THEN last_value + (%s) ELSE last_value END FROM %s)'
                END, a.attname, t.oid::regclass, s.seqincrement, s.seqrelid::regclass)
       END AS behind
FROM feed f
JOIN pg_catalog.pg_sequence s ON s.seqrelid = f.sequence
JOIN pg_catalog.pg_class t ON t.oid = f.relation
JOIN pg_catalog.pg_attribute a ON a.attrelid = f.relation AND a.attnum = f.attnum
WHERE f.relation = ANY ($2)
UNION ALL
SELECT s.oid, NULL
FROM pg_catalog.unnest($1) s(oid)
WHERE s.oid NOT IN (SELECT f.sequence FROM feed f)

-- The sequences that may be behind: those that feed a table of $3, which may have rows, and the sequences $1 by whatever
-- else they feed; tables of $4 have no row. Where a comparison is cheap and tells for certain that one is not behind, it
-- comes with it; never for those of $5, whose values only a declared query can tell. What such a query reads is in $6, the
-- sequence, and $7, the relation: null where it can't be told. late_bound.sql stands before it.
declared AS MATERIALIZED (
    SELECT pg_catalog.to_regclass(n)::oid AS sequence FROM pg_catalog.unnest($5) n
),
feed AS MATERIALIZED (
    -- Defaults of the tables.
    SELECT ad.adrelid AS relation, ad.adnum AS attnum, d.refobjid AS sequence
    FROM pg_catalog.pg_attrdef ad
    JOIN pg_catalog.pg_depend d
      ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = ad.oid
     AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> ad.adrelid
    WHERE ad.adrelid = ANY ($3)
    UNION
    -- Their identity columns, and the sequences they own.
    SELECT d.refobjid, d.refobjsubid::int2, d.objid
    FROM pg_catalog.pg_depend d
    WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = ANY ($3) AND d.refobjsubid > 0
      AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')
    UNION
    -- Their columns whose domain draws.
    SELECT a.attrelid, a.attnum, d.refobjid
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid AND t.typtype = 'd'
    JOIN pg_catalog.pg_depend d
      ON d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
    WHERE a.attrelid = ANY ($3) AND a.attnum > 0 AND NOT a.attisdropped AND NOT a.atthasdef
    UNION
    -- What else the sequences feed: nothing has locked that.
    SELECT ad.adrelid, ad.adnum, d.refobjid
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_attrdef ad ON ad.oid = d.objid
    WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = ANY ($1)
      AND d.classid = 'pg_catalog.pg_attrdef'::regclass
    UNION
    SELECT d.refobjid, d.refobjsubid::int2, d.objid
    FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = ANY ($1)
      AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
    UNION
    SELECT l.relid, l.attnum, l.sequence FROM late_bound l WHERE l.sure
)
SELECT s.seqrelid AS sequence,
       CASE WHEN t.relkind = 'r' AND NOT t.relhassubclass AND a.atttypid IN (20, 21, 23)
             AND s.seqrelid NOT IN (SELECT x.sequence FROM declared x WHERE x.sequence IS NOT NULL)
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
WHERE f.relation <> ALL ($4) AND (f.relation = ANY ($3) OR f.sequence = ANY ($1))
UNION ALL
-- A domain that draws may be the type of any column.
SELECT s.oid, NULL
FROM pg_catalog.unnest($1) s(oid)
WHERE EXISTS (
    SELECT FROM pg_catalog.pg_depend d
    WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = s.oid
      AND d.classid = 'pg_catalog.pg_type'::regclass)
UNION ALL
-- With all that the query reads there by now; a view or a foreign table may read anything.
SELECT pg_catalog.to_regclass(x.sequence), NULL
FROM ROWS FROM (pg_catalog.unnest($6), pg_catalog.unnest($7)) x(sequence, relation)
LEFT JOIN pg_catalog.pg_class r ON r.oid = pg_catalog.to_regclass(x.relation)
WHERE pg_catalog.to_regclass(x.sequence) IS NOT NULL
GROUP BY x.sequence
HAVING pg_catalog.bool_and(x.relation IS NULL OR r.oid IS NOT NULL)
   AND (pg_catalog.to_regclass(x.sequence) = ANY ($1)
        OR pg_catalog.bool_or(x.relation IS NULL OR r.oid = ANY ($3) OR r.relkind NOT IN ('r', 'p')))

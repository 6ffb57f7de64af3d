-- Relations that belong to another role than most of their schema. A column's sequence follows its table.
WITH owned AS MATERIALIZED (
    SELECT c.oid, coalesce(r.root, c.oid) AS root, c.relnamespace, c.relowner
    FROM own_class c
    LEFT JOIN partition_root r ON r.oid = c.oid
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
      AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_depend d
          WHERE c.relkind = 'S' AND d.objid = c.oid
            AND d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
            AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0)
),
usual AS (
    SELECT relnamespace, relowner
    FROM (
        SELECT relnamespace, relowner, pg_catalog.count(*) AS owns,
               pg_catalog.sum(pg_catalog.count(*)) OVER (PARTITION BY relnamespace) AS members
        FROM owned
        WHERE oid = root
        GROUP BY 1, 2
    ) counted
    WHERE members >= 3 AND 2 * owns > members
)
SELECT o.root::regclass::text AS object,
       pg_catalog.format('belongs%s to %s, most of the schema to %s',
           CASE WHEN pg_catalog.bool_or(o.oid = o.root) THEN ''
                ELSE pg_catalog.format(' in %s partitions', pg_catalog.count(*)) END,
           pg_catalog.min(o.relowner::regrole::text), pg_catalog.min(u.relowner::regrole::text)) AS evidence,
       pg_catalog.array_agg(pg_catalog.format('ALTER TABLE %s OWNER TO %s', o.oid::regclass, u.relowner::regrole)
           ORDER BY o.oid) AS statements,
       o.root AS relation
FROM owned o
JOIN usual u USING (relnamespace)
WHERE o.relowner <> u.relowner
GROUP BY o.root

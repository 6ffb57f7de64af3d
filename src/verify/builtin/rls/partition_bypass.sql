-- Partitions without the row security of their parent, at any level: it isn't inherited.
SELECT c.root::regclass::text AS object,
       pg_catalog.format('it has row security and %s of its partitions not: who may read those sees every row (%s%s)',
           pg_catalog.count(*), pg_catalog.min(c.oid::regclass::text),
           CASE WHEN pg_catalog.count(*) > 1 THEN ', ...' ELSE '' END) AS evidence,
       pg_catalog.array_agg(pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', c.oid::regclass)
           ORDER BY c.oid) AS statements,
       c.root AS relation
FROM own_table c
JOIN pg_catalog.pg_class r ON r.oid = c.root AND r.relrowsecurity
WHERE NOT c.relrowsecurity
GROUP BY c.root

-- Collations in use, the database's own among them, whose library sorts otherwise than when they were made. The database's
-- version is known since PostgreSQL 15; its collation has oid 100 in the columns.
WITH changed AS (
    SELECT c.oid, c.oid::regcollation::text AS object, c.collversion AS then, now.version AS now,
           pg_catalog.format('ALTER COLLATION %s REFRESH VERSION', c.oid::regcollation) AS refresh
    FROM pg_catalog.pg_collation c
    CROSS JOIN LATERAL (SELECT pg_catalog.pg_collation_actual_version(c.oid) AS version) now
    WHERE c.collversion <> now.version
      AND EXISTS (
          SELECT FROM pg_catalog.pg_depend d
          WHERE d.refclassid = 'pg_catalog.pg_collation'::regclass AND d.refobjid = c.oid)
    UNION ALL
    SELECT 100, pg_catalog.format('database %I', d.datname), pg_catalog.to_jsonb(d) ->> 'datcollversion', now.version,
           pg_catalog.format('ALTER DATABASE %I REFRESH COLLATION VERSION', d.datname)
    FROM pg_catalog.pg_database d
    -- The function is not there in version 14, so it must not be named where that reads.
    CROSS JOIN LATERAL (
        SELECT (pg_catalog.xpath('/row/v/text()', pg_catalog.query_to_xml(
            'SELECT pg_catalog.pg_database_collation_actual_version(' || d.oid || ') AS v', false, true, '')))[1]::text AS version
        WHERE pg_catalog.to_jsonb(d) ->> 'datcollversion' IS NOT NULL
    ) now
    WHERE d.datname = pg_catalog.current_database()
      AND pg_catalog.to_jsonb(d) ->> 'datcollversion' <> now.version
),
sorted AS (
    SELECT DISTINCT c.oid, i.indexrelid,
           -- Not for exclusion constraints.
           CASE WHEN i.indisexclusion THEN '' ELSE 'CONCURRENTLY ' END AS mode
    FROM changed c
    JOIN pg_catalog.pg_index i ON c.oid = ANY (i.indcollation)
    JOIN own_class t ON t.oid = i.indrelid
    JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid AND x.relkind = 'i'
)
SELECT c.object,
       pg_catalog.format('made with version %s, the library is now %s: %s in the old order', c.then, c.now,
           CASE WHEN pg_catalog.count(s.indexrelid) = 1 THEN pg_catalog.min(s.indexrelid::regclass::text) || ' is'
                ELSE pg_catalog.format('%s indexes are', pg_catalog.count(s.indexrelid)) END) AS evidence,
       pg_catalog.array_remove(pg_catalog.array_agg(
           pg_catalog.format('REINDEX INDEX %s%s', s.mode, s.indexrelid::regclass) ORDER BY s.indexrelid)
           FILTER (WHERE s.indexrelid IS NOT NULL), NULL) || c.refresh AS statements,
       NULL::oid AS relation
FROM changed c
LEFT JOIN sorted s ON s.oid = c.oid
GROUP BY c.oid, c.object, c.then, c.now, c.refresh

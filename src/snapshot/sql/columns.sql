-- Columns of tables and composite types, those of views only for their defaults, of materialized ones for their settings; of a partition those that differ from its
-- parent's. What the table has no default of its own for isn't told: storage, compression, statistics.
-- pg_get_expr takes no lock on the relation when it isn't told which one it is, and a default needs none.
, settings AS MATERIALIZED (
    SELECT i.attrelid, i.attnum,
           pg_catalog.concat_ws(' ',
               CASE WHEN i.relname <> pg_catalog.concat(c.relname, '_', a.attname, '_seq')
                    THEN pg_catalog.format('sequence %I', i.relname) END,
               CASE WHEN q.seqtypid <> a.atttypid THEN 'as ' || pg_catalog.format_type(q.seqtypid, NULL) END,
               CASE WHEN q.seqstart <> 1 THEN 'start ' || q.seqstart END,
               CASE WHEN q.seqincrement <> 1 THEN 'increment ' || q.seqincrement END,
               CASE WHEN q.seqmin <> 1 THEN 'min ' || q.seqmin END,
               CASE WHEN q.seqmax <> CASE q.seqtypid
                        WHEN 'pg_catalog.int2'::pg_catalog.regtype THEN 32767
                        WHEN 'pg_catalog.int4'::pg_catalog.regtype THEN 2147483647
                        ELSE 9223372036854775807 END
                    THEN 'max ' || q.seqmax END,
               CASE WHEN q.seqcache <> 1 THEN 'cache ' || q.seqcache END,
               CASE WHEN q.seqcycle THEN 'cycle' END) AS text
    FROM pg_catalog.pg_sequence q
    JOIN identities i ON i.oid = q.seqrelid
    JOIN pg_catalog.pg_class c ON c.oid = i.attrelid
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.attrelid AND a.attnum = i.attnum
),
-- Since version 18 NOT NULL is a constraint; the column says all that matters of it.
demands AS MATERIALIZED (
    SELECT k.conrelid, k.conkey[1] AS attnum,
           pg_catalog.concat(CASE WHEN k.connoinherit THEN ' no inherit' END,
                             CASE WHEN NOT k.convalidated THEN ' not valid' END) AS text
    FROM pg_catalog.pg_constraint k
    WHERE k.contype = 'n' AND k.conrelid <> 0 AND (k.connoinherit OR NOT k.convalidated)
),
defined AS MATERIALIZED (
    SELECT a.attrelid, a.attname, a.attnum, d.adbin IS NOT NULL AS has_default,
           pg_catalog.concat_ws(' ',
               pg_catalog.format_type(a.atttypid, a.atttypmod),
               CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0
                    THEN 'collate ' || a.attcollation::pg_catalog.regcollation END,
               CASE WHEN a.attnotnull THEN 'not null' || coalesce(n.text, '') END,
               CASE
                   WHEN d.adbin IS NULL THEN NULL
                   WHEN a.attgenerated = '' THEN 'default ' || pg_catalog.pg_get_expr(d.adbin, 0)
                   ELSE pg_catalog.format('generated always as (%s) %s', pg_catalog.pg_get_expr(d.adbin, d.adrelid),
                       CASE a.attgenerated WHEN 'v' THEN 'virtual' ELSE 'stored' END)
               END,
               CASE WHEN a.attstorage <> t.typstorage THEN 'storage ' || CASE a.attstorage
                   WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END END,
               CASE a.attcompression WHEN 'p' THEN 'compression pglz' WHEN 'l' THEN 'compression lz4' END,
               CASE WHEN a.attstattarget > 0 OR a.attstattarget = 0 AND r.relkind IN ('r', 'p', 'f', 'm')
                    THEN 'statistics ' || a.attstattarget END,
               'options ' || l.text
           ) AS base,
           CASE WHEN a.attidentity <> '' THEN pg_catalog.format('generated %s as identity%s',
               CASE a.attidentity WHEN 'a' THEN 'always' ELSE 'by default' END, ' (' || nullif(s.text, '') || ')')
           END AS identity
    FROM relations r
    JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN options l ON l.class = 'relation' AND l.oid = a.attrelid AND l.sub = a.attnum
    LEFT JOIN demands n ON n.conrelid = a.attrelid AND n.attnum = a.attnum
    LEFT JOIN settings s ON s.attrelid = a.attrelid AND s.attnum = a.attnum
    WHERE r.relkind IN ('r', 'p', 'f', 'c') OR r.relkind = 'v' AND d.adbin IS NOT NULL
       OR r.relkind = 'm' AND (a.attstorage <> t.typstorage OR a.attcompression <> '' OR a.attstattarget >= 0 OR l.text IS NOT NULL)
)
SELECT r.kind, r.object, NULL::text AS suffix, r.below, 'column' AS member_kind, ARRAY[c.attname::text] AS member,
       NULL::text AS detail_kind, NULL::text[] AS detail, c.attnum::int8 AS place,
       pg_catalog.concat_ws(' ', c.base, c.identity) AS definition
FROM relations r
JOIN defined c ON c.attrelid = r.oid
-- Before version 17 partitions have no identity and can't; since then they have their parent's.
LEFT JOIN defined p ON p.attrelid = r.parent AND p.attname = c.attname
WHERE c.base IS DISTINCT FROM p.base

-- Tables partitioned by time whose last partition ends within a week, or ended within a month: what ended before is an
-- archive, and a database made anew by old migrations has nothing else. A partition that is divided further is complete
-- where its own range ends. The first key decides: its operator class tells the type, also of an expression and of a domain.
-- Of a table partitioned at several levels the findings are told together.
WITH bound AS MATERIALIZED (
    SELECT t.root, i.inhparent,
           "substring"(pg_catalog.pg_get_expr(t.relpartbound, 0), 'TO \(''(\d{4}-\d\d-\d\d[^'']*)''[,)]')::timestamptz AS own_end,
           pg_catalog.pg_get_expr(c.relpartbound, 0) AS bound
    FROM pg_catalog.pg_partitioned_table p
    JOIN own_table t ON t.oid = p.partrelid
    JOIN pg_catalog.pg_opclass k ON k.oid = p.partclass[0]
    JOIN pg_catalog.pg_inherits i ON i.inhparent = p.partrelid
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
    WHERE p.partstrat = 'r'
      AND k.opcintype IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype)
),
-- Not by a pattern: there may be tens of thousands.
upper_end AS MATERIALIZED (
    SELECT b.*, nullif(pg_catalog.split_part(pg_catalog.split_part(b.bound, 'TO (''', 2), '''', 1), '') AS upper FROM bound b
),
ends AS (
    SELECT b.root, b.inhparent,
           pg_catalog.max(b.own_end) AS own_end,
           -- Years of more than four digits are later than any time that rows come with, and than timestamptz reaches.
           pg_catalog.max(CASE WHEN pg_catalog.strpos(b.upper, '-') > 5 THEN 'infinity' ELSE b.upper END::timestamptz) AS ends,
           pg_catalog.bool_or(b.bound LIKE '%TO (MAXVALUE%') AS endless,
           pg_catalog.bool_or(b.bound = 'DEFAULT') AS has_default
    FROM upper_end b
    GROUP BY b.root, b.inhparent
)
SELECT e.root::regclass::text AS object,
       pg_catalog.format('the last partition %s %s%s: then rows %s',
           CASE WHEN pg_catalog.min(e.ends) < pg_catalog.now() THEN 'ended' ELSE 'ends' END,
           pg_catalog.to_char(pg_catalog.min(e.ends), 'YYYY-MM-DD HH24:MI'),
           CASE WHEN pg_catalog.count(*) > 1 OR pg_catalog.min(e.inhparent::int8)::oid <> e.root
                THEN pg_catalog.format(' (%s)',
                    pg_catalog.string_agg(e.inhparent::regclass::text, ', ' ORDER BY e.ends)
                        FILTER (WHERE e.ends < pg_catalog.now() + '7 days'::interval)) ELSE '' END,
           CASE WHEN pg_catalog.bool_and(e.has_default) THEN 'pile up in the default partition' ELSE 'are refused' END) AS evidence,
       NULL::text[] AS statements,
       e.root AS relation
FROM ends e
WHERE NOT e.endless
  AND e.ends > pg_catalog.now() - '31 days'::interval
  AND e.ends < pg_catalog.now() + '7 days'::interval
  AND (e.own_end IS NULL OR e.ends < e.own_end)
GROUP BY e.root

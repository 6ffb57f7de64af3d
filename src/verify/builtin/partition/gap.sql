-- Ranges of time or of whole numbers that no partition holds, between two partitions. The operator class tells the type of the
-- key. What lies beyond the year 9999, past which timestamptz ends first, is one end.
WITH bound AS MATERIALIZED (
    SELECT t.root, i.inhparent, k.opcintype IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) AS whole,
           pg_catalog.regexp_match(pg_catalog.pg_get_expr(c.relpartbound, 0),
               'FROM \(''?([^'']+?)''?\) TO \(''?([^'']+?)''?\)') AS ends
    FROM pg_catalog.pg_partitioned_table p
    JOIN own_table t ON t.oid = p.partrelid
    JOIN pg_catalog.pg_opclass k ON k.oid = p.partclass[0]
    JOIN pg_catalog.pg_inherits i ON i.inhparent = p.partrelid
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
    WHERE p.partstrat = 'r'
      AND p.partnatts = 1
      AND k.opcintype IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype,
                         'int2'::regtype, 'int4'::regtype, 'int8'::regtype)
),
span AS (
    SELECT b.root, b.inhparent, b.ends[1] AS lower, b.ends[2] AS upper,
           CASE WHEN b.ends[1] = 'MINVALUE' THEN '-infinity'
                WHEN b.whole THEN b.ends[1]::numeric
                WHEN pg_catalog.strpos(b.ends[1], '-') > 5 THEN 'infinity'
                ELSE pg_catalog.date_part('epoch', b.ends[1]::timestamptz)::numeric END AS low,
           CASE WHEN b.ends[2] = 'MAXVALUE' THEN 'infinity'
                WHEN b.whole THEN b.ends[2]::numeric
                WHEN pg_catalog.strpos(b.ends[2], '-') > 5 THEN 'infinity'
                ELSE pg_catalog.date_part('epoch', b.ends[2]::timestamptz)::numeric END AS high
    FROM bound b
    WHERE b.ends IS NOT NULL
),
neighbours AS (
    SELECT s.root, s.inhparent, s.upper, s.high,
           pg_catalog.lead(s.low) OVER following AS next_low, pg_catalog.lead(s.lower) OVER following AS next_lower
    FROM span s
    WINDOW following AS (PARTITION BY s.inhparent ORDER BY s.low)
)
SELECT n.root::regclass::text AS object,
       pg_catalog.format('no partition holds %s%s',
           (pg_catalog.array_agg(pg_catalog.format('%s to %s of %s', n.upper, n.next_lower, n.inhparent::regclass)
               ORDER BY n.inhparent, n.high))[1],
           CASE WHEN pg_catalog.count(*) > 1
                THEN pg_catalog.format(', and %s more gaps', pg_catalog.count(*) - 1) ELSE '' END) AS evidence,
       NULL::text[] AS statements,
       n.root AS relation
FROM neighbours n
WHERE n.next_low > n.high
GROUP BY n.root

-- Tables that autovacuum leaves alone because they say so.
SELECT c.root::regclass::text AS object,
       pg_catalog.format('autovacuum is off%s',
           CASE WHEN pg_catalog.bool_or(c.oid = c.root) THEN ''
                ELSE pg_catalog.format(' for %s partitions', pg_catalog.count(*)) END) AS evidence,
       pg_catalog.array_agg(pg_catalog.format('ALTER %s %s RESET (autovacuum_enabled)',
           CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, c.oid::regclass) ORDER BY c.oid) AS statements,
       c.root AS relation
FROM (
    SELECT oid, root, relkind, reloptions FROM own_table
    UNION ALL
    SELECT oid, oid, relkind, reloptions FROM own_class WHERE relkind = 'm'
) c
WHERE pg_catalog.array_to_string(c.reloptions, ' ') ~* '\mautovacuum_enabled=(off|false|no|0|f|n)\M'
GROUP BY c.root

-- Indexes of partitioned tables to which some partitions' indexes are attached and others' aren't, and those that have them all
-- and are not valid: one was attached while it was not, and the whole is looked at when an index is attached. One with none
-- attached was just made with ON ONLY, to be completed without blocking writes.
WITH incomplete AS MATERIALIZED (
    SELECT i.indexrelid, i.indrelid, c.relname, t.nspname, i.indisunique
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid AND c.relkind = 'I'
    JOIN own_table t ON t.oid = i.indrelid
    WHERE NOT i.indisvalid
),
attached AS MATERIALIZED (
    SELECT a.inhparent AS indexrelid, x.indrelid AS partition, x.indexrelid AS child,
           x.indisvalid AS valid, c.relkind
    FROM incomplete p
    JOIN pg_catalog.pg_inherits a ON a.inhparent = p.indexrelid
    JOIN pg_catalog.pg_index x ON x.indexrelid = a.inhrelid
    JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
),
missing AS (
    SELECT p.indexrelid, p.indrelid, c.oid AS partition, c.oid::regclass::text AS name,
           -- Nothing but the new index's name, its table and what follows them differs from the parent's definition; a
           -- constraint's index is not made by CREATE INDEX.
           CASE WHEN k.oid IS NULL THEN ARRAY[
               pg_catalog.format('CREATE %sINDEX %s%I ON %s USING%s',
                   CASE WHEN p.indisunique THEN 'UNIQUE ' ELSE '' END,
                   CASE WHEN c.relkind = 'p' THEN '' ELSE 'CONCURRENTLY ' END,
                   made.name, c.oid::regclass,
                   pg_catalog.substr(
                       d.definition, pg_catalog.strpos(d.definition, ' ON ONLY ' || p.indrelid::regclass::text || ' USING')
                           + pg_catalog.length(' ON ONLY ' || p.indrelid::regclass::text || ' USING'))),
               pg_catalog.format('ALTER INDEX %s ATTACH PARTITION %I.%I',
                   p.indexrelid::regclass, n.nspname, made.name)]
           END AS statements
    FROM incomplete p
    CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_indexdef(p.indexrelid) AS definition) d
    LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = p.indexrelid AND k.conrelid = p.indrelid
    JOIN pg_catalog.pg_inherits h ON h.inhparent = p.indrelid
    JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid AND c.relkind IN ('r', 'p')
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    -- To make a name cuts it, and the number keeps it one of its own: 51 bytes, and 11 for that of 10 digits.
    CROSS JOIN LATERAL (
        SELECT CASE WHEN pg_catalog.octet_length(c.relname || '_' || p.relname) <= 63 THEN c.relname || '_' || p.relname
                    ELSE pg_catalog.substr(('xxxxxxxxxxxx' || c.relname || '_' || p.relname)::pg_catalog.name::text, 13)
                        || '_' || p.indexrelid END AS name
    ) made
    WHERE p.indexrelid IN (SELECT indexrelid FROM attached)
      AND NOT EXISTS (SELECT FROM attached a WHERE a.indexrelid = p.indexrelid AND a.partition = c.oid)
)
SELECT m.indexrelid::regclass::text AS object,
       pg_catalog.format('%s of the partitions of %s have no index attached to it (%s%s)',
           pg_catalog.count(*), m.indrelid::regclass,
           pg_catalog.min(m.name), CASE WHEN pg_catalog.count(*) > 1 THEN ', ...' ELSE '' END) AS evidence,
       (SELECT pg_catalog.array_agg(s) FROM (
           SELECT pg_catalog.unnest(o.statements) AS s FROM missing o WHERE o.indexrelid = m.indexrelid) all_of_them
       ) AS statements,
       m.indrelid AS relation
FROM missing m
GROUP BY m.indexrelid, m.indrelid
UNION ALL
SELECT p.indexrelid::regclass::text,
       pg_catalog.format('every partition of %s has an index attached to it, and it is not valid%s', p.indrelid::regclass,
           pg_catalog.min(CASE WHEN NOT a.valid THEN pg_catalog.format(': nor is %s', a.child::regclass) END)),
       pg_catalog.array_remove(pg_catalog.array_agg(
           CASE WHEN NOT a.valid AND a.relkind = 'i' THEN pg_catalog.format('REINDEX INDEX CONCURRENTLY %s', a.child::regclass) END
           ORDER BY a.child), NULL)
         || pg_catalog.format('ALTER INDEX %s ATTACH PARTITION %s', p.indexrelid::regclass,
                (pg_catalog.min(a.child::int8)::oid)::regclass),
       p.indrelid
FROM incomplete p
JOIN attached a ON a.indexrelid = p.indexrelid
WHERE p.indexrelid NOT IN (SELECT indexrelid FROM missing)
GROUP BY p.indexrelid, p.indrelid

-- Tables whose updates or deletes are published and whose rows a subscriber can't tell apart. Of a partitioned table that is
-- published as one, the partitions are what is written to.
WITH published AS (
    SELECT g.relid AS oid
    FROM pg_catalog.pg_publication p
    CROSS JOIN LATERAL pg_catalog.pg_get_publication_tables(p.pubname) g
    WHERE p.pubupdate OR p.pubdelete
),
leaf AS (
    SELECT oid FROM published
    UNION
    SELECT tree.relid
    FROM published p
    JOIN pg_catalog.pg_partitioned_table whole ON whole.partrelid = p.oid
    CROSS JOIN LATERAL pg_catalog.pg_partition_tree(p.oid) tree
)
SELECT t.root::regclass::text AS object,
       pg_catalog.format('updates and deletes%s are published, and fail for want of a replica identity',
           CASE WHEN pg_catalog.bool_or(t.oid = t.root) THEN ''
                ELSE pg_catalog.format(' in %s partitions', pg_catalog.count(*)) END) AS evidence,
       pg_catalog.array_agg(pg_catalog.format('ALTER TABLE %s REPLICA IDENTITY FULL', t.oid::regclass) ORDER BY t.oid) AS statements,
       t.root AS relation
FROM leaf
JOIN own_table t ON t.oid = leaf.oid AND t.relkind = 'r'
WHERE t.relreplident <> 'f'
  AND NOT EXISTS (
      SELECT
      FROM pg_catalog.pg_index i
      WHERE i.indrelid = t.oid
        AND i.indisvalid
        AND i.indimmediate
        AND CASE t.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END)
GROUP BY t.root

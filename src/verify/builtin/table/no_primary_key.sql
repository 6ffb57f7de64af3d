-- Tables without a primary key. That of a partitioned table is its partitions' too.
SELECT t.oid::regclass::text AS object,
       'no primary key: nothing names one of its rows' AS evidence,
       NULL::text[] AS statements,
       t.oid AS relation
FROM own_table t
WHERE NOT t.relispartition
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)

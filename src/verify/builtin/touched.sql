-- Tables and sequences whose catalog rows were written since transaction $1, also in subtransactions, and the tables
-- that those are partitions of, because findings about partitions are told of their root.
WITH RECURSIVE touched AS (
    SELECT c.oid
    FROM (
        SELECT oid, xmin FROM pg_catalog.pg_class
        UNION ALL SELECT attrelid, xmin FROM pg_catalog.pg_attribute
        UNION ALL SELECT conrelid, xmin FROM pg_catalog.pg_constraint WHERE conrelid <> 0
        UNION ALL SELECT adrelid, xmin FROM pg_catalog.pg_attrdef
        UNION ALL SELECT indrelid, xmin FROM pg_catalog.pg_index
        UNION ALL SELECT inhrelid, xmin FROM pg_catalog.pg_inherits
        UNION ALL SELECT seqrelid, xmin FROM pg_catalog.pg_sequence
        UNION ALL SELECT polrelid, xmin FROM pg_catalog.pg_policy
        UNION ALL SELECT tgrelid, xmin FROM pg_catalog.pg_trigger
    ) written
    JOIN pg_catalog.pg_class c ON c.oid = written.oid
    WHERE written.xmin::text::int8 > 2
      AND pg_catalog.age(written.xmin) <= pg_catalog.age($1::text::xid8::xid)
      AND c.relkind IN ('r', 'p', 'S', 'v', 'm', 'f')
    UNION
    SELECT i.inhparent
    FROM touched t
    JOIN pg_catalog.pg_inherits i ON i.inhrelid = t.oid
)
SELECT oid FROM touched

-- Of the relations $1: which checks may be violated by one of them, each looked for as closely as indexes allow, and which
-- sequences they are or draw from.
WITH touched AS MATERIALIZED (
    SELECT c.oid, c.relname, c.relnamespace, c.relkind, c.relowner, c.relacl, c.relrowsecurity, c.relreplident
    FROM pg_catalog.pg_class c
    WHERE c.oid = ANY ($1)
),
-- What each default of theirs draws from.
feed AS MATERIALIZED (
    SELECT ad.adrelid AS relid, d.refobjid AS seqid
    FROM pg_catalog.pg_attrdef ad
    JOIN pg_catalog.pg_depend d
      ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = ad.oid
     AND d.refclassid = 'pg_catalog.pg_class'::regclass
    JOIN pg_catalog.pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
    WHERE ad.adrelid = ANY ($1)
),
-- Identity, and OWNED BY.
owned AS MATERIALIZED (
    SELECT d.refobjid AS relid, d.refobjsubid AS attnum, d.objid AS seqid
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = ANY ($1) AND d.refobjsubid > 0
      AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')
)
SELECT pg_catalog.array_remove(ARRAY[
    CASE WHEN EXISTS (
        SELECT FROM touched t JOIN pg_catalog.pg_policy p ON p.polrelid = t.oid WHERE NOT t.relrowsecurity
    ) THEN 'rls.mismatch' END,
    CASE WHEN EXISTS (
        SELECT FROM pg_catalog.pg_trigger g WHERE g.tgrelid = ANY ($1) AND g.tgisinternal AND g.tgenabled IN ('D', 'R')
    ) THEN 'fk.not_enforced' END,
    CASE WHEN EXISTS (
        SELECT
        FROM (
            SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits WHERE inhrelid = ANY ($1)
            UNION
            SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits WHERE inhparent = ANY ($1)
        ) i
        JOIN pg_catalog.pg_partitioned_table whole ON whole.partrelid = i.inhparent
        JOIN pg_catalog.pg_attribute p ON p.attrelid = i.inhparent AND p.attnum > 0 AND p.attidentity = ''
        JOIN pg_catalog.pg_attribute c ON c.attrelid = i.inhrelid AND c.attname = p.attname
        LEFT JOIN pg_catalog.pg_attrdef pd ON pd.adrelid = p.attrelid AND pd.adnum = p.attnum
        LEFT JOIN pg_catalog.pg_attrdef cd ON cd.adrelid = c.attrelid AND cd.adnum = c.attnum
        WHERE (p.atthasdef OR c.atthasdef)
          AND pd.adbin::text IS DISTINCT FROM cd.adbin::text
          AND pg_catalog.pg_get_expr(pd.adbin, 0) IS DISTINCT FROM pg_catalog.pg_get_expr(cd.adbin, 0)
    ) THEN 'default.partition_drift' END,
    CASE WHEN EXISTS (
        SELECT
        FROM touched t
        JOIN pg_catalog.pg_attribute a
          ON a.attrelid = t.oid AND a.attnum > 0 AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
        WHERE EXISTS (SELECT FROM owned o WHERE o.relid = t.oid AND o.attnum = a.attnum)
           OR EXISTS (
              SELECT
              FROM pg_catalog.pg_class s
              WHERE s.relnamespace = t.relnamespace
                AND s.relname IN (
                    -- As serial names it.
                    ("left"(t.relname::text, greatest(58 - pg_catalog.octet_length(a.attname::text), 29)) || '_'
                     || "left"(a.attname::text, greatest(58 - pg_catalog.octet_length(t.relname::text), 29)) || '_seq'
                    )::pg_catalog.name)
                AND s.relkind = 'S')
    ) THEN 'default.missing_but_sequence_exists' END,
    CASE WHEN EXISTS (
        SELECT
        FROM feed f
        JOIN touched t ON t.oid = f.relid
        CROSS JOIN LATERAL pg_catalog.aclexplode(t.relacl) x
        LEFT JOIN pg_catalog.pg_roles r ON r.oid = x.grantee
        WHERE x.privilege_type = 'INSERT' AND x.grantee <> t.relowner
          AND NOT pg_catalog.has_sequence_privilege(coalesce(r.rolname, 'public'), f.seqid, 'USAGE, UPDATE')
    ) THEN 'sequence.grant' END,
    CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_publication)
          AND EXISTS (
              SELECT
              FROM touched t
              WHERE t.relkind IN ('r', 'p') AND t.relreplident <> 'f'
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = t.oid AND i.indisprimary))
    THEN 'table.replica_identity' END
], NULL) AS checks,
ARRAY(
    SELECT oid FROM touched WHERE relkind = 'S'
    UNION
    SELECT seqid FROM feed
    UNION
    SELECT seqid FROM owned
) AS sequences

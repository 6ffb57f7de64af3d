-- What the other files of this folder begin with: which schemas and relations belong to the snapshot. $1 is the ledger's
-- schema. Left out: what the system, an extension or the ledger made, and what is temporary (schemas pg_temp_*).
-- Every file gives the same columns: kind, object, suffix, below, member_kind, member, detail_kind, detail, place,
-- definition. `object`, `member` and `detail` are names in parts, to be quoted and joined by dots, `suffix` is appended as
-- it is, and `below` leads from a partitioned table to one of its partitions: schema, name, schema, name, ...
WITH RECURSIVE
extended AS MATERIALIZED (
    SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
),
schemas AS MATERIALIZED (
    SELECT n.oid, n.nspname::text AS name, n.nspowner, n.nspacl
    FROM pg_catalog.pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND n.nspname <> $1
),
tree AS (
    SELECT c.oid, c.oid AS top, NULL::oid AS parent, ARRAY[]::text[] COLLATE pg_catalog."C" AS below
    FROM pg_catalog.pg_class c
    JOIN schemas s ON s.oid = c.relnamespace
    WHERE c.relkind = 'p' AND NOT c.relispartition
    UNION ALL
    SELECT c.oid, t.top, t.oid, t.below || ARRAY[n.nspname::text, c.relname::text]
    FROM tree t
    JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
),
-- The sequence of an identity column is told with the column.
relations AS MATERIALIZED (
    SELECT c.*, s.name AS schema, t.parent, coalesce(t.below, '{}') AS below, ARRAY[ts.name, tc.relname::text] AS object,
           CASE tc.relkind
               WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
               WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'type' ELSE 'table'
           END AS kind
    FROM pg_catalog.pg_class c
    JOIN schemas s ON s.oid = c.relnamespace
    LEFT JOIN tree t ON t.oid = c.oid
    JOIN pg_catalog.pg_class tc ON tc.oid = coalesce(t.top, c.oid)
    JOIN schemas ts ON ts.oid = tc.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
      AND NOT EXISTS (
          SELECT FROM extended e WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = tc.oid)
      AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_depend d
          WHERE c.relkind = 'S' AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
            AND d.deptype = 'i')
),
-- Who owns most: what belongs to this role doesn't say so, since environments differ in its name.
usual AS MATERIALIZED (
    SELECT coalesce(
        (SELECT r.relowner FROM relations r
         GROUP BY r.relowner
         ORDER BY pg_catalog.count(*) DESC, pg_catalog.pg_get_userbyid(r.relowner) LIMIT 1),
        (SELECT d.datdba FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
    ) AS owner
),
routines AS MATERIALIZED (
    SELECT p.*, ARRAY[s.name, p.proname::text] AS object,
           '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')' AS suffix,
           CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind
    FROM pg_catalog.pg_proc p
    JOIN schemas s ON s.oid = p.pronamespace
    -- The constructors of a range type come with it.
    WHERE NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
),
types AS MATERIALIZED (
    SELECT t.*, ARRAY[s.name, t.typname::text] AS object,
           CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'type' END AS kind
    FROM pg_catalog.pg_type t
    JOIN schemas s ON s.oid = t.typnamespace
    LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
    -- Not the row types of tables, nor arrays and multiranges, which come with their type.
    WHERE (t.typtype IN ('b', 'd', 'e', 'r') OR t.typtype = 'c' AND c.relkind = 'c')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid)
      AND NOT EXISTS (
          SELECT FROM extended e WHERE e.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND e.objid = t.oid)
),
-- The sequences of identity columns.
identities AS MATERIALIZED (
    SELECT d.objid AS oid, c.relname, c.relowner, c.relacl, d.refobjid AS attrelid, d.refobjsubid AS attnum
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind = 'S'
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'i'
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
),
-- What others than its owner may do with a relation by its own grants, and what its owner may not.
granted AS MATERIALIZED (
    SELECT r.oid,
           pg_catalog.string_agg(
               pg_catalog.concat_ws(' ', x.grantee, x.privilege_type, x.said), ', '
               ORDER BY x.grantee, x.privilege_type) AS text
    FROM relations r
    CROSS JOIN LATERAL (
        SELECT a.grantee, a.privilege_type, CASE WHEN a.is_grantable THEN 'grantable' END AS said
        FROM pg_catalog.aclexplode(r.relacl) a
        WHERE a.grantee <> r.relowner
        UNION ALL
        SELECT NULL, a.privilege_type, 'lacking'
        FROM pg_catalog.aclexplode(
            pg_catalog.acldefault(CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", r.relowner)) a
        WHERE r.relacl IS NOT NULL AND NOT EXISTS (
            SELECT FROM pg_catalog.aclexplode(r.relacl) h
            WHERE h.grantee = r.relowner AND h.privilege_type = a.privilege_type)
    ) x
    GROUP BY r.oid
),
-- Options by what has them. Left out is the value of one that by its name is a secret, or that holds one: a part of such a
-- name (`password=...`), or a password in a URL.
options AS MATERIALIZED (
    SELECT l.class, l.oid, l.sub,
           pg_catalog.string_agg(
               CASE WHEN o ~* '^[^=]*(pass|pw|secret|token|key|cred|auth)'
                      OR o ~* '(pass|pw|secret|token|key|cred|auth)[a-z0-9_-]*["'']?[[:space:]]*[=:]'
                      OR o ~ '://[^/@]*:[^@]*@'
                    THEN pg_catalog.split_part(o, '=', 1) || '=...' ELSE o END, ', '
               ORDER BY o COLLATE pg_catalog."C") AS text
    FROM (
        SELECT 'wrapper' AS class, w.oid, 0 AS sub, w.fdwoptions AS list FROM pg_catalog.pg_foreign_data_wrapper w
        UNION ALL
        SELECT 'server', w.oid, 0, w.srvoptions FROM pg_catalog.pg_foreign_server w
        UNION ALL
        SELECT 'mapping', m.umid, 0, m.umoptions FROM pg_catalog.pg_user_mappings m
        UNION ALL
        SELECT 'relation', r.oid, 0, r.reloptions FROM relations r
        UNION ALL
        SELECT 'relation', r.oid, 0, pg_catalog.array_agg('toast.' || o)
        FROM relations r
        JOIN pg_catalog.pg_class c ON c.oid = r.reltoastrelid
        CROSS JOIN LATERAL pg_catalog.unnest(c.reloptions) o
        GROUP BY r.oid
        UNION ALL
        SELECT 'relation', f.ftrelid, 0, f.ftoptions FROM pg_catalog.pg_foreign_table f
        UNION ALL
        SELECT 'relation', a.attrelid, a.attnum, a.attoptions || a.attfdwoptions FROM pg_catalog.pg_attribute a
    ) l
    CROSS JOIN LATERAL pg_catalog.unnest(l.list) o
    -- Newer minor versions count a column's versions there.
    WHERE l.list IS NOT NULL AND o NOT LIKE 'pg@_attver=%' ESCAPE '@'
    GROUP BY l.class, l.oid, l.sub
)

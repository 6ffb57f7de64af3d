-- Constraints, indexes, triggers, rules and policies; of a partition those that it doesn't have from its parent, and how
-- those differ that it has.
-- The second level of a foreign key to a partitioned table has a parent too, and is no constraint that anybody wrote.
, indexes AS MATERIALIZED (
    SELECT i.*, x.relname, x.relkind, x.relispartition, x.reloptions, h.inhparent AS parent, k.contype,
           ' (options ' || pg_catalog.array_to_string(x.reloptions, ', ') || ')' AS options,
           pg_catalog.concat(
               CASE WHEN NOT i.indisvalid THEN ' (invalid)' END,
               CASE WHEN i.indisclustered THEN ' (clustered)' END,
               ' (statistics ' || (
                   SELECT pg_catalog.string_agg(pg_catalog.format('%s of column %s', a.attstattarget, a.attnum), ', ' ORDER BY a.attnum)
                   FROM pg_catalog.pg_attribute a
                   WHERE a.attrelid = x.oid AND a.attstattarget >= 0) || ')') AS state
    FROM pg_catalog.pg_index i
    JOIN relations r ON r.oid = i.indrelid
    JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
    LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = x.oid
    LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = x.oid AND k.contype IN ('p', 'u', 'x')
),
-- What is switched off of the triggers that enforce a constraint, or on at other times than usual.
enforcement AS MATERIALIZED (
    SELECT coalesce(top.oid, k.oid) AS oid,
           pg_catalog.string_agg(DISTINCT ' (check ' || state.text || ')', '') FILTER (WHERE NOT state.acts) AS checks,
           pg_catalog.string_agg(DISTINCT ' (actions ' || state.text || ')', '') FILTER (WHERE state.acts) AS actions
    FROM pg_catalog.pg_trigger g
    JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid
    JOIN pg_catalog.pg_constraint k ON k.oid = g.tgconstraint
    -- The triggers on a partition of the table that is referred to.
    LEFT JOIN pg_catalog.pg_constraint top ON top.oid = k.conparentid AND top.conrelid = k.conrelid
    CROSS JOIN LATERAL (
        SELECT p.proname LIKE 'RI@_FKey@_%' ESCAPE '@' AND p.proname NOT LIKE '%@_check@_%' ESCAPE '@' AS acts,
               CASE g.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'on replicas' ELSE 'always' END AS text
    ) state
    WHERE g.tgisinternal AND g.tgenabled <> 'O'
    GROUP BY coalesce(top.oid, k.oid)
)
SELECT r.kind, r.object, NULL::text AS suffix, r.below, 'constraint' AS member_kind, ARRAY[k.conname::text] AS member,
       NULL::text AS detail_kind, NULL::text[] AS detail, 0::int8 AS place,
       pg_catalog.pg_get_constraintdef(k.oid) || coalesce(x.options, '') || coalesce(x.state, '') || coalesce(e.checks, '') || coalesce(e.actions, '') AS definition
FROM relations r
JOIN pg_catalog.pg_constraint k ON k.conrelid = r.oid
LEFT JOIN indexes x ON x.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN enforcement e ON e.oid = k.oid
WHERE k.contype IN ('c', 'f', 'p', 'u', 'x') AND k.conparentid = 0
  AND (k.coninhcount = 0 OR k.conislocal AND r.parent IS NULL)
UNION ALL
SELECT r.kind, r.object, NULL, r.below, 'constraint', ARRAY[k.conname::text], NULL, NULL, 0,
       'as its parent' || CASE WHEN p.convalidated AND NOT k.convalidated THEN ' (not valid)' ELSE '' END
       || coalesce(e.checks, CASE WHEN pe.checks <> '' THEN ' (check enabled)' END, '')
FROM relations r
JOIN pg_catalog.pg_constraint k ON k.conrelid = r.oid
JOIN pg_catalog.pg_constraint p
  ON p.conrelid = r.parent AND (p.oid = k.conparentid OR k.contype = 'c' AND k.coninhcount > 0 AND p.contype = 'c' AND p.conname = k.conname)
LEFT JOIN enforcement e ON e.oid = k.oid
LEFT JOIN enforcement pe ON pe.oid = p.oid
WHERE k.contype IN ('c', 'f')
  AND (p.convalidated AND NOT k.convalidated OR e.checks IS DISTINCT FROM pe.checks)
UNION ALL
-- What a partition's index lacks of its parent's, whose name it goes by: its own may be any.
SELECT r.kind, r.object, NULL, r.below, CASE WHEN top.contype IS NULL THEN 'index' ELSE 'constraint' END, ARRAY[top.relname::text],
       NULL, NULL, 0,
       CASE WHEN i.indexrelid IS NULL THEN 'missing' ELSE
           'as its parent' || coalesce(CASE WHEN i.options IS DISTINCT FROM p.options THEN coalesce(i.options, ' (options none)') END, '')
           || i.state END
FROM relations r
JOIN indexes p ON p.indrelid = r.parent AND p.relkind = 'I'
JOIN indexes top ON top.indexrelid = pg_catalog.pg_partition_root(p.indexrelid)
LEFT JOIN indexes i ON i.indrelid = r.oid AND i.parent = p.indexrelid
WHERE r.relkind <> 'f' AND (i.indexrelid IS NULL OR i.options IS DISTINCT FROM p.options OR i.state <> '')
UNION ALL
SELECT t.kind, t.object, NULL, '{}', 'constraint', ARRAY[k.conname::text], NULL, NULL, 0, pg_catalog.pg_get_constraintdef(k.oid)
FROM types t
JOIN pg_catalog.pg_constraint k ON k.contypid = t.oid AND k.contype = 'c'
UNION ALL
-- Without `CREATE INDEX name ON table`, which the place of the line says.
SELECT r.kind, r.object, NULL, r.below, 'index', ARRAY[i.relname::text], NULL, NULL, 0,
       CASE WHEN i.indisunique THEN 'unique ' ELSE '' END
       || CASE WHEN pg_catalog.starts_with(i.text, i.beginning)
               THEN pg_catalog.substr(i.text, pg_catalog.length(i.beginning) + 1) ELSE i.text END
       || i.state
FROM relations r
JOIN (
    SELECT i.*, pg_catalog.pg_get_indexdef(i.indexrelid) AS text,
           pg_catalog.format('CREATE %sINDEX %I ON %s%I.%I ', CASE WHEN i.indisunique THEN 'UNIQUE ' END, i.relname,
                             CASE WHEN i.relkind = 'I' THEN 'ONLY ' END, r.schema, r.relname) AS beginning
    FROM indexes i
    JOIN relations r ON r.oid = i.indrelid
    WHERE NOT i.relispartition AND i.contype IS NULL
) i ON i.indrelid = r.oid
UNION ALL
SELECT r.kind, r.object, NULL, r.below, 'trigger', ARRAY[g.tgname::text], NULL, NULL, 0,
       pg_catalog.pg_get_triggerdef(g.oid) || CASE g.tgenabled
           WHEN 'D' THEN ' (disabled)' WHEN 'R' THEN ' (on replicas)' WHEN 'A' THEN ' (always)' ELSE '' END
FROM relations r
-- Before version 15 a partition's copy of its parent's trigger counts as internal.
JOIN pg_catalog.pg_trigger g
  ON g.tgrelid = r.oid AND (NOT g.tgisinternal OR g.tgparentid <> 0 AND g.tgconstraint = 0)
LEFT JOIN pg_catalog.pg_trigger p ON p.oid = g.tgparentid
WHERE p.oid IS NULL OR p.tgenabled <> g.tgenabled
UNION ALL
SELECT r.kind, r.object, NULL, r.below, 'rule', ARRAY[w.rulename::text], NULL, NULL, 0,
       pg_catalog.pg_get_ruledef(w.oid) || CASE w.ev_enabled
           WHEN 'D' THEN ' (disabled)' WHEN 'R' THEN ' (on replicas)' WHEN 'A' THEN ' (always)' ELSE '' END
FROM relations r
JOIN pg_catalog.pg_rewrite w ON w.ev_class = r.oid AND w.rulename <> '_RETURN'
UNION ALL
SELECT r.kind, r.object, NULL, r.below, 'policy', ARRAY[l.polname::text], NULL, NULL, 0,
       pg_catalog.concat_ws(' ',
           CASE WHEN NOT l.polpermissive THEN 'restrictive' END,
           'for ' || CASE l.polcmd
               WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' ELSE 'all' END,
           'to ' || (SELECT pg_catalog.string_agg(
                         CASE role WHEN 0 THEN 'public' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(role)) END,
                         ', ' ORDER BY pg_catalog.pg_get_userbyid(role))
                     FROM pg_catalog.unnest(l.polroles) role),
           'using (' || pg_catalog.pg_get_expr(l.polqual, l.polrelid) || ')',
           'with check (' || pg_catalog.pg_get_expr(l.polwithcheck, l.polrelid) || ')')
FROM relations r
JOIN pg_catalog.pg_policy l ON l.polrelid = r.oid

-- Constraints, indexes, triggers, rules and policies; of a partition those that it doesn't have from its parent.
-- The second level of a foreign key to a partitioned table has a parent too, and is no constraint that anybody wrote.
SELECT r.kind, r.object, NULL::text AS suffix, r.below, 'constraint' AS member_kind, ARRAY[k.conname::text] AS member,
       NULL::text AS detail_kind, NULL::text[] AS detail, 0::int8 AS place,
       pg_catalog.pg_get_constraintdef(k.oid)
       || coalesce(' (options ' || pg_catalog.array_to_string(x.reloptions, ', ') || ')', '')
       || CASE WHEN i.indisclustered THEN ' (clustered)' ELSE '' END AS definition
FROM relations r
JOIN pg_catalog.pg_constraint k ON k.conrelid = r.oid
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
WHERE k.contype IN ('c', 'f', 'p', 'u', 'x') AND k.conparentid = 0
  AND (k.coninhcount = 0 OR k.conislocal AND r.parent IS NULL)
UNION ALL
SELECT t.kind, t.object, NULL, '{}', 'constraint', ARRAY[k.conname::text], NULL, NULL, 0, pg_catalog.pg_get_constraintdef(k.oid)
FROM types t
JOIN pg_catalog.pg_constraint k ON k.contypid = t.oid AND k.contype = 'c'
UNION ALL
-- Without `CREATE INDEX name ON table`, which the place of the line says.
SELECT r.kind, r.object, NULL, r.below, 'index', ARRAY[x.relname::text], NULL, NULL, 0,
       CASE WHEN i.indisunique THEN 'unique ' ELSE '' END
       || CASE WHEN pg_catalog.starts_with(i.text, i.beginning)
               THEN pg_catalog.substr(i.text, pg_catalog.length(i.beginning) + 1) ELSE i.text END
       || CASE WHEN i.indisvalid THEN '' ELSE ' (invalid)' END
       || CASE WHEN i.indisclustered THEN ' (clustered)' ELSE '' END
FROM relations r
JOIN (
    SELECT i.*, pg_catalog.pg_get_indexdef(i.indexrelid) AS text,
           pg_catalog.format('CREATE %sINDEX %I ON %s%I.%I ', CASE WHEN i.indisunique THEN 'UNIQUE ' END, x.relname,
                             CASE WHEN x.relkind = 'I' THEN 'ONLY ' END, r.schema, r.relname) AS beginning
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
    JOIN relations r ON r.oid = i.indrelid
    WHERE NOT x.relispartition
) i ON i.indrelid = r.oid
JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
WHERE NOT EXISTS (
    SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
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

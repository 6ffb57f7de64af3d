-- Relations and what is said of each as a whole.
SELECT r.kind, r.object, NULL::text AS suffix, r.below, NULL::text AS member_kind, NULL::text[] AS member,
       NULL::text AS detail_kind, NULL::text[] AS detail, 0::int8 AS place,
       CASE
           WHEN r.relkind = 'S' THEN
               pg_catalog.format('%s start %s increment %s min %s max %s cache %s%s',
                   pg_catalog.format_type(q.seqtypid, NULL), q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache,
                   CASE WHEN q.seqcycle THEN ' cycle' END)
           WHEN r.below <> '{}' THEN
               pg_catalog.concat_ws(' ',
                   pg_catalog.pg_get_expr(r.relpartbound, 0),
                   CASE WHEN r.relkind = 'p' THEN 'PARTITION BY ' || pg_catalog.pg_get_partkeydef(r.oid) END,
                   CASE WHEN r.relkind = 'f' THEN '(foreign)' END,
                   CASE WHEN r.oid IN (SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhdetachpending)
                        THEN '(detach pending)' END)
       END AS definition
FROM relations r
LEFT JOIN pg_catalog.pg_sequence q ON q.seqrelid = r.oid
UNION ALL
SELECT r.kind, r.object, NULL, r.below, p.kind, NULL, NULL, NULL, CASE p.kind WHEN 'query' THEN r.oid::int8 ELSE 0 END, p.definition
FROM relations r
LEFT JOIN pg_catalog.pg_am m ON m.oid = r.relam AND m.amname <> 'heap' AND r.relkind IN ('r', 'm', 'p')
LEFT JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = r.oid
LEFT JOIN pg_catalog.pg_foreign_server w ON w.oid = f.ftserver
LEFT JOIN pg_catalog.pg_index ri ON ri.indrelid = r.oid AND ri.indisreplident AND r.relreplident = 'i'
LEFT JOIN pg_catalog.pg_class rc ON rc.oid = ri.indexrelid
LEFT JOIN (
    SELECT i.inhrelid, pg_catalog.string_agg(i.inhparent::pg_catalog.regclass::text, ', ' ORDER BY i.inhseqno) AS parents
    FROM pg_catalog.pg_inherits i JOIN relations p ON p.oid = i.inhparent AND p.relkind <> 'p'
    GROUP BY i.inhrelid
) h ON h.inhrelid = r.oid
LEFT JOIN (
    SELECT d.objid, pg_catalog.format('%s.%I', d.refobjid::pg_catalog.regclass, a.attname) AS column
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'a' AND d.objsubid = 0
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
) o ON o.objid = r.oid AND r.relkind = 'S'
LEFT JOIN options l ON l.class = 'relation' AND l.oid = r.oid AND l.sub = 0
LEFT JOIN granted own ON own.oid = r.oid
LEFT JOIN granted above ON above.oid = r.parent
CROSS JOIN usual u
CROSS JOIN LATERAL (VALUES
    -- Since version 15 the sequence of a column follows its table in this.
    ('persistence', CASE WHEN r.relpersistence = 'u' AND o.column IS NULL THEN 'unlogged' END),
    ('partition by', CASE WHEN r.relkind = 'p' AND r.below = '{}' THEN pg_catalog.pg_get_partkeydef(r.oid) END),
    ('of type', CASE WHEN r.reloftype <> 0 THEN pg_catalog.format_type(r.reloftype, NULL) END),
    ('inherits', h.parents),
    ('access method', m.amname::text),
    ('options', l.text),
    ('server', w.srvname::text),
    ('replica identity', CASE WHEN r.relkind IN ('r', 'p', 'm') THEN CASE r.relreplident
        WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing' WHEN 'i' THEN pg_catalog.format('index %I', rc.relname) END END),
    ('row security', CASE
        WHEN r.relrowsecurity AND r.relforcerowsecurity THEN 'enabled, forced'
        WHEN r.relrowsecurity THEN 'enabled'
        WHEN r.relforcerowsecurity THEN 'disabled, forced' END),
    -- What it is stands in views.sql; its place is the view's OID.
    ('query', CASE WHEN r.relkind IN ('v', 'm') THEN '' END),
    ('owned by', o.column),
    ('grants', CASE WHEN own.text = above.text THEN 'as its parent' END),
    ('owner', CASE WHEN r.relowner <> u.owner THEN pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(r.relowner)) END)
) p (kind, definition)
WHERE p.definition IS NOT NULL

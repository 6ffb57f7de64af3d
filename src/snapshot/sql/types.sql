-- Types other than tables' row types; the columns of composite ones are told with those of tables.
SELECT t.kind, t.object, NULL::text AS suffix, '{}'::text[] AS below, NULL::text AS member_kind, NULL::text[] AS member,
       NULL::text AS detail_kind, NULL::text[] AS detail, 0::int8 AS place,
       CASE t.typtype
           WHEN 'd' THEN pg_catalog.concat_ws(' ',
               pg_catalog.format_type(t.typbasetype, t.typtypmod),
               CASE WHEN t.typcollation <> b.typcollation AND t.typcollation <> 0
                    THEN 'collate ' || t.typcollation::pg_catalog.regcollation END,
               CASE WHEN t.typnotnull THEN 'not null' END,
               'default ' || pg_catalog.pg_get_expr(t.typdefaultbin, 0))
           WHEN 'r' THEN pg_catalog.concat_ws(' ',
               'range of ' || pg_catalog.format_type(g.rngsubtype, NULL),
               'multirange ' || pg_catalog.format_type(g.rngmultitypid, NULL),
               CASE WHEN NOT oc.opcdefault THEN pg_catalog.format('operator class %I', oc.opcname) END,
               CASE WHEN g.rngcollation <> 0 AND g.rngcollation <> 100
                    THEN 'collate ' || g.rngcollation::pg_catalog.regcollation END,
               CASE WHEN g.rngcanonical <> 0 THEN 'canonical ' || g.rngcanonical::pg_catalog.regprocedure END,
               CASE WHEN g.rngsubdiff <> 0 THEN 'difference ' || g.rngsubdiff::pg_catalog.regprocedure END)
           WHEN 'b' THEN CASE WHEN NOT t.typisdefined THEN 'shell' ELSE pg_catalog.concat_ws(' ', pg_catalog.format(
               'base input %s output %s length %s align %s storage %s category %s%s',
               t.typinput::pg_catalog.regprocedure, t.typoutput::pg_catalog.regprocedure, t.typlen, t.typalign,
               t.typstorage, t.typcategory, CASE WHEN t.typispreferred THEN ' preferred' END),
               'delimiter ' || pg_catalog.quote_literal(nullif(t.typdelim::text, ',')),
               'default ' || pg_catalog.quote_literal(t.typdefault)) END
       END AS definition
FROM types t
LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_catalog.pg_range g ON g.rngtypid = t.oid
LEFT JOIN pg_catalog.pg_opclass oc ON oc.oid = g.rngsubopc
WHERE t.typtype <> 'c'
UNION ALL
SELECT t.kind, t.object, NULL, '{}', 'label', ARRAY[e.enumlabel::text], NULL, NULL,
       pg_catalog.row_number() OVER (PARTITION BY t.oid ORDER BY e.enumsortorder), NULL
FROM types t
JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
UNION ALL
SELECT t.kind, t.object, NULL, '{}', 'owner', NULL, NULL, NULL, 0,
       pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(t.typowner))
FROM types t
JOIN usual u ON u.owner <> t.typowner
-- A composite type's relation has said so.
WHERE t.typtype <> 'c'

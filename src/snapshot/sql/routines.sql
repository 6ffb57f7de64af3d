-- Functions and procedures as the server writes them, aggregates by their parts.
SELECT r.kind, r.object, r.suffix, '{}'::text[] AS below, NULL::text AS member_kind, NULL::text[] AS member,
       NULL::text AS detail_kind, NULL::text[] AS detail, 0::int8 AS place,
       CASE WHEN r.prokind = 'a' THEN
           pg_catalog.concat_ws(' ',
               CASE WHEN a.aggkind = 'o' THEN 'ordered set' WHEN a.aggkind = 'h' THEN 'hypothetical set' END,
               'arguments (' || pg_catalog.pg_get_function_arguments(r.oid) || ')',
               'state ' || pg_catalog.format_type(a.aggtranstype, NULL),
               'space ' || nullif(a.aggtransspace, 0),
               'by ' || a.aggtransfn::pg_catalog.regprocedure,
               'initial ' || pg_catalog.quote_literal(a.agginitval),
               CASE WHEN a.aggfinalfn <> 0 THEN 'final ' || a.aggfinalfn::pg_catalog.regprocedure END,
               CASE WHEN a.aggfinalextra THEN 'extra' END,
               'modifies ' || nullif(a.aggfinalmodify::text, CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END),
               CASE WHEN a.aggcombinefn <> 0 THEN 'combine ' || a.aggcombinefn::pg_catalog.regprocedure END,
               CASE WHEN a.aggserialfn <> 0 THEN 'serialize ' || a.aggserialfn::pg_catalog.regprocedure END,
               CASE WHEN a.aggdeserialfn <> 0 THEN 'deserialize ' || a.aggdeserialfn::pg_catalog.regprocedure END,
               CASE WHEN a.aggmtransfn <> 0 THEN 'moving ' || a.aggmtransfn::pg_catalog.regprocedure END,
               CASE WHEN a.aggminvtransfn <> 0 THEN 'inverse ' || a.aggminvtransfn::pg_catalog.regprocedure END,
               CASE WHEN a.aggmtranstype <> 0 THEN 'moving state ' || pg_catalog.format_type(a.aggmtranstype, NULL) END,
               'moving space ' || nullif(a.aggmtransspace, 0),
               'moving initial ' || pg_catalog.quote_literal(a.aggminitval),
               CASE WHEN a.aggmfinalfn <> 0 THEN 'moving final ' || a.aggmfinalfn::pg_catalog.regprocedure END,
               CASE WHEN a.aggmfinalextra THEN 'moving extra' END,
               CASE WHEN a.aggmtransfn <> 0
                    THEN 'moving modifies ' || nullif(a.aggmfinalmodify::text, CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END) END,
               CASE WHEN a.aggsortop <> 0 THEN 'sort ' || a.aggsortop::pg_catalog.regoperator END,
               'parallel ' || nullif(r.proparallel::text, 'u'))
       ELSE pg_catalog.rtrim(pg_catalog.pg_get_functiondef(r.oid), E'\n') END AS definition
FROM routines r
LEFT JOIN pg_catalog.pg_aggregate a ON a.aggfnoid = r.oid
UNION ALL
SELECT r.kind, r.object, r.suffix, '{}', 'owner', NULL, NULL, NULL, 0,
       pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(r.proowner))
FROM routines r
JOIN usual u ON u.owner <> r.proowner

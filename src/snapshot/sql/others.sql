-- Schemas, extensions, and what is rare.
, ours AS (
    SELECT 'schema' AS kind, ARRAY[s.name] AS object, NULL::text AS suffix, NULL::text AS definition,
           -- Schema public belongs to the database's owner, which version 14 doesn't say by a name of its own.
           CASE WHEN s.name <> 'public' THEN s.nspowner END AS owner, s.oid, 'pg_catalog.pg_namespace'::pg_catalog.regclass AS class
    FROM schemas s
    UNION ALL
    SELECT 'extension', ARRAY[e.extname::text], NULL,
           pg_catalog.format('version %s in schema %s', e.extversion, e.extnamespace::pg_catalog.regnamespace), NULL, e.oid,
           'pg_catalog.pg_extension'::pg_catalog.regclass
    FROM pg_catalog.pg_extension e
    UNION ALL
    SELECT 'statistics', ARRAY[s.name, x.stxname::text], NULL, pg_catalog.pg_get_statisticsobjdef(x.oid)
               || coalesce(' statistics ' || CASE WHEN x.stxstattarget >= 0 THEN x.stxstattarget END, ''), x.stxowner, x.oid,
           'pg_catalog.pg_statistic_ext'::pg_catalog.regclass
    FROM pg_catalog.pg_statistic_ext x JOIN schemas s ON s.oid = x.stxnamespace
    UNION ALL
    SELECT 'collation', ARRAY[s.name, x.collname::text], NULL,
           pg_catalog.format('provider %s locale %s%s%s%s', x.collprovider,
               coalesce(x.collcollate, pg_catalog.to_jsonb(x) ->> 'colliculocale', pg_catalog.to_jsonb(x) ->> 'colllocale'),
               ' ctype ' || nullif(x.collctype::text, x.collcollate::text),
               ' rules ' || pg_catalog.quote_literal(pg_catalog.to_jsonb(x) ->> 'collicurules'),
               CASE WHEN NOT x.collisdeterministic THEN ' nondeterministic' END),
           x.collowner, x.oid, 'pg_catalog.pg_collation'::pg_catalog.regclass
    FROM pg_catalog.pg_collation x JOIN schemas s ON s.oid = x.collnamespace
    UNION ALL
    SELECT 'conversion', ARRAY[s.name, x.conname::text], NULL,
           pg_catalog.format('from %s to %s by %s%s', pg_catalog.pg_encoding_to_char(x.conforencoding),
               pg_catalog.pg_encoding_to_char(x.contoencoding), x.conproc, CASE WHEN x.condefault THEN ' default' END),
           x.conowner, x.oid, 'pg_catalog.pg_conversion'::pg_catalog.regclass
    FROM pg_catalog.pg_conversion x JOIN schemas s ON s.oid = x.connamespace
    UNION ALL
    SELECT 'operator', ARRAY[s.name], pg_catalog.format('.%s(%s, %s)', x.oprname,
               CASE x.oprleft WHEN 0 THEN 'none' ELSE pg_catalog.format_type(x.oprleft, NULL) END,
               pg_catalog.format_type(x.oprright, NULL)),
           pg_catalog.concat_ws(' ',
               CASE WHEN x.oprcode = 0 THEN 'shell' ELSE 'function ' || x.oprcode::pg_catalog.regprocedure END,
               CASE WHEN x.oprcom <> 0 THEN 'commutator ' || x.oprcom::pg_catalog.regoperator END,
               CASE WHEN x.oprnegate <> 0 THEN 'negator ' || x.oprnegate::pg_catalog.regoperator END,
               CASE WHEN x.oprrest <> 0 THEN 'restrict ' || x.oprrest::pg_catalog.regproc END,
               CASE WHEN x.oprjoin <> 0 THEN 'join ' || x.oprjoin::pg_catalog.regproc END,
               CASE WHEN x.oprcanhash THEN 'hashes' END, CASE WHEN x.oprcanmerge THEN 'merges' END),
           x.oprowner, x.oid, 'pg_catalog.pg_operator'::pg_catalog.regclass
    FROM pg_catalog.pg_operator x JOIN schemas s ON s.oid = x.oprnamespace
    UNION ALL
    SELECT 'operator class', ARRAY[s.name, x.opcname::text], ' using ' || m.amname,
           pg_catalog.concat_ws(' ', CASE WHEN x.opcdefault THEN 'default' END,
               'for ' || pg_catalog.format_type(x.opcintype, NULL), pg_catalog.format('family %I', f.opfname),
               CASE WHEN x.opckeytype <> 0 THEN 'storage ' || pg_catalog.format_type(x.opckeytype, NULL) END),
           x.opcowner, x.oid, 'pg_catalog.pg_opclass'::pg_catalog.regclass
    FROM pg_catalog.pg_opclass x
    JOIN schemas s ON s.oid = x.opcnamespace
    JOIN pg_catalog.pg_am m ON m.oid = x.opcmethod
    JOIN pg_catalog.pg_opfamily f ON f.oid = x.opcfamily
    UNION ALL
    SELECT 'operator family', ARRAY[s.name, x.opfname::text], ' using ' || m.amname,
           pg_catalog.concat_ws(', ',
               (SELECT pg_catalog.string_agg(pg_catalog.format('operator %s %s%s', o.amopstrategy,
                           o.amopopr::pg_catalog.regoperator, CASE WHEN o.amopsortfamily <> 0 THEN ' for order by' END), ', '
                           ORDER BY o.amopstrategy, o.amopopr::pg_catalog.regoperator::text)
                FROM pg_catalog.pg_amop o WHERE o.amopfamily = x.oid),
               (SELECT pg_catalog.string_agg(pg_catalog.format('function %s (%s, %s) %s', o.amprocnum,
                           pg_catalog.format_type(o.amproclefttype, NULL), pg_catalog.format_type(o.amprocrighttype, NULL),
                           o.amproc::oid::pg_catalog.regprocedure), ', '
                           ORDER BY o.amprocnum, pg_catalog.format_type(o.amproclefttype, NULL),
                                    pg_catalog.format_type(o.amprocrighttype, NULL))
                FROM pg_catalog.pg_amproc o WHERE o.amprocfamily = x.oid)),
           x.opfowner, x.oid, 'pg_catalog.pg_opfamily'::pg_catalog.regclass
    FROM pg_catalog.pg_opfamily x
    JOIN schemas s ON s.oid = x.opfnamespace
    JOIN pg_catalog.pg_am m ON m.oid = x.opfmethod
    UNION ALL
    SELECT 'cast', ARRAY[]::text[],
           pg_catalog.format('(%s as %s)', pg_catalog.format_type(x.castsource, NULL), pg_catalog.format_type(x.casttarget, NULL)),
           pg_catalog.concat_ws(' ', CASE x.castmethod
               WHEN 'f' THEN 'with ' || x.castfunc::pg_catalog.regprocedure WHEN 'i' THEN 'with inout'
               ELSE 'without function' END,
               CASE x.castcontext WHEN 'a' THEN 'as assignment' WHEN 'i' THEN 'as implicit' END),
           NULL, x.oid, 'pg_catalog.pg_cast'::pg_catalog.regclass
    FROM pg_catalog.pg_cast x
    -- A multirange type brings casts of its own.
    WHERE NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass AND d.objid = x.oid AND d.deptype = 'i')
    UNION ALL
    SELECT 'transform', ARRAY[]::text[],
           pg_catalog.format('for %s language %I', pg_catalog.format_type(x.trftype, NULL), l.lanname),
           pg_catalog.concat_ws(' ', CASE WHEN x.trffromsql <> 0 THEN 'from sql with ' || x.trffromsql::pg_catalog.regprocedure END,
               CASE WHEN x.trftosql <> 0 THEN 'to sql with ' || x.trftosql::pg_catalog.regprocedure END),
           NULL, x.oid, 'pg_catalog.pg_transform'::pg_catalog.regclass
    FROM pg_catalog.pg_transform x
    JOIN pg_catalog.pg_language l ON l.oid = x.trflang
    UNION ALL
    SELECT 'text search parser', ARRAY[s.name, x.prsname::text], NULL,
           pg_catalog.concat_ws(' ', 'start', x.prsstart, 'gettoken', x.prstoken, 'end', x.prsend, 'lextypes', x.prslextype,
               CASE WHEN x.prsheadline <> 0 THEN 'headline ' || x.prsheadline END),
           NULL, x.oid, 'pg_catalog.pg_ts_parser'::pg_catalog.regclass
    FROM pg_catalog.pg_ts_parser x JOIN schemas s ON s.oid = x.prsnamespace
    UNION ALL
    SELECT 'text search template', ARRAY[s.name, x.tmplname::text], NULL,
           pg_catalog.concat_ws(' ', CASE WHEN x.tmplinit <> 0 THEN 'init ' || x.tmplinit END, 'lexize', x.tmpllexize),
           NULL, x.oid, 'pg_catalog.pg_ts_template'::pg_catalog.regclass
    FROM pg_catalog.pg_ts_template x JOIN schemas s ON s.oid = x.tmplnamespace
    UNION ALL
    SELECT 'text search dictionary', ARRAY[s.name, x.dictname::text], NULL,
           pg_catalog.concat_ws(' ', pg_catalog.format('template %s.%I', t.tmplnamespace::pg_catalog.regnamespace, t.tmplname),
               x.dictinitoption),
           x.dictowner, x.oid, 'pg_catalog.pg_ts_dict'::pg_catalog.regclass
    FROM pg_catalog.pg_ts_dict x
    JOIN schemas s ON s.oid = x.dictnamespace
    JOIN pg_catalog.pg_ts_template t ON t.oid = x.dicttemplate
    UNION ALL
    SELECT 'text search configuration', ARRAY[s.name, x.cfgname::text], NULL,
           pg_catalog.concat_ws('; ', pg_catalog.format('parser %s.%I', p.prsnamespace::pg_catalog.regnamespace, p.prsname),
               (SELECT pg_catalog.string_agg(pg_catalog.format('%s with %s', m.maptokentype, m.mapdict::pg_catalog.regdictionary), '; '
                           ORDER BY m.maptokentype, m.mapseqno)
                FROM pg_catalog.pg_ts_config_map m WHERE m.mapcfg = x.oid)),
           x.cfgowner, x.oid, 'pg_catalog.pg_ts_config'::pg_catalog.regclass
    FROM pg_catalog.pg_ts_config x
    JOIN schemas s ON s.oid = x.cfgnamespace
    JOIN pg_catalog.pg_ts_parser p ON p.oid = x.cfgparser
    UNION ALL
    SELECT 'foreign-data wrapper', ARRAY[x.fdwname::text], NULL,
           pg_catalog.concat_ws(' ',
               CASE WHEN x.fdwhandler <> 0 THEN 'handler ' || x.fdwhandler::pg_catalog.regproc END,
               CASE WHEN x.fdwvalidator <> 0 THEN 'validator ' || x.fdwvalidator::pg_catalog.regproc END,
               l.text),
           x.fdwowner, x.oid, 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass
    FROM pg_catalog.pg_foreign_data_wrapper x
    LEFT JOIN options l ON l.class = 'wrapper' AND l.oid = x.oid
    UNION ALL
    SELECT 'server', ARRAY[x.srvname::text], NULL,
           pg_catalog.concat_ws(' ', pg_catalog.format('wrapper %I', w.fdwname), 'type ' || x.srvtype, 'version ' || x.srvversion,
               'options ' || l.text),
           x.srvowner, x.oid, 'pg_catalog.pg_foreign_server'::pg_catalog.regclass
    FROM pg_catalog.pg_foreign_server x
    JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = x.srvfdw
    LEFT JOIN options l ON l.class = 'server' AND l.oid = x.oid
    UNION ALL
    -- Its options are not for everybody to read; the comparison takes no account of those that can't be read.
    SELECT 'user mapping', ARRAY[x.srvname::text, x.usename::text], NULL,
           CASE WHEN l.text IS NOT NULL THEN 'options ' || l.text
                WHEN NOT (SELECT u.rolsuper FROM pg_catalog.pg_roles u WHERE u.rolname = CURRENT_USER) THEN 'options unknown' END,
           NULL, x.umid, 'pg_catalog.pg_user_mapping'::pg_catalog.regclass
    FROM pg_catalog.pg_user_mappings x
    LEFT JOIN options l ON l.class = 'mapping' AND l.oid = x.umid
    UNION ALL
    SELECT 'publication', ARRAY[x.pubname::text], NULL,
           pg_catalog.concat_ws(' ', CASE WHEN x.puballtables THEN 'for all tables' END,
               -- Row filters, lists of columns and schemas came with version 15.
               (SELECT 'for ' || pg_catalog.string_agg(p.text, ', ' ORDER BY p.text COLLATE pg_catalog."C")
                FROM (
                    SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
                           || coalesce(' (' || (
                               SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum)
                               FROM pg_catalog.pg_attribute a
                               WHERE a.attrelid = c.oid AND pg_catalog.to_jsonb(r) -> 'prattrs' @> pg_catalog.to_jsonb(a.attnum)) || ')', '')
                           || coalesce(' where ' || (pg_catalog.to_jsonb(t) ->> 'rowfilter'), '') AS text
                    FROM pg_catalog.pg_publication_rel r
                    JOIN pg_catalog.pg_class c ON c.oid = r.prrelid
                    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                    LEFT JOIN pg_catalog.pg_publication_tables t
                      ON t.pubname = x.pubname AND t.schemaname = n.nspname AND t.tablename = c.relname
                    WHERE r.prpubid = x.oid
                    UNION ALL
                    SELECT pg_catalog.format('all in schema %I', n.nspname)
                    FROM pg_catalog.pg_depend d
                    JOIN pg_catalog.pg_depend i ON i.classid = d.classid AND i.objid = d.objid
                     AND i.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
                    JOIN pg_catalog.pg_namespace n ON n.oid = i.refobjid
                    WHERE d.refclassid = 'pg_catalog.pg_publication'::pg_catalog.regclass AND d.refobjid = x.oid
                      AND d.classid = pg_catalog.to_regclass('pg_catalog.pg_publication_namespace')
                ) p),
               'publish ' || pg_catalog.concat_ws(', ', CASE WHEN x.pubinsert THEN 'insert' END,
                   CASE WHEN x.pubupdate THEN 'update' END, CASE WHEN x.pubdelete THEN 'delete' END,
                   CASE WHEN x.pubtruncate THEN 'truncate' END),
               CASE WHEN x.pubviaroot THEN 'via partition root' END),
           x.pubowner, x.oid, 'pg_catalog.pg_publication'::pg_catalog.regclass
    FROM pg_catalog.pg_publication x
    UNION ALL
    -- Without its connection, which holds a password and is not for everybody to read.
    SELECT 'subscription', ARRAY[x.subname::text], NULL,
           pg_catalog.concat_ws(' ', 'to ' || pg_catalog.array_to_string(x.subpublications, ', '), 'slot ' || x.subslotname,
               CASE WHEN NOT x.subenabled THEN '(disabled)' END),
           x.subowner, x.oid, 'pg_catalog.pg_subscription'::pg_catalog.regclass
    FROM pg_catalog.pg_subscription x
    WHERE x.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
    UNION ALL
    SELECT 'event trigger', ARRAY[x.evtname::text], NULL,
           pg_catalog.concat_ws(' ', 'on ' || x.evtevent, 'when tag in (' || pg_catalog.array_to_string(x.evttags, ', ') || ')',
               'execute ' || x.evtfoid::pg_catalog.regprocedure, CASE x.evtenabled
               WHEN 'D' THEN '(disabled)' WHEN 'R' THEN '(on replicas)' WHEN 'A' THEN '(always)' END),
           x.evtowner, x.oid, 'pg_catalog.pg_event_trigger'::pg_catalog.regclass
    FROM pg_catalog.pg_event_trigger x
    UNION ALL
    SELECT 'language', ARRAY[x.lanname::text], NULL,
           pg_catalog.concat_ws(' ', CASE WHEN x.lanpltrusted THEN 'trusted' END, 'handler ' || x.lanplcallfoid::pg_catalog.regproc,
               CASE WHEN x.laninline <> 0 THEN 'inline ' || x.laninline::pg_catalog.regproc END,
               CASE WHEN x.lanvalidator <> 0 THEN 'validator ' || x.lanvalidator::pg_catalog.regproc END),
           x.lanowner, x.oid, 'pg_catalog.pg_language'::pg_catalog.regclass
    FROM pg_catalog.pg_language x
    UNION ALL
    SELECT 'default privileges', ARRAY[]::text[],
           pg_catalog.concat_ws(' ', pg_catalog.format('for role %I', pg_catalog.pg_get_userbyid(x.defaclrole)),
               CASE WHEN x.defaclnamespace <> 0 THEN 'in schema ' || x.defaclnamespace::pg_catalog.regnamespace END,
               'on ' || CASE x.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
                             WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE 'large objects' END),
           (SELECT pg_catalog.string_agg(
                       CASE a.grantee WHEN 0 THEN 'public' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END
                       || ' ' || pg_catalog.lower(a.privilege_type)
                       || CASE WHEN a.is_grantable THEN ' (with grant option)' ELSE '' END, ', '
                       ORDER BY pg_catalog.pg_get_userbyid(a.grantee), a.privilege_type)
            FROM pg_catalog.aclexplode(x.defaclacl) a),
           NULL, x.oid, 'pg_catalog.pg_default_acl'::pg_catalog.regclass
    FROM pg_catalog.pg_default_acl x
    WHERE x.defaclnamespace = 0 OR EXISTS (SELECT FROM schemas s WHERE s.oid = x.defaclnamespace)
),
kept AS MATERIALIZED (
    SELECT o.* FROM ours o
    -- What initdb made has smaller numbers, but for schema public.
    WHERE (o.oid >= 16384 OR o.kind = 'schema')
      AND NOT EXISTS (SELECT FROM extended e WHERE e.classid = o.class AND e.objid = o.oid)
)
SELECT k.kind, k.object, k.suffix, '{}'::text[] AS below, NULL::text AS member_kind, NULL::text[] AS member,
       NULL::text AS detail_kind, NULL::text[] AS detail, 0::int8 AS place, k.definition
FROM kept k
UNION ALL
SELECT k.kind, k.object, k.suffix, '{}', 'owner', NULL, NULL, NULL, 0, pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(k.owner))
FROM kept k
JOIN usual u ON u.owner <> k.owner
UNION ALL
-- Those on schemas are with the comments on relations.
SELECT k.kind, k.object, k.suffix, '{}', 'comment', NULL, NULL, NULL, 0, d.description
FROM kept k
JOIN pg_catalog.pg_description d ON d.classoid = k.class AND d.objoid = k.oid AND d.objsubid = 0
LEFT JOIN pg_catalog.pg_available_extensions e ON k.kind = 'extension' AND ARRAY[e.name::text] = k.object
WHERE k.kind <> 'schema'
  -- An extension brings its own.
  AND d.description IS DISTINCT FROM e.comment

-- Every object of the database that is not the system's, with a digest of what its catalog rows say of it.
-- Columns: catalog, oid, column number, kind, schema, name, member, whether it comes with something else, digest.
WITH spaces AS (
  SELECT oid, nspname FROM pg_catalog.pg_namespace
  WHERE oid = 2200 OR (oid >= 16384 AND nspname !~ '^pg_(toast_)?temp_')
),
objects(class, id, sub, kind, schema, name, member, along, definition) AS (
  SELECT 'pg_class', c.oid, 0,
         CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
              WHEN 'S' THEN 'sequence' WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'c' THEN 'type' ELSE 'table' END,
         s.nspname, c.relname, NULL::name,
         c.relkind IN ('i', 'I') AND c.relispartition,
         to_jsonb(c) - '{relpages,reltuples,relallvisible,relallfrozen,relfrozenxid,relminmxid,relhasindex,relhasrules,relhastriggers,relhassubclass,relchecks,relnatts,relfilenode,reltoastrelid,relispopulated}'::text[]
           || jsonb_build_object('index', (SELECT to_jsonb(i) - 'indcheckxmin' FROM pg_catalog.pg_index i WHERE i.indexrelid = c.oid),
                                 'sequence', (SELECT to_jsonb(q) FROM pg_catalog.pg_sequence q WHERE q.seqrelid = c.oid),
                                 'parents', (SELECT jsonb_agg(h.inhparent ORDER BY h.inhseqno) FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid),
                                 'foreign', (SELECT to_jsonb(f) FROM pg_catalog.pg_foreign_table f WHERE f.ftrelid = c.oid),
                                 'query', (SELECT r.ev_action FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename = '_RETURN'))
  FROM pg_catalog.pg_class c JOIN spaces s ON s.oid = c.relnamespace
  UNION ALL
  SELECT 'pg_class', a.attrelid, a.attnum, 'column', s.nspname, c.relname, a.attname,
         (a.attinhcount > 0 AND NOT a.attislocal) OR c.relkind = 'c',
         to_jsonb(a) - 'attcacheoff' || jsonb_build_object('default', (SELECT d.adbin FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum))
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN spaces s ON s.oid = c.relnamespace
  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
  UNION ALL
  SELECT 'pg_constraint', o.oid, 0, CASE WHEN o.contype = 'n' THEN 'not null' ELSE 'constraint' END,
         s.nspname, coalesce(c.relname, t.typname), o.conname,
         o.conparentid <> 0 OR (o.coninhcount > 0 AND NOT o.conislocal) OR o.contype = 'n',
         to_jsonb(o)
  FROM pg_catalog.pg_constraint o JOIN spaces s ON s.oid = o.connamespace
       LEFT JOIN pg_catalog.pg_class c ON c.oid = o.conrelid LEFT JOIN pg_catalog.pg_type t ON t.oid = o.contypid
  WHERE o.contype <> 't'
  UNION ALL
  SELECT 'pg_trigger', g.oid, 0, 'trigger', s.nspname, c.relname, g.tgname, g.tgparentid <> 0, to_jsonb(g)
  FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid JOIN spaces s ON s.oid = c.relnamespace
  WHERE NOT g.tgisinternal
  UNION ALL
  SELECT 'pg_rewrite', r.oid, 0, 'rule', s.nspname, c.relname, r.rulename, r.rulename = '_RETURN', to_jsonb(r)
  FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class JOIN spaces s ON s.oid = c.relnamespace
  UNION ALL
  SELECT 'pg_policy', p.oid, 0, 'policy', s.nspname, c.relname, p.polname, false, to_jsonb(p)
  FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid JOIN spaces s ON s.oid = c.relnamespace
  UNION ALL
  SELECT 'pg_proc', f.oid, 0, 'function', s.nspname, f.proname, NULL, l.objid IS NOT NULL,
         to_jsonb(f) || jsonb_build_object('aggregate', (SELECT to_jsonb(a) FROM pg_catalog.pg_aggregate a WHERE a.aggfnoid = f.oid))
  FROM pg_catalog.pg_proc f JOIN spaces s ON s.oid = f.pronamespace
       LEFT JOIN pg_catalog.pg_depend l ON l.classid = 'pg_catalog.pg_proc'::regclass AND l.objid = f.oid AND l.deptype = 'i'
                                       AND l.refclassid = 'pg_catalog.pg_type'::regclass
  UNION ALL
  SELECT 'pg_type', t.oid, 0, 'type', s.nspname, t.typname, NULL, false,
         to_jsonb(t) || jsonb_build_object('range', (SELECT to_jsonb(r) FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid))
  FROM pg_catalog.pg_type t JOIN spaces s ON s.oid = t.typnamespace
  WHERE t.typtype <> 'c' AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid)
  UNION ALL
  SELECT 'pg_enum', e.oid, 0, 'enum label', s.nspname, t.typname, e.enumlabel, false, to_jsonb(e)
  FROM pg_catalog.pg_enum e JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid JOIN spaces s ON s.oid = t.typnamespace
  UNION ALL
  SELECT 'pg_operator', o.oid, 0, 'operator', s.nspname, o.oprname, NULL, o.oprcode = 0,
         to_jsonb(o) - '{oprcom,oprnegate}'::text[]
  FROM pg_catalog.pg_operator o JOIN spaces s ON s.oid = o.oprnamespace
  UNION ALL
  SELECT 'pg_opclass', o.oid, 0, 'operator class', s.nspname, o.opcname, NULL, false, to_jsonb(o)
  FROM pg_catalog.pg_opclass o JOIN spaces s ON s.oid = o.opcnamespace
  UNION ALL
  SELECT 'pg_opfamily', o.oid, 0, 'operator family', s.nspname, o.opfname, NULL, false,
         to_jsonb(o) || jsonb_build_object(
           'operators', (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.oid) FROM pg_catalog.pg_amop a WHERE a.amopfamily = o.oid),
           'functions', (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.oid) FROM pg_catalog.pg_amproc a WHERE a.amprocfamily = o.oid))
  FROM pg_catalog.pg_opfamily o JOIN spaces s ON s.oid = o.opfnamespace
  UNION ALL
  SELECT 'pg_cast', k.oid, 0, 'cast', NULL, NULL, NULL,
         EXISTS (SELECT FROM pg_catalog.pg_depend i WHERE i.classid = 'pg_catalog.pg_cast'::regclass AND i.objid = k.oid AND i.deptype = 'i'),
         to_jsonb(k)
  FROM pg_catalog.pg_cast k
  UNION ALL
  SELECT 'pg_transform', k.oid, 0, 'transform', NULL, NULL, NULL, false, to_jsonb(k) FROM pg_catalog.pg_transform k
  UNION ALL
  SELECT 'pg_collation', o.oid, 0, 'collation', s.nspname, o.collname, NULL, false, to_jsonb(o)
  FROM pg_catalog.pg_collation o JOIN spaces s ON s.oid = o.collnamespace
  UNION ALL
  SELECT 'pg_conversion', o.oid, 0, 'conversion', s.nspname, o.conname, NULL, false, to_jsonb(o)
  FROM pg_catalog.pg_conversion o JOIN spaces s ON s.oid = o.connamespace
  UNION ALL
  SELECT 'pg_ts_config', o.oid, 0, 'text search configuration', s.nspname, o.cfgname, NULL, false,
         to_jsonb(o) || jsonb_build_object('map', (SELECT jsonb_agg(to_jsonb(m) ORDER BY m.maptokentype, m.mapseqno) FROM pg_catalog.pg_ts_config_map m WHERE m.mapcfg = o.oid))
  FROM pg_catalog.pg_ts_config o JOIN spaces s ON s.oid = o.cfgnamespace
  UNION ALL
  SELECT 'pg_ts_dict', o.oid, 0, 'text search dictionary', s.nspname, o.dictname, NULL, false, to_jsonb(o)
  FROM pg_catalog.pg_ts_dict o JOIN spaces s ON s.oid = o.dictnamespace
  UNION ALL
  SELECT 'pg_ts_parser', o.oid, 0, 'text search parser', s.nspname, o.prsname, NULL, false, to_jsonb(o)
  FROM pg_catalog.pg_ts_parser o JOIN spaces s ON s.oid = o.prsnamespace
  UNION ALL
  SELECT 'pg_ts_template', o.oid, 0, 'text search template', s.nspname, o.tmplname, NULL, false, to_jsonb(o)
  FROM pg_catalog.pg_ts_template o JOIN spaces s ON s.oid = o.tmplnamespace
  UNION ALL
  SELECT 'pg_statistic_ext', o.oid, 0, 'statistics', s.nspname, o.stxname, NULL, false, to_jsonb(o)
  FROM pg_catalog.pg_statistic_ext o JOIN spaces s ON s.oid = o.stxnamespace
  UNION ALL
  SELECT 'pg_namespace', o.oid, 0, 'schema', NULL, o.nspname, NULL, false, to_jsonb(o)
  FROM pg_catalog.pg_namespace o JOIN spaces s ON s.oid = o.oid
  UNION ALL
  SELECT 'pg_extension', o.oid, 0, 'extension', NULL, o.extname, NULL, false, to_jsonb(o) FROM pg_catalog.pg_extension o
  UNION ALL
  SELECT 'pg_foreign_data_wrapper', o.oid, 0, 'foreign-data wrapper', NULL, o.fdwname, NULL, false, to_jsonb(o) FROM pg_catalog.pg_foreign_data_wrapper o
  UNION ALL
  SELECT 'pg_foreign_server', o.oid, 0, 'foreign server', NULL, o.srvname, NULL, false, to_jsonb(o) FROM pg_catalog.pg_foreign_server o
  UNION ALL
  SELECT 'pg_user_mapping', o.umid, 0, 'user mapping', NULL, o.srvname, o.usename, false, to_jsonb(o) FROM pg_catalog.pg_user_mappings o
  UNION ALL
  SELECT 'pg_publication', o.oid, 0, 'publication', NULL, o.pubname, NULL, false,
         to_jsonb(o) || jsonb_build_object('tables', (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.oid) FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = o.oid))
  FROM pg_catalog.pg_publication o
  UNION ALL
  SELECT 'pg_subscription', o.oid, 0, 'subscription', NULL, o.subname, NULL, false, to_jsonb(o)
  FROM pg_catalog.pg_subscription o JOIN pg_catalog.pg_database d ON d.oid = o.subdbid WHERE d.datname = current_database()
  UNION ALL
  SELECT 'pg_event_trigger', o.oid, 0, 'event trigger', NULL, o.evtname, NULL, false, to_jsonb(o) FROM pg_catalog.pg_event_trigger o
  UNION ALL
  SELECT 'pg_language', o.oid, 0, 'language', NULL, o.lanname, NULL, false, to_jsonb(o) FROM pg_catalog.pg_language o
  UNION ALL
  SELECT 'pg_am', o.oid, 0, 'access method', NULL, o.amname, NULL, false, to_jsonb(o) FROM pg_catalog.pg_am o
  UNION ALL
  SELECT 'pg_authid', o.oid, 0, 'role', NULL, o.rolname, NULL, false,
         to_jsonb(o) || jsonb_build_object(
           'in', (SELECT jsonb_agg(m.roleid ORDER BY m.roleid) FROM pg_catalog.pg_auth_members m WHERE m.member = o.oid),
           'settings', (SELECT jsonb_agg(to_jsonb(s)) FROM pg_catalog.pg_db_role_setting s WHERE s.setrole = o.oid))
  FROM pg_catalog.pg_authid o WHERE o.rolname LIKE 'effects\_%'
  UNION ALL
  SELECT 'pg_tablespace', o.oid, 0, 'tablespace', NULL, o.spcname, NULL, false, to_jsonb(o)
  FROM pg_catalog.pg_tablespace o WHERE o.spcname LIKE 'effects\_%'
  UNION ALL
  SELECT 'pg_database', o.oid, 0, 'database', NULL, o.datname, NULL, false, to_jsonb(o) - '{datfrozenxid,datminmxid}'::text[]
  FROM pg_catalog.pg_database o WHERE o.datname LIKE 'effects\_made%'
)
SELECT o.class::pg_catalog.regclass::oid, o.id, o.sub, o.kind, o.schema, o.name, o.member,
       o.along OR e.objid IS NOT NULL,
       md5(o.definition::text || coalesce(d.description, h.description, ''))
FROM objects o
LEFT JOIN pg_catalog.pg_depend e ON e.classid = o.class::pg_catalog.regclass AND e.objid = o.id AND e.deptype = 'e'
LEFT JOIN pg_catalog.pg_description d ON d.classoid = o.class::pg_catalog.regclass AND d.objoid = o.id AND d.objsubid = o.sub
LEFT JOIN pg_catalog.pg_shdescription h ON h.classoid = o.class::pg_catalog.regclass AND h.objoid = o.id
WHERE o.id >= 16384 OR o.class = 'pg_namespace' OR o.class = 'pg_language'

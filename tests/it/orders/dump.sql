-- The schema of a database as text lines, without what the order of creation alone decides: OIDs, file nodes, and the
-- numbers of dropped columns. Everything is named in full, because the reader's search_path is empty.
WITH
schemas AS (
    SELECT oid, nspname, nspowner, nspacl FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
),
members AS (
    -- What extensions brought is said by their names and versions.
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
),
relations AS (
    SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN schemas n ON n.oid = c.relnamespace
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
),
columns AS (
    SELECT r.name, r.relkind, a.*, row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS place
    FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
),
routines AS (
    SELECT p.*, p.oid::regprocedure::text AS name FROM pg_proc p JOIN schemas n ON n.oid = p.pronamespace
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid)
),
types AS (
    SELECT t.*, t.oid::regtype::text AS name FROM pg_type t JOIN schemas n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('b', 'd', 'e', 'r') AND t.typcategory <> 'A'
      AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
),
grants AS (
    SELECT 'schema ' || quote_ident(nspname) AS name, coalesce(nspacl, acldefault('n', nspowner)) AS acl FROM schemas
    UNION ALL
    SELECT 'relation ' || name, coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))
    FROM relations WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    UNION ALL SELECT format('column %s.%I', name, attname), attacl FROM columns WHERE attacl IS NOT NULL
    UNION ALL SELECT 'routine ' || name, coalesce(proacl, acldefault('f', proowner)) FROM routines
    UNION ALL SELECT 'type ' || name, coalesce(typacl, acldefault('T', typowner)) FROM types
    UNION ALL
    SELECT format('default %s in %s for %s', defaclobjtype, defaclnamespace::regnamespace, defaclrole::regrole), defaclacl
    FROM pg_default_acl
),
lines AS (
    SELECT format('schema %I owner %s', nspname, nspowner::regrole) AS line FROM schemas
    UNION ALL
    SELECT format('extension %I %s in %s', extname, extversion, extnamespace::regnamespace) FROM pg_extension
    UNION ALL
    SELECT format('relation %s kind=%s persistence=%s owner=%s options=%s rls=%s%s identity=%s am=%s of=%s populated=%s',
                  name, relkind, relpersistence, relowner::regrole, reloptions, relrowsecurity, relforcerowsecurity,
                  relreplident, relam, reloftype::regtype, relispopulated)
    FROM relations WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
    UNION ALL
    SELECT format('view %s %s', name, pg_get_viewdef(oid)) FROM relations WHERE relkind IN ('v', 'm')
    UNION ALL
    SELECT format('partitioned %s %s', name, pg_get_partkeydef(oid)) FROM relations WHERE relkind = 'p'
    UNION ALL
    SELECT format('partition %s %s', name, pg_get_expr(relpartbound, oid)) FROM relations WHERE relispartition
    UNION ALL
    SELECT format('inherits %s %s %s%s', r.name, i.inhseqno, i.inhparent::regclass,
                  CASE WHEN i.inhdetachpending THEN ' detaching' END)
    FROM relations r JOIN pg_inherits i ON i.inhrelid = r.oid
    UNION ALL
    SELECT format('column %s %s %I %s notnull=%s default=%s generated=%s identity=%s collation=%s storage=%s stats=%s options=%s/%s local=%s inherited=%s',
                  c.name, c.place, c.attname, format_type(c.atttypid, c.atttypmod), c.attnotnull,
                  pg_get_expr(d.adbin, d.adrelid), c.attgenerated, c.attidentity, nullif(c.attcollation, 0)::regcollation,
                  c.attstorage, nullif(c.attstattarget, -1),
                  -- Newer minor versions count a column's versions there.
                  (SELECT array_agg(o ORDER BY o) FROM unnest(c.attoptions) o WHERE o NOT LIKE 'pg\_attver=%'),
                  c.attfdwoptions, c.attislocal, c.attinhcount)
    FROM columns c LEFT JOIN pg_attrdef d ON d.adrelid = c.attrelid AND d.adnum = c.attnum
    UNION ALL
    SELECT format('constraint %I on %s %s validated=%s local=%s inherited=%s', k.conname,
                  coalesce(nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text),
                  pg_get_constraintdef(k.oid), k.convalidated, k.conislocal, k.coninhcount)
    FROM pg_constraint k JOIN schemas n ON n.oid = k.connamespace
    UNION ALL
    SELECT format('index %s valid=%s clustered=%s identity=%s options=%s', pg_get_indexdef(i.indexrelid), i.indisvalid,
                  i.indisclustered, i.indisreplident, r.reloptions)
    FROM pg_index i JOIN relations r ON r.oid = i.indexrelid
    UNION ALL
    SELECT format('trigger %s enabled=%s', pg_get_triggerdef(t.oid), t.tgenabled)
    FROM pg_trigger t JOIN relations r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT format('rule on %s %s enabled=%s', r.name, pg_get_ruledef(u.oid), u.ev_enabled)
    FROM pg_rewrite u JOIN relations r ON r.oid = u.ev_class WHERE u.rulename <> '_RETURN'
    UNION ALL
    SELECT format('policy %I on %s %s %s to %s using %s check %s', l.polname, r.name, l.polcmd, l.polpermissive,
                  (SELECT array_agg(CASE role WHEN 0 THEN 'public' ELSE role::regrole::text END ORDER BY 1)
                   FROM unnest(l.polroles) role),
                  pg_get_expr(l.polqual, l.polrelid), pg_get_expr(l.polwithcheck, l.polrelid))
    FROM pg_policy l JOIN relations r ON r.oid = l.polrelid
    UNION ALL
    SELECT format('routine %s owner=%s %s', name, proowner::regrole,
                  CASE prokind WHEN 'a' THEN 'aggregate' ELSE pg_get_functiondef(oid) END)
    FROM routines
    UNION ALL
    SELECT format('type %s kind=%s owner=%s', name, typtype, typowner::regrole) FROM types
    UNION ALL
    SELECT format('domain %s %s notnull=%s default=%s', name, format_type(typbasetype, typtypmod), typnotnull, typdefault)
    FROM types WHERE typtype = 'd'
    UNION ALL
    SELECT format('enum %s %s', t.name, (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid))
    FROM types t WHERE typtype = 'e'
    UNION ALL
    SELECT format('sequence %s %s start=%s by=%s %s..%s cache=%s cycle=%s owner=%s', r.name, format_type(s.seqtypid, NULL),
                  s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
                  (SELECT format('%s.%I', d.refobjid::regclass, a.attname)
                   FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                   WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype IN ('a', 'i')
                     AND d.refclassid = 'pg_class'::regclass))
    FROM pg_sequence s JOIN relations r ON r.oid = s.seqrelid
    UNION ALL
    SELECT format('grant on %s %s', name, (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(acl) x)) FROM grants
    UNION ALL
    SELECT format('statistics %s', pg_get_statisticsobjdef(s.oid))
    FROM pg_statistic_ext s JOIN schemas n ON n.oid = s.stxnamespace
    UNION ALL
    SELECT format('publication %I all=%s %s', p.pubname, p.puballtables,
                  (SELECT array_agg(r.prrelid::regclass::text ORDER BY 1) FROM pg_publication_rel r WHERE r.prpubid = p.oid))
    FROM pg_publication p
    UNION ALL
    SELECT format('event trigger %I on %s enabled=%s %s %s', evtname, evtevent, evtenabled, evtfoid::regprocedure, evttags)
    FROM pg_event_trigger
    UNION ALL
    SELECT format('comment on %s %s: %s', i.type, i.identity, d.description)
    FROM pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) i
    WHERE d.objoid >= 16384 AND NOT EXISTS (SELECT FROM members m WHERE m.classid = d.classoid AND m.objid = d.objoid)
      AND i.identity IS NOT NULL
    UNION ALL
    -- Kinds of which only the name is compared.
    SELECT format('%s %s', i.type, i.identity)
    FROM (
        SELECT 'pg_operator'::regclass AS class, oid FROM pg_operator
        UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass
        UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily
        UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast
        UNION ALL SELECT 'pg_collation'::regclass, oid FROM pg_collation
        UNION ALL SELECT 'pg_conversion'::regclass, oid FROM pg_conversion
        UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config
        UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict
        UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
        UNION ALL SELECT 'pg_foreign_server'::regclass, oid FROM pg_foreign_server
    ) o, pg_identify_object(o.class, o.oid, 0) i
    WHERE o.oid >= 16384 AND NOT EXISTS (SELECT FROM members m WHERE m.classid = o.class AND m.objid = o.oid)
)
SELECT regexp_replace(line, '\s+', ' ', 'g') AS line FROM lines ORDER BY line COLLATE "C"

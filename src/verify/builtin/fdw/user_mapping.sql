-- Foreign servers with tables for which no role has a user mapping. Files need none.
SELECT pg_catalog.quote_ident(s.srvname) AS object,
       pg_catalog.format('%s on this server and nobody has a user mapping for it',
           CASE WHEN pg_catalog.count(*) = 1 THEN pg_catalog.format('%s is', pg_catalog.min(c.oid::regclass::text))
                ELSE pg_catalog.format('%s tables are', pg_catalog.count(*)) END) AS evidence,
       NULL::text[] AS statements,
       pg_catalog.min(c.oid::int8)::oid AS relation
FROM pg_catalog.pg_foreign_server s
JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw
JOIN pg_catalog.pg_proc h ON h.oid = w.fdwhandler AND h.proname <> 'file_fdw_handler'
JOIN pg_catalog.pg_foreign_table t ON t.ftserver = s.oid
JOIN own_class c ON c.oid = t.ftrelid
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_user_mappings m WHERE m.srvid = s.oid)
GROUP BY s.oid, s.srvname

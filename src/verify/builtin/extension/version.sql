-- Extensions of which the server has a newer version than the database.
SELECT pg_catalog.quote_ident(e.extname) AS object,
       pg_catalog.format('version %s is installed and %s available', e.extversion, a.default_version) AS evidence,
       ARRAY[pg_catalog.format('ALTER EXTENSION %I UPDATE', e.extname)] AS statements,
       NULL::oid AS relation
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_available_extensions() a ON a.name = e.extname
WHERE e.extversion <> a.default_version

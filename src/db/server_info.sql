-- Everything a session must know about its server. One simple query without operators or casts, so that it neither
-- depends on the search path nor leaves a prepared statement behind a transaction pooler.
SELECT
    pg_catalog.current_setting('server_version_num'),
    pg_catalog.current_setting('server_version'),
    current_user,
    pg_catalog.current_database(),
    pg_catalog.pg_is_in_recovery(),
    pg_catalog.current_setting('is_superuser'),
    pg_catalog.pg_backend_pid(),
    pg_catalog.current_setting('transaction_read_only'),
    pg_catalog.current_setting('search_path'),
    pg_catalog.array_to_string(pg_catalog.current_schemas(false), pg_catalog.chr(31)),
    coalesce(pg_catalog.has_schema_privilege(pg_catalog.current_schema(), 'CREATE'), false)

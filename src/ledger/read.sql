-- The whole ledger in one round trip; `what` tells the kinds of row apart.
-- 1000000.0 and not 1000000: numeric * numeric is an exact match in pg_catalog, which no operator that somebody put
-- into a schema of the search_path can outdo.
SELECT 'version'::text AS what, NULL::text AS id, NULL::text AS version, NULL::text AS name,
       NULL::text AS checksum, NULL::text AS normalised_checksum, NULL::text AS role,
       NULL::int8 AS at_us, max(version)::int8 AS number, 0::int8 AS place, NULL::int4 AS step, NULL::bool AS done
FROM {schema}.refinery_schema_history
UNION ALL
SELECT 'applied', id, version, name, checksum, normalised_checksum, applied_by,
       (EXTRACT(epoch FROM applied_at) * 1000000.0)::int8, duration_us, position, NULL, NULL
FROM {schema}.applied
UNION ALL
SELECT 'intent', migration, NULL, NULL, checksum, NULL, NULL,
       (EXTRACT(epoch FROM started_at) * 1000000.0)::int8, run_id, step, step, finished_at IS NOT NULL
FROM {schema}.intents
UNION ALL
SELECT 'lease', NULL, NULL, holder, NULL, NULL, NULL,
       (EXTRACT(epoch FROM acquired_at) * 1000000.0)::int8, token, 0, NULL,
       expires_at < pg_catalog.clock_timestamp()
FROM {schema}.lease
UNION ALL
-- Where it was written, and where it is now: the identifiers of the clusters, then the databases.
SELECT 'origin', NULL, o.system_identifier, {system_identifier}, NULL, NULL, NULL,
       o.database_oid::int8,
       (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())::int8, 0, NULL, NULL
FROM {schema}.origin o
ORDER BY place

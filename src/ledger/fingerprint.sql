-- What is applied as one digest, and whether the ledger was written here: one row, however many are applied. None where a
-- migration was left half-way: no files alone are what such a database should be.
-- `fingerprint.rs` makes the same digest of files. "C" sorts by bytes, and sha256 needs bytes in the client's encoding.
SELECT (SELECT max(version)::int8 FROM {schema}.refinery_schema_history) AS version,
       pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
           (SELECT pg_catalog.string_agg(id || ' ' || checksum, E'\n' ORDER BY id COLLATE pg_catalog."C")
            FROM {schema}.applied WHERE NOT EXISTS (SELECT FROM {schema}.intents)), 'UTF8')), 'hex') AS digest,
       o.database_oid, o.system_identifier,
       (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) AS here_oid,
       {system_identifier} AS here_identifier
FROM (SELECT) one LEFT JOIN {schema}.origin o ON true

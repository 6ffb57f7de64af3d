-- Records a migration as applied and clears its intents; stands in the transaction that applies it. A function, because its
-- statements are then planned once for a session and not once for each migration.
-- Without `again` the primary key refuses what is applied already.
CREATE FUNCTION {schema}.record_applied(
    its_id text, its_version text, its_name text, its_checksum text, its_normalised_checksum text,
    took_us bigint, its_run bigint, its_tool_version text, again boolean
) RETURNS void
LANGUAGE plpgsql SET search_path = '' AS $record$
BEGIN
    IF again THEN
        UPDATE {schema}.applied
        SET checksum = its_checksum, normalised_checksum = its_normalised_checksum,
            applied_at = pg_catalog.clock_timestamp(), applied_by = SESSION_USER, duration_us = took_us,
            run_id = its_run, tool_version = its_tool_version
        WHERE id = its_id;
    END IF;
    IF NOT FOUND THEN
        INSERT INTO {schema}.applied (id, version, name, checksum, normalised_checksum, duration_us, run_id, tool_version)
        VALUES (its_id, its_version, its_name, its_checksum, its_normalised_checksum, took_us, its_run, its_tool_version);
    END IF;
    DELETE FROM {schema}.intents WHERE migration = its_id;
    INSERT INTO {schema}.history (event, migration, checksum, duration_us, run_id)
    VALUES (CASE WHEN again THEN 'reapplied' ELSE 'applied' END, its_id, its_checksum, took_us, its_run);
END
$record$;

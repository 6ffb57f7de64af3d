-- Checks now what the deferred constraints have put off, as a COMMIT would between two migrations, and leaves each as
-- deferred as it was declared. By name and not ALL: that would also decide for constraints made later in the transaction.
DO $settle$
DECLARE
    every    text;
    deferred text;
BEGIN
    SELECT pg_catalog.string_agg(DISTINCT named.name, ', '),
           pg_catalog.string_agg(DISTINCT named.name, ', ') FILTER (WHERE named.condeferred)
    INTO every, deferred
    FROM (
        SELECT pg_catalog.format('%I.%I', n.nspname, c.conname) AS name, c.condeferred
        FROM pg_catalog.pg_constraint c
        JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.connamespace
        WHERE c.condeferrable
          -- A name is every constraint's of that name in the schema, and each has to be deferrable.
          AND NOT EXISTS (
              SELECT FROM pg_catalog.pg_constraint other
              WHERE other.connamespace OPERATOR(pg_catalog.=) c.connamespace
                AND other.conname OPERATOR(pg_catalog.=) c.conname AND NOT other.condeferrable
          )
    ) named;
    IF every IS NOT NULL THEN
        EXECUTE 'SET CONSTRAINTS ' OPERATOR(pg_catalog.||) every OPERATOR(pg_catalog.||) ' IMMEDIATE';
    END IF;
    IF deferred IS NOT NULL THEN
        EXECUTE 'SET CONSTRAINTS ' OPERATOR(pg_catalog.||) deferred OPERATOR(pg_catalog.||) ' DEFERRED';
    END IF;
END
$settle$

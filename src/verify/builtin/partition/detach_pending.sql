-- Partitions whose DETACH CONCURRENTLY was begun and not finished: queries leave their rows out already.
SELECT c.oid::regclass::text AS object,
       pg_catalog.format('is neither a partition of %s nor free of it: DETACH CONCURRENTLY was interrupted',
           i.inhparent::regclass) AS evidence,
       ARRAY[pg_catalog.format('ALTER TABLE %s DETACH PARTITION %s FINALIZE',
           i.inhparent::regclass, c.oid::regclass)] AS statements,
       c.oid AS relation
FROM pg_catalog.pg_inherits i
JOIN own_class c ON c.oid = i.inhrelid
WHERE i.inhdetachpending
  -- One that is being detached right now waits, without a lock of its own, for a transaction that has one on the table.
  AND NOT EXISTS (
      SELECT
      FROM pg_catalog.pg_locks waiting
      JOIN pg_catalog.pg_locks holding ON holding.virtualtransaction = waiting.virtualxid
      WHERE waiting.locktype = 'virtualxid' AND NOT waiting.granted
        AND holding.locktype = 'relation' AND holding.relation = i.inhparent
        AND holding.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))

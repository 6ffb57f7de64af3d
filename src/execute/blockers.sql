-- Who keeps the session whose query begins with $1 from the lock it waits for.
-- The mode is the one the blocker holds, or waits for itself, ahead of us in the queue.
WITH waiting AS MATERIALIZED (
    SELECT a.pid, l.locktype, l.database, l.relation, l.page, l.tuple, l.virtualxid, l.transactionid, l.classid, l.objid,
           l.objsubid,
           -- Who waits for a row waits for the other's transaction, and holds the row's place in the queue.
           coalesce(l.relation, (SELECT t.relation FROM pg_catalog.pg_locks t
                                 WHERE t.pid = a.pid AND t.locktype = 'tuple' AND t.granted LIMIT 1)) AS of_relation
    FROM pg_catalog.pg_stat_activity a
    JOIN pg_catalog.pg_locks l ON l.pid = a.pid AND NOT l.granted
    WHERE a.datname = pg_catalog.current_database() AND a.state = 'active' AND pg_catalog.starts_with(a.query, $1)
)
SELECT DISTINCT ON (b.pid)
       b.pid, a.usename::text, a.application_name, a.state, pg_catalog.left(a.query, 1000),
       EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::float8,
       held.mode, coalesce(held.granted, true),
       pg_catalog.format('%I.%I', n.nspname, c.relname)
FROM waiting w
CROSS JOIN LATERAL unnest(pg_catalog.pg_blocking_pids(w.pid)) AS b(pid)
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid
LEFT JOIN pg_catalog.pg_locks held
       ON held.pid = b.pid
      AND (held.locktype, held.database, held.relation, held.page, held.tuple, held.virtualxid, held.transactionid,
           held.classid, held.objid, held.objsubid)
          IS NOT DISTINCT FROM
          (w.locktype, w.database, w.relation, w.page, w.tuple, w.virtualxid, w.transactionid,
           w.classid, w.objid, w.objsubid)
LEFT JOIN pg_catalog.pg_class c ON c.oid = w.of_relation
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
ORDER BY b.pid, held.granted DESC

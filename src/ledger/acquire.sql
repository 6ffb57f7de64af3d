-- Takes the lease or returns no row. SKIP LOCKED: a holder inside a fenced transaction holds KEY SHARE on the
-- row, which means that it is alive; nobody waits here.
-- A backend that is gone frees the lease, when its token and process were seen to be so before ($4, $5): a holder that lost
-- its connection connects again at once. Without pg_read_all_stats another role's backend_start reads as NULL, and the row's
-- being there then counts as being alive. Behind a pooler ($3) no backend is the holder's: none is kept, and the lease frees
-- by expiring.
-- An expired lease stays taken while the holder's backend still runs what it was sent before: a killed client leaves its
-- CREATE INDEX CONCURRENTLY running, and a second build beside it would fail. It also stays taken for a while after a
-- statement that outlasted it: the holder is about to renew.
WITH free AS MATERIALIZED (
    SELECT l.only_row
    FROM {schema}.lease l
    WHERE l.holder IS NULL
       OR (l.expires_at < pg_catalog.clock_timestamp()
           AND NOT EXISTS (
               SELECT FROM pg_catalog.pg_stat_get_activity(l.backend_pid) a
               WHERE a.backend_start = l.backend_start AND a.query_start < l.expires_at
                 AND (a.state = 'active'
                      OR a.state_change > pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => $2))
           ))
       OR (l.token = $4 AND l.backend_pid = $5 AND {gone})
    FOR UPDATE SKIP LOCKED
)
UPDATE {schema}.lease l
SET token         = l.token + 1,
    holder        = $1,
    backend_pid   = CASE WHEN NOT $3 THEN pg_catalog.pg_backend_pid() END,
    backend_start = (SELECT a.backend_start FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) a WHERE NOT $3),
    acquired_at   = pg_catalog.clock_timestamp(),
    expires_at    = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => $2)
FROM free
RETURNING l.token

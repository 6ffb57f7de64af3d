-- Moves the lease held under token $1 to this session, under a new token. No token comes back while a transaction of the
-- old session still holds the row (FOR KEY SHARE), or when another run has the lease.
WITH own AS MATERIALIZED (
    SELECT l.only_row FROM {schema}.lease l WHERE l.token = $1 AND l.holder IS NOT NULL FOR UPDATE SKIP LOCKED
), resumed AS (
    UPDATE {schema}.lease l
    SET token         = l.token + 1,
        backend_pid   = pg_catalog.pg_backend_pid(),
        backend_start = (SELECT a.backend_start FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) a),
        expires_at    = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => $2)
    FROM own
    RETURNING l.token
)
SELECT (SELECT token FROM resumed),
       l.token = $1 AND l.holder IS NOT NULL,
       coalesce(l.holder, ''),
       coalesce(pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - l.acquired_at)), 0)::int8
FROM {schema}.lease l

-- Moves the lease held under token $1 to this session, under a new token. No token comes back while a transaction of the
-- old session still holds the row (FOR KEY SHARE), or when another run has the lease.
WITH own AS MATERIALIZED (
    SELECT l.only_row FROM {schema}.lease l WHERE l.token = $1 AND l.holder IS NOT NULL FOR UPDATE SKIP LOCKED
), resumed AS (
    UPDATE {schema}.lease l
    SET token         = l.token + 1,
        backend_pid   = CASE WHEN NOT $3 THEN pg_catalog.pg_backend_pid() END,
        backend_start = (SELECT a.backend_start FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) a WHERE NOT $3),
        expires_at    = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => $2)
    FROM own
    RETURNING l.token
)
SELECT (SELECT token FROM resumed),
       l.token = $1 AND l.holder IS NOT NULL,
       {held}
FROM {schema}.lease l

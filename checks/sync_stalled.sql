-- [check]
-- id = "sync.stalled"
-- severity = "warning"
-- limit = 20
-- timeout = "5s"
-- # Workers report at least once a minute; one that died leaves its row open.
-- message = "a sync has neither moved nor finished for an hour"

SELECT p.org_id,
       p.sync_id,
       p.entity_type,
       p.job_id,
       p.processed_count || ' of ' || coalesce(p.total_count::text, 'unknown') AS progress,
       p.updated_at
FROM public.sync_progress p
WHERE p.completed_at IS NULL
  AND p.updated_at < now() - interval '1 hour'
ORDER BY p.updated_at

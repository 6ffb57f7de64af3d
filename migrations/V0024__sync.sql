-- Synchronisation with the suppliers' systems: what a sync would change, how far it
-- has come, and what happened.
--
-- Everything here belongs to an organization and is visible to its users only, so this
-- needs public.organization, auth.users_extended and auth.uid().

-- Vocabulary ------------------------------------------------------------------------

-- How much is looked at.
CREATE TYPE public.sync_type AS ENUM (
    'delta',      -- what changed since the last sync
    'full',
    'preview',    -- computes the changes, applies none
    'manual'      -- a person's selection
);

-- What a sync did, for the activity log.
CREATE TYPE public.sync_action AS ENUM (
    'start',
    'fetch',
    'compare',
    'apply',
    'pause',
    'resume',
    'cancel',
    'finish'
);

-- What is being synchronised.
CREATE TYPE public.sync_entity_type AS ENUM (
    'product',
    'supplier',
    'inventory_item',
    'store',
    'price',
    'promotion',
    'purchase_order',
    'stock_movement'
);

-- How it stands. 'partial' is a sync that finished although some records failed.
CREATE TYPE public.sync_status_type AS ENUM (
    'pending',
    'queued',
    'running',
    'paused',
    'completed',
    'partial',
    'failed',
    'cancelled'
);

-- Guards of the progress: triggers that complete or refuse a row --------------------

-- Elapsed time, speed and estimate follow from the counters, so nobody writes them.
-- clock_timestamp() and not now(): a sync may run in one long transaction. least() and
-- greatest() are there so that a clock set back, or a source that claims two thousand
-- million records, can't fail a sync over its own statistics.
CREATE FUNCTION public.update_sync_progress_elapsed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    elapsed numeric := extract(epoch FROM coalesce(NEW.completed_at, clock_timestamp()) - NEW.started_at);
    handled numeric := NEW.processed_count::numeric + NEW.failed_count;
BEGIN
    NEW.elapsed_seconds := least(greatest(floor(elapsed), 0), 2147483647);

    IF elapsed >= 1 AND handled > 0 THEN
        NEW.speed_items_per_min := least(round(60 * handled / elapsed, 2), 99999999.99);
    ELSE
        NEW.speed_items_per_min := NULL;
    END IF;

    IF NEW.completed_at IS NOT NULL THEN
        NEW.eta_seconds := 0;
    ELSIF NEW.total_count IS NOT NULL AND elapsed >= 1 AND handled > 0 THEN
        NEW.eta_seconds := least(ceil((NEW.total_count - handled) * elapsed / handled), 2147483647);
    ELSE
        NEW.eta_seconds := NULL;
    END IF;

    RETURN NEW;
END
$$;

-- A stalled sync is found by this stamp, see checks/sync_stalled.sql.
CREATE FUNCTION public.update_sync_progress_timestamp() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

-- A trigger rather than CHECK constraints, because the message goes to the person who
-- started the sync and has to name it.
CREATE FUNCTION public.validate_sync_progress_totals() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF least(NEW.current_count, NEW.total_count, NEW.processed_count, NEW.failed_count) < 0 THEN
        RAISE EXCEPTION 'sync %: a counter is negative', NEW.sync_id
            USING ERRCODE = 'check_violation';
    END IF;

    IF NEW.processed_count::bigint + NEW.failed_count > NEW.total_count THEN
        RAISE EXCEPTION 'sync %: % processed and % failed are more than the total of %',
            NEW.sync_id, NEW.processed_count, NEW.failed_count, NEW.total_count
            USING ERRCODE = 'check_violation';
    END IF;

    RETURN NEW;
END
$$;

-- Preview cache: the computed changes of a sync, kept until they expire -------------

-- computed_by has no foreign key: services compute previews too, and they have no row
-- among the users.
CREATE TABLE public.sync_preview_cache (
    id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id      uuid        NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    sync_type   sync_type   NOT NULL,
    sync_id     uuid        NOT NULL,
    delta_json  jsonb       NOT NULL DEFAULT '{}'::jsonb,
    computed_at timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL DEFAULT now() + interval '1 hour',
    computed_by uuid,
    cache_key   text        NOT NULL UNIQUE,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX sync_preview_cache_org_id_idx      ON public.sync_preview_cache (org_id, sync_type);
CREATE INDEX sync_preview_cache_sync_id_idx     ON public.sync_preview_cache (sync_id);
CREATE INDEX sync_preview_cache_expires_at_idx  ON public.sync_preview_cache (expires_at);
CREATE INDEX sync_preview_cache_computed_by_idx ON public.sync_preview_cache (computed_by);
CREATE INDEX sync_preview_cache_delta_json_idx  ON public.sync_preview_cache USING gin (delta_json jsonb_path_ops);

-- Old previews are cleared by whoever stores a new one, so that no job has to be
-- scheduled for it. The batch is small, and rows that somebody else is clearing are
-- skipped: storing a preview must never wait for another one.
CREATE FUNCTION public.auto_cleanup_preview_cache() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    DELETE FROM public.sync_preview_cache
    WHERE id IN (
        SELECT c.id
        FROM public.sync_preview_cache c
        WHERE c.expires_at < now()
        ORDER BY c.expires_at
        LIMIT 100
        FOR UPDATE SKIP LOCKED
    );

    RETURN NULL;
END
$$;

CREATE TRIGGER auto_cleanup_preview_cache
    AFTER INSERT ON public.sync_preview_cache
    FOR EACH STATEMENT EXECUTE FUNCTION public.auto_cleanup_preview_cache();

-- Progress: one row for each running or finished sync, updated as it goes -----------

CREATE TABLE public.sync_progress (
    id                  uuid             PRIMARY KEY DEFAULT gen_random_uuid(),
    org_id              uuid             NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    sync_id             uuid             NOT NULL,
    job_id              text,
    entity_type         sync_entity_type NOT NULL,
    current_count       integer          NOT NULL DEFAULT 0,    -- read from the source
    total_count         integer,                                -- NULL: not known yet
    processed_count     integer          NOT NULL DEFAULT 0,    -- written
    failed_count        integer          NOT NULL DEFAULT 0,    -- turned down
    speed_items_per_min numeric(10, 2),
    eta_seconds         integer,
    elapsed_seconds     integer          NOT NULL DEFAULT 0,
    started_at          timestamptz      NOT NULL DEFAULT now(),
    updated_at          timestamptz      NOT NULL DEFAULT now(),
    completed_at        timestamptz,
    source_system       text             NOT NULL,
    batch_number        integer          NOT NULL DEFAULT 1,
    metadata            jsonb            NOT NULL DEFAULT '{}'::jsonb,
    initiated_by        uuid             REFERENCES auth.users_extended (id) ON DELETE SET NULL,
    UNIQUE (org_id, sync_id)
);

CREATE INDEX sync_progress_org_entity_idx    ON public.sync_progress (org_id, entity_type);
CREATE INDEX sync_progress_job_id_idx        ON public.sync_progress (job_id);
CREATE INDEX sync_progress_initiated_by_idx  ON public.sync_progress (initiated_by);
CREATE INDEX sync_progress_started_at_idx    ON public.sync_progress (started_at DESC);
CREATE INDEX sync_progress_running_idx       ON public.sync_progress (updated_at) WHERE completed_at IS NULL;

-- Triggers on the same event fire in the order of their names.
CREATE TRIGGER update_sync_progress_elapsed
    BEFORE INSERT OR UPDATE ON public.sync_progress
    FOR EACH ROW EXECUTE FUNCTION public.update_sync_progress_elapsed();

CREATE TRIGGER update_sync_progress_timestamp
    BEFORE UPDATE ON public.sync_progress
    FOR EACH ROW EXECUTE FUNCTION public.update_sync_progress_timestamp();

CREATE TRIGGER validate_sync_progress_totals
    BEFORE INSERT OR UPDATE ON public.sync_progress
    FOR EACH ROW EXECUTE FUNCTION public.validate_sync_progress_totals();

-- Activity log: what happened, by month ---------------------------------------------

CREATE TABLE public.sync_activity_log (
    id               uuid             NOT NULL DEFAULT gen_random_uuid(),
    org_id           uuid             NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    entity_type      sync_entity_type NOT NULL,
    action           sync_action      NOT NULL,
    status           sync_status_type NOT NULL,
    record_count     integer          NOT NULL DEFAULT 0,
    duration_seconds integer,
    error_message    text,
    user_id          uuid             REFERENCES auth.users_extended (id) ON DELETE SET NULL,
    created_at       timestamptz      NOT NULL DEFAULT now(),
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);

-- Months in UTC, written out: a bare date would mean midnight wherever the session that
-- runs this happens to be. The log goes on by itself after the last month ("later", to be
-- split in good time), and takes entries from before the first (the default partition).

CREATE TABLE public.sync_activity_log_2026_10 PARTITION OF public.sync_activity_log
    FOR VALUES FROM ('2026-10-01 00:00:00+00') TO ('2026-11-01 00:00:00+00');
CREATE TABLE public.sync_activity_log_2026_11 PARTITION OF public.sync_activity_log
    FOR VALUES FROM ('2026-11-01 00:00:00+00') TO ('2026-12-01 00:00:00+00');
CREATE TABLE public.sync_activity_log_2026_12 PARTITION OF public.sync_activity_log
    FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');
CREATE TABLE public.sync_activity_log_2027_01 PARTITION OF public.sync_activity_log
    FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');
CREATE TABLE public.sync_activity_log_2027_02 PARTITION OF public.sync_activity_log
    FOR VALUES FROM ('2027-02-01 00:00:00+00') TO ('2027-03-01 00:00:00+00');
CREATE TABLE public.sync_activity_log_2027_03 PARTITION OF public.sync_activity_log
    FOR VALUES FROM ('2027-03-01 00:00:00+00') TO ('2027-04-01 00:00:00+00');
CREATE TABLE public.sync_activity_log_later   PARTITION OF public.sync_activity_log
    FOR VALUES FROM ('2027-04-01 00:00:00+00') TO (MAXVALUE);
CREATE TABLE public.sync_activity_log_default PARTITION OF public.sync_activity_log DEFAULT;

CREATE INDEX sync_activity_log_org_id_idx     ON public.sync_activity_log (org_id, created_at DESC);
CREATE INDEX sync_activity_log_user_id_idx    ON public.sync_activity_log (user_id);
CREATE INDEX sync_activity_log_entity_idx     ON public.sync_activity_log (entity_type, action);
CREATE INDEX sync_activity_log_failed_idx     ON public.sync_activity_log (org_id) WHERE status = 'failed';
CREATE INDEX sync_activity_log_created_at_idx ON public.sync_activity_log USING brin (created_at);

-- The log writes itself: a line when a sync starts, when it finishes, and when a finished
-- one is taken up again. Runs with the rights of whoever updates the progress, so row
-- level security applies to the line as it does to the progress.
CREATE FUNCTION public.auto_log_sync_activity_on_progress_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    what   public.sync_action;
    how    public.sync_status_type;
    before timestamptz;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := OLD.completed_at;
    END IF;

    IF before IS NULL AND NEW.completed_at IS NOT NULL THEN
        what := 'finish';
        how  := CASE
                    WHEN NEW.failed_count = 0    THEN 'completed'
                    WHEN NEW.processed_count = 0 THEN 'failed'
                    ELSE 'partial'
                END;
    ELSIF TG_OP = 'INSERT' THEN
        what := 'start';
        how  := 'running';
    ELSIF before IS NOT NULL AND NEW.completed_at IS NULL THEN
        what := 'resume';
        how  := 'running';
    ELSE
        RETURN NULL;
    END IF;

    INSERT INTO public.sync_activity_log
        (org_id, entity_type, action, status, record_count, duration_seconds, error_message, user_id)
    VALUES
        (NEW.org_id, NEW.entity_type, what, how, NEW.processed_count, NEW.elapsed_seconds,
         NEW.metadata ->> 'error', NEW.initiated_by);

    RETURN NULL;
END
$$;

CREATE TRIGGER auto_log_sync_activity_on_progress_change
    AFTER INSERT OR UPDATE OF completed_at ON public.sync_progress
    FOR EACH ROW EXECUTE FUNCTION public.auto_log_sync_activity_on_progress_change();

-- Row level security: a user sees and changes the rows of their own organization ----

ALTER TABLE public.sync_preview_cache ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.sync_progress      ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.sync_activity_log  ENABLE ROW LEVEL SECURITY;

-- Partitions inherit neither policies nor row security. Enabled and without a policy, a
-- partition can't be read past its parent, whatever is granted on it.

ALTER TABLE public.sync_activity_log_2026_10 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.sync_activity_log_2026_11 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.sync_activity_log_2026_12 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.sync_activity_log_2027_01 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.sync_activity_log_2027_02 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.sync_activity_log_2027_03 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.sync_activity_log_later   ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.sync_activity_log_default ENABLE ROW LEVEL SECURITY;

-- An UPDATE policy's USING holds for the new row too, so no row can be moved to another
-- organization.

CREATE POLICY sync_preview_cache_select ON public.sync_preview_cache FOR SELECT
    USING (EXISTS (
        SELECT 1 FROM auth.users_extended u WHERE u.id = auth.uid() AND u.org_id = sync_preview_cache.org_id
    ));

CREATE POLICY sync_preview_cache_insert ON public.sync_preview_cache FOR INSERT
    WITH CHECK (EXISTS (
        SELECT 1 FROM auth.users_extended u WHERE u.id = auth.uid() AND u.org_id = sync_preview_cache.org_id
    ));

CREATE POLICY sync_preview_cache_update ON public.sync_preview_cache FOR UPDATE
    USING (EXISTS (
        SELECT 1 FROM auth.users_extended u WHERE u.id = auth.uid() AND u.org_id = sync_preview_cache.org_id
    ));

CREATE POLICY sync_preview_cache_delete ON public.sync_preview_cache FOR DELETE
    USING (EXISTS (
        SELECT 1 FROM auth.users_extended u WHERE u.id = auth.uid() AND u.org_id = sync_preview_cache.org_id
    ));

CREATE POLICY sync_progress_select ON public.sync_progress FOR SELECT
    USING (EXISTS (
        SELECT 1 FROM auth.users_extended u WHERE u.id = auth.uid() AND u.org_id = sync_progress.org_id
    ));

CREATE POLICY sync_progress_insert ON public.sync_progress FOR INSERT
    WITH CHECK (EXISTS (
        SELECT 1 FROM auth.users_extended u WHERE u.id = auth.uid() AND u.org_id = sync_progress.org_id
    ));

CREATE POLICY sync_progress_update ON public.sync_progress FOR UPDATE
    USING (EXISTS (
        SELECT 1 FROM auth.users_extended u WHERE u.id = auth.uid() AND u.org_id = sync_progress.org_id
    ));

CREATE POLICY sync_progress_delete ON public.sync_progress FOR DELETE
    USING (EXISTS (
        SELECT 1 FROM auth.users_extended u WHERE u.id = auth.uid() AND u.org_id = sync_progress.org_id
    ));

CREATE POLICY sync_activity_log_select ON public.sync_activity_log FOR SELECT
    USING (EXISTS (
        SELECT 1 FROM auth.users_extended u WHERE u.id = auth.uid() AND u.org_id = sync_activity_log.org_id
    ));

CREATE POLICY sync_activity_log_insert ON public.sync_activity_log FOR INSERT
    WITH CHECK (EXISTS (
        SELECT 1 FROM auth.users_extended u WHERE u.id = auth.uid() AND u.org_id = sync_activity_log.org_id
    ));

CREATE POLICY sync_activity_log_update ON public.sync_activity_log FOR UPDATE
    USING (EXISTS (
        SELECT 1 FROM auth.users_extended u WHERE u.id = auth.uid() AND u.org_id = sync_activity_log.org_id
    ));

CREATE POLICY sync_activity_log_delete ON public.sync_activity_log FOR DELETE
    USING (EXISTS (
        SELECT 1 FROM auth.users_extended u WHERE u.id = auth.uid() AND u.org_id = sync_activity_log.org_id
    ));

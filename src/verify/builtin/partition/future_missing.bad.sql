-- finds: public.events, public.visits
CREATE TABLE visits (day date) PARTITION BY RANGE (day);
CREATE TABLE events (at timestamptz) PARTITION BY RANGE (at);
DO $$
BEGIN
    EXECUTE format('CREATE TABLE visits_now PARTITION OF visits FOR VALUES FROM (%L) TO (%L)',
        current_date - 10, current_date + 3);
    EXECUTE format('CREATE TABLE events_past PARTITION OF events FOR VALUES FROM (%L) TO (%L)',
        current_date - 10, current_date - 1);
END
$$;

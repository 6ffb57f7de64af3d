-- finds: public.calls, public.events, public.trips, public.visits
CREATE TABLE visits (day date) PARTITION BY RANGE (day);
CREATE TABLE events (at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE trips (day date, k int) PARTITION BY RANGE (day, k);
CREATE TABLE calls (at timestamp) PARTITION BY RANGE ((at::date));
DO $$
BEGIN
    EXECUTE format('CREATE TABLE visits_now PARTITION OF visits FOR VALUES FROM (%L) TO (%L)',
        current_date - 10, current_date + 3);
    EXECUTE format('CREATE TABLE events_past PARTITION OF events FOR VALUES FROM (%L) TO (%L)',
        current_date - 10, current_date - 1);
    EXECUTE format('CREATE TABLE trips_now PARTITION OF trips FOR VALUES FROM (%L, 1) TO (%L, 5)',
        current_date - 10, current_date + 3);
    EXECUTE format('CREATE TABLE calls_now PARTITION OF calls FOR VALUES FROM (%L) TO (%L)',
        current_date - 10, current_date + 3);
END
$$;

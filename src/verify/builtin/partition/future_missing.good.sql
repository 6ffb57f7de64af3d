CREATE TABLE visits (day date) PARTITION BY RANGE (day);
DO $$
BEGIN
    EXECUTE format('CREATE TABLE visits_now PARTITION OF visits FOR VALUES FROM (%L) TO (%L)', now(), now() + '1 month');
END
$$;
CREATE TABLE events (at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE events_all PARTITION OF events FOR VALUES FROM ('2024-01-01') TO (MAXVALUE);
CREATE TABLE numbered (id int) PARTITION BY RANGE (id);
CREATE TABLE numbered_1 PARTITION OF numbered FOR VALUES FROM (1) TO (1000);

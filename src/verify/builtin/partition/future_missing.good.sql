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
CREATE TABLE archive (day date) PARTITION BY RANGE (day);
CREATE TABLE archive_2023 PARTITION OF archive FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE sales (day date) PARTITION BY RANGE (day);
DO $$
BEGIN
    EXECUTE format('CREATE TABLE sales_past PARTITION OF sales FOR VALUES FROM (%L) TO (%L) PARTITION BY RANGE (day)',
        current_date - 10, current_date);
    EXECUTE format('CREATE TABLE sales_past_all PARTITION OF sales_past FOR VALUES FROM (%L) TO (%L)',
        current_date - 10, current_date);
    EXECUTE format('CREATE TABLE sales_now PARTITION OF sales FOR VALUES FROM (%L) TO (%L)',
        current_date, current_date + 100);
END
$$;
CREATE TABLE far (day date) PARTITION BY RANGE (day);
CREATE TABLE far_all PARTITION OF far FOR VALUES FROM ('2024-01-01') TO ('5874897-12-31');

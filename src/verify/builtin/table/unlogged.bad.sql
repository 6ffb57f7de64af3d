-- finds: public.events, public.guests, public.kinds, public.visits
CREATE UNLOGGED TABLE events (at timestamptz);
CREATE TABLE visits (day date) PARTITION BY RANGE (day);
CREATE UNLOGGED TABLE visits_2023 PARTITION OF visits FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE UNLOGGED TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE UNLOGGED TABLE kinds (id int PRIMARY KEY);
CREATE UNLOGGED TABLE guests (kind int REFERENCES kinds);

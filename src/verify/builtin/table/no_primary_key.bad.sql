-- finds: public.events, public.visits
CREATE TABLE events (at timestamptz);
CREATE TABLE visits (day date) PARTITION BY RANGE (day);
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');

-- finds: public.events, public.visits
CREATE TABLE events (at timestamptz);
CREATE TABLE visits (day date) PARTITION BY RANGE (day);
CREATE TABLE visits_2023 PARTITION OF visits FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE PUBLICATION everything FOR ALL TABLES WITH (publish_via_partition_root);

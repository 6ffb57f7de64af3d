-- finds: public.visits_rest
CREATE TABLE visits (day date) PARTITION BY RANGE (day);
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE visits_rest PARTITION OF visits DEFAULT;
INSERT INTO visits VALUES ('2025-03-01');

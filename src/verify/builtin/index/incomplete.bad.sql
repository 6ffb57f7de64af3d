-- finds: public.visits_day_idx
CREATE TABLE visits (day date) PARTITION BY RANGE (day);
CREATE TABLE visits_2023 PARTITION OF visits FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX visits_day_idx ON ONLY visits (day DESC) WHERE day IS NOT NULL;
CREATE INDEX visits_2023_day_idx ON visits_2023 (day DESC) WHERE day IS NOT NULL;
ALTER INDEX visits_day_idx ATTACH PARTITION visits_2023_day_idx;

CREATE TABLE visits (day date) PARTITION BY RANGE (day);
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX visits_day_idx ON visits (day);
-- Nothing is attached yet: it is about to be completed.
CREATE INDEX visits_later_idx ON ONLY visits (day DESC);

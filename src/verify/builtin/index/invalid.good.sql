CREATE TABLE orders (placed date);
CREATE INDEX CONCURRENTLY orders_placed_idx ON orders (placed);
-- Not valid on purpose, until every partition's index is attached.
CREATE TABLE visits (day date) PARTITION BY RANGE (day);
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX visits_day_idx ON ONLY visits (day);

-- finds: public.trips_day_idx, public.visits_day_idx
CREATE TABLE visits (day date) PARTITION BY RANGE (day);
CREATE TABLE visits_2023 PARTITION OF visits FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX visits_day_idx ON ONLY visits (day DESC) WHERE day IS NOT NULL;
CREATE INDEX visits_2023_day_idx ON visits_2023 (day DESC) WHERE day IS NOT NULL;
ALTER INDEX visits_day_idx ATTACH PARTITION visits_2023_day_idx;
CREATE TABLE trips (day date) PARTITION BY RANGE (day);
CREATE TABLE trips_2023 PARTITION OF trips FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE INDEX trips_day_idx ON ONLY trips (day);
INSERT INTO trips VALUES ('2023-02-01');
BEGIN;
DELETE FROM trips_2023;
PREPARE TRANSACTION 'writes_trips';
SET statement_timeout = '200ms';
-- fails: the build waits for the transaction, and is given up
CREATE INDEX CONCURRENTLY trips_2023_day_idx ON trips_2023 (day);
RESET statement_timeout;
ROLLBACK PREPARED 'writes_trips';
ALTER INDEX trips_day_idx ATTACH PARTITION trips_2023_day_idx;

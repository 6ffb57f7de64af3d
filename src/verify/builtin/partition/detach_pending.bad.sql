-- finds: public.visits_2023
CREATE TABLE visits (day date) PARTITION BY RANGE (day);
CREATE TABLE visits_2023 PARTITION OF visits FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
BEGIN;
SELECT FROM visits;
PREPARE TRANSACTION 'reads_visits';
SET statement_timeout = '200ms';
-- fails: detaching waits for the transaction, and is given up
ALTER TABLE visits DETACH PARTITION visits_2023 CONCURRENTLY;
RESET statement_timeout;
ROLLBACK PREPARED 'reads_visits';

-- finds: public.events, public.visits
CREATE TABLE events (id int) WITH (autovacuum_enabled = false);
INSERT INTO events SELECT * FROM generate_series(1, 10000);
CREATE TABLE visits (id int) PARTITION BY RANGE (id);
CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM (1) TO (10001) WITH (autovacuum_enabled = false);
CREATE TABLE visits_2 PARTITION OF visits FOR VALUES FROM (10001) TO (20001) WITH (autovacuum_enabled = false);
INSERT INTO visits SELECT * FROM generate_series(1, 20000);

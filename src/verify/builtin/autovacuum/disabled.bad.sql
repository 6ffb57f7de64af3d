-- finds: public.events, public.visits
CREATE TABLE events (id int) WITH (autovacuum_enabled = off);
CREATE TABLE visits (id int) PARTITION BY RANGE (id);
CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM (1) TO (1000) WITH (autovacuum_enabled = false);
CREATE TABLE visits_2 PARTITION OF visits FOR VALUES FROM (1000) TO (2000) WITH (autovacuum_enabled = false);

-- finds: public.events, public.visits
CREATE TABLE orders (id serial PRIMARY KEY);
CREATE TABLE customers (id int);
CREATE VIEW shown AS SELECT id FROM orders;
CREATE TABLE events (id serial PRIMARY KEY);
ALTER TABLE events OWNER TO pg_monitor;
CREATE TABLE visits (day date) PARTITION BY RANGE (day);
CREATE TABLE visits_2023 PARTITION OF visits FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
ALTER TABLE visits_2023 OWNER TO pg_monitor;
ALTER TABLE visits_2024 OWNER TO pg_monitor;

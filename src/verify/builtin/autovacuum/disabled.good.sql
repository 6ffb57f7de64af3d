CREATE TABLE events (id int) WITH (autovacuum_enabled = on);
CREATE TABLE visits (id int) WITH (autovacuum_vacuum_scale_factor = 0.01);

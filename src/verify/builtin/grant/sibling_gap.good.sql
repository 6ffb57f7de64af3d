CREATE TABLE orders (id int);
CREATE TABLE customers (id int);
CREATE TABLE visits (day date) PARTITION BY RANGE (day);
GRANT SELECT ON orders, customers, visits TO pg_monitor;
-- Reached through the partitioned table.
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');

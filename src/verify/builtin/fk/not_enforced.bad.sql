-- finds: public.orders.orders_customer_fkey, public.visits.visits_customer_fkey
CREATE TABLE customers (id int PRIMARY KEY);
CREATE TABLE orders (customer int REFERENCES customers);
ALTER TABLE orders DISABLE TRIGGER ALL;
CREATE TABLE visits (customer int REFERENCES customers, day date) PARTITION BY RANGE (day);
CREATE TABLE visits_2023 PARTITION OF visits FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
ALTER TABLE visits_2023 DISABLE TRIGGER ALL;
ALTER TABLE visits_2024 DISABLE TRIGGER ALL;

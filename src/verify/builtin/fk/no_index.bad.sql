-- finds: public."Order lines"."Order lines_order_line_fkey", public.visits.visits_customer_fkey
CREATE TABLE lines ("order" int, line int, PRIMARY KEY ("order", line));
CREATE TABLE "Order lines" (id int PRIMARY KEY, "order" int, line int, FOREIGN KEY ("order", line) REFERENCES lines);
CREATE INDEX ON "Order lines" (id, "order", line);
CREATE TABLE customers (id int PRIMARY KEY);
CREATE TABLE visits (customer int REFERENCES customers, day date) PARTITION BY RANGE (day);
CREATE TABLE visits_2023 PARTITION OF visits FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');

CREATE TABLE lines ("order" int, line int, PRIMARY KEY ("order", line));
CREATE TABLE parts (line int, "order" int, FOREIGN KEY ("order", line) REFERENCES lines);
CREATE INDEX ON parts (line, "order");
CREATE TABLE customers (id int PRIMARY KEY);
CREATE TABLE visits (customer int REFERENCES customers, day date) PARTITION BY RANGE (day);
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX ON visits (customer, day);
CREATE TABLE guests (customer int REFERENCES customers);
CREATE INDEX ON guests (customer) WHERE customer IS NOT NULL;

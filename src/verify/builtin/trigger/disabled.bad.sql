-- finds: public.orders.touch, public.visits.touch
CREATE TABLE orders (id int);
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
ALTER TABLE orders DISABLE TRIGGER touch;
CREATE TABLE visits (day date) PARTITION BY RANGE (day);
CREATE TABLE visits_2023 PARTITION OF visits FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TRIGGER touch BEFORE UPDATE ON visits FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
ALTER TABLE visits_2023 DISABLE TRIGGER touch;
ALTER TABLE visits_2024 DISABLE TRIGGER touch;

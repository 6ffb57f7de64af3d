CREATE TABLE orders (id int);
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
-- For a subscriber of logical replication.
CREATE TRIGGER apply BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
ALTER TABLE orders ENABLE REPLICA TRIGGER apply;

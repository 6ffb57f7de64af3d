-- finds: public.orders_placed_idx
CREATE TABLE orders (placed date);
BEGIN;
INSERT INTO orders DEFAULT VALUES;
PREPARE TRANSACTION 'reads_orders';
SET statement_timeout = '200ms';
-- fails: the build waits for the transaction, and is given up
CREATE INDEX CONCURRENTLY orders_placed_idx ON orders (placed);
RESET statement_timeout;
ROLLBACK PREPARED 'reads_orders';

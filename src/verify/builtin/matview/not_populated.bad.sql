-- finds: public.totals
CREATE TABLE orders (amount int);
CREATE MATERIALIZED VIEW totals AS SELECT sum(amount) FROM orders WITH NO DATA;

-- finds: public.averages, public.totals
CREATE TABLE orders (amount int);
CREATE MATERIALIZED VIEW totals AS SELECT sum(amount) FROM orders WITH NO DATA;
CREATE VIEW sums AS SELECT * FROM totals;
CREATE MATERIALIZED VIEW averages AS SELECT avg(sum) FROM sums WITH NO DATA;

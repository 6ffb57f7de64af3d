-- finds: public.old_orders_id_seq
CREATE TABLE old_orders (id serial PRIMARY KEY);
CREATE TABLE orders (LIKE old_orders INCLUDING DEFAULTS);
ALTER TABLE old_orders ALTER id DROP DEFAULT;

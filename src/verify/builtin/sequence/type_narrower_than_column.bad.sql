-- finds: public.orders_id_seq
CREATE TABLE orders (id serial PRIMARY KEY);
ALTER TABLE orders ALTER id TYPE bigint;

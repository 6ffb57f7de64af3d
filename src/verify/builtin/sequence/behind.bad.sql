-- finds: public.orders_id_seq
CREATE TABLE orders (id serial PRIMARY KEY);
INSERT INTO orders VALUES (1), (2), (3);

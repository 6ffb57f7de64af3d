-- finds: public.orders_id_seq
CREATE TABLE orders (id serial PRIMARY KEY);
ALTER SEQUENCE orders_id_seq OWNED BY NONE;

-- finds: public.orders.id
CREATE TABLE orders (id serial PRIMARY KEY);
ALTER TABLE orders ALTER id DROP DEFAULT;

-- finds: public.email.shape, public.orders.orders_customer_fkey, public.orders.positive
CREATE TABLE customers (id int PRIMARY KEY);
CREATE TABLE orders (customer int, amount int);
ALTER TABLE orders ADD CONSTRAINT positive CHECK (amount > 0) NOT VALID;
ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers NOT VALID;
CREATE DOMAIN email AS text;
ALTER DOMAIN email ADD CONSTRAINT shape CHECK (VALUE LIKE '%@%') NOT VALID;

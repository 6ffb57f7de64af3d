-- finds: public.orders.orders_customer_fkey, public.orders.positive
CREATE TABLE customers (id int PRIMARY KEY);
CREATE TABLE orders (customer int REFERENCES customers NOT ENFORCED, amount int);
ALTER TABLE orders ADD CONSTRAINT positive CHECK (amount > 0) NOT ENFORCED;

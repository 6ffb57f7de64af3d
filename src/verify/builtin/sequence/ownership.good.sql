CREATE TABLE orders (id serial PRIMARY KEY);
-- A name of its own: meant to stand alone.
CREATE SEQUENCE order_numbers;
CREATE TABLE invoices (number int DEFAULT nextval('order_numbers'));

CREATE TABLE orders (id serial PRIMARY KEY);
CREATE TABLE shared (id int DEFAULT nextval('orders_id_seq'));
CREATE SEQUENCE order_numbers;
CREATE TABLE invoices (number int DEFAULT nextval('order_numbers'));

CREATE TABLE orders (id int PRIMARY KEY);
CREATE TABLE customers (email text NOT NULL UNIQUE);
ALTER TABLE customers REPLICA IDENTITY USING INDEX customers_email_key;
CREATE TABLE events (at timestamptz);
ALTER TABLE events REPLICA IDENTITY FULL;
CREATE PUBLICATION changes FOR TABLE orders, customers, events;
CREATE TABLE log (line text);
CREATE PUBLICATION inserts FOR TABLE log WITH (publish = 'insert');
CREATE TABLE unpublished (line text);

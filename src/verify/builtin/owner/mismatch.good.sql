CREATE TABLE orders (id serial PRIMARY KEY);
CREATE TABLE customers (id int);
CREATE TABLE visits (id int);
-- No majority.
CREATE SCHEMA shared;
CREATE TABLE shared.one (id int);
CREATE TABLE shared.two (id int);
ALTER TABLE shared.two OWNER TO pg_monitor;

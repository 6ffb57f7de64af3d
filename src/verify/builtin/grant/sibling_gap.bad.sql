-- finds: public.events
CREATE TABLE orders (id int);
CREATE TABLE customers (id int);
CREATE TABLE visits (id int);
CREATE TABLE parts (id int);
GRANT SELECT, INSERT ON orders, customers, visits, parts TO pg_monitor;
CREATE TABLE events (id int);

-- finds: public.orders_id_seq, public.visits_id_seq
CREATE TABLE orders (id serial PRIMARY KEY);
GRANT INSERT ON orders TO pg_monitor;
CREATE TABLE visits (id serial PRIMARY KEY);
GRANT INSERT ON visits TO PUBLIC;

-- finds: public.count_orders(), public.forget(integer), public.other()
CREATE TABLE orders (id int);
CREATE FUNCTION count_orders() RETURNS int8 LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM orders';
CREATE PROCEDURE forget(which int) LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM orders WHERE id = which';
CREATE FUNCTION other() RETURNS int8 LANGUAGE sql SECURITY DEFINER SET my.search_path = 'x' AS 'SELECT count(*) FROM orders';

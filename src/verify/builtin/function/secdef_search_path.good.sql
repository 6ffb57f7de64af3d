CREATE TABLE orders (id int);
CREATE FUNCTION count_orders() RETURNS int8 LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
    AS 'SELECT count(*) FROM orders';
CREATE FUNCTION bound() RETURNS int8 LANGUAGE sql SECURITY DEFINER RETURN (SELECT count(*) FROM orders);
CREATE FUNCTION invoker() RETURNS int8 LANGUAGE sql AS 'SELECT count(*) FROM orders';

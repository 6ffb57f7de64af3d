BEGIN;
CREATE TABLE orders (id int);
PREPARE TRANSACTION 'under_way';

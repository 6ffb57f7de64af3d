CREATE TABLE orders (amount int);
ALTER TABLE orders ADD CONSTRAINT positive CHECK (amount > 0) NOT VALID;

CREATE TABLE orders (amount int);
ALTER TABLE orders ADD CONSTRAINT positive CHECK (amount > 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT positive;
CREATE TEMPORARY TABLE draft (amount int);
ALTER TABLE draft ADD CONSTRAINT positive CHECK (amount > 0) NOT VALID;

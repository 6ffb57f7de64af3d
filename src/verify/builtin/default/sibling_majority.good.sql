CREATE TABLE orders (created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE customers (created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE visits (created_at timestamptz);
CREATE TABLE events (created_at date NOT NULL);

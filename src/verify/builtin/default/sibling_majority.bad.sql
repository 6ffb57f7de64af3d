-- finds: public.visits.created_at
CREATE TABLE orders (created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE customers (created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE visits (created_at timestamptz NOT NULL);

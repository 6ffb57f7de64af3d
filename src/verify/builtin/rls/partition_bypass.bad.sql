-- finds: public.accounts
CREATE TABLE accounts (owner name, day date) PARTITION BY RANGE (day);
CREATE TABLE accounts_2023 PARTITION OF accounts FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE accounts_2024 PARTITION OF accounts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE POLICY own ON accounts USING (owner = current_user);
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;

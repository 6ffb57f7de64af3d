-- finds: public.balances
CREATE TABLE accounts (owner name, balance int);
CREATE POLICY own ON accounts USING (owner = current_user);
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
CREATE VIEW balances AS SELECT balance FROM accounts;

CREATE TABLE accounts (owner name, balance int);
CREATE POLICY own ON accounts USING (owner = current_user);
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
CREATE VIEW balances WITH (security_invoker = true) AS SELECT balance FROM accounts;
CREATE TABLE plain (id int);
CREATE VIEW shown AS SELECT id FROM plain;

CREATE TABLE accounts (owner name);
CREATE POLICY own ON accounts USING (owner = current_user);
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
CREATE TABLE plain (id int);

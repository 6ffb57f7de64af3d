-- finds: public.accounts
CREATE TABLE accounts (owner name);
CREATE POLICY own ON accounts USING (owner = current_user);

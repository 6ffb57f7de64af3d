-- finds: public.accounts
CREATE TABLE accounts (owner name);
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;

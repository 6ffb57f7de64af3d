-- Who is asking. Hosted platforms bring a schema "auth" of their own; everywhere
-- else we need one, because row level security is written against auth.uid().

CREATE SCHEMA auth;

-- The application sets app.user_id for each transaction (SET LOCAL). Without it
-- the answer is NULL, which matches no row: forgetting it shows nothing rather
-- than everything. A setting that was once SET LOCAL reads as '' afterwards, and
-- '' is no uuid, hence nullif.
CREATE FUNCTION auth.uid() RETURNS uuid
    LANGUAGE sql
    STABLE
    AS $$ SELECT nullif(current_setting('app.user_id', true), '')::uuid $$;

COMMENT ON FUNCTION auth.uid() IS 'The user on whose behalf this transaction runs, or NULL';

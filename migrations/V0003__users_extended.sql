-- The people of an organization. The id is the identity provider's, the same
-- that auth.uid() returns, so it has no default here.

CREATE TABLE auth.users_extended (
    id         uuid        PRIMARY KEY,
    org_id     uuid        NOT NULL REFERENCES public.organization (id) ON DELETE CASCADE,
    email      text        NOT NULL UNIQUE,
    full_name  text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Serves the cascade from organization and "everyone in my organization".
CREATE INDEX users_extended_org_id_idx ON auth.users_extended (org_id);

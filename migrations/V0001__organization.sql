-- The tenant. Whatever belongs to one customer carries an org_id that points
-- here, and goes when the customer goes.

CREATE TABLE public.organization (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name       text        NOT NULL,
    slug       text        NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Labels for cards. The first ones come with the product; editors add the rest, so
-- the ids are left to the sequence here too: an id given by hand would leave it
-- behind the data.

CREATE TABLE public.tags (
    id         serial      PRIMARY KEY,
    name       text        NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO public.tags (name) VALUES
    ('receiving'),
    ('shelving'),
    ('stock count'),
    ('returns'),
    ('promotion'),
    ('safety');

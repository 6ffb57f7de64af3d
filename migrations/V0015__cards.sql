-- Cards are the short how-to notes that store staff write for each other. A card
-- outlives its author and its category; its tags and its history go with it.

CREATE TABLE public.cards (
    id                bigserial   PRIMARY KEY,
    forum_category_id integer     REFERENCES public.forum_categories (id) ON DELETE SET NULL,
    author_id         uuid        REFERENCES public."User" (id) ON DELETE SET NULL,
    title             text        NOT NULL,
    body              text        NOT NULL DEFAULT '',
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX cards_forum_category_id_idx ON public.cards (forum_category_id);
CREATE INDEX cards_author_id_idx         ON public.cards (author_id);

CREATE TABLE public.card_tags (
    card_id bigint  NOT NULL REFERENCES public.cards (id) ON DELETE CASCADE,
    tag_id  integer NOT NULL REFERENCES public.tags (id)  ON DELETE CASCADE,
    PRIMARY KEY (card_id, tag_id)
);

CREATE INDEX card_tags_tag_id_idx ON public.card_tags (tag_id);

CREATE TABLE public.card_modifications (
    id         bigserial   PRIMARY KEY,
    card_id    bigint      NOT NULL REFERENCES public.cards (id) ON DELETE CASCADE,
    old_body   text        NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX card_modifications_card_id_idx ON public.card_modifications (card_id);

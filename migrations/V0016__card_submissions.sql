-- Proposals for cards, waiting for an editor. Unlike a card's id, a submission's is
-- never chosen by anyone: GENERATED ALWAYS turns an explicit one away.

CREATE TABLE public.card_submissions (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    card_id     bigint      REFERENCES public.cards (id) ON DELETE SET NULL,    -- NULL until accepted
    title       text        NOT NULL,
    body        text        NOT NULL DEFAULT '',
    accepted_at timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now()
);

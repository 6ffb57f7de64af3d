-- A drop is one delivery of promotional material to a store, known everywhere by
-- its drop number. This table says when marketing switched the promotion on.

CREATE TABLE public.marketing_activations (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_number  text        NOT NULL,
    campaign     text        NOT NULL,
    activated_at timestamptz NOT NULL DEFAULT now(),
    created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX marketing_activations_drop_number_idx  ON public.marketing_activations (drop_number);
CREATE INDEX marketing_activations_activated_at_idx ON public.marketing_activations (activated_at);

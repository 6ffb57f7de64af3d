-- The quality team reviews photos of each drop. The same drop numbers appear among
-- the marketing activations, and either may come first, so there is no foreign key
-- between the two.

CREATE TABLE public.qa_photo_reviews (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_number text        NOT NULL UNIQUE,
    review_date date        NOT NULL DEFAULT CURRENT_DATE,
    reviewer    text        NOT NULL,
    photo_count integer     NOT NULL DEFAULT 0 CHECK (photo_count >= 0),
    passed      boolean,
    notes       text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (drop_number, review_date)
);

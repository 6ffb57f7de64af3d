-- The supplier portal: the files that suppliers upload, and their rows on the way
-- into "core". It refers to nothing outside its schema on purpose, because the
-- portal is to have a database of its own one day.

CREATE SCHEMA spp;

CREATE TABLE spp.uploads (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    supplier_code text        NOT NULL,
    file_name     text        NOT NULL,
    sha256        text        NOT NULL UNIQUE,    -- the same file twice is a mistake
    created_at    timestamptz NOT NULL DEFAULT now(),
    processed_at  timestamptz
);

CREATE TABLE spp.staging (
    upload_id  bigint      NOT NULL REFERENCES spp.uploads (id) ON DELETE CASCADE,
    line       integer     NOT NULL CHECK (line > 0),
    content    jsonb       NOT NULL,
    error      text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (upload_id, line)
);

-- The ledger's own tables. {schema} is replaced by the quoted name of the ledger's schema.

-- One row per `migrate up` that had something to do.
CREATE TABLE {schema}.runs (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plan_hash    text        NOT NULL,
    tool_version text        NOT NULL,
    holder       text        NOT NULL,
    started_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    finished_at  timestamptz,
    outcome      text        NOT NULL DEFAULT 'running'
                             CHECK (outcome IN ('running', 'succeeded', 'failed'))
);

-- What is applied now. The primary key is the last line of defence against applying a migration twice.
CREATE TABLE {schema}.applied (
    id                  text        PRIMARY KEY,
    version             text,
    name                text        NOT NULL,
    checksum            text        NOT NULL,  -- SHA-256 of the file
    normalised_checksum text        NOT NULL,  -- SHA-256 of its tokens, without comments and white space
    position            bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    applied_at          timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    applied_by          text        NOT NULL DEFAULT SESSION_USER,
    duration_us         bigint      NOT NULL,
    run_id              bigint      NOT NULL REFERENCES {schema}.runs (id),
    tool_version        text        NOT NULL
);

-- Everything that ever happened to a migration here; never updated.
CREATE TABLE {schema}.history (
    position    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    happened_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    event       text        NOT NULL CHECK (event IN ('applied', 'reapplied', 'reverted', 'repaired', 'forgotten', 'baseline')),
    migration   text        NOT NULL,
    checksum    text        NOT NULL,
    duration_us bigint,
    done_by     text        NOT NULL DEFAULT SESSION_USER,
    run_id      bigint      NOT NULL REFERENCES {schema}.runs (id)
);

-- Steps of a migration that can't run in one transaction: written before the step, marked when it is done,
-- deleted in the transaction that records the migration.
CREATE TABLE {schema}.intents (
    migration   text        NOT NULL,
    step        integer     NOT NULL,
    checksum    text        NOT NULL,  -- SHA-256 of the step's SQL: a changed file must not resume an old attempt
    run_id      bigint      NOT NULL REFERENCES {schema}.runs (id),
    started_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    finished_at timestamptz,
    PRIMARY KEY (migration, step)
);

-- The right to change this ledger. One row; `token` grows with every acquisition and never repeats.
CREATE TABLE {schema}.lease (
    only_row      boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    token         bigint      NOT NULL DEFAULT 0,
    holder        text,
    backend_pid   integer,
    backend_start timestamptz,
    acquired_at   timestamptz,
    expires_at    timestamptz
);
INSERT INTO {schema}.lease DEFAULT VALUES;

-- Which database this ledger is written in, so that a restored copy is recognised: at most one row.
CREATE TABLE {schema}.origin (
    only_row          boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    database_oid      oid         NOT NULL,
    system_identifier text,                   -- NULL where the role may not ask for it
    since             timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);

-- Fails unless the lease is still held under this token, and keeps it from being taken over until the
-- calling transaction ends: a takeover locks the row FOR UPDATE, which waits for KEY SHARE. A renewal
-- changes no key and passes (documentation 13.3.2 "Row-Level Locks").
CREATE FUNCTION {schema}.fence(held bigint) RETURNS void
LANGUAGE plpgsql SET search_path = '' AS $fence$
BEGIN
    PERFORM 1 FROM {schema}.lease WHERE token = held AND holder IS NOT NULL FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the lease was taken over by another run' USING ERRCODE = 'MG001';
    END IF;
END
$fence$;

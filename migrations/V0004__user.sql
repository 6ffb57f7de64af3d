-- The accounts of the back office. Its ORM owns this table's names, therefore
-- the quotes and the camel case, and stores UTC without a time zone.

CREATE TABLE public."User" (
    id          uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    email       text         NOT NULL UNIQUE,
    name        text,
    "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" timestamp(3) NOT NULL
);

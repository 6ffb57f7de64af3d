-- "updatedAt" was left to the ORM, which does not fill it in bulk inserts: they all
-- failed on NOT NULL. The database fills it when nobody else does.

ALTER TABLE public."User"
    ALTER COLUMN "updatedAt" SET DEFAULT now();

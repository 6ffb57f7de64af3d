SET search_path TO app, public;
CREATE SCHEMA IF NOT EXISTS app AUTHORIZATION owner;
CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'it''s fine');
CREATE TABLE app."User" (id bigserial PRIMARY KEY, "updatedAt" timestamptz NOT NULL DEFAULT now(), m app.mood[] CHECK (m <> '{}'), CONSTRAINT u UNIQUE (id, "updatedAt")) PARTITION BY RANGE (id);
CREATE TABLE app.u1 PARTITION OF app."User" FOR VALUES FROM (MINVALUE) TO (1000);
ALTER TABLE ONLY app."User" ADD COLUMN IF NOT EXISTS o int REFERENCES org (id) ON DELETE CASCADE, ALTER COLUMN o SET DEFAULT 1;
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON app.u1 USING btree (lower(name) text_pattern_ops DESC) WHERE o > 1;
CREATE OR REPLACE FUNCTION app.f(a int DEFAULT 1, VARIADIC b text[]) RETURNS TABLE (x int) LANGUAGE plpgsql AS $body$
DECLARE r record; n int := 0;
BEGIN
  SELECT count(*), max(id) INTO STRICT n, r.m FROM app."User" WHERE id = a;
  FOR r IN SELECT * FROM app.u1 LOOP
    INSERT INTO log (x) VALUES (r.id) RETURNING id INTO n;
    EXECUTE format('ALTER TABLE %I ADD x int', r.name) USING n;
  END LOOP;
  IF n > 1 THEN RAISE EXCEPTION 'no %', n; ELSIF n = 0 THEN RETURN QUERY SELECT 1; END IF;
EXCEPTION WHEN unique_violation THEN NULL;
END $body$;
CREATE TRIGGER g AFTER INSERT OR UPDATE OF o ON app.u1 FOR EACH ROW WHEN (NEW.o IS DISTINCT FROM OLD.o) EXECUTE FUNCTION app.f('x');
CREATE POLICY p ON app.u1 USING (EXISTS (SELECT 1 FROM org o WHERE o.id = u1.o AND o.owner = auth.uid()));
WITH moved AS (DELETE FROM a WHERE id IN (SELECT id FROM b) RETURNING *) INSERT INTO c SELECT m.*, E'\n' || U&'\0061' FROM moved m ON CONFLICT (id) DO UPDATE SET x = excluded.x;
MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id);
DO $$ BEGIN CREATE TYPE app.e AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT SELECT (id), UPDATE ON app."User" TO bob, PUBLIC;
COMMENT ON COLUMN app."User".id IS $$it's$$;

-- Types, domains, sequences, schemas, collations, conversions.
CREATE SCHEMA s;
CREATE ROLE effects_owner;
CREATE TYPE s.mood AS ENUM ('sad', 'ok');
CREATE TYPE s.nothing AS ENUM ();
ALTER TYPE s.mood ADD VALUE 'happy';
ALTER TYPE s.mood ADD VALUE IF NOT EXISTS 'happy';
ALTER TYPE s.mood ADD VALUE 'great' AFTER 'happy';
ALTER TYPE s.mood ADD VALUE 'awful' BEFORE 'sad';
ALTER TYPE s.mood RENAME VALUE 'ok' TO 'fine';
CREATE DOMAIN s.short AS varchar(5) NOT NULL DEFAULT 'x' CHECK (length(VALUE) > 0);
CREATE FUNCTION s.valid(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE DOMAIN s.checked AS s.short CONSTRAINT good CHECK (s.valid(VALUE)) CHECK (VALUE <> 'y') CHECK (VALUE <> 'z');
CREATE DOMAIN s.collated text COLLATE "C";
CREATE TYPE s.pair AS (one int, two s.mood, three s.short[], four text COLLATE "C");
CREATE TYPE s.empty AS ();
CREATE TABLE s.uses (p s.pair, d s.checked);
ALTER TYPE s.pair ADD ATTRIBUTE five s.mood CASCADE;
ALTER TYPE s.pair DROP ATTRIBUTE five CASCADE;
ALTER TYPE s.pair DROP ATTRIBUTE IF EXISTS five;
ALTER TYPE s.pair RENAME ATTRIBUTE one TO uno CASCADE;
DROP TABLE s.uses;
ALTER TYPE s.pair ALTER ATTRIBUTE uno SET DATA TYPE bigint, ADD ATTRIBUTE six s.checked;
ALTER TYPE s.pair ALTER ATTRIBUTE four TYPE varchar COLLATE "POSIX" RESTRICT;
ALTER TYPE s.pair OWNER TO effects_owner;
ALTER TYPE s.pair OWNER TO SESSION_USER;
ALTER TYPE s.pair RENAME TO couple;
ALTER TYPE s.couple SET SCHEMA public;
ALTER TYPE couple SET SCHEMA s;
CREATE FUNCTION s.distance(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';
CREATE TYPE s.float_range AS RANGE (subtype = float8, subtype_diff = s.distance);
CREATE TYPE s.spans AS RANGE (SUBTYPE = text, COLLATION = "C", SUBTYPE_OPCLASS = text_pattern_ops, MULTIRANGE_TYPE_NAME = s.many_spans);
CREATE TYPE s.of_mood AS RANGE (subtype = s.mood);
CREATE TABLE s.ranges (f s.float_range, m s.float_multirange, n s.many_spans, o s.of_mood_multirange);
ALTER TYPE s.float_range RENAME TO real_range;
ALTER TYPE s.float_multirange RENAME TO real_ranges;
COMMENT ON TYPE s.mood IS 'x';
DROP TYPE s.of_mood CASCADE;
DROP TYPE IF EXISTS s.spans, s.nothing CASCADE;
ALTER DOMAIN s.checked SET DEFAULT 'abc';
ALTER DOMAIN s.checked DROP DEFAULT;
ALTER DOMAIN s.checked SET NOT NULL;
ALTER DOMAIN s.checked DROP NOT NULL;
ALTER DOMAIN s.checked ADD CONSTRAINT better CHECK (s.valid(VALUE || 'x')) NOT VALID;
-- parts not seen
ALTER DOMAIN s.checked ADD CHECK (VALUE <> '');
ALTER DOMAIN s.checked VALIDATE CONSTRAINT better;
ALTER DOMAIN s.checked RENAME CONSTRAINT better TO best;
COMMENT ON CONSTRAINT best ON DOMAIN s.checked IS 'x';
ALTER DOMAIN s.checked DROP CONSTRAINT best;
ALTER DOMAIN s.checked DROP CONSTRAINT IF EXISTS best CASCADE;
ALTER DOMAIN s.checked OWNER TO effects_owner;
ALTER DOMAIN s.checked RENAME TO proven;
ALTER DOMAIN s.proven SET SCHEMA public;
COMMENT ON DOMAIN proven IS 'x';
DROP TYPE s.couple;
DROP DOMAIN proven;
DROP DOMAIN IF EXISTS proven, s.collated RESTRICT;
-- Sequences.
CREATE SEQUENCE s.numbers AS smallint INCREMENT BY 2 MINVALUE 2 MAXVALUE 100 START 4 CACHE 5 CYCLE;
CREATE TABLE s.t (id int, name text);
CREATE SEQUENCE s.owned OWNED BY s.t.id;
CREATE SEQUENCE IF NOT EXISTS s.owned;
CREATE TEMPORARY SEQUENCE passing;
-- since 15
CREATE UNLOGGED SEQUENCE careless;
ALTER SEQUENCE s.numbers RESTART WITH 8 NO CYCLE;
ALTER SEQUENCE s.numbers OWNED BY s.t.name;
ALTER SEQUENCE s.numbers OWNED BY NONE;
ALTER SEQUENCE s.numbers OWNER TO effects_owner;
ALTER SEQUENCE s.numbers OWNER TO CURRENT_USER;
ALTER SEQUENCE s.numbers RENAME TO digits;
ALTER SEQUENCE IF EXISTS s.digits SET SCHEMA public;
-- since 15
ALTER SEQUENCE digits SET UNLOGGED;
COMMENT ON SEQUENCE digits IS 'x';
SELECT nextval('digits'), setval('digits', 10), currval('digits'), lastval();
DROP SEQUENCE digits, s.owned;
DROP SEQUENCE IF EXISTS digits CASCADE;
-- Schemas.
CREATE SCHEMA IF NOT EXISTS s;
CREATE SCHEMA owned AUTHORIZATION effects_owner;
CREATE SCHEMA AUTHORIZATION effects_owner;
CREATE SCHEMA with_elements
  CREATE TABLE a (id serial PRIMARY KEY, name text)
  CREATE VIEW b AS SELECT id FROM a
  CREATE INDEX c ON a (name)
  CREATE SEQUENCE d
  GRANT SELECT ON a TO effects_owner;
ALTER SCHEMA owned OWNER TO CURRENT_ROLE;
COMMENT ON SCHEMA owned IS 'x';
ALTER SCHEMA owned RENAME TO possessed;
DROP SCHEMA possessed, with_elements CASCADE;
DROP SCHEMA IF EXISTS possessed RESTRICT;
-- Collations and conversions.
CREATE COLLATION s.french (LOCALE = 'C');
CREATE COLLATION IF NOT EXISTS s.french (LOCALE = 'C');
CREATE COLLATION s.copy FROM s.french;
ALTER COLLATION s.copy RENAME TO twin;
ALTER COLLATION s.twin OWNER TO effects_owner;
ALTER COLLATION s.twin SET SCHEMA public;
COMMENT ON COLLATION twin IS 'x';
CREATE TABLE s.texts (a text COLLATE twin);
DROP COLLATION IF EXISTS twin, s.french CASCADE;
CREATE CONVERSION s.back FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE DEFAULT CONVERSION s.forth FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
ALTER CONVERSION s.back RENAME TO again;
ALTER CONVERSION s.again OWNER TO effects_owner;
ALTER CONVERSION s.again SET SCHEMA public;
COMMENT ON CONVERSION again IS 'x';
DROP CONVERSION again;
DROP CONVERSION IF EXISTS again CASCADE;
-- opaque
DROP OWNED BY effects_owner CASCADE;
DROP ROLE effects_owner;

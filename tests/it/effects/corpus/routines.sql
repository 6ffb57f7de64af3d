-- Functions, procedures, aggregates, operators, casts, operator classes and families, base types, languages, access methods.
CREATE SCHEMA s;
CREATE ROLE effects_owner;
CREATE EXTENSION hstore;
CREATE TABLE s.t (id int PRIMARY KEY, name text);
CREATE TYPE s.pair AS (one int, two int);
CREATE DOMAIN s.short AS text;
CREATE FUNCTION s.bound(x s.pair, OUT a int, INOUT b s.short DEFAULT 'x', VARIADIC c s.pair[] DEFAULT '{}') LANGUAGE sql AS 'SELECT 1, $2';
CREATE FUNCTION s.answer() RETURNS TABLE (id int, p s.pair) LANGUAGE sql BEGIN ATOMIC SELECT t.id, NULL::s.pair FROM s.t; END;
CREATE FUNCTION s.plus_one(x int) RETURNS int IMMUTABLE RETURN x + 1;
CREATE FUNCTION s.twice(x int) RETURNS int IMMUTABLE RETURN s.plus_one(x) * 2;
CREATE FUNCTION s.lazy() RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM s.later(); END';
CREATE FUNCTION s.column_type(x s.t.name%TYPE) RETURNS s.t.id%TYPE LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION s.settings() RETURNS void LANGUAGE sql STRICT SECURITY DEFINER COST 5 PARALLEL SAFE SET search_path = s, pg_temp AS '';
CREATE OR REPLACE FUNCTION s.settings() RETURNS void LANGUAGE sql AS 'SELECT s.lazy()';
CREATE FUNCTION s.overload(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION s.overload(text) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION lower(s.pair) RETURNS text LANGUAGE sql AS 'SELECT ''x''';
CREATE VIEW s.shadows AS SELECT lower(NULL::s.pair);
CREATE PROCEDURE s.act(a int, INOUT b int DEFAULT 1) LANGUAGE plpgsql AS 'BEGIN b := a; END';
CREATE OR REPLACE PROCEDURE s.act(a int, INOUT b int DEFAULT 1) BEGIN ATOMIC INSERT INTO s.t VALUES (a); SELECT a; END;
CALL s.act(1);
ALTER FUNCTION s.overload(int) RENAME TO overload_int;
ALTER FUNCTION s.overload_int(int) OWNER TO effects_owner;
ALTER FUNCTION s.overload_int(int) SET SCHEMA public;
ALTER FUNCTION overload_int(int) IMMUTABLE STRICT SET search_path = s;
ALTER FUNCTION overload_int RESET ALL;
ALTER FUNCTION overload_int(int) DEPENDS ON EXTENSION hstore;
ALTER PROCEDURE s.act(int, int) SECURITY DEFINER;
ALTER PROCEDURE s.act RENAME TO perform;
ALTER ROUTINE s.perform OWNER TO effects_owner;
ALTER ROUTINE s.perform SET SCHEMA public;
ALTER ROUTINE overload_int(int) COST 10;
COMMENT ON FUNCTION overload_int(int) IS 'x';
COMMENT ON PROCEDURE perform IS 'x';
COMMENT ON ROUTINE perform IS 'y';
DROP FUNCTION s.overload(text);
DROP PROCEDURE perform(int, int);
DROP ROUTINE overload_int;
DROP FUNCTION IF EXISTS s.overload(text), s.lazy() CASCADE;
DROP PROCEDURE IF EXISTS s.perform;
-- Aggregates.
CREATE FUNCTION s.step(int, int) RETURNS int IMMUTABLE RETURN $1 + $2;
CREATE FUNCTION s.finish(int) RETURNS s.short IMMUTABLE RETURN $1::text;
CREATE AGGREGATE s.total(int) (SFUNC = s.step, STYPE = int, FINALFUNC = s.finish, INITCOND = '0', COMBINEFUNC = s.step, PARALLEL = SAFE);
CREATE AGGREGATE s.pairs (x s.pair ORDER BY y s.pair) (SFUNC = array_append, STYPE = s.pair[]);
CREATE AGGREGATE s.old_style (BASETYPE = int, SFUNC = s.step, STYPE = int, SORTOP = <);
CREATE OR REPLACE AGGREGATE s.total(int) (SFUNC = s.step, STYPE = int, FINALFUNC = s.finish);
CREATE VIEW s.totals AS SELECT s.total(id), s.total(id) FILTER (WHERE id > 1) OVER () AS other FROM s.t GROUP BY id;
ALTER AGGREGATE s.old_style(int) RENAME TO new_style;
ALTER AGGREGATE s.new_style(int) OWNER TO effects_owner;
ALTER AGGREGATE s.new_style(int) SET SCHEMA public;
COMMENT ON AGGREGATE new_style(int) IS 'x';
COMMENT ON AGGREGATE count(*) IS 'x';
DROP AGGREGATE new_style(int);
DROP AGGREGATE IF EXISTS new_style(int), s.total(int) CASCADE;
-- Operators.
CREATE FUNCTION s.same(s.pair, s.pair) RETURNS boolean IMMUTABLE RETURN ($1).one = ($2).one;
CREATE FUNCTION s.less(s.pair, s.pair) RETURNS boolean IMMUTABLE RETURN ($1).one < ($2).one;
CREATE FUNCTION s.compare(s.pair, s.pair) RETURNS int IMMUTABLE RETURN ($1).one - ($2).one;
CREATE FUNCTION s.minus(s.pair) RETURNS s.pair LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE OPERATOR s.=== (LEFTARG = s.pair, RIGHTARG = s.pair, FUNCTION = s.same, COMMUTATOR = OPERATOR(s.===), NEGATOR = OPERATOR(s.!==), RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE OPERATOR s.!== (LEFTARG = s.pair, RIGHTARG = s.pair, PROCEDURE = s.same);
CREATE FUNCTION s.same(s.pair, s.short) RETURNS boolean IMMUTABLE RETURN true;
CREATE OPERATOR s.!== (LEFTARG = s.pair, RIGHTARG = s.short, FUNCTION = s.same);
CREATE OPERATOR s.<<< (LEFTARG = s.pair, RIGHTARG = s.pair, FUNCTION = s.less);
CREATE OPERATOR s.~~~ (RIGHTARG = s.pair, FUNCTION = s.minus);
CREATE OPERATOR === (LEFTARG = s.pair, RIGHTARG = s.pair, FUNCTION = s.same);
CREATE VIEW s.uses_operator AS SELECT a OPERATOR(s.===) b AS x, OPERATOR(s.~~~) a AS y, a === b AS z FROM (SELECT NULL::s.pair AS a, NULL::s.pair AS b) p;
ALTER OPERATOR s.=== (s.pair, s.pair) OWNER TO effects_owner;
ALTER OPERATOR s.<<< (s.pair, s.pair) SET (RESTRICT = scalarltsel, JOIN = NONE);
ALTER OPERATOR s.~~~ (NONE, s.pair) SET SCHEMA public;
COMMENT ON OPERATOR === (s.pair, s.pair) IS 'x';
-- Operator classes and families.
CREATE OPERATOR FAMILY s.pairs USING btree;
CREATE FUNCTION s.hash_of(s.pair) RETURNS int IMMUTABLE RETURN ($1).one;
CREATE OPERATOR CLASS s.pair_hash FOR TYPE s.pair USING hash AS OPERATOR 1 s.===, FUNCTION 1 s.hash_of(s.pair);
CREATE FUNCTION s.less_pair(s.short, s.short) RETURNS boolean IMMUTABLE RETURN $1 < $2;
CREATE OPERATOR CLASS s.pair_ops FOR TYPE s.pair USING btree FAMILY s.pairs AS OPERATOR 1 s.<<<, OPERATOR 3 s.=== (s.pair, s.pair) FOR SEARCH, FUNCTION 1 (s.pair, s.pair) s.compare(s.pair, s.pair);
CREATE TABLE s.pairs_in (p s.pair);
CREATE INDEX by_pair ON s.pairs_in (p s.pair_ops);
ALTER OPERATOR FAMILY s.pairs USING btree ADD OPERATOR 5 s.!== (s.pair, s.short);
ALTER OPERATOR FAMILY s.pairs USING btree DROP OPERATOR 5 (s.pair, s.short);
CREATE FUNCTION s.compare_pair_int(s.pair, int) RETURNS int IMMUTABLE RETURN ($1).one - $2;
ALTER OPERATOR FAMILY s.pairs USING btree ADD FUNCTION 1 (s.pair, int) s.compare_pair_int(s.pair, int);
ALTER OPERATOR FAMILY s.pairs USING btree DROP FUNCTION 1 (s.pair, int);
ALTER OPERATOR FAMILY s.pairs USING btree RENAME TO couples;
ALTER OPERATOR FAMILY s.couples USING btree OWNER TO effects_owner;
ALTER OPERATOR FAMILY s.couples USING btree SET SCHEMA public;
ALTER OPERATOR CLASS s.pair_hash USING hash RENAME TO couple_hash;
ALTER OPERATOR CLASS s.couple_hash USING hash OWNER TO effects_owner;
ALTER OPERATOR CLASS s.couple_hash USING hash SET SCHEMA public;
COMMENT ON OPERATOR CLASS couple_hash USING hash IS 'x';
COMMENT ON OPERATOR FAMILY couples USING btree IS 'x';
-- not seen: alters operator family s.pair_hash
DROP OPERATOR CLASS couple_hash USING hash;
-- not seen: alters operator family public.couples
DROP OPERATOR CLASS IF EXISTS s.pair_ops USING btree CASCADE;
DROP OPERATOR FAMILY couples USING btree;
DROP OPERATOR FAMILY IF EXISTS couples USING btree CASCADE;
DROP OPERATOR s.!== (s.pair, s.pair), s.<<< (s.pair, s.pair);
DROP OPERATOR IF EXISTS ~~~ (NONE, s.pair) CASCADE;
-- Casts and transforms.
CREATE FUNCTION s.to_int(s.pair) RETURNS int IMMUTABLE RETURN ($1).one;
-- opaque
CREATE CAST (s.pair AS int) WITH FUNCTION s.to_int(s.pair) AS IMPLICIT;
-- opaque
CREATE CAST (text AS s.pair) WITH INOUT AS ASSIGNMENT;
-- not seen: view s.uses_cast refers to function s.to_int (n)
CREATE VIEW s.uses_cast AS SELECT p::int FROM s.pairs_in;
COMMENT ON CAST (text AS s.pair) IS 'x';
-- opaque
DROP CAST (text AS s.pair);
-- opaque
DROP CAST IF EXISTS (s.pair AS int) CASCADE;
CREATE FUNCTION s.from_sql(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'pg_ndistinct_in';
CREATE TRANSFORM FOR hstore LANGUAGE plpgsql (FROM SQL WITH FUNCTION s.from_sql(internal));
COMMENT ON TRANSFORM FOR hstore LANGUAGE plpgsql IS 'x';
DROP TRANSFORM FOR hstore LANGUAGE plpgsql;
DROP TRANSFORM IF EXISTS FOR hstore LANGUAGE plpgsql CASCADE;
-- Base types.
CREATE TYPE s.base;
CREATE FUNCTION s.base_in(cstring) RETURNS s.base LANGUAGE internal STRICT IMMUTABLE AS 'int4in';
CREATE FUNCTION s.base_out(s.base) RETURNS cstring LANGUAGE internal STRICT IMMUTABLE AS 'int4out';
CREATE TYPE s.base (INPUT = s.base_in, OUTPUT = s.base_out, LIKE = int4, CATEGORY = 'N');
CREATE TABLE s.bases (a s.base, b s.base[]);
-- opaque
CREATE CAST (int AS s.base) WITHOUT FUNCTION;
ALTER TYPE s.base SET (STORAGE = plain);
DROP TYPE s.base CASCADE;
-- Languages and access methods.
CREATE LANGUAGE mine HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
CREATE OR REPLACE TRUSTED LANGUAGE mine HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler;
CREATE FUNCTION s.in_mine() RETURNS int LANGUAGE mine AS 'BEGIN RETURN 1; END';
-- opaque
DO LANGUAGE mine 'BEGIN END';
ALTER LANGUAGE mine RENAME TO ours;
ALTER LANGUAGE ours OWNER TO CURRENT_USER;
COMMENT ON LANGUAGE ours IS 'x';
GRANT USAGE ON LANGUAGE ours TO effects_owner;
DROP PROCEDURAL LANGUAGE ours CASCADE;
DROP LANGUAGE IF EXISTS ours;
CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE s.piled (a int) USING pile;
CREATE ACCESS METHOD tree TYPE INDEX HANDLER bthandler;
COMMENT ON ACCESS METHOD tree IS 'x';
DROP ACCESS METHOD tree;
DROP ACCESS METHOD IF EXISTS pile CASCADE;
-- opaque
DROP OWNED BY effects_owner CASCADE;
DROP ROLE effects_owner;

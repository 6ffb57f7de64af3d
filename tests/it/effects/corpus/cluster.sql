-- Roles, privileges, ownership, databases, tablespaces, extensions, event triggers.
CREATE SCHEMA s;
CREATE ROLE effects_a;
CREATE USER effects_b WITH NOLOGIN CONNECTION LIMIT 3 IN ROLE effects_a;
CREATE GROUP effects_c WITH ROLE effects_a ADMIN effects_b;
CREATE ROLE effects_d SUPERUSER CREATEDB CREATEROLE INHERIT REPLICATION BYPASSRLS PASSWORD 'x' VALID UNTIL '2030-01-01';
ALTER ROLE effects_a WITH LOGIN;
ALTER USER effects_b RENAME TO effects_bb;
ALTER GROUP effects_c ADD USER effects_d;
ALTER GROUP effects_c DROP USER effects_d;
ALTER ROLE effects_a SET search_path = s, public;
ALTER ROLE effects_a IN DATABASE template1 SET work_mem = '1MB';
ALTER ROLE effects_a RESET ALL;
ALTER ROLE CURRENT_USER SET work_mem FROM CURRENT;
ALTER ROLE ALL RESET work_mem;
COMMENT ON ROLE effects_a IS 'x';
CREATE TABLE s.t (id serial PRIMARY KEY, name text);
CREATE VIEW s.v AS SELECT id FROM s.t;
CREATE FUNCTION s.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE s.p() LANGUAGE sql AS '';
CREATE TYPE s.e AS ENUM ('a');
CREATE DOMAIN s.d AS int;
CREATE FOREIGN DATA WRAPPER wrapper;
CREATE SERVER server FOREIGN DATA WRAPPER wrapper;
GRANT SELECT, INSERT (name), UPDATE (id, name), REFERENCES (id) ON s.t TO effects_a WITH GRANT OPTION;
GRANT ALL PRIVILEGES ON TABLE s.t, s.v TO effects_bb GRANTED BY CURRENT_USER;
GRANT USAGE, SELECT ON SEQUENCE s.t_id_seq TO effects_a;
GRANT USAGE, CREATE ON SCHEMA s TO effects_a;
GRANT EXECUTE ON FUNCTION s.f(int) TO effects_a;
GRANT EXECUTE ON PROCEDURE s.p TO effects_a;
GRANT EXECUTE ON ROUTINE s.f TO effects_bb;
GRANT USAGE ON TYPE s.e TO effects_a;
GRANT USAGE ON DOMAIN s.d TO effects_a;
GRANT USAGE ON FOREIGN DATA WRAPPER wrapper TO effects_a;
GRANT USAGE ON FOREIGN SERVER server TO effects_a;
GRANT CONNECT ON DATABASE postgres TO effects_a;
-- since 15
GRANT SET, ALTER SYSTEM ON PARAMETER log_min_messages TO effects_a;
-- since 15
REVOKE ALL ON PARAMETER log_min_messages FROM effects_a;
GRANT SELECT ON ALL TABLES IN SCHEMA s TO effects_bb;
GRANT ALL ON ALL SEQUENCES IN SCHEMA s, public TO effects_a;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA s TO effects_a;
GRANT EXECUTE ON ALL PROCEDURES IN SCHEMA s TO effects_bb;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA s TO effects_bb;
GRANT effects_a TO effects_d WITH ADMIN OPTION;
-- since 16
GRANT effects_c TO effects_d WITH INHERIT TRUE, SET FALSE;
GRANT pg_read_all_data TO effects_a;
REVOKE ADMIN OPTION FOR effects_a FROM effects_d;
REVOKE effects_a FROM effects_d;
REVOKE GRANT OPTION FOR SELECT ON s.t FROM effects_a;
REVOKE UPDATE (id) ON s.t FROM effects_a CASCADE;
REVOKE ALL ON s.v FROM effects_bb RESTRICT;
REVOKE CONNECT ON DATABASE postgres FROM effects_a;
SELECT lo_create(4711);
GRANT SELECT ON LARGE OBJECT 4711 TO effects_a;
ALTER LARGE OBJECT 4711 OWNER TO effects_a;
COMMENT ON LARGE OBJECT 4711 IS 'x';
ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO effects_a;
ALTER DEFAULT PRIVILEGES FOR ROLE effects_a GRANT EXECUTE ON FUNCTIONS TO effects_bb;
ALTER DEFAULT PRIVILEGES FOR ROLE effects_a REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO effects_a;
CREATE TABLE s.after_defaults (a int);
-- opaque
REASSIGN OWNED BY effects_a TO effects_bb;
SET ROLE effects_d;
CREATE TABLE s.owned_by_d (a int);
RESET ROLE;
SET SESSION AUTHORIZATION effects_d;
RESET SESSION AUTHORIZATION;
-- since 15
SET allow_in_place_tablespaces = on;
-- since 15
CREATE TABLESPACE effects_space OWNER effects_a LOCATION '' WITH (seq_page_cost = 2);
-- since 15
ALTER TABLESPACE effects_space RENAME TO effects_room;
-- since 15
ALTER TABLESPACE effects_room SET (random_page_cost = 3);
-- since 15
ALTER TABLESPACE effects_room OWNER TO effects_bb;
-- since 15
COMMENT ON TABLESPACE effects_room IS 'x';
-- since 15
GRANT CREATE ON TABLESPACE effects_room TO effects_a;
-- since 15
CREATE TABLE s.elsewhere (a int PRIMARY KEY USING INDEX TABLESPACE effects_room) TABLESPACE effects_room;
-- since 15
CREATE INDEX there ON s.elsewhere (a) TABLESPACE effects_room;
-- since 15
-- opaque
ALTER TABLE ALL IN TABLESPACE effects_room SET TABLESPACE pg_default;
-- since 15
-- opaque
ALTER INDEX ALL IN TABLESPACE effects_room OWNED BY CURRENT_USER SET TABLESPACE pg_default NOWAIT;
-- since 15
REVOKE ALL ON TABLESPACE effects_room FROM effects_a;
-- since 15
DROP TABLESPACE IF EXISTS effects_room;
CREATE DATABASE effects_made OWNER effects_bb TEMPLATE template0 CONNECTION LIMIT 5;
ALTER DATABASE effects_made SET work_mem = '1MB';
ALTER DATABASE effects_made WITH CONNECTION LIMIT 6;
ALTER DATABASE effects_made RENAME TO effects_made_too;
ALTER DATABASE effects_made_too OWNER TO CURRENT_USER;
ALTER DATABASE effects_made_too RESET work_mem;
COMMENT ON DATABASE effects_made_too IS 'x';
DROP DATABASE effects_made_too WITH (FORCE);
DROP DATABASE IF EXISTS effects_made_too;
-- Extensions.
CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA s VERSION '1.4' CASCADE;
CREATE EXTENSION "uuid-ossp";
CREATE EXTENSION earthdistance CASCADE;
ALTER EXTENSION citext UPDATE;
ALTER EXTENSION citext SET SCHEMA public;
CREATE FUNCTION s.member() RETURNS int LANGUAGE sql AS 'SELECT 1';
ALTER EXTENSION citext ADD FUNCTION s.member();
ALTER EXTENSION citext DROP FUNCTION s.member();
CREATE TABLE s.folded (a citext, b cube DEFAULT cube(1));
COMMENT ON EXTENSION citext IS 'x';
DROP EXTENSION citext CASCADE;
DROP EXTENSION IF EXISTS citext, "uuid-ossp";
-- Event triggers.
CREATE FUNCTION s.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
-- opaque
CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION s.on_ddl();
-- opaque
ALTER EVENT TRIGGER watch DISABLE;
-- opaque
ALTER EVENT TRIGGER watch ENABLE REPLICA;
ALTER EVENT TRIGGER watch RENAME TO look;
ALTER EVENT TRIGGER look OWNER TO effects_d;
COMMENT ON EVENT TRIGGER look IS 'x';
-- opaque
DROP EVENT TRIGGER look;
-- opaque
DROP EVENT TRIGGER IF EXISTS look CASCADE;
-- opaque
DROP OWNED BY effects_a, effects_bb, effects_d CASCADE;
DROP USER effects_bb;
-- not seen: alters role effects_a
-- not seen: alters role effects_d
DROP GROUP effects_c;
DROP ROLE IF EXISTS effects_a, effects_d, effects_nobody;

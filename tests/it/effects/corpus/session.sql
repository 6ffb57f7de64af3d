-- Rows, the session, and what needs no object: INSERT, UPDATE, DELETE, MERGE, COPY, TRUNCATE, SET, transactions, DO, PREPARE.
CREATE SCHEMA s;
CREATE SCHEMA later;
CREATE TABLE s.t (id int PRIMARY KEY, name text);
CREATE TABLE s.child (id int REFERENCES s.t ON DELETE CASCADE);
CREATE FUNCTION s.f(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
INSERT INTO s.t VALUES (1, 'a'), (2, DEFAULT);
INSERT INTO s.t AS x (id, name) SELECT s.f(3), 'b' ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE x.id > 1 RETURNING id;
INSERT INTO s.t VALUES (9) ON CONFLICT ON CONSTRAINT t_pkey DO NOTHING;
UPDATE s.t SET (id, name) = (SELECT s.f(4), 'c') WHERE id = 3;
WITH gone AS (DELETE FROM s.t USING s.child WHERE t.id = child.id RETURNING t.*) SELECT count(*) FROM gone;
-- since 15
MERGE INTO s.t USING (SELECT 1 AS id) d ON t.id = d.id WHEN MATCHED AND name = 'x' THEN DELETE WHEN MATCHED THEN UPDATE SET name = 'y' WHEN NOT MATCHED THEN INSERT VALUES (d.id, 'z');
TRUNCATE s.child;
TRUNCATE TABLE ONLY s.t, s.child RESTART IDENTITY CASCADE;
COPY (SELECT id FROM s.t) TO PROGRAM 'cat > /dev/null';
EXPLAIN SELECT * FROM s.t;
EXPLAIN (ANALYZE) INSERT INTO s.t VALUES (77, 'x');
SET search_path = later, s;
CREATE TABLE found_here (id int PRIMARY KEY);
CREATE VIEW sees AS SELECT id FROM t;
SET search_path TO DEFAULT;
SELECT set_config('search_path', 's,public', false);
CREATE TABLE in_s (a int);
BEGIN;
SET LOCAL search_path = later;
CREATE TABLE in_later (a int);
COMMIT;
CREATE TABLE in_s_again (a int);
BEGIN;
SET search_path = later;
ROLLBACK;
CREATE TABLE in_s_once_more (a int);
BEGIN;
-- not seen: creates table s.never
-- not seen: creates column s.never.a
CREATE TABLE never (a int);
-- not seen: drops table s.never
-- not seen: drops column s.never.a
ROLLBACK;
BEGIN;
CREATE TABLE kept (a int);
SAVEPOINT one;
-- not seen: creates table s.not_kept
-- not seen: creates column s.not_kept.a
CREATE TABLE not_kept (a int);
-- not seen: drops table s.not_kept
-- not seen: drops column s.not_kept.a
ROLLBACK TO SAVEPOINT one;
RELEASE one;
COMMIT;
RESET search_path;
SET SCHEMA 's';
CREATE SEQUENCE numbers;
RESET ALL;
DISCARD TEMP;
CREATE TEMP TABLE numbers_of (a int);
DISCARD ALL;
PREPARE make (int) AS INSERT INTO s.t VALUES ($1, s.f($1)::text);
EXECUTE make(100);
DEALLOCATE make;
PREPARE ids AS SELECT id FROM s.t;
CREATE TABLE s.made AS EXECUTE ids;
EXPLAIN EXECUTE ids;
DEALLOCATE ALL;
DO $$ BEGIN CREATE TABLE s.by_block (a int); ALTER TABLE s.t ADD COLUMN IF NOT EXISTS extra int; END $$;
DO $$ BEGIN PERFORM set_config('search_path', 's', false); CREATE TABLE by_path (a int); END $$;
CREATE TABLE after_block (a int);
RESET search_path;
BEGIN;
DECLARE c CURSOR WITH HOLD FOR SELECT id FROM s.t;
FETCH NEXT FROM c;
MOVE FORWARD 1 IN c;
LOCK TABLE s.t IN SHARE MODE;
COMMIT AND CHAIN;
SET CONSTRAINTS ALL DEFERRED;
SET TRANSACTION READ ONLY;
ROLLBACK;
CLOSE ALL;
LISTEN channel;
NOTIFY channel, 'x';
UNLISTEN *;
CHECKPOINT;
SHOW ALL;
LOAD 'plpgsql';
SET TIME ZONE 'UTC';
SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE;
VALUES (1), (2);
TABLE s.t;
COMMENT ON TABLE s.t IS 'x';
COMMENT ON COLUMN s.t.name IS 'x';
COMMENT ON CONSTRAINT t_pkey ON s.t IS 'x';
COMMENT ON INDEX s.t_pkey IS 'x';
COMMENT ON VIEW later.sees IS 'x';
COMMENT ON SCHEMA s IS NULL;
CREATE FUNCTION s.from_current() RETURNS int LANGUAGE sql SET search_path FROM CURRENT AS 'SELECT 1';
SELECT 2 <=/**/ 3, 2 <>/* x */3;
-- since 18
INSERT INTO s.t (id) VALUES (7700) RETURNING old, new.id, new;
-- since 18
UPDATE s.t SET id = 78 WHERE id = 77 RETURNING WITH (OLD AS before) before, before.id, new.*;
SET NAMES 'utf8';
SET LOCAL NAMES DEFAULT;
SELECT id FROM s.t FOR READ ONLY;

use insta::assert_snapshot;

use super::plpgsql::block;

#[test]
fn strings_put_together_from_what_is_known_are_read() {
    assert_snapshot!(block("DECLARE t text := 'public.t'; c constant name := 'C d'; s text;
BEGIN
  EXECUTE 'ALTER TABLE ' || t || ' ADD COLUMN ' || quote_ident(c) || ' int';
  s := format('CREATE INDEX %I ON %s (%1$I) -- %%', lower('I'), t);
  EXECUTE s;
  EXECUTE concat('DROP TABLE ', quote_ident('user'), ', ', 'b'::text);
  EXECUTE format('COMMENT ON TABLE a IS %L', 'it''s');
END"), @r#"
    requires table public.t @ 4:11
    alters table public.t @ 4:11
    creates column public.t."C d" @ 4:11
    requires table public.t @ 6:11
    requires column public.t.i @ 6:11
    creates index public.i (of public.t) @ 6:11
    names index _i_idx on public.t @ 6:11
    requires table user @ 7:11
    drops table user @ 7:11
    requires table b @ 7:11
    drops table b @ 7:11
    requires table a @ 8:11
    annotates table a @ 8:11
    "#);
    assert_snapshot!(block("BEGIN
  EXECUTE 'CREATE TABLE ' || current_schema() || '.t ()';
  EXECUTE format('ALTER DATABASE %I SET timezone TO %L', current_database(), 'UTC');
  EXECUTE format('GRANT SELECT ON t TO %I', current_user);
END"), @"
    creates table public.t @ 3:11
    requires table t @ 5:11
    annotates table t @ 5:11
    ");
}

#[test]
fn branches_are_joined() {
    assert_snapshot!(block("DECLARE t text;
BEGIN
  IF random() > 0.5 THEN t := 'a'; ELSE t := 'b'; END IF;
  EXECUTE 'DROP TABLE ' || t;
  t := CASE WHEN random() > 0.5 THEN 'c' ELSE 'd' END;
  EXECUTE 'DROP TABLE ' || t;
  IF random() > 0.5 THEN t := 'e'; END IF;
  EXECUTE 'DROP TABLE ' || t;
END"), @"
    requires later table a @ 5:11
    drops table a @ 5:11
    requires later table b @ 5:11
    drops table b @ 5:11
    requires later table c @ 7:11
    drops table c @ 7:11
    requires later table d @ 7:11
    drops table d @ 7:11
    requires later table c @ 9:11
    drops table c @ 9:11
    requires later table d @ 9:11
    drops table d @ 9:11
    requires later table e @ 9:11
    drops table e @ 9:11
    ");
    assert_snapshot!(block("DECLARE t text := 'a';
BEGIN
  WHILE random() > 0.5 LOOP EXECUTE 'DROP TABLE ' || quote_ident(t); t := t || 'x'; END LOOP;
END"), @"
    may change schema public @ 4:37
    ");
}

#[test]
fn loops_over_lists_are_gone_through() {
    assert_snapshot!(block("DECLARE t text; names text[] := ARRAY['a', 'b']; r record;
BEGIN
  FOREACH t IN ARRAY names LOOP EXECUTE format('ALTER TABLE %I ADD x int', t); END LOOP;
  FOR i IN 0..1 LOOP EXECUTE format('CREATE TABLE p_%s PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER %s)', i, i); END LOOP;
  FOR r IN SELECT * FROM (VALUES ('c', 'x'), ('d', 'y')) AS v(t, c) LOOP EXECUTE format('ALTER TABLE %I DROP %I', r.t, r.c); END LOOP;
  FOR t IN SELECT unnest('{e,f}'::text[]) LOOP EXECUTE 'DROP TABLE ' || t; END LOOP;
END"), @r#"
    requires table a @ 4:41
    alters table a @ 4:41
    creates column a.x @ 4:41
    requires table b @ 4:41
    alters table b @ 4:41
    creates column b.x @ 4:41
    creates table public.p_0 (of p) @ 5:30
    requires table p @ 5:30
    reads the shape of table p @ 5:30
    reads rows of table p @ 5:30
    creates column public.p_0."*" @ 5:30
    creates table public.p_1 (of p) @ 5:30
    requires table p @ 5:30
    reads the shape of table p @ 5:30
    reads rows of table p @ 5:30
    creates column public.p_1."*" @ 5:30
    requires table c @ 6:82
    alters table c @ 6:82
    requires column c.x @ 6:82
    drops column c.x @ 6:82
    requires table d @ 6:82
    alters table d @ 6:82
    requires column d.y @ 6:82
    drops column d.y @ 6:82
    requires table e @ 7:56
    drops table e @ 7:56
    requires table f @ 7:56
    drops table f @ 7:56
    "#);
    assert_snapshot!(block("DECLARE n int := 7;
BEGIN
  SELECT count(*) INTO n FROM u;
  FOR i IN 1..n LOOP EXECUTE format('INSERT INTO t VALUES (%s, %s)', i, n); END LOOP;
END"), @"
    requires table u @ 4:31
    reads rows of table u @ 4:31
    reads the shape of table u @ 4:31
    requires later table t @ 5:30
    reads the shape of table t @ 5:30
    writes rows of table t @ 5:30
    adds rows to table t @ 5:30
    ");
}

#[test]
fn what_a_hole_is_in_bounds_what_may_change() {
    assert_snapshot!(block("DECLARE c text;
BEGIN
  SELECT conname INTO c FROM pg_constraint WHERE conrelid = 's.t'::regclass AND contype = 'f';
  EXECUTE 'ALTER TABLE s.t DROP CONSTRAINT ' || c;
END"), @"
    looks for table s.t @ 4:3
    requires table s.t @ 4:61
    requires table s.t @ 5:11
    alters table s.t @ 5:11
    reads the shape of table s.t @ 5:11
    may change table s.t @ 5:11
    ");
    assert_snapshot!(block("DECLARE r record;
BEGIN
  FOR r IN SELECT tablename FROM pg_tables WHERE schemaname = 's' LOOP
    EXECUTE format('ALTER TABLE s.%I ENABLE ROW LEVEL SECURITY', r.tablename);
  END LOOP;
END"), @"
    may change schema s @ 4:12
    may change schema s @ 5:13
    ");
    assert_snapshot!(block("DECLARE r record;
BEGIN
  FOR r IN SELECT c.relname AS n FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname = 's' AND c.relname IN ('a', 'b') LOOP
    EXECUTE 'DROP TABLE s.' || r.n;
  END LOOP;
END"), @"
    looks for table s.a @ 4:12
    looks for table s.b @ 4:12
    requires later table s.a @ 5:13
    drops table s.a @ 5:13
    requires later table s.b @ 5:13
    drops table s.b @ 5:13
    ");
    assert_snapshot!(block("DECLARE v text;
BEGIN
  SELECT x INTO v FROM t LIMIT 1;
  EXECUTE format('ALTER TYPE e ADD VALUE %L', v);
  EXECUTE format('UPDATE t SET %I = %L', v, v);
  EXECUTE 'DELETE FROM t WHERE x = $1' USING v;
END"), @"
    requires table t @ 4:24
    reads rows of table t @ 4:24
    reads the shape of table t @ 4:24
    requires column t.x @ 4:10
    requires type e @ 5:11
    alters type e @ 5:11
    may change type e @ 5:11
    requires table t @ 6:11
    reads the shape of table t @ 6:11
    writes rows of table t @ 6:11
    reads the shape of table t @ 6:11
    updates table t @ 6:11
    requires table t @ 7:24
    reads the shape of table t @ 7:24
    writes rows of table t @ 7:24
    deletes rows of table t @ 7:24
    requires column t.x @ 7:32
    ");
}

#[test]
fn what_cannot_be_bounded_is_opaque() {
    assert_snapshot!(block("DECLARE v text; BEGIN SELECT x INTO v FROM t; EXECUTE 'DROP TABLE ' || v; END"), @"
    requires table t @ 2:44
    reads rows of table t @ 2:44
    reads the shape of table t @ 2:44
    requires column t.x @ 2:30
    opaque: EXECUTE of a string that the text doesn't show @ 2:47
    ");
    assert_snapshot!(block("DECLARE v text; BEGIN SELECT x INTO v FROM t; EXECUTE format('DROP SCHEMA %I', v); END"), @"
    requires table t @ 2:44
    reads rows of table t @ 2:44
    reads the shape of table t @ 2:44
    requires column t.x @ 2:30
    opaque: EXECUTE on an object that may be anywhere @ 2:47
    ");
    assert_snapshot!(block("DECLARE v text; BEGIN SELECT x INTO v FROM t; EXECUTE format('SET search_path TO %I', v); END"), @"
    requires table t @ 2:44
    reads rows of table t @ 2:44
    reads the shape of table t @ 2:44
    requires column t.x @ 2:30
    opaque: EXECUTE sets a search_path that the text doesn't show @ 2:47
    ");
    assert_snapshot!(block("DECLARE v text := 'a'; w ALIAS FOR v; BEGIN w := 'b'; EXECUTE 'DROP TABLE ' || v; END"), @"
    opaque: EXECUTE of a string that the text doesn't show @ 2:55
    ");
    assert_snapshot!(block("<<b>> DECLARE v text := 'a'; BEGIN b.v := getenv(); EXECUTE 'DROP TABLE ' || v; END"), @"
    requires function getenv() @ 2:43
    calls function getenv() @ 2:43
    opaque: EXECUTE of a string that the text doesn't show @ 2:53
    ");
    assert_snapshot!(block("DECLARE v text := 'a'; BEGIN CALL p(v); EXECUTE 'DROP TABLE ' || v; END"), @"
    requires function p() @ 2:35
    calls function p() @ 2:35
    opaque: EXECUTE of a string that the text doesn't show @ 2:41
    ");
    assert_snapshot!(block("BEGIN FOR r IN SELECT oid FROM pg_class LOOP DELETE FROM t; END LOOP; END"), @"
    requires later table t @ 2:58
    reads the shape of table t @ 2:58
    writes rows of table t @ 2:58
    deletes rows of table t @ 2:58
    opaque: what it does depends on all that the catalog holds @ 2:16
    ");
}

#[test]
fn questions_to_the_catalog_name_what_they_ask_for() {
    assert_snapshot!(block("BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'mood') THEN CREATE TYPE mood AS ENUM (); END IF;
  IF EXISTS (SELECT FROM information_schema.columns WHERE table_schema = 's' AND table_name = 't' AND column_name = 'c') THEN ALTER TABLE s.t DROP c; END IF;
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'k') THEN ALTER TABLE t ADD CONSTRAINT k UNIQUE (a); END IF;
  IF to_regclass('s.i') IS NULL THEN CREATE INDEX i ON s.t (c); END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'r') THEN CREATE ROLE r; END IF;
  IF NOT EXISTS (SELECT FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid WHERE t.typname = 'mood' AND e.enumlabel = 'x') THEN ALTER TYPE mood ADD VALUE 'x'; END IF;
  IF (SELECT count(*) FROM pg_indexes WHERE tablename = 't') > 0 THEN NULL; END IF;
  IF current_setting('server_version_num')::int > 1 AND EXISTS (SELECT FROM pg_settings) THEN NULL; END IF;
END"), @r#"
    looks for type mood @ 3:18
    creates enum public.mood @ 3:81
    looks for table s.t @ 4:14
    looks for column s.t.c @ 4:14
    requires later table s.t @ 4:139
    alters table s.t @ 4:139
    requires later column s.t.c @ 4:148
    drops column s.t.c @ 4:148
    looks for constraint k on "*" @ 5:18
    requires later table t @ 5:82
    alters table t @ 5:82
    requires later column t.a @ 5:109
    creates constraint k on t @ 5:88
    creates index k (of t) @ 5:88
    creates index "(a)" on t @ 5:88
    reads rows of table t @ 5:82
    looks for table s.i @ 6:18
    creates index s.i (of s.t) @ 6:51
    names index _c_idx on s.t @ 6:51
    looks for role r @ 7:18
    creates role r @ 7:77
    looks for enum label 'x' of mood @ 8:18
    requires later type mood @ 8:142
    alters type mood @ 8:142
    creates enum label 'x' of mood @ 8:157
    may change table t @ 9:7
    "#);
}

#[test]
fn what_differs_between_two_rows_of_a_catalog_is_kept_apart() {
    assert_snapshot!(block("DECLARE r record;
BEGIN
  FOR r IN SELECT child.relname FROM pg_class parent JOIN pg_inherits i ON i.inhparent = parent.oid JOIN pg_class child ON child.oid = i.inhrelid WHERE parent.relname = 'p' LOOP
    EXECUTE format('ALTER TABLE %I SET LOGGED', r.relname);
  END LOOP;
END"), @"
    may change table p @ 4:12
    may change schema public @ 5:13
    ");
}

#[test]
fn a_routine_made_with_holes_in_its_body_is_opaque_when_called() {
    assert_snapshot!(block("DECLARE v text;
BEGIN
  SELECT x INTO v FROM t;
  EXECUTE format('CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $y$ SELECT a FROM %I $y$', v);
END"), @"
    requires table t @ 4:24
    reads rows of table t @ 4:24
    reads the shape of table t @ 4:24
    requires column t.x @ 4:10
    may change schema public @ 5:11
    creates function public.f() @ 5:11
    when called opaque: its body holds what the text doesn't show
    ");
}

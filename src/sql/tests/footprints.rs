use insta::assert_snapshot;

use super::effects;

#[test]
fn a_table_brings_columns_keys_sequences_and_their_names() {
    assert_snapshot!(effects("CREATE TABLE t (id serial PRIMARY KEY, a int UNIQUE CHECK (a > 0), b app.money REFERENCES o (id), UNIQUE (a, b));"), @r#"
    creates table public.t @ 1:14
    creates column public.t.id @ 1:17
    creates sequence public.t_id_seq (of public.t) @ 1:17
    creates column public.t.a @ 1:40
    creates column public.t.b @ 1:68
    requires type app.money @ 1:70
    creates constraint t_pkey on public.t @ 1:27
    creates index public.t_pkey (of public.t) @ 1:27
    creates index "(id)" on public.t @ 1:27
    creates index "(primary key)" on public.t @ 1:27
    creates constraint t_a_key on public.t @ 1:46
    creates index public.t_a_key (of public.t) @ 1:46
    creates index "(a)" on public.t @ 1:46
    creates constraint t_a_check on public.t @ 1:53
    creates constraint t_b_fkey on public.t @ 1:80
    requires table o @ 1:91
    requires column o.id @ 1:94
    requires index "(id)" on o @ 1:91
    refers to index "(id)" on o @ 1:91
    creates constraint t_a_b_key on public.t @ 1:99
    creates index public.t_a_b_key (of public.t) @ 1:99
    creates index "(a, b)" on public.t @ 1:99
    "#);
}

#[test]
fn identity_sequences_and_nextval_in_defaults() {
    assert_snapshot!(effects("CREATE TABLE s.t (id bigint GENERATED ALWAYS AS IDENTITY, c int DEFAULT nextval('s.q'::regclass));"), @"
    requires schema s @ 1:14
    creates table s.t @ 1:14
    creates column s.t.id @ 1:19
    creates column s.t.c @ 1:59
    creates sequence s.t_id_seq (of s.t) @ 1:29
    requires table s.q @ 1:81
    ");
}

#[test]
fn partitions_and_children_read_their_parent() {
    assert_snapshot!(effects("CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES IN (1);\nCREATE TABLE c () INHERITS (a);\nCREATE TABLE l (LIKE a INCLUDING ALL);\nALTER TABLE s.p ATTACH PARTITION s.p2 DEFAULT;"), @r#"
    requires schema s @ 1:14
    creates table s.p1 (of s.p) @ 1:14
    requires table s.p @ 1:32
    reads the shape of table s.p @ 1:32
    reads rows of table s.p @ 1:32
    creates column s.p1."*" @ 1:14
    creates table public.c @ 2:14
    requires table a @ 2:29
    reads the shape of table a @ 2:29
    joins table public.c (of a) @ 2:29
    creates column public.c."*" @ 2:14
    creates table public.l @ 3:14
    requires table a @ 3:22
    reads the shape of table a @ 3:22
    reads the shape of index "*" on a @ 3:22
    creates column public.l."*" @ 3:14
    requires table s.p @ 4:13
    reads the shape of table s.p @ 4:13
    reads rows of table s.p @ 4:13
    requires table s.p2 @ 4:34
    joins table s.p2 (of s.p) @ 4:34
    reads rows of table s.p2 @ 4:34
    "#);
}

#[test]
fn alter_table_forms() {
    assert_snapshot!(effects("ALTER TABLE s.t ADD COLUMN c int REFERENCES z (y), DROP COLUMN d, ALTER COLUMN e SET NOT NULL, ADD CONSTRAINT k UNIQUE (c), DROP CONSTRAINT IF EXISTS x, RENAME TO u;"), @r#"
    requires table s.t @ 1:13
    alters table s.t @ 1:13
    creates column s.t.c @ 1:28
    creates constraint t_c_fkey on s.t @ 1:34
    requires table z @ 1:45
    requires column z.y @ 1:48
    requires index "(y)" on z @ 1:45
    refers to index "(y)" on z @ 1:45
    reads rows of table s.t @ 1:13
    requires column s.t.d @ 1:64
    drops column s.t.d @ 1:64
    requires column s.t.e @ 1:80
    alters column s.t.e @ 1:80
    requires column s.t.c @ 1:121
    creates constraint k on s.t @ 1:100
    creates index s.k (of s.t) @ 1:100
    creates index "(c)" on s.t @ 1:100
    requires later constraint x on s.t @ 1:151
    drops constraint x on s.t @ 1:151
    moves table s.t to u
    "#);
}

#[test]
fn indexes_are_named_as_postgresql_names_them() {
    assert_snapshot!(effects("CREATE UNIQUE INDEX ON s.t (a, lower(b)); CREATE INDEX i ON s.t USING gin (c gin_trgm_ops) WHERE d;"), @"
    requires table s.t @ 1:24
    reads rows of table s.t @ 1:24
    requires column s.t.a @ 1:29
    requires column s.t.b @ 1:38
    creates index s.t_a_lower_idx (of s.t) @ 1:24
    names index _a_lower_idx on s.t @ 1:24
    requires table s.t @ 1:61
    reads rows of table s.t @ 1:61
    requires column s.t.c @ 1:76
    requires operator class gin_trgm_ops @ 1:78
    requires column s.t.d @ 1:98
    creates index s.i (of s.t) @ 1:56
    names index _c_idx on s.t @ 1:56
    ");
}

#[test]
fn views_need_columns_where_the_owner_is_certain() {
    assert_snapshot!(effects("CREATE VIEW v AS SELECT a, lower(b) FROM s.t WHERE EXISTS (SELECT 1 FROM s.u WHERE u.x = t.y);"), @r#"
    requires table s.t @ 1:42
    requires column s.t.a @ 1:25
    requires column s.t.b @ 1:34
    requires table s.u @ 1:74
    requires column s.u.x @ 1:84
    requires column s.t.y @ 1:90
    creates view public.v @ 1:13
    creates column public.v."*" @ 1:13
    "#);
}

#[test]
fn ctes_aliases_and_subqueries_are_no_tables() {
    assert_snapshot!(effects("CREATE VIEW v AS WITH c AS (SELECT x FROM t), d AS (SELECT * FROM c) SELECT q.x, q.* FROM d q JOIN (SELECT y FROM u) z ON true;"), @r#"
    requires table t @ 1:43
    requires column t.x @ 1:36
    requires table u @ 1:115
    requires column u.y @ 1:108
    creates view public.v @ 1:13
    creates column public.v."*" @ 1:13
    "#);
}

#[test]
fn enums_and_their_labels() {
    assert_snapshot!(effects("CREATE TYPE s.e AS ENUM ('a', 'b'); ALTER TYPE s.e ADD VALUE 'c' AFTER 'b'; SELECT 'a'::s.e;"), @"
    requires schema s @ 1:13
    creates enum s.e @ 1:13
    creates enum label 'a' of s.e @ 1:26
    creates enum label 'b' of s.e @ 1:31
    requires type s.e @ 1:48
    alters type s.e @ 1:48
    requires enum label 'b' of s.e @ 1:72
    creates enum label 'c' of s.e @ 1:62
    requires enum label 'a' of s.e @ 1:84
    requires type s.e @ 1:89
    ");
}

#[test]
fn function_bodies_bind_late_unless_they_are_atomic() {
    assert_snapshot!(effects("CREATE FUNCTION f(a int, b s.e) RETURNS SETOF t LANGUAGE sql AS $$ SELECT * FROM u WHERE g(x) $$;\nCREATE FUNCTION h() RETURNS int RETURN (SELECT count(*) FROM w);"), @"
    requires type s.e @ 1:28
    requires type t @ 1:47
    requires table u @ 1:82
    reads the shape of table u @ 1:75
    requires function g() @ 1:90
    requires column u.x @ 1:92
    creates function public.f(int, s.e) @ 1:17
    when called requires later table u @ 1:82
    when called reads rows of table u @ 1:82
    when called reads the shape of table u @ 1:82
    when called requires later function g() @ 1:90
    when called calls function g() @ 1:90
    when called requires later column u.x @ 1:92
    requires table w @ 2:62
    creates function public.h() @ 2:17
    when called requires later table w @ 2:62
    when called reads rows of table w @ 2:62
    when called reads the shape of table w @ 2:62
    ");
}

#[test]
fn plpgsql_bodies_are_read_with_their_intos() {
    assert_snapshot!(effects("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$\nDECLARE n int; r t%ROWTYPE;\nBEGIN\n  SELECT count(*) INTO n FROM u;\n  INSERT INTO log (a) VALUES (NEW.a) RETURNING id INTO n;\n  PERFORM s.g(n);\n  RETURN NEW;\nEND $$;"), @"
    requires later table t @ 2:18
    creates function public.f() @ 1:17
    when called requires later table t @ 2:18
    when called requires later table u @ 4:31
    when called reads rows of table u @ 4:31
    when called reads the shape of table u @ 4:31
    when called requires later table log @ 5:15
    when called reads the shape of table log @ 5:15
    when called writes rows of table log @ 5:15
    when called adds rows to table log @ 5:15
    when called requires later column log.a @ 5:20
    when called requires later column log.id @ 5:48
    when called requires later function s.g() @ 6:11
    when called calls function s.g() @ 6:11
    ");
}

#[test]
fn dynamic_sql_is_opaque_only_when_it_runs() {
    assert_snapshot!(effects("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('DROP TABLE %I', x); END $$;\nDO $$ BEGIN EXECUTE 'ALTER TABLE a ADD b int'; END $$;\nDO $$ BEGIN EXECUTE 'DROP TABLE ' || x; END $$;"), @"
    creates function public.f() @ 1:17
    when called may change schema public @ 1:71
    requires table a @ 2:34
    alters table a @ 2:34
    creates column a.b @ 2:40
    opaque: EXECUTE of a string that the text doesn't show @ 3:13
    ");
}

#[test]
fn conditional_blocks_require_nothing_for_certain() {
    assert_snapshot!(effects("DO $$ BEGIN IF random() > 0.5 THEN ALTER TABLE a ADD b int; END IF; END $$;\nDO $$ BEGIN ALTER TABLE a ADD CONSTRAINT fk FOREIGN KEY (x) REFERENCES b (id); EXCEPTION WHEN duplicate_object THEN NULL; END $$;"), @r#"
    requires later table a @ 1:48
    alters table a @ 1:48
    creates column a.b @ 1:54
    requires table a @ 2:25
    alters table a @ 2:25
    requires column a.x @ 2:58
    creates constraint fk on a @ 2:31
    requires table b @ 2:72
    requires column b.id @ 2:75
    requires index "(id)" on b @ 2:72
    refers to index "(id)" on b @ 2:72
    reads rows of table a @ 2:25
    reads keys of table b @ 2:72
    "#);
}

#[test]
fn triggers_and_policies() {
    assert_snapshot!(effects("CREATE TRIGGER g BEFORE UPDATE OF a ON s.t FOR EACH ROW WHEN (NEW.b > 1) EXECUTE FUNCTION s.f();\nCREATE POLICY p ON s.t FOR SELECT TO reader USING (EXISTS (SELECT 1 FROM auth.users u WHERE u.id = auth.uid() AND u.org = t.org));\nALTER TABLE s.t ENABLE ROW LEVEL SECURITY;"), @"
    requires table s.t @ 1:40
    alters table s.t @ 1:40
    requires column s.t.a @ 1:35
    requires column s.t.b @ 1:63
    requires function s.f() @ 1:91
    creates trigger g on s.t @ 1:16
    requires table s.t @ 2:20
    alters table s.t @ 2:20
    creates policy p on s.t @ 2:15
    requires role reader @ 2:38
    requires table auth.users @ 2:74
    requires column auth.users.id @ 2:93
    requires function auth.uid() @ 2:100
    requires column auth.users.org @ 2:115
    requires column s.t.org @ 2:123
    requires table s.t @ 3:13
    alters table s.t @ 3:13
    ");
}

#[test]
fn search_path_decides_where_things_go_and_are_looked_up() {
    assert_snapshot!(effects("SET search_path TO app, public;\nCREATE TABLE t (id int REFERENCES u);\nSELECT set_config('search_path', '', false);\nCREATE TABLE s.w ();"), @r#"
    requires schema app @ 2:14
    creates table app.t @ 2:14
    creates column app.t.id @ 2:17
    creates constraint t_id_fkey on app.t @ 2:24
    requires table u @ 2:35
    requires index "(primary key)" on u @ 2:35
    refers to index "(primary key)" on u @ 2:35
    requires schema s @ 4:14
    creates table s.w @ 4:14
    "#);
}

#[test]
fn grants_comments_owners_and_drops() {
    assert_snapshot!(effects("GRANT SELECT ON t, s.u TO bob, public;\nGRANT USAGE ON SCHEMA s TO bob;\nGRANT ALL ON ALL TABLES IN SCHEMA s TO bob;\nCOMMENT ON COLUMN s.t.c IS 'x';\nALTER TABLE t OWNER TO bob;\nDROP FUNCTION IF EXISTS f(int, text) CASCADE;\nDROP TABLE a, s.b;\nALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO bob;"), @"
    requires role bob @ 1:27
    requires table t @ 1:17
    annotates table t @ 1:17
    requires table s.u @ 1:20
    annotates table s.u @ 1:20
    requires role bob @ 2:28
    requires schema s @ 2:23
    annotates schema s @ 2:23
    requires role bob @ 3:40
    requires schema s @ 3:35
    reads the shape of schema s @ 3:35
    requires table s.t @ 4:19
    requires column s.t.c @ 4:19
    annotates column s.t.c @ 4:19
    requires table t @ 5:13
    alters table t @ 5:13
    requires role bob @ 5:24
    annotates table t @ 5:13
    requires later function f(int, text) @ 6:25
    drops function f(int, text) @ 6:25
    requires table a @ 7:12
    drops table a @ 7:12
    requires table s.b @ 7:15
    drops table s.b @ 7:15
    requires schema s @ 8:36
    reads the shape of schema s @ 8:36
    requires role bob @ 8:64
    ");
}

#[test]
fn sequences_and_ownership() {
    assert_snapshot!(effects("CREATE SEQUENCE s.q; ALTER SEQUENCE s.q OWNED BY s.t.c; ALTER SEQUENCE s.q RENAME TO r;"), @"
    requires schema s @ 1:17
    creates sequence s.q @ 1:17
    requires sequence s.q @ 1:37
    alters sequence s.q (of s.t) @ 1:37
    requires table s.t @ 1:50
    requires column s.t.c @ 1:50
    requires sequence s.q @ 1:72
    alters sequence s.q @ 1:72
    moves sequence s.q to r
    ");
}

#[test]
fn extensions_servers_and_roles() {
    assert_snapshot!(effects("CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA ext;\nCREATE ROLE bob IN ROLE staff;\nCREATE SERVER f FOREIGN DATA WRAPPER postgres_fdw;\nCREATE USER MAPPING FOR bob SERVER f;\nCREATE FOREIGN TABLE ft (a int) SERVER f;"), @"
    requires schema ext @ 1:53
    creates extension pgcrypto @ 1:32
    requires role staff @ 2:25
    creates role bob @ 2:13
    requires foreign-data wrapper postgres_fdw @ 3:38
    creates foreign server f @ 3:15
    requires role bob @ 4:25
    requires foreign server f @ 4:36
    creates user mapping bob on f @ 4:1
    creates foreign table public.ft @ 5:22
    creates column public.ft.a @ 5:26
    requires foreign server f @ 5:40
    ");
}

#[test]
fn temporary_tables_leave_nothing() {
    assert_snapshot!(effects("CREATE TEMP TABLE x AS SELECT id FROM t; UPDATE u SET a = x.id FROM x; CREATE TEMPORARY TABLE y (id int REFERENCES t); DROP TABLE x;"), @r#"
    requires table t @ 1:39
    reads rows of table t @ 1:39
    reads the shape of table t @ 1:39
    requires column t.id @ 1:31
    requires table u @ 1:49
    reads the shape of table u @ 1:49
    writes rows of table u @ 1:49
    requires column u.a @ 1:55
    updates column u.a @ 1:55
    requires table t @ 1:116
    requires index "(primary key)" on t @ 1:116
    "#);
}

#[test]
fn what_no_rule_reads_is_opaque() {
    assert_snapshot!(effects("CREATE CAST (a AS b) WITHOUT FUNCTION; CALL p(1); DO LANGUAGE plpython3u $$ x $$;"), @r#"
    requires type a @ 1:14
    requires type b @ 1:19
    creates cast "(a AS b)" @ 1:1
    opaque: a cast takes part in expressions that don't name it
    requires function p() @ 1:45
    calls function p() @ 1:45
    opaque: the block is not in PL/pgSQL
    "#);
}

#[test]
fn domains_and_composites() {
    assert_snapshot!(effects("CREATE DOMAIN d AS s.e CHECK (s.valid(VALUE)); CREATE TYPE c AS (a int, b d);"), @"
    requires type s.e @ 1:20
    requires function s.valid() @ 1:31
    creates constraint d_check on public.d @ 1:24
    creates domain public.d @ 1:15
    creates type public.c @ 1:60
    requires type d @ 1:75
    ");
}

#[test]
fn foreign_keys_say_what_they_do_with_rows() {
    assert_snapshot!(effects("ALTER TABLE t ADD FOREIGN KEY (a, b) REFERENCES u (x, y) ON DELETE SET NULL (a) ON UPDATE CASCADE, ADD FOREIGN KEY (c) REFERENCES v ON DELETE CASCADE ON UPDATE NO ACTION, ADD FOREIGN KEY (d) REFERENCES w ON DELETE RESTRICT;\nALTER TABLE t ADD g int GENERATED ALWAYS AS (a + 1) STORED;"), @r#"
    requires table t @ 1:13
    alters table t @ 1:13
    requires column t.a @ 1:32
    requires column t.b @ 1:35
    creates constraint t_a_b_fkey on t @ 1:19
    requires table u @ 1:49
    requires column u.x @ 1:52
    requires column u.y @ 1:55
    requires index "(x, y)" on u @ 1:49
    refers to index "(x, y)" on u @ 1:49
    is cleared with rows of index "(x, y)" on u @ 1:58
    changes with index "(x, y)" on u @ 1:81
    reads rows of table t @ 1:13
    reads keys of table u @ 1:49
    requires column t.c @ 1:117
    creates constraint t_c_fkey on t @ 1:104
    requires table v @ 1:131
    requires index "(primary key)" on v @ 1:131
    refers to index "(primary key)" on v @ 1:131
    goes with rows of index "(primary key)" on v @ 1:133
    reads keys of table v @ 1:131
    requires column t.d @ 1:189
    creates constraint t_d_fkey on t @ 1:176
    requires table w @ 1:203
    requires index "(primary key)" on w @ 1:203
    refers to index "(primary key)" on w @ 1:203
    reads keys of table w @ 1:203
    requires table t @ 2:13
    alters table t @ 2:13
    creates column t.g @ 2:19
    requires column t.a @ 2:46
    updates column t.g @ 2:25
    "#);
}

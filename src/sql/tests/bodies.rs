//! Bodies of functions and blocks.

use insta::assert_snapshot;

use super::effects;

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

//! What each migration comes after, and why, as its SQL shows.

use insta::assert_snapshot;

use super::graph;

#[test]
fn a_foreign_key_makes_an_edge_and_strangers_stay_free() {
    assert_snapshot!(graph(&[
        ("V1__a", "CREATE TABLE a (id int PRIMARY KEY);"),
        ("V2__b", "CREATE TABLE b (a_id int REFERENCES a (id));"),
        ("V3__c", "CREATE TABLE c (id int);"),
    ]), @r#"
    order V1 V2 V3
    V2 after V1: requires column public.a.id; requires index "(id)" on public.a; requires table public.a
    "#);
}

#[test]
fn numbers_that_contradict_the_sql_are_overruled() {
    assert_snapshot!(graph(&[
        ("V1__b", "CREATE TABLE b (a_id int REFERENCES a);"),
        ("V2__a", "CREATE TABLE a (id int PRIMARY KEY);"),
        ("V3__add", "ALTER TABLE b ADD COLUMN x int;"),
        ("V4__again", "ALTER TABLE a ADD COLUMN y int;"),
    ]), @r#"
    order V2 V1 V3 V4
    V1 after V2: requires index "(primary key)" on public.a; requires table public.a
    V3 after V1: requires table public.b
    V4 after V2: requires table public.a
    "#);
}

#[test]
fn a_column_is_required_of_the_migration_that_adds_it() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int PRIMARY KEY);"),
        ("V2__c", "ALTER TABLE t ADD COLUMN c int;"),
        ("V3__v", "CREATE VIEW v AS SELECT c FROM t;"),
        ("V4__w", "CREATE VIEW w AS SELECT id FROM t;"),
        ("V5__star", "CREATE VIEW s AS SELECT * FROM t;"),
    ]), @"
    order V1 V2 V3 V4 V5
    V2 after V1: requires table public.t
    V3 after V1: requires table public.t
    V3 after V2: requires column public.t.c
    V4 after V1: requires column public.t.id; requires table public.t
    V5 after V1: requires table public.t
    V5 after V2: conflict table public.t
    ");
}

#[test]
fn a_foreign_key_needs_the_key_it_points_at() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int NOT NULL);"),
        ("V2__pk", "ALTER TABLE t ADD PRIMARY KEY (id);"),
        ("V3__u", "CREATE TABLE u (t_id int REFERENCES t (id));"),
    ]), @r#"
    order V1 V2 V3
    V2 after V1: requires column public.t.id; requires table public.t
    V3 after V1: requires column public.t.id; requires table public.t
    V3 after V2: requires index "(id)" on public.t
    "#);
}

#[test]
fn renames_move_a_table_with_its_columns() {
    assert_snapshot!(graph(&[
        ("V1__a", "CREATE TABLE a (id int PRIMARY KEY, n text);"),
        ("V2__read", "CREATE VIEW v AS SELECT n FROM a;"),
        ("V3__rename", "ALTER TABLE a RENAME TO b; ALTER TABLE b RENAME COLUMN n TO m;"),
        ("V4__new", "CREATE INDEX ON b (m);"),
        ("V5__old", "CREATE INDEX ON b (n);"),
    ]), @"
    order V1 V2 V3 V4 V5
    V2 after V1: requires column public.a.n; requires table public.a
    V3 after V1: conflict table public.a; requires table public.a
    V3 after V2: conflict table public.a
    V4 after V3: requires column public.b.m; requires table public.b
    V5 after V3: conflict table public.b; requires table public.b
    missing column public.b.n at V5__old.sql:1:20, dropped by V3
    ");
}

#[test]
fn rows_keep_their_order_and_bring_in_triggers_defaults_and_parents() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int, p int REFERENCES p);"),
        ("V2__log", "CREATE TABLE log (id int);"),
        ("V3__f", "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (1); RETURN NEW; END $$;"),
        ("V4__g", "CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();"),
        ("V5__seedp", "INSERT INTO p VALUES (1);"),
        ("V6__seed", "INSERT INTO t (id, p) VALUES (1, 1);"),
        ("V7__check", "ALTER TABLE t ADD CHECK (id > 0);"),
    ]), @"
    order V1 V2 V3 V4 V5 V6 V7
    V4 after V1: requires table public.t
    V4 after V3: requires function public.f()
    V5 after V1: requires table public.p
    V6 after V1: conflict table public.p; requires column public.t.id; requires column public.t.p; requires table public.t
    V6 after V2: conflict table public.log
    V6 after V3: conflict function public.f()
    V6 after V4: conflict table public.t
    V6 after V5: rows table public.p
    V7 after V1: requires column public.t.id; requires table public.t
    V7 after V4: conflict table public.t
    V7 after V6: conflict table public.t; rows table public.t
    ");
}

#[test]
fn function_bodies_count_when_they_are_called_and_not_before() {
    assert_snapshot!(graph(&[
        ("V1__f", "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT id FROM t); END';"),
        ("V2__t", "CREATE TABLE t (id int);"),
        ("V3__view", "CREATE VIEW v AS SELECT f();"),
        ("V4__call", "SELECT f();"),
    ]), @"
    order V1 V2 V3 V4
    V3 after V1: requires function public.f()
    V4 after V1: requires function public.f()
    V4 after V2: conflict column public.t.id; conflict table public.t
    ");
}

#[test]
fn function_bodies_in_sql_are_checked_when_they_are_created_unless_that_is_off() {
    assert_snapshot!(graph(&[
        ("V1__f", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT id FROM t';"),
        ("V2__t", "CREATE TABLE t (id int);"),
        ("V3__g", "SET check_function_bodies = off; CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT id FROM u';"),
        ("V4__u", "CREATE TABLE u (id int);"),
    ]), @"
    order V2 V1 V3 V4
    V1 after V2: requires column public.t.id; requires table public.t
    ");
}

#[test]
fn opaque_migrations_stand_between_everything() {
    assert_snapshot!(graph(&[
        ("V1__a", "CREATE TABLE a ();"),
        ("V2__b", "CREATE TABLE b ();"),
        ("V3__do", "DO $$ BEGIN EXECUTE 'CREATE TABLE ' || current_user; END $$;"),
        ("V4__c", "CREATE TABLE c (x d);"),
    ]), @"
    order V1 V2 V3 V4
    V3 after V1: opaque schema public
    V3 after V2: opaque schema public
    V4 after V3: opaque schema public
    missing type public.d at V4__c.sql:1:19 (`V3__do` may create it, which may change anything in schema `public`)
    ");
}

#[test]
fn extensions_come_before_what_they_bring() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id uuid DEFAULT uuid_generate_v4(), c citext, x foo, y int DEFAULT uuidv7());"),
        ("V2__ext", "CREATE EXTENSION \"uuid-ossp\"; CREATE EXTENSION IF NOT EXISTS citext;"),
        ("V3__u", "CREATE TABLE u (c citext, z frob);"),
    ]), @r#"
    order V2 V1 V3
    V1 after V2: requires extension "uuid-ossp"; requires extension citext
    V3 after V2: requires extension "uuid-ossp"; requires extension citext
    missing type public.foo at V1__t.sql:1:65 (it may come from extension `citext` or `"uuid-ossp"`)
    missing type public.frob at V3__u.sql:1:29 (it may come from extension `citext` or `"uuid-ossp"`)
    missing function public.uuidv7() at V1__t.sql:1:84 (it is built in from PostgreSQL 18)
    "#);
}

#[test]
fn search_path_finds_the_first_that_exists() {
    assert_snapshot!(graph(&[
        ("V1__a", "CREATE SCHEMA app; CREATE TABLE app.t (id int); CREATE TABLE u (id int);"),
        ("V2__b", "SET search_path TO app, public; CREATE INDEX ON t (id); CREATE INDEX i ON u (id); DROP INDEX i;"),
        ("V3__c", "CREATE INDEX ON t (id);"),
    ]), @"
    order V1 V2 V3
    V2 after V1: requires column app.t.id; requires column public.u.id; requires table app.t; requires table public.u
    missing table public.t at V3__c.sql:1:17
    ");
}

#[test]
fn repeatable_migrations_come_last() {
    assert_snapshot!(graph(&[
        ("R__views", "CREATE OR REPLACE VIEW v AS SELECT id FROM t;"),
        ("V2__t", "CREATE TABLE t (id int);"),
        ("V10__u", "CREATE TABLE u (id int);"),
    ]), @"
    order V2 V10 R
    R after V2: requires column public.t.id; requires table public.t
    ");
}

#[test]
fn added_enum_labels_come_before_strings_that_may_mean_them() {
    assert_snapshot!(graph(&[
        ("V1__e", "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (e e);"),
        ("V2__b", "ALTER TYPE e ADD VALUE 'b';"),
        ("V3__use", "INSERT INTO t VALUES ('b');"),
        ("V4__cast", "CREATE VIEW v AS SELECT 'b'::e AS x, 'c'::e AS y;"),
    ]), @"
    order V1 V2 V3 V4
    V2 after V1: requires enum public.e
    V3 after V1: conflict enum public.e; requires table public.t
    V3 after V2: conflict enum label 'b' of public.e
    V4 after V1: requires enum public.e
    V4 after V2: conflict enum label 'b' of public.e; conflict enum public.e; requires enum label 'b' of public.e
    missing enum label 'c' of public.e at V4__cast.sql:1:38
    ");
}

#[test]
fn partitions_are_free_of_each_other() {
    assert_snapshot!(graph(&[
        ("V1__p", "CREATE TABLE p (id int) PARTITION BY RANGE (id);"),
        ("V2__1", "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2);"),
        ("V3__2", "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (2) TO (3);"),
        ("V4__alter", "ALTER TABLE p ADD c int;"),
        ("V5__seed", "INSERT INTO p VALUES (1);"),
    ]), @"
    order V1 V2 V3 V4 V5
    V2 after V1: requires table public.p
    V3 after V1: requires table public.p
    V4 after V1: requires table public.p
    V4 after V2: conflict table public.p
    V4 after V3: conflict table public.p
    V5 after V1: requires table public.p
    V5 after V2: rows table public.p
    V5 after V3: rows table public.p
    V5 after V4: conflict table public.p
    ");
}

#[test]
fn whole_schema_grants_stand_after_what_is_there() {
    assert_snapshot!(graph(&[
        ("V1__s", "CREATE SCHEMA s;"),
        ("V2__a", "CREATE TABLE s.a ();"),
        ("V3__grant", "GRANT SELECT ON ALL TABLES IN SCHEMA s TO reader;"),
        ("V4__b", "CREATE TABLE s.b ();"),
        ("V5__drop", "DROP SCHEMA s CASCADE;"),
    ]), @"
    order V1 V2 V3 V4 V5
    V2 after V1: requires schema s
    V3 after V1: requires schema s
    V3 after V2: conflict schema s
    V4 after V1: requires schema s
    V4 after V3: conflict schema s
    V5 after V1: conflict schema s; requires schema s
    V5 after V2: conflict schema s; conflict table s.a
    V5 after V3: conflict schema s
    V5 after V4: conflict schema s; conflict table s.b
    missing role reader at V3__grant.sql:1:43
    ");
}

#[test]
fn overloads_are_dropped_one_by_one() {
    assert_snapshot!(graph(&[
        ("V1__f", "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 1';"),
        ("V2__drop", "DROP FUNCTION f(int);"),
        ("V3__use", "CREATE VIEW v AS SELECT f('x');"),
        ("V4__drop", "DROP FUNCTION f(text) CASCADE;"),
        ("V5__gone", "CREATE VIEW w AS SELECT x FROM v;"),
    ]), @r#"
    order V1 V2 V3 V4 V5
    V2 after V1: conflict function public.f(); requires function public.f()
    V3 after V2: requires function public.f()
    V4 after V2: conflict function public.f(); requires function public.f()
    V4 after V3: conflict column public.v."*"; conflict function public.f(); conflict view public.v
    V5 after V4: conflict table public.v
    missing table public.v at V5__gone.sql:1:32, dropped by V4
    "#);
}

#[test]
fn a_drop_waits_until_whatever_depends_on_it_is_gone() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int, n varchar(10)); CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';"),
        ("V2__view", "CREATE VIEW v AS SELECT * FROM t;"),
        ("V3__index", "CREATE INDEX i ON t (f(id));"),
        ("V4__gone", "DROP VIEW v;"),
        ("V5__gone", "DROP INDEX i;"),
        ("V6__type", "ALTER TABLE t ALTER COLUMN n TYPE text;"),
        ("V7__drop", "DROP FUNCTION f(int);"),
    ]), @r#"
    order V1 V2 V3 V4 V5 V6 V7
    V2 after V1: requires table public.t
    V3 after V1: requires column public.t.id; requires function public.f(); requires table public.t
    V4 after V2: conflict column public.v."*"; conflict view public.v; requires view public.v
    V5 after V3: conflict index public.i; requires index public.i
    V6 after V1: requires column public.t.n; requires table public.t
    V6 after V2: conflict table public.t
    V6 after V4: conflict table public.t
    V7 after V1: conflict function public.f(); requires function public.f()
    V7 after V3: conflict function public.f()
    V7 after V5: conflict function public.f()
    "#);
}

#[test]
fn an_index_made_anew_comes_after_the_column_that_took_the_old_one_along() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int, p bool); CREATE INDEX i ON t (id);"),
        ("V2__drop", "ALTER TABLE t DROP COLUMN id;"),
        ("V3__again", "CREATE INDEX IF NOT EXISTS i ON t (p);"),
    ]), @"
    order V1 V2 V3
    V2 after V1: conflict column public.t.id; conflict index public.i; requires column public.t.id; requires table public.t
    V3 after V1: requires column public.t.p; requires table public.t
    V3 after V2: conflict index public.i
    ");
}

#[test]
fn comments_leave_readers_alone() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int);"),
        ("V2__view", "CREATE VIEW v AS SELECT id FROM t;"),
        ("V3__one", "COMMENT ON COLUMN t.id IS 'a';"),
        ("V4__two", "COMMENT ON COLUMN t.id IS 'b';"),
    ]), @"
    order V1 V2 V3 V4
    V2 after V1: requires column public.t.id; requires table public.t
    V3 after V1: requires column public.t.id; requires table public.t
    V4 after V1: requires column public.t.id; requires table public.t
    V4 after V3: conflict column public.t.id
    ");
}

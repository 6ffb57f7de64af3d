//! What random orders on real servers have shown: each of these once lacked an edge, or had a false one.

use insta::assert_snapshot;

use super::graph;

#[test]
fn if_not_exists_provides_nothing_where_it_finds_the_table() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int);"),
        ("V2__again", "CREATE TABLE IF NOT EXISTS t (id int, other gone);"),
        ("V3__column", "ALTER TABLE t ADD COLUMN IF NOT EXISTS id int, ADD COLUMN IF NOT EXISTS n int;"),
        ("V4__use", "CREATE VIEW v AS SELECT id, n FROM t;"),
    ]), @"
    order V1 V2 V3 V4
    V2 after V1: conflict table public.t
    V3 after V1: conflict column public.t.id; requires table public.t
    V4 after V1: requires column public.t.id; requires table public.t
    V4 after V3: requires column public.t.n
    ");
}

#[test]
fn replaced_things_keep_their_provider() {
    assert_snapshot!(graph(&[
        ("V1__f", "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';"),
        ("V2__namesake", "CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 1';"),
        ("V3__replace", "CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 2';"),
        ("V4__rename", "ALTER FUNCTION f(text) RENAME TO g;"),
        ("V5__use", "CREATE VIEW v AS SELECT f(1), g('x');"),
    ]), @"
    order V1 V2 V3 V4 V5
    V2 after V1: conflict function public.f()
    V3 after V2: conflict function public.f()
    V4 after V3: conflict function public.f()
    V5 after V4: conflict function public.f(); requires function public.g()
    ");
}

#[test]
fn a_cascade_reaches_foreign_keys_and_defaults() {
    assert_snapshot!(graph(&[
        ("V1__a", "CREATE TABLE a (id serial PRIMARY KEY);"),
        ("V2__b", "CREATE TABLE b (id int DEFAULT nextval('a_id_seq'), a int REFERENCES a);"),
        ("V3__rename", "ALTER TABLE b RENAME CONSTRAINT b_a_fkey TO k;"),
        ("V4__key", "ALTER TABLE a DROP CONSTRAINT a_pkey CASCADE;"),
        ("V5__seed", "INSERT INTO b DEFAULT VALUES;"),
        ("V6__sequence", "DROP SEQUENCE a_id_seq CASCADE;"),
    ]), @r#"
    order V1 V2 V3 V4 V5 V6
    V2 after V1: requires index "(primary key)" on public.a; requires sequence public.a_id_seq; requires table public.a
    V3 after V2: conflict constraint b_a_fkey on public.b; requires constraint b_a_fkey on public.b; requires table public.b
    V4 after V1: conflict constraint a_pkey on public.a; conflict index "(id)" on public.a; conflict index "(primary key)" on public.a; conflict index public.a_pkey; requires constraint a_pkey on public.a; requires table public.a
    V4 after V2: conflict index "(primary key)" on public.a
    V4 after V3: conflict constraint k on public.b; conflict index "(primary key)" on public.a; conflict table public.b
    V5 after V1: conflict sequence public.a_id_seq; conflict table public.a
    V5 after V2: requires table public.b
    V5 after V4: conflict table public.a; conflict table public.b
    V6 after V1: conflict sequence public.a_id_seq; requires sequence public.a_id_seq
    V6 after V2: conflict sequence public.a_id_seq
    V6 after V3: conflict sequence public.a_id_seq
    V6 after V4: conflict constraint k on public.b; conflict table public.a; conflict table public.b
    V6 after V5: conflict sequence public.a_id_seq; conflict table public.a; conflict table public.b
    "#);
}

#[test]
fn values_of_a_sequence_are_drawn_in_order() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id serial, x int); CREATE SEQUENCE s;"),
        ("V2__a", "CREATE TABLE a (id int DEFAULT nextval('s'));"),
        ("V3__b", "CREATE TABLE b (id int DEFAULT nextval('s'));"),
        ("V4__alter", "ALTER SEQUENCE t_id_seq INCREMENT BY 2;"),
        ("V5__seed", "INSERT INTO t (x) VALUES (1);"),
        ("V6__seed", "INSERT INTO a DEFAULT VALUES;"),
        ("V7__seed", "INSERT INTO b DEFAULT VALUES;"),
        ("V8__set", "SELECT setval('s', 9);"),
        ("V9__set", "SELECT setval(pg_get_serial_sequence('t', 'id'), 9);"),
    ]), @"
    order V1 V2 V3 V4 V5 V6 V7 V8 V9
    V2 after V1: requires sequence public.s
    V3 after V1: requires sequence public.s
    V4 after V1: requires sequence public.t_id_seq
    V5 after V1: requires column public.t.x; requires table public.t
    V5 after V4: conflict sequence public.t_id_seq
    V6 after V1: conflict sequence public.s
    V6 after V2: requires table public.a
    V7 after V1: conflict sequence public.s
    V7 after V3: requires table public.b
    V7 after V6: rows sequence public.s
    V8 after V1: requires sequence public.s
    V8 after V7: rows sequence public.s
    V9 after V1: requires column public.t.id; requires table public.t
    V9 after V5: rows table public.t
    ");
}

#[test]
fn keys_and_their_indexes_have_one_name() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int PRIMARY KEY);"),
        ("V2__rename", "ALTER TABLE t RENAME CONSTRAINT t_pkey TO k;"),
        ("V3__comment", "COMMENT ON INDEX k IS 'x';"),
        ("V4__rename", "ALTER INDEX k RENAME TO l;"),
        ("V5__drop", "ALTER TABLE t DROP CONSTRAINT l;"),
    ]), @r#"
    order V1 V2 V3 V4 V5
    V2 after V1: conflict constraint t_pkey on public.t; conflict index public.t_pkey; requires constraint t_pkey on public.t; requires table public.t
    V3 after V2: requires index public.k
    V4 after V2: conflict constraint k on public.t; conflict index public.k; requires index public.k
    V4 after V3: conflict index public.k
    V5 after V1: conflict index "(id)" on public.t; conflict index "(primary key)" on public.t; requires table public.t
    V5 after V2: conflict table public.t
    V5 after V4: conflict constraint l on public.t; conflict index public.l; requires constraint l on public.t
    "#);
}

#[test]
fn indexes_and_sequences_move_with_their_table() {
    assert_snapshot!(graph(&[
        ("V1__s", "CREATE SCHEMA s;"),
        ("V2__t", "CREATE TABLE t (id serial PRIMARY KEY);"),
        ("V3__move", "ALTER TABLE t SET SCHEMA s;"),
        ("V4__use", "ALTER INDEX s.t_pkey RENAME TO k; ALTER SEQUENCE s.t_id_seq CACHE 2;"),
        ("V5__same", "ALTER TABLE s.t SET SCHEMA s;"),
    ]), @"
    order V1 V2 V3 V4 V5
    V3 after V1: requires schema s
    V3 after V2: conflict index public.t_pkey; conflict sequence public.t_id_seq; conflict table public.t; requires table public.t
    V4 after V3: conflict index s.t_pkey; requires index s.t_pkey; requires sequence s.t_id_seq
    V5 after V1: requires schema s
    V5 after V3: requires table s.t
    ");
}

#[test]
fn rows_of_children_are_rows_of_their_parents() {
    assert_snapshot!(graph(&[
        ("V1__p", "CREATE TABLE p (id int) PARTITION BY RANGE (id);"),
        ("V2__c", "CREATE TABLE c PARTITION OF p DEFAULT; CREATE TABLE d (id int);"),
        ("V3__seed", "INSERT INTO c VALUES (1);"),
        ("V4__read", "CREATE MATERIALIZED VIEW m AS SELECT id FROM p;"),
        ("V5__column", "ALTER TABLE p ADD COLUMN n int;"),
        ("V6__child", "ALTER TABLE c ALTER COLUMN n SET DEFAULT 1;"),
        ("V7__detach", "ALTER TABLE p DETACH PARTITION c;"),
        ("V8__drop", "DROP TABLE p;"),
        ("V9__left", "INSERT INTO c VALUES (2);"),
    ]), @"
    order V1 V2 V3 V4 V5 V6 V7 V8 V9
    V2 after V1: requires table public.p
    V3 after V1: conflict table public.p
    V3 after V2: requires table public.c; rows table public.p
    V4 after V1: requires column public.p.id; requires table public.p
    V4 after V3: rows table public.p
    V5 after V1: requires table public.p
    V5 after V2: conflict table public.p
    V5 after V3: conflict table public.c; conflict table public.p
    V5 after V4: conflict table public.p
    V6 after V2: requires table public.c
    V6 after V5: conflict table public.c
    V7 after V1: conflict table public.p; requires table public.p
    V7 after V2: requires table public.c
    V7 after V3: rows table public.p
    V7 after V4: rows table public.p
    V7 after V5: conflict table public.p
    V7 after V6: conflict table public.c; conflict table public.p
    V8 after V1: conflict column public.p.id; conflict table public.p; requires table public.p
    V8 after V2: conflict table public.p
    V8 after V3: conflict table public.p
    V8 after V4: conflict column public.p.id; conflict table public.p
    V8 after V5: conflict column public.p.n; conflict table public.p
    V8 after V6: conflict table public.p
    V8 after V7: conflict table public.p
    V9 after V2: requires table public.c
    V9 after V3: rows table public.c
    V9 after V7: conflict table public.c; conflict table public.p; rows table public.p
    V9 after V8: conflict table public.p
    ");
}

#[test]
fn a_copy_has_the_indexes_that_are_there() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int, x int);"),
        ("V2__plain", "CREATE TABLE a (LIKE t);"),
        ("V3__all", "CREATE TABLE b (LIKE t INCLUDING ALL);"),
        ("V4__index", "CREATE INDEX ON t (x);"),
        ("V5__unseen", "ALTER INDEX b_x_idx RENAME TO i;"),
    ]), @"
    order V1 V2 V3 V4 V5
    V2 after V1: requires table public.t
    V3 after V1: conflict table public.t; requires table public.t
    V4 after V1: requires column public.t.x; requires table public.t
    V4 after V3: conflict table public.t
    V5 after V3: conflict table public.b
    missing index public.b_x_idx at V5__unseen.sql:1:13 (it may come with table `b`)
    ");
}

#[test]
fn a_copy_has_the_sequences_as_they_are() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int GENERATED BY DEFAULT AS IDENTITY);"),
        ("V2__plain", "CREATE TABLE a (LIKE t);"),
        ("V3__identity", "CREATE TABLE b (LIKE t INCLUDING IDENTITY);"),
        ("V4__step", "ALTER SEQUENCE t_id_seq INCREMENT BY 2;"),
    ]), @"
    order V1 V2 V3 V4
    V2 after V1: requires table public.t
    V3 after V1: conflict table public.t; requires table public.t
    V4 after V1: requires sequence public.t_id_seq
    V4 after V3: conflict sequence public.t_id_seq
    ");
}

#[test]
fn what_a_view_let_go_is_followed_through_renames() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int, x int);"),
        ("V2__view", "CREATE VIEW v AS SELECT x FROM t;"),
        ("V3__rename", "ALTER TABLE t RENAME COLUMN x TO y;"),
        ("V4__drop", "DROP VIEW v;"),
        ("V5__column", "ALTER TABLE t DROP COLUMN y;"),
    ]), @r#"
    order V1 V2 V3 V4 V5
    V2 after V1: requires column public.t.x; requires table public.t
    V3 after V1: conflict column public.t.x; requires column public.t.x; requires table public.t
    V3 after V2: conflict column public.t.x
    V4 after V2: conflict column public.v."*"; conflict view public.v; requires view public.v
    V5 after V1: requires table public.t
    V5 after V3: conflict column public.t.y; conflict table public.t; requires column public.t.y
    V5 after V4: conflict column public.t.y
    "#);
}

#[test]
fn the_types_of_a_signature_have_to_be_there() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int);"),
        ("V2__f", "CREATE FUNCTION f(it t) RETURNS int LANGUAGE sql AS 'SELECT 1';"),
        ("V3__rename", "ALTER TABLE t RENAME TO u;"),
        ("V4__comment", "COMMENT ON FUNCTION f(u) IS 'x';"),
    ]), @"
    order V1 V2 V3 V4
    V2 after V1: requires table public.t
    V3 after V1: conflict table public.t; requires table public.t
    V3 after V2: conflict table public.t
    V4 after V2: requires function public.f()
    V4 after V3: conflict table public.t; requires table public.u
    ");
}

#[test]
fn a_key_is_dropped_when_no_foreign_key_needs_it_any_more() {
    assert_snapshot!(graph(&[
        ("V1__a", "CREATE TABLE a (id int PRIMARY KEY, n int UNIQUE);"),
        ("V2__b", "CREATE TABLE b (a int REFERENCES a);"),
        ("V3__free", "ALTER TABLE b DROP CONSTRAINT b_a_fkey;"),
        ("V4__empty", "TRUNCATE a;"),
        ("V5__key", "ALTER TABLE a DROP CONSTRAINT a_pkey;"),
    ]), @r#"
    order V1 V2 V3 V4 V5
    V2 after V1: requires index "(primary key)" on public.a; requires table public.a
    V3 after V2: conflict constraint b_a_fkey on public.b; requires constraint b_a_fkey on public.b; requires table public.b
    V4 after V1: conflict index "(id)" on public.a; conflict index "(n)" on public.a; conflict index "(primary key)" on public.a; requires table public.a
    V4 after V2: conflict index "(primary key)" on public.a
    V4 after V3: conflict constraint b_a_fkey on public.b; conflict index "(primary key)" on public.a
    V5 after V1: conflict constraint a_pkey on public.a; conflict index public.a_pkey; requires constraint a_pkey on public.a; requires table public.a
    V5 after V4: conflict index "(id)" on public.a; conflict index "(primary key)" on public.a; conflict table public.a
    "#);
}

#[test]
fn privileges_on_columns_need_them() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int);"),
        ("V2__column", "ALTER TABLE t ADD COLUMN n int;"),
        ("V3__grant", "GRANT UPDATE (n) ON t TO CURRENT_USER;"),
    ]), @"
    order V1 V2 V3
    V2 after V1: requires table public.t
    V3 after V1: requires table public.t
    V3 after V2: requires column public.t.n
    ");
}

#[test]
fn rows_that_go_may_take_others_along() {
    assert_snapshot!(graph(&[
        ("V1__a", "CREATE TABLE a (id int PRIMARY KEY);"),
        ("V2__b", "CREATE TABLE b (a int REFERENCES a ON DELETE CASCADE);"),
        ("V3__read", "CREATE TABLE c AS SELECT a FROM b;"),
        ("V4__delete", "DELETE FROM a;"),
    ]), @r#"
    order V1 V2 V3 V4
    V2 after V1: requires index "(primary key)" on public.a; requires table public.a
    V3 after V2: requires column public.b.a; requires table public.b
    V4 after V1: requires table public.a
    V4 after V3: rows table public.b
    "#);
}

#[test]
fn a_column_that_is_there_needs_nothing_more() {
    assert_snapshot!(graph(&[
        ("V1__b", "CREATE TABLE b (id int PRIMARY KEY);"),
        ("V2__t", "CREATE TABLE t (c int);"),
        ("V3__drop", "ALTER TABLE b DROP COLUMN id;"),
        ("V4__there", "ALTER TABLE t ADD COLUMN IF NOT EXISTS c int REFERENCES b (id);"),
        ("V5__both", "ALTER TABLE t ADD COLUMN IF NOT EXISTS c int REFERENCES b (id), ADD COLUMN IF NOT EXISTS d int REFERENCES b (id);"),
    ]), @r#"
    order V1 V2 V3 V4 V5
    V3 after V1: conflict column public.b.id; conflict constraint b_pkey on public.b; conflict index public.b_pkey; requires column public.b.id; requires table public.b
    V4 after V2: conflict column public.t.c; requires table public.t
    V5 after V1: requires index "(id)" on public.b; requires table public.b
    V5 after V2: conflict column public.t.c; requires table public.t
    V5 after V3: conflict table public.b
    V5 after V4: conflict table public.t
    missing column public.b.id at V5__both.sql:1:110, dropped by V3
    "#);
}

#[test]
fn a_function_may_get_a_name_that_others_have() {
    assert_snapshot!(graph(&[
        ("V1__f", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';"),
        ("V2__g", "CREATE FUNCTION g(int) RETURNS int LANGUAGE sql AS 'SELECT 1';"),
        ("V3__rename", "ALTER FUNCTION f() RENAME TO g;"),
        ("V4__drop", "DROP FUNCTION g();"),
        ("V5__use", "CREATE VIEW v AS SELECT g(1);"),
        ("V6__drop", "DROP FUNCTION g(int) CASCADE;"),
        ("V7__use", "CREATE VIEW w AS SELECT g(1);"),
    ]), @r#"
    order V1 V2 V3 V4 V5 V6 V7
    V3 after V1: conflict function public.f(); requires function public.f()
    V3 after V2: conflict function public.g()
    V4 after V3: conflict function public.g(); requires function public.g()
    V5 after V4: requires function public.g()
    V6 after V4: conflict function public.g(); requires function public.g()
    V6 after V5: conflict column public.v."*"; conflict function public.g(); conflict view public.v
    V7 after V6: conflict function public.g()
    missing function public.g() at V7__use.sql:1:25, dropped by V6
    "#);
}

#[test]
fn rows_change_with_the_key_they_refer_to() {
    assert_snapshot!(graph(&[
        ("V1__a", "CREATE TABLE a (id int PRIMARY KEY, n int);"),
        ("V2__b", "CREATE TABLE b (a int REFERENCES a ON DELETE RESTRICT ON UPDATE CASCADE);"),
        ("V3__read", "CREATE TABLE c AS SELECT a FROM b;"),
        ("V4__other", "UPDATE a SET n = 1;"),
        ("V5__key", "UPDATE a SET id = 1;"),
        ("V6__conflict", "INSERT INTO a VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 2;"),
        ("V7__merge", "MERGE INTO a USING b ON a.id = b.a WHEN MATCHED THEN UPDATE SET id = 2;"),
    ]), @r#"
    order V1 V2 V3 V4 V5 V6 V7
    V2 after V1: requires index "(primary key)" on public.a; requires table public.a
    V3 after V2: requires column public.b.a; requires table public.b
    V4 after V1: requires column public.a.n; requires table public.a
    V5 after V1: requires column public.a.id; requires table public.a
    V5 after V3: rows table public.b
    V5 after V4: rows table public.a
    V6 after V1: requires column public.a.id; requires index "(id)" on public.a; requires table public.a
    V6 after V5: rows table public.a; rows table public.b
    V7 after V1: requires column public.a.id; requires table public.a
    V7 after V2: requires column public.b.a; requires table public.b
    V7 after V6: rows table public.a; rows table public.b
    "#);
}

#[test]
fn what_no_migration_makes_can_be_renamed() {
    let found = graph(&[
        (
            "V1__rename",
            "ALTER TABLE old RENAME TO new; INSERT INTO new VALUES (9); ALTER TABLE old2 RENAME COLUMN a TO b;",
        ),
        ("V2__use", "ALTER TABLE new ADD COLUMN n int; SELECT b FROM old2;"),
    ]);
    assert!(!found.contains("missing table public.new"), "{found}");
    assert!(
        found.contains("V2 after V1: conflict table public.new") && found.contains("requires table public.new"),
        "{found}"
    );
}

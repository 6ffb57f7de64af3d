//! Sequences: whose they are, what draws from them, and when they go.

use insta::assert_snapshot;

use super::graph;

#[test]
fn children_and_copies_draw_from_the_sequence_of_their_source() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id bigserial, n int);"),
        ("V2__child", "CREATE TABLE c (k int) INHERITS (t);"),
        ("V3__copy", "CREATE TABLE d (LIKE t INCLUDING DEFAULTS);"),
        ("V4__fill", "INSERT INTO c (n) VALUES (1);"),
        ("V5__fill", "INSERT INTO d (n) VALUES (1);"),
        ("V6__step", "ALTER SEQUENCE t_id_seq INCREMENT BY 2;"),
    ]), @"
    order V1 V2 V3 V4 V5 V6
    V2 after V1: requires table public.t
    V3 after V1: requires table public.t
    V4 after V1: conflict table public.t
    V4 after V2: conflict table public.c; requires table public.c; rows table public.t
    V5 after V1: conflict table public.t
    V5 after V3: requires table public.d
    V5 after V4: rows sequence public.t_id_seq; rows table public.t
    V6 after V1: requires sequence public.t_id_seq
    V6 after V4: conflict sequence public.t_id_seq
    V6 after V5: conflict sequence public.t_id_seq
    ");
}

#[test]
fn a_new_column_draws_for_the_rows_that_are_there() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (n int); CREATE SEQUENCE s;"),
        ("V2__rows", "DELETE FROM t;"),
        ("V3__step", "ALTER SEQUENCE s INCREMENT BY 2;"),
        ("V4__fill", "ALTER TABLE t ADD COLUMN id int DEFAULT nextval('s');"),
    ]), @"
    order V1 V2 V3 V4
    V2 after V1: requires table public.t
    V3 after V1: requires sequence public.s
    V4 after V1: requires sequence public.s; requires table public.t
    V4 after V2: conflict table public.t; rows table public.t
    V4 after V3: conflict sequence public.s
    ");
}

#[test]
fn what_is_left_behind_is_nobodys_part() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE SCHEMA s; CREATE TABLE t (id serial);"),
        ("V2__move", "ALTER TABLE t SET SCHEMA s;"),
        ("V3__again", "CREATE TABLE t (id serial);"),
        ("V4__drop", "DO $$ BEGIN EXECUTE 'DROP TABLE s.t'; END $$;"),
        ("V5__use", "ALTER SEQUENCE public.t_id_seq CACHE 2;"),
    ]), @"
    order V1 V2 V3 V4 V5
    V2 after V1: conflict sequence public.t_id_seq; conflict table public.t; requires schema s; requires table public.t
    V3 after V1: conflict column public.t.id
    V3 after V2: conflict sequence public.t_id_seq; conflict table public.t
    V4 after V2: conflict sequence s.t_id_seq; conflict table s.t; requires table s.t
    V5 after V3: requires sequence public.t_id_seq
    ");
}

#[test]
fn a_sequence_goes_once_no_default_draws_from_it() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id serial); CREATE TABLE c () INHERITS (t);"),
        ("V2__rename", "ALTER TABLE t RENAME TO u;"),
        ("V3__default", "ALTER TABLE u ALTER COLUMN id SET DEFAULT 0;"),
        ("V4__child", "ALTER TABLE c ALTER COLUMN id DROP DEFAULT;"),
        ("V5__drop", "DROP SEQUENCE t_id_seq;"),
    ]), @"
    order V1 V2 V3 V4 V5
    V2 after V1: conflict table public.c; conflict table public.t; requires table public.t
    V3 after V2: conflict table public.c; requires table public.u
    V4 after V1: requires table public.c
    V4 after V3: conflict column public.c.id; conflict table public.c
    V5 after V1: conflict sequence public.t_id_seq; requires sequence public.t_id_seq
    V5 after V3: conflict sequence public.t_id_seq
    V5 after V4: conflict sequence public.t_id_seq
    ");
}

#[test]
fn a_sequence_on_its_own_stays_when_its_table_goes() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id serial); CREATE TABLE u (id int);"),
        ("V2__alone", "ALTER SEQUENCE t_id_seq OWNED BY NONE;"),
        ("V3__free", "ALTER TABLE t ALTER COLUMN id DROP DEFAULT;"),
        ("V4__drop", "DROP TABLE t;"),
        ("V5__own", "ALTER SEQUENCE t_id_seq OWNED BY u.id;"),
        ("V6__drop", "DROP TABLE u;"),
        ("V7__gone", "DROP SEQUENCE t_id_seq;"),
    ]), @"
    order V1 V2 V3 V4 V5 V6 V7
    V2 after V1: conflict table public.t; requires sequence public.t_id_seq
    V3 after V1: requires column public.t.id; requires table public.t
    V4 after V1: conflict column public.t.id; conflict table public.t; requires table public.t
    V4 after V2: conflict table public.t
    V4 after V3: conflict column public.t.id; conflict table public.t
    V5 after V1: requires column public.u.id; requires sequence public.t_id_seq; requires table public.u
    V5 after V2: conflict sequence public.t_id_seq
    V6 after V1: conflict column public.u.id; conflict sequence public.t_id_seq; conflict table public.u; requires table public.u
    V6 after V2: conflict sequence public.t_id_seq
    V6 after V3: conflict sequence public.t_id_seq
    V6 after V4: conflict sequence public.t_id_seq
    V6 after V5: conflict column public.u.id; conflict sequence public.t_id_seq; conflict table public.u
    V7 after V6: conflict sequence public.t_id_seq
    missing sequence public.t_id_seq at V7__gone.sql:1:15, dropped by V6
    ");
}

#[test]
fn a_new_table_gets_another_sequence_than_the_one_that_had_its_name() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id serial, n int);"),
        ("V2__rename", "ALTER TABLE t RENAME TO u;"),
        ("V3__again", "CREATE TABLE t (id serial, n int);"),
        ("V4__set", "SELECT setval('t_id_seq', 50);"),
        ("V5__insert", "INSERT INTO u (n) VALUES (1);"),
        ("V6__set", "SELECT setval('t_id_seq1', 70);"),
        ("V7__drop", "DROP TABLE u;"),
    ]), @"
    order V1 V2 V3 V4 V5 V6 V7
    V2 after V1: conflict table public.t; requires table public.t
    V3 after V1: conflict column public.t.id; conflict column public.t.n; conflict sequence public.t_id_seq
    V3 after V2: conflict table public.t
    V4 after V1: requires sequence public.t_id_seq
    V4 after V2: conflict table public.t
    V4 after V3: conflict table public.t
    V5 after V2: conflict table public.t; requires table public.u
    V5 after V3: conflict table public.t
    V5 after V4: rows sequence public.t_id_seq; rows table public.u
    V6 after V3: requires sequence public.t_id_seq1
    V6 after V4: rows table public.t
    V6 after V5: rows table public.t
    V7 after V1: conflict sequence public.t_id_seq
    V7 after V2: conflict table public.u; requires table public.u
    V7 after V3: conflict sequence public.t_id_seq
    V7 after V4: conflict sequence public.t_id_seq
    V7 after V5: conflict column public.u.n; conflict table public.u
    ");
}

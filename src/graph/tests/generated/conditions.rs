//! What may have been done, or may not: under a condition, or only where something is not there yet.

use insta::assert_snapshot;

use super::graph;

#[test]
fn what_is_dropped_under_a_condition_may_still_be_there() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int, n int);"),
        ("V2__perhaps", "DO $$ BEGIN IF to_regclass('t') IS NULL THEN ALTER TABLE t DROP COLUMN n; END IF; END $$;"),
        ("V3__use", "INSERT INTO t (n) VALUES (1);"),
        ("V4__drop", "DROP TABLE t;"),
        ("V5__again", "CREATE TABLE t (n int);"),
    ]), @"
    order V1 V2 V3 V4 V5
    V2 after V1: conflict column public.t.n; conflict table public.t
    V3 after V1: requires table public.t
    V3 after V2: conflict column public.t.n; conflict table public.t
    V4 after V1: conflict column public.t.id; conflict table public.t; requires table public.t
    V4 after V2: conflict column public.t.n; conflict table public.t
    V4 after V3: conflict column public.t.n; conflict table public.t
    V5 after V4: conflict column public.t.n; conflict table public.t
    ");
}

#[test]
fn what_is_made_where_something_was_dropped_under_a_condition_has_its_own_columns() {
    let missing = graph(&[
        ("V1__t", "CREATE TABLE t (id int);"),
        (
            "V2__perhaps",
            "DO $$ BEGIN IF to_regclass('t') IS NOT NULL THEN DROP TABLE t; END IF; END $$;\nCREATE TABLE IF NOT EXISTS t (id int, n int);",
        ),
        ("V3__use", "INSERT INTO t (n) VALUES (1);"),
    ]);
    assert!(!missing.contains("missing") && missing.contains("V3 after V2"), "{missing}");
}

#[test]
fn what_is_renamed_under_a_condition_may_have_either_name() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int, n int);"),
        ("V2__perhaps", "DO $$ BEGIN IF to_regclass('u') IS NULL THEN ALTER TABLE t RENAME TO u; END IF; END $$;"),
        ("V3__old", "DO $$ BEGIN IF to_regclass('t') IS NOT NULL THEN INSERT INTO t (n) VALUES (1); END IF; END $$;"),
        ("V4__new", "INSERT INTO u (n) VALUES (1);"),
    ]), @"
    order V1 V2 V3 V4
    V2 after V1: conflict table public.t
    V3 after V2: conflict table public.t
    V4 after V2: conflict table public.t; requires table public.u
    V4 after V3: rows table public.t
    ");
}

#[test]
fn the_index_of_a_key_that_is_renamed_under_a_condition_may_have_either_name() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int CONSTRAINT k PRIMARY KEY);"),
        ("V2__perhaps", "DO $$ BEGIN IF to_regclass('u') IS NULL THEN ALTER TABLE t RENAME CONSTRAINT k TO l; END IF; END $$;"),
        ("V3__old", "ALTER INDEX k RENAME TO m;"),
    ]), @"
    order V1 V2 V3
    V2 after V1: conflict constraint k on public.t; conflict index public.k; conflict table public.t
    V3 after V2: conflict constraint k on public.t; conflict index public.k
    ");
}

#[test]
fn a_question_to_the_catalog_keeps_the_order_and_requires_nothing() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int);"),
        ("V2__a", "CREATE TABLE a (id int);"),
        ("V3__ask", "DO $$ BEGIN IF to_regclass('public.t') IS NULL THEN DELETE FROM a; END IF; END $$;"),
    ]), @"
    order V1 V2 V3
    V3 after V1: conflict table public.t
    V3 after V2: conflict table public.a
    ");
}

#[test]
fn a_column_that_may_have_been_there_is_no_requirement() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t AS SELECT 1 AS id;"),
        ("V2__column", "ALTER TABLE t ADD COLUMN IF NOT EXISTS id int;"),
        ("V3__use", "UPDATE t SET id = 0;"),
    ]), @"
    order V1 V2 V3
    V2 after V1: requires table public.t
    V3 after V1: requires table public.t
    V3 after V2: conflict column public.t.id; conflict table public.t
    ");
}

#[test]
fn a_column_that_may_have_been_there_may_need_nothing() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int); CREATE TABLE c () INHERITS (t);"),
        ("V2__column", "ALTER TABLE t ADD COLUMN n int;"),
        ("V3__column", "ALTER TABLE c ADD COLUMN IF NOT EXISTS n int REFERENCES t;"),
    ]), @"
    order V1 V2 V3
    V2 after V1: conflict table public.c; conflict table public.t; requires table public.t
    V3 after V1: conflict table public.c; conflict table public.t; requires table public.c
    V3 after V2: conflict table public.c; conflict table public.t
    ");
}

//! Columns, and the children, views and statistics that change and fall with them.

use insta::assert_snapshot;

use super::graph;

#[test]
fn a_column_takes_views_of_all_columns_along() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int, n int);"),
        ("V2__view", "CREATE VIEW v AS SELECT * FROM t;"),
        ("V3__drop", "ALTER TABLE t DROP COLUMN n CASCADE;"),
        ("V4__view", "CREATE VIEW v AS SELECT 1 AS one;"),
    ]), @r#"
    order V1 V2 V3 V4
    V2 after V1: requires table public.t
    V3 after V1: conflict column public.t.n; requires column public.t.n; requires table public.t
    V3 after V2: conflict column public.v."*"; conflict table public.t; conflict view public.v
    V4 after V3: conflict column public.v."*"; conflict view public.v
    "#);
}

#[test]
fn a_view_that_is_replaced_falls_no_longer_with_what_it_read() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int);"),
        ("V2__view", "CREATE VIEW v AS SELECT id FROM t;"),
        ("V3__view", "CREATE OR REPLACE VIEW v AS SELECT 1 AS id;"),
        ("V4__drop", "DROP TABLE t CASCADE;"),
        ("V5__use", "COMMENT ON VIEW v IS 'x';"),
    ]), @r#"
    order V1 V2 V3 V4 V5
    V2 after V1: requires column public.t.id; requires table public.t
    V3 after V2: conflict column public.v."*"; conflict view public.v
    V4 after V1: conflict column public.t.id; conflict table public.t; requires table public.t
    V4 after V2: conflict column public.t.id; conflict table public.t
    V4 after V3: conflict column public.t.id; conflict table public.t; conflict view public.v
    V5 after V4: conflict view public.v
    "#);
}

#[test]
fn children_get_lose_and_rename_columns_with_their_parent() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int, n int); CREATE TABLE c (id int, n int, own int);"),
        ("V2__join", "ALTER TABLE c INHERIT t;"),
        ("V3__add", "ALTER TABLE t ADD COLUMN up int;"),
        ("V4__use", "CREATE INDEX i ON c (up);"),
        ("V5__view", "CREATE VIEW v AS SELECT n FROM c;"),
        ("V6__free", "DROP VIEW v;"),
        ("V7__type", "ALTER TABLE t ALTER COLUMN n TYPE bigint;"),
        ("V8__rename", "ALTER TABLE t RENAME COLUMN n TO m;"),
        ("V9__use", "CREATE INDEX j ON c (m);"),
        ("V10__drop", "ALTER TABLE t DROP COLUMN up;"),
        ("V11__again", "CREATE INDEX i ON c (own);"),
    ]), @r#"
    order V1 V2 V3 V4 V5 V6 V7 V8 V9 V10 V11
    V2 after V1: conflict table public.c; requires table public.c; requires table public.t
    V3 after V1: requires table public.t
    V3 after V2: conflict table public.c; conflict table public.t
    V4 after V1: requires table public.c
    V4 after V2: conflict table public.c
    V4 after V3: requires column public.c.up
    V5 after V1: requires column public.c.n; requires table public.c
    V6 after V5: conflict column public.v."*"; conflict view public.v; requires view public.v
    V7 after V1: requires column public.t.n; requires table public.t
    V7 after V2: rows table public.t
    V7 after V3: conflict table public.c; conflict table public.t
    V7 after V5: conflict column public.c.n
    V7 after V6: conflict column public.c.n
    V8 after V1: conflict column public.c.n; conflict column public.t.n; requires column public.t.n; requires table public.t
    V8 after V7: conflict column public.c.n; conflict column public.t.n; conflict table public.c; conflict table public.t
    V9 after V1: requires table public.c
    V9 after V2: conflict table public.c
    V9 after V8: requires column public.c.m
    V10 after V1: requires table public.t
    V10 after V3: conflict column public.c.up; conflict column public.t.up; requires column public.t.up
    V10 after V4: conflict column public.c.up; conflict index public.i
    V10 after V8: conflict table public.c; conflict table public.t
    V10 after V9: conflict index public.j
    V11 after V1: requires column public.c.own; requires table public.c
    V11 after V2: conflict table public.c
    V11 after V10: conflict index public.i
    "#);
}

#[test]
fn a_cascade_from_a_parents_column_may_take_what_reads_the_childs() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int, n int); CREATE TABLE c (k int) INHERITS (t);"),
        ("V2__view", "CREATE VIEW v AS SELECT n FROM c;"),
        ("V3__drop", "ALTER TABLE t DROP COLUMN n CASCADE;"),
        ("V4__again", "CREATE OR REPLACE VIEW v AS SELECT k AS n FROM c;"),
        ("V5__use", "CREATE VIEW w AS SELECT n FROM v;"),
    ]), @r#"
    order V1 V2 V3 V4 V5
    V2 after V1: conflict table public.c; requires table public.c
    V3 after V1: conflict column public.t.n; conflict table public.c; conflict table public.t; requires column public.t.n; requires table public.t
    V3 after V2: conflict column public.v."*"; conflict table public.c; conflict view public.v
    V4 after V1: requires column public.c.k; requires table public.c
    V4 after V3: conflict column public.v."*"; conflict view public.v
    V5 after V4: conflict view public.v
    "#);
}

#[test]
fn statistics_are_copied_fall_and_go_with_their_columns() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE SCHEMA s; CREATE TABLE t (id int, n int, m int);"),
        ("V2__statistics", "CREATE STATISTICS st ON id, n FROM t;"),
        ("V3__copy", "CREATE TABLE c (LIKE t INCLUDING STATISTICS);"),
        ("V4__copied", "DROP STATISTICS c_id_n_stat;"),
        ("V5__move", "ALTER TABLE t SET SCHEMA s;"),
        ("V6__column", "ALTER TABLE s.t DROP COLUMN n;"),
        ("V7__again", "CREATE STATISTICS st ON id, m FROM s.t;"),
        ("V8__table", "DROP TABLE s.t;"),
        ("V9__again", "CREATE TABLE u (a int, b int); CREATE STATISTICS st ON a, b FROM u;"),
    ]), @"
    order V1 V2 V3 V4 V5 V6 V7 V8 V9
    V2 after V1: requires column public.t.id; requires column public.t.n; requires table public.t
    V3 after V1: conflict table public.t; requires table public.t
    V3 after V2: conflict table public.t
    V4 after V3: conflict table public.c
    V5 after V1: conflict table public.t; requires schema s; requires table public.t
    V5 after V2: conflict table public.t
    V5 after V3: conflict table public.t
    V6 after V2: conflict statistics public.st
    V6 after V5: requires table s.t
    V7 after V5: requires table s.t
    V7 after V6: conflict statistics public.st
    V8 after V5: conflict table s.t; requires table s.t
    V8 after V6: conflict table s.t
    V8 after V7: conflict column s.t.id; conflict column s.t.m; conflict statistics public.st; conflict table s.t
    V9 after V8: conflict statistics public.st
    missing statistics public.c_id_n_stat at V4__copied.sql:1:17 (it may come with table `c`)
    ");
}

#[test]
fn a_materialized_view_is_bound_to_the_columns_it_names() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int, n int); CREATE TABLE u (id int, n int);"),
        ("V2__views", "CREATE MATERIALIZED VIEW v AS SELECT a.id FROM t a JOIN u ON true; CREATE MATERIALIZED VIEW w AS SELECT u.* FROM u;"),
        ("V3__column", "ALTER TABLE u DROP COLUMN n CASCADE;"),
        ("V4__drop", "DROP MATERIALIZED VIEW v;"),
        ("V5__gone", "DROP MATERIALIZED VIEW w;"),
    ]), @r#"
    order V1 V2 V3 V4 V5
    V2 after V1: requires column public.t.id; requires table public.t; requires table public.u
    V3 after V1: conflict column public.u.n; requires column public.u.n; requires table public.u
    V3 after V2: conflict column public.w."*"; conflict materialized view public.w; conflict table public.u
    V4 after V2: conflict column public.v."*"; conflict materialized view public.v; requires materialized view public.v
    V5 after V3: conflict table public.w
    missing table public.w at V5__gone.sql:1:24, dropped by V3
    "#);
}

//! Types: labels, fields and arrays.

use insta::assert_snapshot;

use super::graph;

#[test]
fn labels_are_used_before_they_get_another_name() {
    assert_snapshot!(graph(&[
        ("V1__e", "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (e e);"),
        ("V2__add", "ALTER TYPE e ADD VALUE 'c';"),
        ("V3__type", "ALTER TYPE e RENAME TO f;"),
        ("V4__use", "INSERT INTO t VALUES ('c');"),
        ("V5__use", "INSERT INTO t VALUES ('a');"),
        ("V6__rename", "ALTER TYPE f RENAME VALUE 'c' TO 'd';"),
        ("V7__rename", "ALTER TYPE f RENAME VALUE 'a' TO 'c';"),
        ("V8__use", "INSERT INTO t VALUES ('c');"),
        ("V9__other", "INSERT INTO t VALUES ('a', 'b');"),
    ]), @"
    order V1 V2 V3 V4 V5 V6 V7 V8 V9
    V2 after V1: requires enum public.e
    V3 after V1: conflict type public.e; requires enum public.e
    V3 after V2: conflict enum public.e; conflict type public.e
    V4 after V1: requires table public.t
    V4 after V2: conflict enum label 'c' of public.e
    V4 after V3: conflict enum public.f
    V5 after V1: requires table public.t
    V5 after V3: conflict enum public.f
    V5 after V4: rows table public.t
    V6 after V3: requires enum public.f
    V6 after V4: conflict enum label 'c' of public.f
    V7 after V3: requires enum public.f
    V7 after V5: conflict enum label 'a' of public.f
    V7 after V6: conflict enum label 'c' of public.f; conflict enum public.f
    V8 after V1: requires table public.t
    V8 after V3: conflict enum public.f
    V8 after V5: rows table public.t
    V8 after V6: conflict enum label 'c' of public.f
    V8 after V7: conflict enum label 'c' of public.f
    V9 after V1: requires table public.t
    V9 after V3: conflict enum public.f
    V9 after V8: rows table public.t
    ");
}

#[test]
fn fields_are_those_of_a_columns_type() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TYPE p AS (a int); CREATE TABLE t (p p, n int);"),
        ("V2__field", "ALTER TYPE p ADD ATTRIBUTE b int;"),
        ("V3__view", "CREATE VIEW v AS SELECT (p).b, (t.p).a FROM t;"),
        ("V4__other", "CREATE VIEW w AS SELECT n FROM t;"),
        ("V5__free", "DROP VIEW v;"),
        ("V6__field", "ALTER TYPE p DROP ATTRIBUTE b;"),
    ]), @r#"
    order V1 V2 V3 V4 V5 V6
    V2 after V1: conflict type public.p; requires type public.p
    V3 after V1: requires column public.t.p; requires table public.t
    V3 after V2: conflict type public.p
    V4 after V1: requires column public.t.n; requires table public.t
    V5 after V3: conflict column public.v."*"; conflict view public.v; requires view public.v
    V6 after V1: requires type public.p
    V6 after V2: conflict type public.p
    V6 after V3: conflict type public.p
    V6 after V5: conflict type public.p
    "#);
}

#[test]
fn arrays_go_by_the_name_of_their_element() {
    assert_snapshot!(graph(&[
        ("V1__e", "CREATE TYPE e AS ENUM ('a'); CREATE TABLE r (a int);"),
        ("V2__t", "CREATE TABLE t (e _e, r public._r, i _int4);"),
        ("V3__free", "DROP TABLE t;"),
        ("V4__e", "DROP TYPE e;"),
        ("V5__r", "DROP TABLE r;"),
        ("V6__own", "CREATE DOMAIN _own AS int; CREATE TABLE u (a _own, b _gone);"),
    ]), @"
    order V1 V2 V3 V4 V5 V6
    V2 after V1: requires enum public.e; requires table public.r
    V3 after V2: conflict column public.t.e; conflict column public.t.i; conflict column public.t.r; conflict table public.t; requires table public.t
    V4 after V1: conflict enum label 'a' of public.e; conflict enum public.e; requires enum public.e
    V4 after V2: conflict enum public.e
    V4 after V3: conflict enum public.e
    V5 after V1: conflict column public.r.a; conflict table public.r; requires table public.r
    V5 after V2: conflict table public.r
    V5 after V3: conflict table public.r
    missing type public._gone at V6__own.sql:1:54
    ");
}

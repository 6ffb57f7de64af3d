//! Functions, operators, extensions and dictionaries, where something else uses them, and once nothing does.

use insta::assert_snapshot;

use super::graph;

#[test]
fn an_operator_reads_what_its_function_reads() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int);"),
        ("V2__f", "CREATE FUNCTION f(int, int) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM t';"),
        ("V3__operator", "CREATE OPERATOR <~> (LEFTARG = int, RIGHTARG = int, FUNCTION = f);"),
        ("V4__fill", "INSERT INTO t VALUES (1);"),
        ("V5__use", "CREATE TABLE a AS SELECT 1 <~> 2 AS n;"),
        ("V6__view", "CREATE VIEW v AS SELECT 1 <~> 2 AS n;"),
        ("V7__fill", "INSERT INTO t VALUES (2);"),
        ("V8__view", "CREATE TABLE b AS SELECT n FROM v;"),
        ("V9__fill", "INSERT INTO t VALUES (3);"),
    ]), @r#"
    order V1 V2 V3 V4 V5 V6 V7 V8 V9
    V2 after V1: requires table public.t
    V3 after V2: conflict function public.f()
    V4 after V1: requires table public.t
    V5 after V1: conflict table public.t
    V5 after V2: conflict function public.f()
    V5 after V3: requires operator public."<~>"
    V5 after V4: rows table public.t
    V6 after V3: requires operator public."<~>"
    V7 after V1: requires table public.t
    V7 after V4: rows table public.t
    V7 after V5: rows table public.t
    V8 after V1: conflict table public.t
    V8 after V2: conflict function public.f()
    V8 after V3: conflict operator public."<~>"
    V8 after V6: requires view public.v
    V8 after V7: rows table public.t
    V9 after V1: requires table public.t
    V9 after V7: rows table public.t
    V9 after V8: rows table public.t
    "#);
}

#[test]
fn how_a_function_is_declared_matters_where_it_is_called() {
    assert_snapshot!(graph(&[
        ("V1__f", "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT $1; END; CREATE TABLE t (id int);"),
        ("V2__view", "CREATE VIEW v AS SELECT f(id) FROM t;"),
        ("V3__declare", "ALTER FUNCTION f(int) IMMUTABLE;"),
        ("V4__index", "CREATE INDEX ON t (f(id));"),
        ("V5__generated", "CREATE TABLE g (id int, n int GENERATED ALWAYS AS (f(id)) STORED);"),
        ("V6__view", "CREATE VIEW w AS SELECT f(id) FROM t;"),
        ("V7__call", "CREATE TABLE x AS SELECT f(1);"),
    ]), @"
    order V1 V2 V3 V4 V5 V6 V7
    V2 after V1: requires column public.t.id; requires function public.f(); requires table public.t
    V3 after V1: requires function public.f()
    V4 after V1: requires column public.t.id; requires function public.f(); requires table public.t
    V4 after V3: conflict function public.f()
    V5 after V1: requires function public.f()
    V5 after V3: conflict function public.f()
    V6 after V1: requires column public.t.id; requires function public.f(); requires table public.t
    V7 after V1: requires function public.f()
    V7 after V3: conflict function public.f()
    ");
}

#[test]
fn an_extension_goes_once_nothing_uses_what_it_brought() {
    assert_snapshot!(graph(&[
        ("V1__x", "CREATE EXTENSION pg_trgm; CREATE EXTENSION citext;"),
        ("V2__t", "CREATE TABLE t (a citext, b text);"),
        ("V3__index", "CREATE INDEX i ON t USING gin (b gin_trgm_ops);"),
        ("V4__free", "DROP INDEX i;"),
        ("V5__free", "ALTER TABLE t ALTER COLUMN a TYPE text;"),
        ("V6__drop", "DROP EXTENSION pg_trgm;"),
        ("V7__drop", "DROP EXTENSION citext;"),
    ]), @"
    order V1 V2 V3 V4 V5 V6 V7
    V2 after V1: requires extension citext
    V3 after V1: requires extension pg_trgm
    V3 after V2: requires column public.t.b; requires table public.t
    V4 after V3: conflict index public.i; requires index public.i
    V5 after V2: requires column public.t.a; requires table public.t
    V6 after V1: conflict extension pg_trgm; requires extension pg_trgm
    V6 after V3: conflict extension pg_trgm
    V6 after V4: conflict extension pg_trgm
    V7 after V1: conflict extension citext; requires extension citext
    V7 after V2: conflict extension citext
    V7 after V5: conflict extension citext
    ");
}

#[test]
fn functions_go_once_no_aggregate_is_made_of_them() {
    assert_snapshot!(graph(&[
        ("V1__f", "CREATE FUNCTION f(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1';"),
        ("V2__a", "CREATE AGGREGATE a(int) (SFUNC = f, STYPE = int);"),
        ("V3__a", "DROP AGGREGATE a(int);"),
        ("V4__f", "DROP FUNCTION f(int, int);"),
    ]), @"
    order V1 V2 V3 V4
    V2 after V1: conflict function public.f()
    V3 after V2: conflict aggregate public.a(); requires aggregate public.a()
    V4 after V1: conflict function public.f(); requires function public.f()
    V4 after V2: conflict function public.f()
    V4 after V3: conflict function public.f()
    ");
}

#[test]
fn dictionaries_go_once_no_configuration_maps_to_them() {
    assert_snapshot!(graph(&[
        ("V1__d", "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple); CREATE TEXT SEARCH CONFIGURATION c (COPY = simple);"),
        ("V2__map", "ALTER TEXT SEARCH CONFIGURATION c ALTER MAPPING FOR word WITH d;"),
        ("V3__t", "CREATE TABLE t (a text); CREATE INDEX i ON t USING gin (to_tsvector('c', a));"),
        ("V4__drop", "DROP INDEX i;"),
        ("V5__map", "ALTER TEXT SEARCH CONFIGURATION c ALTER MAPPING FOR word WITH simple;"),
        ("V6__d", "DROP TEXT SEARCH DICTIONARY d;"),
        ("V7__c", "DROP TEXT SEARCH CONFIGURATION c;"),
    ]), @"
    order V1 V2 V3 V4 V5 V6 V7
    V2 after V1: conflict text search dictionary public.d; requires text search configuration public.c
    V3 after V1: conflict text search configuration public.c
    V4 after V3: conflict index public.i; requires index public.i
    V5 after V1: requires text search configuration public.c
    V5 after V2: conflict text search configuration public.c
    V6 after V1: conflict text search dictionary public.d; requires text search dictionary public.d
    V6 after V2: conflict text search dictionary public.d
    V6 after V5: conflict text search dictionary public.d
    V7 after V1: conflict text search configuration public.c; requires text search configuration public.c
    V7 after V2: conflict text search configuration public.c
    V7 after V3: conflict text search configuration public.c
    V7 after V4: conflict text search configuration public.c
    V7 after V5: conflict text search configuration public.c
    ");
}

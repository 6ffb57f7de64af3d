//! What generated projects got wrong, in short.

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
fn a_name_found_further_along_the_path_comes_before_one_in_front() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE SCHEMA s; CREATE TABLE t (id int);"),
        ("V2__use", "SET search_path TO s, public; ALTER TABLE t ADD COLUMN n int;"),
        ("V3__other", "CREATE TABLE s.t (id int);"),
    ]), @"
    order V1 V2 V3
    V2 after V1: requires table public.t
    V3 after V1: requires schema s
    V3 after V2: conflict table s.t
    ");
}

#[test]
fn indexes_over_the_same_columns_of_a_partitioned_table_keep_their_order() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int, n int) PARTITION BY RANGE (id);"),
        ("V2__part", "CREATE TABLE p PARTITION OF t DEFAULT;"),
        ("V3__index", "CREATE INDEX i ON t (n);"),
        ("V4__index", "CREATE INDEX j ON t (n) WHERE id > 0;"),
        ("V5__other", "CREATE INDEX k ON t (id);"),
        ("V6__own", "CREATE INDEX l ON p (n);"),
        ("V7__name", "ALTER TABLE p RENAME TO q;"),
        ("V8__alone", "ALTER TABLE t DETACH PARTITION q;"),
        ("V9__index", "CREATE INDEX m ON t (n, id);"),
    ]), @"
    order V1 V2 V3 V4 V5 V6 V7 V8 V9
    V2 after V1: requires table public.t
    V3 after V1: requires column public.t.n; requires table public.t
    V4 after V1: requires column public.t.id; requires column public.t.n; requires table public.t
    V4 after V3: conflict index _n_idx on public.p; conflict index _n_idx on public.t
    V5 after V1: requires column public.t.id; requires table public.t
    V6 after V2: requires table public.p
    V6 after V4: conflict index _n_idx on public.p
    V7 after V1: conflict table public.t
    V7 after V2: conflict table public.p; requires table public.p
    V7 after V3: conflict table public.t
    V7 after V4: conflict table public.t
    V7 after V5: conflict table public.t
    V7 after V6: conflict table public.p
    V8 after V1: requires table public.t
    V8 after V2: conflict table public.t; rows table public.t
    V8 after V4: rows table public.t
    V8 after V7: conflict table public.t; requires table public.q
    V9 after V1: requires column public.t.id; requires column public.t.n; requires table public.t
    V9 after V8: conflict table public.t
    ");
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int, n int);"),
        ("V2__index", "CREATE INDEX i ON t (n);"),
        ("V3__index", "CREATE INDEX j ON t (n) WHERE id > 0;"),
    ]), @"
    order V1 V2 V3
    V2 after V1: requires column public.t.n; requires table public.t
    V3 after V1: requires column public.t.id; requires column public.t.n; requires table public.t
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

#[test]
fn without_the_first_schema_of_the_path_the_next_gets_what_is_created() {
    assert_snapshot!(graph(&[
        ("V1__t", "SET search_path TO s, public; CREATE TABLE t (id serial PRIMARY KEY);"),
        ("V2__use", "COMMENT ON INDEX public.t_pkey IS 'x';"),
        ("V3__schema", "CREATE SCHEMA s;"),
        ("V4__t", "SET search_path TO s, public; CREATE TABLE t (id int); COMMENT ON TABLE s.t IS 'x';"),
    ]), @"
    order V1 V2 V3 V4
    V2 after V1: requires index public.t_pkey
    V3 after V1: conflict schema s
    V4 after V3: requires schema s
    ");
}

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
fn names_that_are_taken_are_numbered_in_order() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (a int, b int); CREATE TABLE u (a int);"),
        ("V2__index", "CREATE INDEX ON t (a);"),
        ("V3__index", "CREATE INDEX ON t (a) WHERE b > 0;"),
        ("V4__relation", "CREATE TABLE t_a_idx2 (a int);"),
        ("V5__rename", "ALTER INDEX t_a_idx1 RENAME TO i;"),
        ("V6__index", "CREATE INDEX ON t (a) WHERE b > 1;"),
        ("V7__other", "CREATE INDEX ON u (a);"),
        ("V8__drop", "DROP INDEX t_a_idx1;"),
    ]), @"
    order V1 V2 V3 V4 V5 V6 V7 V8
    V2 after V1: requires column public.t.a; requires table public.t
    V3 after V1: conflict table public.t; requires column public.t.a; requires column public.t.b; requires table public.t
    V3 after V2: conflict index public.t_a_idx; conflict table public.t
    V4 after V3: conflict table public.t_a_idx2
    V5 after V1: conflict table public.t
    V5 after V3: conflict table public.t
    V6 after V1: requires column public.t.a; requires column public.t.b; requires table public.t
    V6 after V3: conflict index public.t_a_idx
    V6 after V4: conflict index public.t_a_idx2
    V6 after V5: conflict table public.t
    V7 after V1: requires column public.u.a; requires table public.u
    V8 after V1: conflict table public.t
    V8 after V6: conflict table public.t
    missing index public.t_a_idx1 at V5__rename.sql:1:13, V8__drop.sql:1:12 (it may come with table `t`)
    ");
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
fn numbered_names_are_cut_shorter() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE a_table_with_a_name_of_some_length (and_a_column_with_one_as_well int);"),
        ("V2__i", "CREATE INDEX ON a_table_with_a_name_of_some_length (and_a_column_with_one_as_well);"),
        ("V3__i", "CREATE INDEX ON a_table_with_a_name_of_some_length (and_a_column_with_one_as_well);"),
        ("V4__i", "DROP INDEX a_table_with_a_name_of_some_l_and_a_column_with_one_as_we_idx1;"),
        ("V5__i", "DROP INDEX a_table_with_a_name_of_some_l_and_a_column_with_one_as_well_idx;"),
    ]), @"
    order V1 V2 V3 V4 V5
    V2 after V1: requires column public.a_table_with_a_name_of_some_length.and_a_column_with_one_as_well; requires table public.a_table_with_a_name_of_some_length
    V3 after V1: conflict table public.a_table_with_a_name_of_some_length; requires column public.a_table_with_a_name_of_some_length.and_a_column_with_one_as_well; requires table public.a_table_with_a_name_of_some_length
    V3 after V2: conflict index public.a_table_with_a_name_of_some_l_and_a_column_with_one_as_well_idx; conflict table public.a_table_with_a_name_of_some_length
    V4 after V1: conflict table public.a_table_with_a_name_of_some_length
    V4 after V3: conflict table public.a_table_with_a_name_of_some_length
    V5 after V3: conflict index public.a_table_with_a_name_of_some_l_and_a_column_with_one_as_well_idx
    V5 after V4: conflict table public.a_table_with_a_name_of_some_length
    missing index public.a_table_with_a_name_of_some_l_and_a_column_with_one_as_we_idx1 at V4__i.sql:1:12 (it may come with table `a_table_with_a_name_of_some_length`)
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

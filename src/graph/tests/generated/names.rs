//! Which object a name means, and which names PostgreSQL makes up.

use insta::assert_snapshot;

use super::graph;

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

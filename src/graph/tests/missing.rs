//! What is needed and not there.

use insta::assert_snapshot;

use super::graph;

#[test]
fn missing_objects_are_named_with_every_place() {
    assert_snapshot!(graph(&[
        ("V1__a", "CREATE TABLE a (o int REFERENCES organization (id), u uuid REFERENCES auth.users);\nCREATE TABLE b (o int REFERENCES organization);\nCREATE POLICY p ON a USING (auth.uid() = u AND own(o));"),
    ]), @"
    order V1
    missing table public.organization at V1__a.sql:1:34, V1__a.sql:2:34
    missing table auth.users at V1__a.sql:1:71
    missing function public.own() at V1__a.sql:3:48
    missing function auth.uid() at V1__a.sql:3:29
    ");
}

#[test]
fn what_was_dropped_is_missing_with_who_dropped_it() {
    assert_snapshot!(graph(&[
        ("V1__a", "CREATE TABLE a (id int); CREATE TABLE p (id int);"),
        ("V2__drop", "DROP TABLE a;"),
        ("V3__use", "ALTER TABLE a ADD b int;"),
        ("V4__again", "CREATE TABLE a (id int);"),
    ]), @"
    order V1 V2 V3 V4
    V2 after V1: conflict column public.a.id; conflict table public.a; requires table public.a
    V3 after V2: conflict table public.a
    V4 after V2: conflict column public.a.id; conflict table public.a
    V4 after V3: conflict table public.a
    missing table public.a at V3__use.sql:1:13, dropped by V2
    ");
}

#[test]
fn a_key_trigger_or_policy_is_missing_where_the_whole_table_is_known() {
    assert_snapshot!(graph(&[
        ("V1__t", "CREATE TABLE t (id int, n int, UNIQUE (n)); CREATE TABLE l (LIKE t INCLUDING ALL); CREATE TABLE r (id int PRIMARY KEY, m int UNIQUE);"),
        ("V2__self", "CREATE TABLE s (p int REFERENCES s (id), id int, PRIMARY KEY (id)); ALTER TABLE r RENAME m TO k;"),
        ("V3__use", "CREATE TABLE u (a int REFERENCES t (id), b int REFERENCES t (n), c int REFERENCES l (id), d int REFERENCES r (k));"),
        ("V4__drop", "DROP TRIGGER tr ON t; DROP POLICY p ON t; DROP TRIGGER tr ON l; ALTER TABLE t DROP CONSTRAINT t_whatever;"),
    ]), @r#"
    order V1 V2 V3 V4
    V2 after V1: conflict column public.r.m; requires column public.r.m; requires table public.r
    V3 after V1: requires column public.t.id; requires column public.t.n; requires index "(n)" on public.t; requires table public.l; requires table public.r; requires table public.t
    V3 after V2: conflict table public.r; requires column public.r.k
    V4 after V1: conflict table public.t; requires table public.l; requires table public.t
    V4 after V3: conflict table public.l; conflict table public.t
    missing index "(id)" on public.t at V3__use.sql:1:34
    missing trigger tr on public.t at V4__drop.sql:1:14
    missing policy p on public.t at V4__drop.sql:1:35
    "#);
}

//! Migrations that wait for each other.

use insta::assert_snapshot;

use super::graph;

#[test]
fn cycles_are_named_whole() {
    assert_snapshot!(graph(&[
        ("V1__a", "CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES b);"),
        ("V2__b", "CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);"),
        ("V3__c", "CREATE TABLE c (a int REFERENCES a);"),
    ]), @r#"
    order V1 V2 V3
    V2 after V1: conflict table public.b; requires index "(primary key)" on public.a; requires table public.a
    V3 after V1: requires index "(primary key)" on public.a; requires table public.a
    M303 `V1__a`, `V2__b` wait for each other
      V1__a.sql:1:54 needs `V2__b` first: table public.b
      V2__b.sql:1:54 needs `V1__a` first: table public.a
      move the statements that close the circle into a migration of their own
    "#);
}

#[test]
fn a_shortest_circle_stands_for_many() {
    assert_snapshot!(graph(&[
        ("V1__a", "CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES b);"),
        ("V2__b", "CREATE TABLE b (id int PRIMARY KEY, c int REFERENCES c);"),
        ("V3__c", "CREATE TABLE c (id int PRIMARY KEY, d int REFERENCES d);"),
        ("V4__d", "CREATE TABLE d (id int PRIMARY KEY, c int REFERENCES c, a int REFERENCES a);"),
        ("V5__free", "CREATE TABLE e (id int PRIMARY KEY);"),
    ]), @r#"
    order V1 V2 V3 V4 V5
    V2 after V1: conflict table public.b
    V3 after V2: conflict table public.c
    V4 after V1: requires index "(primary key)" on public.a; requires table public.a
    V4 after V3: conflict table public.d; requires index "(primary key)" on public.c; requires table public.c
    M303 `V3__c`, `V4__d` wait for each other
      V3__c.sql:1:54 needs `V4__d` first: table public.d
      V4__d.sql:1:54 needs `V3__c` first: table public.c
      this is a shortest circle among 4 migrations that all wait for each other, with `V1__a`, `V2__b`
      move the statements that close the circle into a migration of their own
    "#);
}

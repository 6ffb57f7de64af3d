//! Dependencies that are declared, beside those that the SQL shows.

use insta::assert_snapshot;

use super::graph;

#[test]
fn declared_dependencies_are_found_or_explained() {
    assert_snapshot!(graph(&[
        ("V1__users", "CREATE TABLE users (id int PRIMARY KEY);"),
        ("V2__cards", "-- requires user\n-- requires 3\nCREATE TABLE cards (u int REFERENCES users);"),
        ("V3__later", "CREATE TABLE l ();"),
        ("V4__x", "-- requires V5__y\nCREATE TABLE x (id int PRIMARY KEY);"),
        ("V5__y", "CREATE TABLE y (x int REFERENCES x);"),
    ]), @r#"
    order V1 V3 V2 V4 V5
    V2 after V1: requires index "(primary key)" on public.users; requires table public.users
    V2 after V3: declared
    V5 after V4: requires index "(primary key)" on public.x; requires table public.x
    M304 `V2__cards` requires `user`, which names no migration
      V2__cards.sql:1:1 
      did you mean `users`?
    M305 `V4__x` declares that it requires `V5__y`, but the SQL needs it the other way round
      V4__x.sql:1:1 declared here
      V5__y.sql:1:34 needs `V4__x` first: table public.x
      by the SQL, each needs the next one first: `V5__y` → `V4__x`
      remove the declaration
    "#);
}

#[test]
fn a_declaration_that_the_sql_contradicts_shows_both_places() {
    assert_snapshot!(graph(&[
        ("V1__a", "-- requires V3__c\nCREATE TABLE a (id int PRIMARY KEY);"),
        ("V2__b", "CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);"),
        ("V3__c", "CREATE TABLE c (b int REFERENCES b);"),
    ]), @r#"
    order V1 V2 V3
    V2 after V1: requires index "(primary key)" on public.a; requires table public.a
    V3 after V2: requires index "(primary key)" on public.b; requires table public.b
    M305 `V1__a` declares that it requires `V3__c`, but the SQL needs it the other way round
      V1__a.sql:1:1 declared here
      V3__c.sql:1:34 needs `V2__b` first: table public.b
      V2__b.sql:1:54 needs `V1__a` first: table public.a
      by the SQL, each needs the next one first: `V3__c` → `V2__b` → `V1__a`
      remove the declaration
    "#);
}

#[test]
fn declared_and_inferred_are_one_edge_and_duplicates_are_harmless() {
    assert_snapshot!(graph(&[
        ("V1__a", "CREATE TABLE a (id int);"),
        ("V2__b", "-- requires V1__a\n-- requires 1\n-- requires a\nCREATE INDEX ON a (id);"),
    ]), @"
    order V1 V2
    V2 after V1: declared; requires column public.a.id; requires table public.a
    ");
}

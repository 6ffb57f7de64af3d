use insta::assert_snapshot;

use super::Files;
use crate::graph::{External, made};

/// What is there in the end, each with the place of its making.
fn after(files: &[(&str, &str)]) -> String {
    let files = Files::new(files);
    let order: Vec<usize> = (0..files.ids.len()).collect();
    let all = made(&files.nodes(), &External::default(), &order);
    let line = |it: &crate::graph::Made| format!("{} {}\n", files.sources[it.node].place(it.span.start()), it.object);
    all.iter().map(line).collect()
}

#[test]
fn what_a_routine_makes_is_shown_where_it_is_called() {
    let make = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE t (id int); END $$;";
    assert_snapshot!(after(&[("V1__f", make), ("V2__call", "CREATE SCHEMA s;\nSELECT f();")]), @"
    V1__f.sql:1:17 function public.f()
    V2__call.sql:1:15 schema s
    V2__call.sql:2:8 table public.t
    V2__call.sql:2:8 column public.t.id
    ");
}

#[test]
fn what_is_there_comes_in_the_order_in_which_it_was_made() {
    assert_snapshot!(after(&[
        ("V1__a", "CREATE TABLE a (id int); CREATE TABLE gone (id int);"),
        ("V2__b", "CREATE VIEW v AS SELECT id FROM a; ALTER TABLE a ADD COLUMN n int; DROP TABLE gone;"),
    ]), @"
    V1__a.sql:1:14 table public.a
    V1__a.sql:1:17 column public.a.id
    V2__b.sql:1:13 view public.v
    V2__b.sql:1:61 column public.a.n
    ");
}

//! Rows that refer to each other: what random orders on real servers have shown, and what must stay free.

use insta::assert_snapshot;

use super::graph;

const REFERRING: (&str, &str) = (
    "V1__tables",
    "CREATE TABLE a (id int PRIMARY KEY, n int); CREATE TABLE b (id int, a_id int REFERENCES a, x int);",
);

#[test]
fn rows_go_once_the_foreign_key_is_gone() {
    assert_snapshot!(graph(&[
        REFERRING,
        ("V2__rename", "ALTER TABLE b RENAME CONSTRAINT b_a_id_fkey TO k;"),
        ("V3__free", "ALTER TABLE b DROP CONSTRAINT k;"),
        ("V4__other", "UPDATE a SET n = 1;"),
        ("V5__key", "UPDATE a SET id = 1;"),
        ("V6__delete", "DELETE FROM a;"),
    ]), @r#"
    order V1 V2 V3 V4 V5 V6
    V2 after V1: conflict constraint b_a_id_fkey on public.b; requires constraint b_a_id_fkey on public.b; requires table public.b
    V3 after V1: requires table public.b
    V3 after V2: conflict constraint k on public.b; conflict table public.b; requires constraint k on public.b
    V4 after V1: requires column public.a.n; requires table public.a
    V5 after V1: requires column public.a.id; requires table public.a
    V5 after V3: conflict constraint k on public.b
    V5 after V4: rows table public.a
    V6 after V1: requires table public.a
    V6 after V3: conflict constraint k on public.b
    V6 after V5: rows table public.a
    "#);
}

#[test]
fn a_foreign_key_may_go_with_its_column_or_table() {
    assert_snapshot!(graph(&[
        REFERRING,
        ("V2__column", "ALTER TABLE b DROP COLUMN a_id;"),
        ("V3__delete", "DELETE FROM a;"),
        ("V4__table", "DROP TABLE b;"),
        ("V5__empty", "TRUNCATE a;"),
    ]), @r#"
    order V1 V2 V3 V4 V5
    V2 after V1: conflict column public.b.a_id; conflict constraint b_a_id_fkey on public.b; requires column public.b.a_id; requires table public.b
    V3 after V1: requires table public.a
    V3 after V2: conflict constraint b_a_id_fkey on public.b
    V4 after V1: conflict column public.b.id; conflict column public.b.x; conflict table public.b; requires table public.b
    V4 after V2: conflict constraint b_a_id_fkey on public.b; conflict table public.b
    V5 after V1: conflict index "(id)" on public.a; conflict index "(primary key)" on public.a; requires table public.a
    V5 after V2: conflict index "(primary key)" on public.a
    V5 after V3: rows table public.a
    V5 after V4: conflict constraint b_a_id_fkey on public.b; conflict index "(primary key)" on public.a
    "#);
}

#[test]
fn rules_do_with_rows_what_they_say() {
    assert_snapshot!(graph(&[
        ("V1__a", "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE t (id int);"),
        ("V2__b", "CREATE TABLE b (id int REFERENCES a ON DELETE CASCADE);"),
        ("V3__rule", "CREATE RULE r AS ON INSERT TO t DO ALSO DELETE FROM a;"),
        ("V4__insert", "INSERT INTO t VALUES (1);"),
        ("V5__read", "CREATE TABLE x AS SELECT * FROM b;"),
    ]), @r#"
    order V1 V2 V3 V4 V5
    V2 after V1: requires index "(primary key)" on public.a; requires table public.a
    V3 after V1: requires table public.a; requires table public.t
    V4 after V1: conflict table public.a; requires table public.t
    V4 after V3: conflict table public.t
    V5 after V2: requires table public.b
    V5 after V4: rows table public.b
    "#);
}

#[test]
fn a_key_goes_by_the_new_names_of_its_columns() {
    assert_snapshot!(graph(&[
        ("V1__a", "CREATE TABLE a (id int PRIMARY KEY);"),
        ("V2__rename", "ALTER TABLE a RENAME COLUMN id TO z;"),
        ("V3__b", "CREATE TABLE b (a_id int REFERENCES a (z));"),
        ("V4__again", "ALTER TABLE a ADD UNIQUE (z);"),
    ]), @r#"
    order V1 V2 V3 V4
    V2 after V1: conflict column public.a.id; requires column public.a.id; requires table public.a
    V3 after V1: requires table public.a
    V3 after V2: conflict table public.a; requires column public.a.z
    V4 after V1: requires table public.a
    V4 after V2: conflict table public.a; requires column public.a.z
    V4 after V3: conflict index "(z)" on public.a; conflict table public.a
    "#);
}

#[test]
fn a_second_key_over_a_renamed_column_is_needed_by_nobody() {
    assert_snapshot!(graph(&[
        ("V1__a", "CREATE TABLE a (id int PRIMARY KEY);"),
        ("V2__rename", "ALTER TABLE a RENAME COLUMN id TO z;"),
        ("V3__again", "ALTER TABLE a ADD UNIQUE (z);"),
        ("V4__b", "CREATE TABLE b (a_id int REFERENCES a (z));"),
    ]), @r#"
    order V1 V2 V3 V4
    V2 after V1: conflict column public.a.id; requires column public.a.id; requires table public.a
    V3 after V1: requires table public.a
    V3 after V2: conflict table public.a; requires column public.a.z
    V4 after V1: requires table public.a
    V4 after V2: requires column public.a.z
    V4 after V3: conflict index "(z)" on public.a
    "#);
}

#[test]
fn a_trigger_may_change_a_key_that_the_update_does_not_name() {
    let body = |target: &str| {
        format!(
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {target} := 1; RETURN NEW; END $$;
             CREATE TRIGGER g BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f();"
        )
    };
    let of = |target: &str| {
        let trigger = body(target);
        let files = [
            ("V1__a", "CREATE TABLE a (id int PRIMARY KEY, n int);"),
            ("V2__trigger", trigger.as_str()),
            ("V3__b", "CREATE TABLE b (a_id int REFERENCES a ON UPDATE CASCADE); INSERT INTO b VALUES (1);"),
            ("V4__update", "UPDATE a SET n = 1;"),
        ];
        graph(&files).lines().filter(|it| it.starts_with("V4 after V3")).collect::<String>()
    };
    for target in ["NEW.id", "f.NEW.id", "NEW", "f.new"] {
        assert_ne!(of(target), "", "{target}");
    }
    for target in ["NEW.n", "f.NEW.n", "f.id"] {
        assert_eq!(of(target), "", "{target}");
    }
}

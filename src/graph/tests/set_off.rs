//! What writes set off beside triggers and defaults of columns.

use super::graph;

/// What a migration is said to be to the one before it.
fn last_two(files: &[&str]) -> String {
    let names: Vec<String> = (1..=files.len()).map(|it| format!("V{it}__m")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(files.iter().copied()).collect();
    let start = format!("V{} after V{}: ", files.len(), files.len() - 1);
    graph(&files).lines().filter_map(|it| it.strip_prefix(&start)).collect()
}

const FUNCTION: &str =
    "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1'; CREATE TABLE t (i int);";
const REPLACE: &str = "CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';";

#[test]
fn an_index_runs_its_functions_with_every_write() {
    for index in ["(f(i))", "(i) WHERE f(i) > 0"] {
        let setup = format!("{FUNCTION} CREATE INDEX ON t {index};");
        let both = ["INSERT INTO t VALUES (0);", REPLACE];
        assert_eq!(last_two(&[&setup, both[0], both[1]]), "conflict function public.f()");
        assert_eq!(last_two(&[&setup, both[1], both[0]]), "conflict function public.f()");
    }
    let plain = format!("{FUNCTION} CREATE INDEX ON t (i);");
    assert_eq!(last_two(&[&plain, "INSERT INTO t VALUES (0);", REPLACE]), "");
}

#[test]
fn domains_run_their_checks_and_defaults_where_they_are_used() {
    const SETUP: &str = "CREATE TABLE lim (m int);
        CREATE FUNCTION ok(int) RETURNS bool LANGUAGE sql AS 'SELECT $1 < max(m) FROM lim';
        CREATE DOMAIN base AS int CHECK (ok(VALUE)); CREATE DOMAIN d AS base;
        CREATE TABLE t (v d); CREATE VIEW w AS SELECT 5::d AS x; CREATE TABLE u (i int);
        CREATE FUNCTION c() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 5::d; END';";
    for used in [
        "INSERT INTO t VALUES (5);",
        "SELECT 5::d;",
        "CREATE TABLE x AS SELECT * FROM w;",
        "SELECT c();",
        "DO $$ BEGIN PERFORM 5::d; END $$;",
        "ALTER TABLE u ADD v d DEFAULT 5;",
    ] {
        assert_eq!(last_two(&[SETUP, used, "UPDATE lim SET m = 3;"]), "rows table public.lim", "{used}");
    }
    for unused in ["CREATE TABLE x (v d);", "CREATE VIEW x AS SELECT 5::d AS y;", "INSERT INTO u VALUES (1);"] {
        assert_eq!(last_two(&[SETUP, unused, "UPDATE lim SET m = 3;"]), "", "{unused}");
    }
}

#[test]
fn a_domain_draws_from_the_sequence_of_its_default() {
    const SETUP: &str =
        "CREATE SEQUENCE s; CREATE DOMAIN d AS int; CREATE TABLE t (v d, w int); CREATE TABLE u (v d, w int);
        ALTER DOMAIN d SET DEFAULT nextval('s');";
    let inserts = ["INSERT INTO t (w) VALUES (1);", "INSERT INTO u (w) VALUES (2);"];
    assert_eq!(last_two(&[SETUP, inserts[0], inserts[1]]), "rows sequence public.s");
}

#[test]
fn a_call_may_change_all_that_its_dynamic_sql_may_name() {
    const FUNCTION: &str = "CREATE FUNCTION addcol(t text) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN EXECUTE format('ALTER TABLE %I ADD COLUMN created int DEFAULT 1', t); END $$; CREATE TABLE a (i int);";
    assert_eq!(last_two(&[FUNCTION, "SELECT addcol('a');", "INSERT INTO a VALUES (1, 2);"]), "opaque schema public");
    let viewed = graph(&[
        ("V1__m", FUNCTION),
        ("V2__m", "SELECT addcol('a');"),
        ("V3__m", "CREATE VIEW v AS SELECT created FROM a;"),
    ]);
    assert!(viewed.ends_with("missing column public.a.created at V3__m.sql:1:25 (`V2__m` may create it, which may change anything in schema `public`)\n"), "{viewed}");
    // Nobody calls it.
    assert_eq!(last_two(&[FUNCTION, "INSERT INTO a VALUES (1);", "CREATE VIEW v AS SELECT 1 AS x;"]), "");
}

#[test]
fn strings_in_bodies_that_run_may_be_labels() {
    const SETUP: &str = "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (v e, k int);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.v = 'z' THEN NEW.k := 1; END IF; RETURN NEW; END $$;
        CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();";
    const INSERT: &str = "INSERT INTO t (k) VALUES (1);";
    for change in ["ALTER TYPE e ADD VALUE 'z';", "ALTER TYPE e RENAME VALUE 'a' TO 'z';"] {
        assert_eq!(last_two(&[SETUP, change, INSERT]), "conflict enum label 'z' of public.e", "{change}");
        assert_eq!(last_two(&[SETUP, change, "CREATE VIEW w AS SELECT k FROM t;"]), "", "{change}");
    }
    assert_eq!(last_two(&[SETUP, "ALTER TYPE e ADD VALUE 'y';", INSERT]), "");
}

#[test]
fn operators_with_built_in_names_come_after_the_extensions_that_bring_them() {
    const VIEW: &str = "CREATE VIEW v AS SELECT 'a'::text % 'b' AS x;";
    assert_eq!(last_two(&["CREATE EXTENSION pg_trgm;", VIEW]), "conflict extension pg_trgm");
    assert_eq!(last_two(&["CREATE EXTENSION hstore;", VIEW]), "");
    assert_eq!(last_two(&["SELECT 5 % 2;", "CREATE EXTENSION pg_trgm;"]), "");
}

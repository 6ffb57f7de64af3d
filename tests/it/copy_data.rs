//! `COPY … FROM stdin` with its data in the migration, and what `pg_dump` writes.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Database, Sandbox, client_program};

fn on(database: &Database) -> Sandbox {
    Sandbox::new().on(database)
}

#[test]
fn rows_are_copied_in_the_migrations_transaction() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write(
        "migrations/V1__rows.sql",
        "\\restrict key'1\n\\echo it's /* not SQL\nCREATE TABLE t (id int, name text);\n\
         COPY t (id, name) FROM stdin; -- the rows\n1\tit's; DROP TABLE t; -- $$\n2\t\\N\n3\ta\\tb\\\\.\n\\.\n\n\
         COPY t FROM stdin;\n\\.\nUPDATE t SET id = id + 10;\n\
         COPY t FROM STDIN WITH (FORMAT csv, HEADER);\r\nid,name\r\n4,\"x\r\ny\"\r\n\\.\r\n\
         CREATE TABLE u AS SELECT count(*) FROM t;\n\\unrestrict key'1\n",
    );
    insta::assert_snapshot!(sandbox.migrate(&["plan"]), @"
    $ migrate plan
    plan: 1 migration for copy_data_rows_are_copied_in_the_migrations_transaction at 127.0.0.1:[port] as postgres (0 applied already)

      V1__rows  6 statements in one transaction

    plan hash e57eaa7f2464374f
    --- stderr
    --- exit 0
    ");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(
        database.query("SELECT id, replace(name, E'\\r\\n', '/') FROM t ORDER BY id"),
        ["4|x/y", "11|it's; DROP TABLE t; -- $$", "12|", "13|a\tb\\."]
    );
    assert_eq!(database.query("SELECT count FROM u"), ["4"]);
    sandbox.migrate(&["up"]).expect(0);
}

#[test]
fn a_failing_copy_shows_the_row_and_rolls_back() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__t.sql", "CREATE TABLE t (id int PRIMARY KEY, name text);\n").write(
        "migrations/V2__rows.sql",
        "CREATE TABLE u (id int);\nCOPY t FROM stdin;\n1\tone\ntwo\ttwo\n3\t; DROP TABLE t;\n\\.\nSELECT 1;\n",
    );
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @r#"
    $ migrate up
    --- stderr
    applied V1__t in [time]
    error[M601]: `V2__rows` failed: invalid input syntax for type integer: "two"
     --> migrations/V2__rows.sql:4:1
      |
    4 | two    two
      | ^^^^^^^^^^
      |
      = note: SQLSTATE 22P02
      = note: context: COPY t, line 2, column id: "two"
      = note: rolled back: nothing of `V2__rows` is in the database
      = note: 1 migration of this run is committed and recorded
      = help: correct `migrations/V2__rows.sql`, then run `migrate up` again
    --- exit 6
    "#);
    assert_eq!(database.query("SELECT count(*), to_regclass('u') IS NULL FROM t"), ["0|t"]);
    sandbox.write(
        "migrations/V2__rows.sql",
        "INSERT INTO t VALUES (3);\nCOPY t FROM stdin;\n1\tone\n2\ttwo\n3\tthree\n4\tfour\n\\.\n",
    );
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("migrations/V2__rows.sql:5:1\n"), "{output}");
    sandbox.write("migrations/V2__rows.sql", "COPY t FROM stdin;\n1\n\\.\n");
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("missing data for column \"name\"\n --> migrations/V2__rows.sql:2:1\n"), "{output}");
    sandbox.write("migrations/V2__rows.sql", "COPY t FROM stdin;\n1\tone\n\\.\nINSERT INTO t VALUES (1, 'é'), (x);\n");
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("migrations/V2__rows.sql:4:33\n"), "{output}");
    sandbox.write("migrations/V2__rows.sql", "COPY t FROM stdin;\n1\tone\n\\.\n");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT * FROM t"), ["1|one"]);
}

/// Refused when the statement runs, before the server asks for data.
#[test]
fn a_copy_that_is_refused_is_shown_and_rolls_back() {
    let database = Database::new();
    let sandbox = on(&database);
    database.psql("CREATE TABLE t (id int, twice int GENERATED ALWAYS AS (id * 2) STORED)");
    sandbox.write(
        "migrations/V1__a.sql",
        "CREATE TABLE u (id int);\nCOPY t (id, twice) FROM stdin;\n1\t2\n\\.\nSELECT 1;\n",
    );
    for _ in 0..2 {
        let output = sandbox.migrate(&["up"]).expect(6);
        assert!(
            output.stderr.contains("column \"twice\" is a generated column\n --> migrations/V1__a.sql:2:1\n"),
            "{output}"
        );
        assert!(output.stderr.contains("rolled back: nothing of `V1__a` is in the database"), "{output}");
    }
    assert_eq!(
        database.query("SELECT to_regclass('u') IS NULL, count(*) FROM migrate.runs WHERE outcome = 'failed'"),
        ["t|2"]
    );
}

/// The server asks for the data, and fails before it reads any.
#[test]
fn a_copy_that_fails_at_its_first_trigger_is_shown_and_rolls_back() {
    let database = Database::new();
    let sandbox = on(&database);
    database.psql(
        "CREATE TABLE t (id int);
         CREATE FUNCTION closed() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'closed'; END$$;
         CREATE TRIGGER closed BEFORE INSERT ON t EXECUTE FUNCTION closed();",
    );
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE u (id int);\nCOPY t FROM stdin;\n1\n\\.\n");
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("`V1__a` failed: closed\n --> migrations/V1__a.sql:2:1\n"), "{output}");
    assert!(output.stderr.contains("rolled back: nothing of `V1__a` is in the database"), "{output}");
    database.psql("DROP TRIGGER closed ON t");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT id FROM t"), ["1"]);
}

#[cfg(feature = "embedded")]
#[test]
fn rows_are_copied_into_the_embedded_server() {
    let sandbox = Sandbox::new();
    sandbox
        .write(
            "migrations/V1__a.sql",
            "CREATE TABLE t (id int, twice int GENERATED ALWAYS AS (id * 2) STORED);\nCOPY t FROM stdin;\n1\n2\n\\.\n",
        )
        .write("migrations/V2__b.sql", "INSERT INTO t VALUES (3);\nCOPY t FROM stdin;\n4\nfive\n\\.\n");
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("applied V1__a"), "{output}");
    assert!(output.stderr.contains("--> migrations/V2__b.sql:4:1\n"), "{output}");
    assert!(output.stderr.contains("rolled back: nothing of `V2__b` is in the database"), "{output}");
    sandbox.write("migrations/V2__b.sql", "INSERT INTO t VALUES (3);\nCOPY t (id, twice) FROM stdin;\n4\t8\n\\.\n");
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(
        output.stderr.contains("column \"twice\" is a generated column\n --> migrations/V2__b.sql:2:1\n"),
        "{output}"
    );
    let count = "DO $$BEGIN ASSERT (SELECT array_agg(id ORDER BY id) FROM t) = '{1, 2, 3, 4}'; END$$;";
    sandbox
        .write("migrations/V2__b.sql", "INSERT INTO t VALUES (3);\nCOPY t FROM stdin;\n4\n\\.\n")
        .write("migrations/V3__c.sql", count);
    let output = sandbox.migrate(&["up"]).expect(0);
    assert!(output.stdout.starts_with("applied 2 migrations "), "{output}");
}

#[test]
fn copies_are_rows_written_for_the_graph() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrations/V1__rows.sql", "COPY public.t FROM stdin;\n1\tnew\n\\.\n")
        .write("migrations/V2__t.sql", "CREATE TABLE public.t (id int, kind public.kind);\n")
        .write("migrations/V3__kind.sql", "CREATE TYPE public.kind AS ENUM ('new');\n");
    let output = sandbox.migrate(&["up"]).expect(0);
    assert_eq!(
        database.query("SELECT id FROM migrate.applied ORDER BY position"),
        ["V3__kind", "V2__t", "V1__rows"],
        "{output}"
    );
}

#[test]
fn copies_keep_their_place_when_a_statement_can_be_in_no_transaction() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write(
        "migrations/V1__rows.sql",
        "CREATE TABLE t (id int);\nCOPY t FROM stdin;\n1\n2\n\\.\nCREATE INDEX CONCURRENTLY t_id ON t (id);\nCOPY t FROM stdin;\n3\nx\n\\.\n",
    );
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("migrations/V1__rows.sql:9:1\n"), "{output}");
    assert_eq!(database.query("SELECT count(*) FROM t"), ["2"]);
    sandbox.write(
        "migrations/V1__rows.sql",
        "CREATE TABLE t (id int);\nCOPY t FROM stdin;\n1\n2\n\\.\nCREATE INDEX CONCURRENTLY t_id ON t (id);\nCOPY t FROM stdin;\n3\n\\.\n",
    );
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT count(*) FROM t"), ["3"]);
}

/// Data of 40 MB: what the program holds is not several times that.
#[test]
fn a_large_copy_is_streamed() {
    let database = Database::new();
    let sandbox = on(&database);
    let mut text = "CREATE TABLE t (id int, filler text);\nCOPY t FROM stdin;\n".to_owned();
    for id in 0..200_000 {
        writeln!(text, "{id}\t{}", "x".repeat(200)).unwrap();
    }
    text.push_str("\\.\n");
    let bytes = text.len();
    sandbox.write("migrations/V1__rows.sql", text);
    let mut child = sandbox.command(Path::new(env!("CARGO_BIN_EXE_migrate"))).arg("up").spawn().unwrap();
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|it| it.trim().split(' ').next()?.parse::<usize>().ok());
        peak = peak.max(kilobytes.unwrap_or(0) * 1024);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(database.query("SELECT count(*), sum(length(filler)) FROM t"), ["200000|40000000"]);
    assert!(peak > bytes, "the peak was not measured");
    assert!(peak < bytes * 2 + (40 << 20), "{} MiB for {} MiB", peak >> 20, bytes >> 20);
}

/// What `pg_dump` writes; `None` if the one at hand is older than the server, which it then refuses.
pub fn pg_dump(database: &Database, arguments: &[&str]) -> Option<String> {
    let program = client_program("pg_dump");
    let version = Command::new(&program).arg("--version").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let major: u32 = version.split([' ', '.']).find_map(|it| it.parse().ok()).unwrap();
    let server: u32 = database.query("SHOW server_version_num")[0].parse().unwrap();
    if major < server / 10_000 {
        // Past the test harness, which shows nothing of what succeeds.
        let note = format!("NOT TESTED: pg_dump {major} can't dump a server {}\n", server / 10_000);
        std::io::stderr().write_all(note.as_bytes()).unwrap();
        return None;
    }
    let output = Command::new(program).args(arguments).arg(database.url()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

const EVERYTHING: &str = r#"
CREATE SCHEMA shop;
CREATE EXTENSION IF NOT EXISTS pgcrypto SCHEMA shop;
CREATE TYPE shop.mood AS ENUM ('sad', 'it''s ok');
CREATE TABLE shop.people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, mood shop.mood, at timestamptz DEFAULT now(), tags text[], doc jsonb, raw bytea);
CREATE TABLE shop."Order; DROP" (id serial PRIMARY KEY, person bigint REFERENCES shop.people, "the ""note""" text);
INSERT INTO shop.people (name, mood, tags, doc, raw) VALUES
    (E'tab\there\nand newline', 'sad', '{a,"b c"}', '{"k": "v\\n"}', '\x00ff'), ('\.', 'it''s ok', NULL, 'null', NULL), ('', NULL, '{}', '[]', ''),
    ('; DROP TABLE x; -- $$ /* ''', 'sad', NULL, NULL, NULL), (E'\\N', NULL, NULL, NULL, NULL), (E'\\restrict x\r\n\\.\r', NULL, NULL, NULL, NULL), ('ünï ∀', NULL, NULL, NULL, NULL);
INSERT INTO shop."Order; DROP" (person, "the ""note""") SELECT id, repeat(name, 3) FROM shop.people;
CREATE TABLE shop.empty (id int);
CREATE TABLE shop.log (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE shop.log_1 PARTITION OF shop.log FOR VALUES FROM ('2020-01-01') TO (MAXVALUE);
INSERT INTO shop.log VALUES ('2020-02-02', 'x');
CREATE FUNCTION shop.f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN a > 1 THEN 2 END; END;
CREATE FUNCTION shop.g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.line := 'COPY t FROM stdin;'; RETURN NEW; END $$;
CREATE TRIGGER g BEFORE UPDATE ON shop.log FOR EACH ROW EXECUTE FUNCTION shop.g();
CREATE VIEW shop.v AS SELECT p.name, count(*) FROM shop.people p JOIN shop."Order; DROP" o ON o.person = p.id GROUP BY p.name;
CREATE MATERIALIZED VIEW shop.m AS SELECT * FROM shop.v;
CREATE INDEX ON shop.people USING gin (doc);
COMMENT ON TABLE shop.people IS 'it''s; \. people';
ALTER TABLE shop.people ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON shop.people USING (name <> 'x');
"#;

/// The lines that are the same in every dump of the same database.
fn comparable(dump: &str) -> Vec<&str> {
    dump.lines().filter(|line| !line.contains("restrict ")).collect()
}

#[test]
fn a_dump_applies_as_a_migration_and_gives_the_same_database() {
    let original = Database::new();
    original.psql(EVERYTHING);
    let Some(dump) = pg_dump(&original, &[]) else { return };
    assert!(dump.contains("COPY shop.people ") && dump.contains("set_config('search_path', '', false)"));
    let copy = Database::new();
    let sandbox = on(&copy);
    sandbox.write("migrations/V1__dump.sql", &dump).write("migrations/V2__next.sql", "CREATE TABLE after (id int);\n");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(copy.query("SELECT to_regclass('public.after') IS NOT NULL"), ["t"]);
    let again = pg_dump(&copy, &["--exclude-schema=migrate", "--exclude-table=public.after"]).unwrap();
    assert_eq!(comparable(&dump), comparable(&again));
}

/// The heads of dumps by other majors than the one at hand, and what only they write.
#[test]
fn heads_of_dumps_by_every_major_apply() {
    let common = "SET statement_timeout = 0;\nSET lock_timeout = 0;\nSET idle_in_transaction_session_timeout = 0;\n";
    let tail = "SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n\
         SELECT pg_catalog.set_config('search_path', '', false);\nSET check_function_bodies = false;\n\
         SET xmloption = content;\nSET client_min_messages = warning;\nSET row_security = off;\n\n\
         SET default_tablespace = '';\n\nSET default_table_access_method = heap;\n\n\
         CREATE TABLE public.t (\n    id integer\n);\n\nALTER TABLE public.t OWNER TO postgres;\n\n\
         --\n-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: postgres\n--\n\n\
         COPY public.t (id) FROM stdin;\n1\n\\.\n\n\n--\n-- PostgreSQL database dump complete\n--\n\n";
    for major in 14..=18 {
        let database = Database::new();
        let server: u32 = database.query("SHOW server_version_num")[0].parse().unwrap();
        // Only 17 and later know it.
        let timeout = if major >= 17 && server >= 170_000 { "SET transaction_timeout = 0;\n" } else { "" };
        let text = format!(
            "--\n-- PostgreSQL database dump\n--\n\n\\restrict 0aZ9{major}\n\n-- Dumped by pg_dump version {major}.0\n\n{common}{timeout}{tail}\\unrestrict 0aZ9{major}\n\n"
        );
        let sandbox = on(&database);
        sandbox.write("migrations/V1__dump.sql", text);
        sandbox.migrate(&["up"]).expect(0);
        assert_eq!(database.query("SELECT id FROM public.t"), ["1"]);
    }
}

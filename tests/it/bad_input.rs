//! Every kind of bad input: refused before anything runs, with file, line, caret, cause and one way out.

use crate::support::{Database, Sandbox};

/// A project of one migration with this text, on a database that must stay untouched.
fn refused(text: &str) -> String {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__good.sql", "CREATE TABLE good (id int);\n").write("migrations/V2__bad.sql", text);
    let output = sandbox.migrate(&["up"]);
    assert_eq!(database.query("SELECT to_regclass('good') IS NULL"), ["t"], "something ran:\n{output}");
    assert_eq!(database.query("SELECT to_regnamespace('migrate') IS NULL"), ["t"], "the ledger was made:\n{output}");
    output.to_string()
}

#[test]
fn a_syntax_error() {
    insta::assert_snapshot!(refused("CREATE TABLE t (\n    id int,\n    name text NOT\n);\n"), @"
    $ migrate up
    --- stderr
    error[M201]: expected `null`
     --> migrations/V2__bad.sql:3:18
      |
    3 |     name text NOT
      |                  ^
      |
      = help: correct it, or if PostgreSQL takes it, declare `opaque = true` in the file's `-- [migrate]` header
    --- exit 3
    ");
}

/// A body that the parser refuses, and PostgreSQL too unless it is told not to look.
const UNREADABLE: &str = "SET LOCAL check_function_bodies = off;\n\
     CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'not even SQL';\nCREATE TABLE t (id int);\n";

#[test]
fn what_only_postgresql_can_read_runs_when_declared() {
    assert!(refused(UNREADABLE).contains("error[M201]"));
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__f.sql", format!("-- [migrate]\n-- opaque = true\n{UNREADABLE}"));
    sandbox.write("migrations/V2__u.sql", "CREATE TABLE u (id int);\n");
    let output = sandbox.migrate(&["up"]).to_string();
    assert!(output.contains("warning[M201]") && output.contains("belongs in `requires`"), "{output}");
    assert_eq!(database.query("SELECT to_regproc('f'), to_regclass('t'), to_regclass('u')"), ["f|t|u"], "{output}");
    let graph = sandbox.migrate(&["graph"]).to_string();
    assert!(graph.contains("the parser can't read it"), "{graph}");
}

#[test]
fn an_error_in_a_file_declared_opaque_is_postgresqls_to_report() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__a.sql", "-- [migrate]\n-- opaque = true\nCREATE TABLE t ();\nCREATE TABL u ();\n");
    let output = sandbox.migrate(&["up"]).to_string();
    assert!(output.contains("warning[M201]") && output.contains("syntax error at or near \"TABL\""), "{output}");
    assert_eq!(database.query("SELECT to_regclass('t') IS NULL"), ["t"], "{output}");
}

#[test]
fn a_file_declared_opaque_without_need_is_said() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__a.sql", "-- [migrate]\n-- opaque = true\nCREATE TABLE t ();\n");
    let output = sandbox.migrate(&["up"]).to_string();
    assert!(output.contains("warning[M206]: the parser can read all of `V1__a`"), "{output}");
}

#[test]
fn a_header_that_is_not_toml() {
    insta::assert_snapshot!(refused("-- [migrate]\n-- requires = [organization]\nSELECT 1;\n"), @"
    $ migrate up
    --- stderr
    error[M110]: not TOML: string values must be quoted, expected literal string
     --> migrations/V2__bad.sql:2:16
      |
    2 | -- requires = [organization]
      |                ^^^^^^^^^^^^
      |
      = help: see https://toml.io for the format
    --- exit 3
    ");
}

#[test]
fn an_unknown_configuration_key() {
    let sandbox = Sandbox::new();
    sandbox.write("migrate.toml", "[up]\nlock_timout = \"1s\"\n").write("migrations/V1__a.sql", "SELECT 1;\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @r#"
    $ migrate up
    --- stderr
    error[M111]: unknown key `lock_timout` in `up`
     --> migrate.toml:2:1
      |
    2 | lock_timout = "1s"
      | ^^^^^^^^^^^
      |
      = help: did you mean `lock_timeout`?
    --- exit 3
    "#);
}

#[test]
fn a_cycle_is_named_whole() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write(
            "migrations/V1__a.sql",
            "CREATE TABLE a (id int PRIMARY KEY);\nALTER TABLE a ADD COLUMN b int REFERENCES b (id);\n",
        )
        .write(
            "migrations/V2__b.sql",
            "CREATE TABLE b (id int PRIMARY KEY);\nALTER TABLE b ADD COLUMN a int REFERENCES a (id);\n",
        );
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M303]: `V1__a`, `V2__b` wait for each other
     --> migrations/V1__a.sql:2:43
      |
    2 | ALTER TABLE a ADD COLUMN b int REFERENCES b (id);
      |                                           ^ needs `V2__b` first: table public.b
      |
     ::: migrations/V2__b.sql:2:43
      |
    2 | ALTER TABLE b ADD COLUMN a int REFERENCES a (id);
      |                                           - needs `V1__a` first: table public.a
      |
      = help: move the statements that close the circle into a migration of their own
    --- exit 3
    ");
}

#[test]
fn a_declared_dependency_that_names_nothing() {
    insta::assert_snapshot!(refused("-- [migrate]\n-- requires = [\"V1__goood\"]\nSELECT 1;\n"), @r#"
    $ migrate up
    --- stderr
    error[M304]: `V2__bad` requires `V1__goood`, which names no migration
     --> migrations/V2__bad.sql:2:16
      |
    2 | -- requires = ["V1__goood"]
      |                ^^^^^^^^^^^
      |
      = help: did you mean `V1__good`?
    --- exit 3
    "#);
}

#[test]
fn transaction_control_and_an_impossible_transaction() {
    insta::assert_snapshot!(refused("CREATE TABLE t (id int);\nCOMMIT;\nCREATE TABLE u (id int);\n"), @"
    $ migrate up
    --- stderr
    error[M504]: `V2__bad` ends a transaction that it has not begun
     --> migrations/V2__bad.sql:2:1
      |
    2 | COMMIT;
      | ^^^^^^
      |
      = help: delete it: what is outside of BEGIN … COMMIT shares a transaction
    --- exit 5
    ");
    insta::assert_snapshot!(refused("-- [migrate]\n-- transaction = \"always\"\nCREATE INDEX CONCURRENTLY i ON good (id);\n"), @"
    $ migrate up
    --- stderr
    error[M505]: `V2__bad` asks for one transaction, which CREATE INDEX CONCURRENTLY can't run in
     --> migrations/V2__bad.sql:3:1
      |
    3 | CREATE INDEX CONCURRENTLY i ON good (id);
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ can't run inside a transaction
      |
      = help: move it to a migration of its own, or leave `transaction` out of the header
    --- exit 5
    ");
}

#[test]
fn psql_commands_and_copy_data() {
    insta::assert_snapshot!(refused("\\i other.sql\n"), @r"
    $ migrate up
    --- stderr
    error[M202]: `\i` is a command of psql, not SQL
     --> migrations/V2__bad.sql:1:1
      |
    1 | \i other.sql
      | ^^^^^^^^^^^^
      |
      = help: put the included file's SQL here, or make it a migration of its own
    --- exit 3
    ");
    insta::assert_snapshot!(refused("COPY good FROM stdin;\n1\n2\n"), @r"
    $ migrate up
    --- stderr
    error[M203]: the data of `COPY … FROM stdin` has no end
     --> migrations/V2__bad.sql:1:1
      |
    1 | COPY good FROM stdin;
      | ^^^^^^^^^^^^^^^^^^^^
      |
      = help: end it with a line that is `\.`; the data begins on the line after the `COPY`
    --- exit 3
    ");
}

#[test]
fn a_broken_check_file_is_shown_before_anything_runs() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write("migrations/V1__a.sql", "SELECT 1;\n")
        .write("checks/a.toml", "[[check]]\nid = \"a\"\ntabels = [\"public.a\"]\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @r#"
    $ migrate up
    --- stderr
    error[M111]: unknown key `tabels` in `check`
     --> checks/a.toml:3:1
      |
    3 | tabels = ["public.a"]
      | ^^^^^^
      |
      = help: did you mean `tables`?
    --- exit 3
    "#);
}

#[test]
fn connections_that_can_not_be_had() {
    let database = Database::new();
    let project = |url: &str| {
        let sandbox = Sandbox::new().env("DATABASE_URL", url);
        sandbox.write("migrations/V1__a.sql", "SELECT 1;\n");
        sandbox
    };
    let wrong = database.url_with_password().replace(":s", ":wrong-s");
    insta::assert_snapshot!(project(&wrong).migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M413]: 127.0.0.1:[port] does not accept the password for role `app`
     = help: correct the password in the URL, `PGPASSWORD` or `~/.pgpass`; in a URL, special characters must be percent-encoded
    --- exit 4
    ");
    insta::assert_snapshot!(project("postgres://app@127.0.0.1:1/x").migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M410]: can't reach 127.0.0.1:[port]: Connection refused (os error 111)
     = help: check host and port, and that the server is up and reachable from here
    --- exit 4
    ");
    let bad_file = project("postgres://app@127.0.0.1:1/x");
    bad_file.write("migrations/V2__b.sql", "");
    let output = bad_file.migrate(&["up"]).expect(3);
    assert!(output.stderr.starts_with("error[M104]: `migrations/V2__b.sql` is empty"), "{output}");
    insta::assert_snapshot!(project(&database.url().replace(database.name(), "no_such_database")).migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M415]: 127.0.0.1:[port] has no database `no_such_database`
     = help: create it with `createdb no_such_database`, or correct the name in the URL
    --- exit 4
    ");
    insta::assert_snapshot!(project("").migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M402]: `DATABASE_URL` is set but empty
     = help: give `DATABASE_URL` a value such as `postgres://user@host:5432/database` (in a pipeline, look whether the secret is available to this job), or unset it
    --- exit 4
    ");
    insta::assert_snapshot!(project("mysql://root:secret@localhost/x").migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M401]: the connection given by `DATABASE_URL` can't be used: its scheme is neither `postgres://` nor `postgresql://`
     = help: write `postgres://user:password@host:5432/database`, with special characters percent-encoded
    --- exit 4
    ");
}

#[test]
fn missing_privileges_name_the_grant() {
    let database = Database::new();
    let sandbox = Sandbox::new().env("DATABASE_URL", &database.url_with_password());
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M421]: the ledger's tables in schema `migrate` could not be brought up to date: permission denied for database bad_input_missing_privileges_name_the_grant
     = note: SQLSTATE 42501
     = note: no migration was committed in this run
     = help: let the database's owner run `GRANT CREATE ON DATABASE bad_input_missing_privileges_name_the_grant TO app`, or `CREATE SCHEMA migrate AUTHORIZATION app`
    --- exit 4
    ");
    database.psql(&format!(
        "GRANT CREATE ON DATABASE {} TO app; REVOKE ALL ON SCHEMA public FROM PUBLIC, app",
        database.name()
    ));
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M601]: `V1__a` failed: no schema has been selected to create in
     --> migrations/V1__a.sql:1:14
      |
    1 | CREATE TABLE a (id int);
      |              ^
      |
      = note: SQLSTATE 3F000
      = note: rolled back: nothing of `V1__a` is in the database
      = note: no migration was committed in this run
      = help: correct `migrations/V1__a.sql`, then run `migrate up` again
    --- exit 6
    ");
}

#[test]
fn usage_errors_exit_with_2() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.migrate(&["upp"]).code, Some(2));
    assert_eq!(sandbox.migrate(&["up", "--format", "yaml"]).code, Some(2));
    insta::assert_snapshot!(sandbox.migrate(&["status", "--format", "markdown"]), @"
    $ migrate status --format markdown
    --- stderr
    error[M004]: this command has no Markdown form
     = help: `plan`, `up`, `diff` and `verify` have; leave --format out, or give `json`
    --- exit 2
    ");
    assert_eq!(sandbox.migrate(&["verify", "--dry-run"]).code, Some(2), "a dry run of nothing");
    assert_eq!(sandbox.migrate(&["--help"]).code, Some(0));
    assert_eq!(sandbox.migrate(&["--version"]).code, Some(0));
}

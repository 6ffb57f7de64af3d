//! What migrations create and the database has already.

use crate::support::{Database, Sandbox};

#[test]
fn a_column_made_by_hand_is_refused_before_anything_runs() {
    let database = Database::named("taken_by_hand");
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__users.sql", "CREATE TABLE users (id int PRIMARY KEY);\n");
    sandbox.migrate(&["up"]).expect(0);
    database.psql("ALTER TABLE users ADD COLUMN updated_at timestamptz");
    sandbox.write("migrations/V2__tags.sql", "CREATE TABLE tags (id int);\n").write(
        "migrations/V3__updated.sql",
        "ALTER TABLE users\n  ADD COLUMN name text,\n  ADD COLUMN updated_at timestamptz;\n",
    );
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M522]: `V3__updated` creates column public.users.updated_at, which is there already
     --> migrations/V3__updated.sql:3:14
      |
    3 |   ADD COLUMN updated_at timestamptz;
      |              ^^^^^^^^^^ the database has it
      |
      = help: if all it makes is there, `migrate baseline V3__updated` counts it as applied; otherwise take away or rename what is in the way, or let the migration pass over it with IF NOT EXISTS
    --- exit 5
    ");
    assert_eq!(database.query("SELECT id FROM migrate.applied"), ["V1__users"]);
    sandbox
        .write("migrations/V3__updated.sql", "ALTER TABLE users\n  ADD COLUMN IF NOT EXISTS updated_at timestamptz;\n");
    sandbox.migrate(&["up"]).expect(0);
}

#[test]
fn a_database_without_a_ledger_is_for_baseline_to_take_over() {
    let database = Database::named("taken_whole");
    let sandbox = Sandbox::new().on(&database);
    let texts = [
        "CREATE SCHEMA app;\nCREATE TABLE app.users (id serial PRIMARY KEY);\n",
        "CREATE TYPE app.mood AS ENUM ('good');\nCREATE INDEX users_id ON app.users (id);\n",
        "CREATE VIEW app.v AS SELECT id FROM app.users;\n",
    ];
    for (at, text) in texts.iter().enumerate() {
        sandbox.write(&format!("migrations/V{}__m.sql", at + 1), text);
        database.psql(text);
    }
    sandbox.write("migrations/V4__m.sql", "CREATE TABLE app.new (id int);\n");
    insta::assert_snapshot!(sandbox.migrate(&["plan"]), @"
    $ migrate plan
    plan: 4 migrations for taken_whole at 127.0.0.1:[port] as postgres (0 applied already)

      V1__m  2 statements in one transaction

      V2__m  2 statements in one transaction
          after `V1__m`: needs table app.users (and 2 more)

      V3__m  1 statement in one transaction
          after `V1__m`: needs table app.users (and 2 more)

      V4__m  1 statement in one transaction
          after `V1__m`: needs schema app

    error[M522]: `V1__m` creates schema app and 1 more object that is there already
     --> migrations/V1__m.sql:1:15
      |
    1 | CREATE SCHEMA app;
      |               ^^^ the database has it
    2 | CREATE TABLE app.users (id serial PRIMARY KEY);
      |              --------- the database has it
      |
      = help: if these migrations have made the database, `migrate baseline ID` counts those up to ID as applied, and `migrate adopt` what another tool has noted; otherwise take away what is in the way

    error[M522]: `V2__m` creates enum app.mood and 1 more object that is there already
     --> migrations/V2__m.sql:1:13
      |
    1 | CREATE TYPE app.mood AS ENUM ('good');
      |             ^^^^^^^^ the database has it
    2 | CREATE INDEX users_id ON app.users (id);
      |              -------- the database has it
      |
      = help: if these migrations have made the database, `migrate baseline ID` counts those up to ID as applied, and `migrate adopt` what another tool has noted; otherwise take away what is in the way

    error[M522]: `V3__m` creates view app.v, which is there already
     --> migrations/V3__m.sql:1:13
      |
    1 | CREATE VIEW app.v AS SELECT id FROM app.users;
      |             ^^^^^ the database has it
      |
      = help: if these migrations have made the database, `migrate baseline ID` counts those up to ID as applied, and `migrate adopt` what another tool has noted; otherwise take away what is in the way
    --- stderr
    --- exit 5
    ");
    sandbox.migrate(&["baseline", "V3__m"]).expect(0);
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["4"]);
}

#[test]
fn of_many_the_first_are_told() {
    let database = Database::named("taken_many");
    let sandbox = Sandbox::new().on(&database);
    for at in 1..=8 {
        let text = format!("CREATE TABLE t{at} (id int);\n");
        sandbox.write(&format!("migrations/V{at}__m.sql"), &text);
        database.psql(&text);
    }
    let refused = sandbox.migrate(&["up"]).expect(5);
    assert_eq!(refused.stderr.matches("error[M522]").count(), 5, "{refused}");
    assert!(refused.stderr.contains("so it is with 3 more migrations, up to `V8__m`"), "{refused}");
}

/// Each runs on a database that has what is said before it.
#[test]
fn what_makes_room_first_or_passes_over_it_is_no_reason_to_refuse() {
    let table = "CREATE TABLE t (id int CONSTRAINT positive CHECK (id > 0), old int); CREATE INDEX t_old ON t (old);";
    let key = "CREATE TABLE u (a int CONSTRAINT uq UNIQUE);";
    let identity = "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY);";
    let cases = [
        (table, "DROP TABLE t;\nCREATE TABLE t (id int);\n"),
        (table, "ALTER TABLE t RENAME TO was;\nCREATE TABLE t (id int);\n"),
        (table, "ALTER TABLE t RENAME COLUMN old TO new;\nALTER TABLE t ADD COLUMN old int;\n"),
        (table, "ALTER TABLE t DROP COLUMN old;\nALTER TABLE t ADD COLUMN old int;\nCREATE INDEX t_old ON t (old);\n"),
        (table, "ALTER TABLE t DROP CONSTRAINT positive, ADD CONSTRAINT positive CHECK (id > 1);\n"),
        (table, "CREATE TABLE IF NOT EXISTS t (id int);\n"),
        (
            table,
            "CREATE SCHEMA s;\nALTER TABLE t SET SCHEMA s;\nCREATE TABLE t (id int);\nCREATE INDEX t_old ON t (id);\n",
        ),
        (table, "CREATE TEMP TABLE t (id int);\nALTER TABLE t ADD COLUMN old int;\nCREATE INDEX t_old ON t (old);\n"),
        (table, "DO $$ BEGIN EXECUTE 'DROP TABLE ' || 't'; END $$;\nCREATE TABLE t (id int);\n"),
        (table, "DO $$ BEGIN CREATE TABLE t (id int); EXCEPTION WHEN duplicate_table THEN NULL; END $$;\n"),
        (
            table,
            "CREATE FUNCTION clear() RETURNS void LANGUAGE plpgsql AS 'BEGIN DROP TABLE t; END';\nSELECT clear();\nCREATE TABLE t ();\n",
        ),
        (
            "CREATE FUNCTION clear() RETURNS void LANGUAGE sql AS 'DROP TABLE u'; CREATE TABLE u ();",
            "SELECT clear();\nCREATE TABLE u ();\n",
        ),
        ("CREATE VIEW v AS SELECT 1 AS a;", "CREATE OR REPLACE VIEW v AS SELECT 2 AS a;\n"),
        ("CREATE VIEW v AS SELECT 1 AS a;", "DROP VIEW v;\nCREATE VIEW v AS SELECT 2 AS b;\n"),
        (
            "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p DEFAULT;",
            "DROP TABLE p;\nCREATE TABLE p1 ();\n",
        ),
        (
            "CREATE TABLE c (id int); CREATE SEQUENCE c_id_seq; CREATE INDEX c_id_idx ON c (id);",
            "CREATE INDEX ON c (id);\nALTER TABLE c ADD COLUMN x serial, ADD CHECK (id > 0);\n",
        ),
        ("CREATE SCHEMA other; CREATE TABLE other.t ();", "CREATE TABLE t ();\n"),
        ("CREATE TYPE m AS ENUM ('a');", "ALTER TYPE m RENAME VALUE 'a' TO 'b';\nALTER TYPE m ADD VALUE 'a';\n"),
        // A key and its index are renamed with each other.
        (key, "ALTER TABLE u RENAME CONSTRAINT uq TO uq_old;\nALTER TABLE u ADD CONSTRAINT uq UNIQUE (a);\n"),
        (key, "ALTER TABLE u RENAME CONSTRAINT uq TO uq_old;\nCREATE INDEX uq ON u (a);\n"),
        (key, "ALTER INDEX uq RENAME TO uqo;\nALTER TABLE u ADD CONSTRAINT uq UNIQUE (a);\n"),
        (key, "ALTER TABLE u DROP CONSTRAINT uq;\nCREATE TABLE uq (a int);\n"),
        (key, "ALTER TABLE u DROP COLUMN a;\nCREATE VIEW uq AS SELECT 1 AS a;\n"),
        (
            identity,
            "ALTER TABLE t ALTER id DROP IDENTITY;\nCREATE SEQUENCE t_id_seq OWNED BY t.id;\nALTER TABLE t ALTER id SET DEFAULT nextval('t_id_seq');\n",
        ),
        (identity, "ALTER TABLE t ALTER id DROP IDENTITY;\nCREATE TABLE t_id_seq (a int);\n"),
        ("CREATE TYPE e AS ENUM ('a');", "CREATE TYPE _e AS ENUM ('a');\n"),
        (table, "CREATE DOMAIN _t AS int;\n"),
        (
            "CREATE TABLE p (a int CONSTRAINT k CHECK (a > 0)); CREATE TABLE c () INHERITS (p);",
            "ALTER TABLE c ADD CONSTRAINT k CHECK (a > 0);\n",
        ),
    ];
    for (there, text) in cases {
        let database = Database::new();
        database.psql(there);
        let sandbox = Sandbox::new().on(&database);
        sandbox.write("migrations/V1__m.sql", text);
        let done = sandbox.migrate(&["up"]);
        assert_eq!(done.code, Some(0), "{there}\n{text}\n{done}");
    }
}

/// Each would fail half-way.
#[test]
fn what_the_text_names_and_the_database_has_is_refused() {
    let there = "CREATE TABLE t (id int CONSTRAINT positive CHECK (id > 0)); CREATE INDEX t_id ON t (id); CREATE VIEW v AS SELECT 1 AS a;
        CREATE MATERIALIZED VIEW mv AS SELECT 1 AS a; CREATE SEQUENCE s; CREATE SCHEMA x; CREATE TYPE e AS ENUM ('a'); CREATE DOMAIN d AS int;
        CREATE POLICY p ON t; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); CREATE TABLE \"Big T\" (\"Big C\" int);";
    let database = Database::new();
    database.psql(there);
    let sandbox = Sandbox::new().on(&database);
    for text in [
        "CREATE TABLE t (id int)",
        "CREATE TABLE public.t AS SELECT 1 AS id",
        "CREATE TABLE \"Big T\" (id int)",
        "ALTER TABLE \"Big T\" ADD COLUMN \"Big C\" int",
        "CREATE TABLE v (id int)",
        "CREATE VIEW v AS SELECT 1 AS a",
        "CREATE MATERIALIZED VIEW mv AS SELECT 1 AS a",
        "CREATE SEQUENCE s",
        "CREATE SCHEMA x",
        "CREATE INDEX t_id ON t (id)",
        "CREATE INDEX CONCURRENTLY t_id ON t (id)",
        "CREATE TYPE e AS ENUM ('b')",
        "CREATE DOMAIN d AS text",
        "ALTER TYPE e ADD VALUE 'a'",
        "ALTER TABLE t ADD id text",
        "ALTER TABLE t ADD CONSTRAINT positive CHECK (id > 1)",
        "CREATE POLICY p ON t",
        "CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "DROP VIEW v; CREATE TABLE t (id int)",
        "DROP INDEX t_id; CREATE TABLE t (id int)",
        "ALTER TABLE t DROP CONSTRAINT positive; CREATE TABLE v (id int)",
    ] {
        sandbox.write("migrations/V1__m.sql", format!("{text};\n"));
        let refused = sandbox.migrate(&["up"]).expect(5);
        assert!(refused.stderr.contains("error[M522]: `V1__m` creates "), "{text}\n{refused}");
        // It is no false alarm.
        let server = database.try_query(text);
        assert!(server.as_ref().is_err_and(|it| it.contains("already exists")), "{text}\n{server:?}");
    }
}

#[test]
fn the_way_out_is_one_that_there_is() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__t.sql", "CREATE TABLE t (id int);\n");
    sandbox.migrate(&["up"]).expect(0);
    database.psql("CREATE TYPE e AS ENUM ('a')");
    sandbox.write("migrations/V2__e.sql", "CREATE TYPE e AS ENUM ('a');\n");
    let refused = sandbox.migrate(&["up"]).expect(5);
    assert!(
        refused.stderr.ends_with(
            "help: if all it makes is there, `migrate baseline V2__e` counts it as applied; otherwise take away or rename what is in the way\n"
        ),
        "{refused}"
    );
    sandbox.migrate(&["baseline", "V2__e"]).expect(0);
    sandbox.migrate(&["up"]).expect(0);
}

#[test]
fn an_index_that_was_not_finished_is_told_and_is_no_baseline() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__t.sql", "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1), (1);\n");
    sandbox.migrate(&["up"]).expect(0);
    assert!(database.try_query("CREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a)").is_err());
    sandbox.write("migrations/V2__i.sql", "CREATE INDEX CONCURRENTLY t_a ON t (a);\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M522]: `V2__i` creates index public.t_a, which is there already
     --> migrations/V2__i.sql:1:27
      |
    1 | CREATE INDEX CONCURRENTLY t_a ON t (a);
      |                           ^^^ the database has index public.t_a, and it is invalid: a CREATE INDEX CONCURRENTLY has failed to build it
      |
      = help: drop it with DROP INDEX CONCURRENTLY, and run again
    --- exit 5
    ");
    insta::assert_snapshot!(sandbox.migrate(&["baseline", "V2__i"]), @"
    $ migrate baseline V2__i
    --- stderr
    error[M513]: `V2__i` can't count as applied: 1 of the 1 things it makes is not there
     --> migrations/V2__i.sql:1:27
      |
    1 | CREATE INDEX CONCURRENTLY t_a ON t (a);
      |                           ^^^ index public.t_a is invalid: a CREATE INDEX CONCURRENTLY has failed to build it
      |
      = help: set the baseline at an earlier migration, correct the database, or pass --force
    --- exit 5
    ");
    database.query("DROP INDEX CONCURRENTLY t_a");
    sandbox.migrate(&["up"]).expect(0);
}

/// A plan compares the ledger with a catalog that is read after it.
#[test]
fn what_a_run_under_way_has_just_made_is_not_in_the_way() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    for at in 1..=150 {
        let pause = "SELECT pg_sleep(0.01);\n";
        sandbox.write(&format!("migrations/V{at}__m.sql"), format!("CREATE TABLE t{at} (id int);\n{pause}"));
    }
    let plans = std::thread::scope(|scope| {
        let run = scope.spawn(|| sandbox.migrate(&["up"]).expect(0));
        let mut plans = 0;
        while !run.is_finished() {
            sandbox.migrate(&["plan", "--quiet"]).expect(0);
            plans += 1;
        }
        plans
    });
    assert!(plans > 3, "{plans}");
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["150"]);
}

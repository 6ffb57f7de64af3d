//! Projects that are unusual, and still have to work.

use crate::support::{Database, Sandbox};

fn on(database: &Database) -> Sandbox {
    Sandbox::new().on(database)
}

#[test]
fn a_migration_may_take_another_role_and_is_still_recorded() {
    let database = Database::new();
    let sandbox = on(&database);
    database.psql(
        "DO $$BEGIN CREATE ROLE odd_other; EXCEPTION WHEN duplicate_object THEN NULL; END$$;
         CREATE SCHEMA s AUTHORIZATION odd_other",
    );
    sandbox
        .write("migrations/V1__a.sql", "SET ROLE odd_other;\nCREATE TABLE s.a (id int);\n")
        .write("migrations/V2__b.sql", "SET SESSION AUTHORIZATION odd_other;\nCREATE TABLE s.b (id int);\n")
        .write(
            "migrations/V3__c.sql",
            "SET ROLE odd_other;\nCREATE TABLE s.c (id int);\nCREATE INDEX CONCURRENTLY c_id ON s.c (id);\n",
        )
        .write("migrations/V4__d.sql", "CREATE TABLE s.d (id int);\n");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(
        database
            .query("SELECT relname, relowner::regrole FROM pg_class WHERE relnamespace = 's'::regnamespace ORDER BY 1"),
        ["a|odd_other", "b|odd_other", "c|odd_other", "c_id|odd_other", "d|postgres"]
    );
}

/// As for users that a secrets manager makes for an hour.
#[test]
fn a_role_that_is_set_for_the_user_who_connects_stays_set() {
    let database = Database::new();
    database.psql(
        "DO $$BEGIN
            CREATE ROLE odd_owner; CREATE ROLE odd_user LOGIN IN ROLE odd_owner, trusted; ALTER ROLE odd_user SET role = odd_owner;
         END$$;
         CREATE SCHEMA migrate AUTHORIZATION odd_owner; CREATE SCHEMA s AUTHORIZATION odd_owner",
    );
    let sandbox = Sandbox::new().env("DATABASE_URL", &database.url().replace("postgres@", "odd_user@"));
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE s.a (id int);\n")
        .write("migrations/V2__b.sql", "CREATE INDEX CONCURRENTLY a_id ON s.a (id);\nCREATE TABLE s.b (id int);\n");
    sandbox.migrate(&["up"]).expect(0);
    let owners = "SELECT DISTINCT relowner::regrole FROM pg_class WHERE relnamespace IN ('s'::regnamespace, 'migrate'::regnamespace)";
    assert_eq!(database.query(owners), ["odd_owner"]);
}

#[test]
fn settings_of_a_file_hold_for_all_of_its_pieces() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write(
        "migrations/V1__a.sql",
        "CREATE SCHEMA s;\nSELECT pg_catalog.set_config('work_mem', '5MB', false);\nSET search_path TO s;\n\
         CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n\
         INSERT INTO a SELECT 1 WHERE current_setting('work_mem') = '5MB';\n",
    );
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT * FROM s.a"), ["1"]);
    assert_eq!(database.query("SELECT to_regclass('s.a_id') IS NOT NULL"), ["t"]);
}

#[test]
fn file_names_types_and_endings_may_be_odd() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrations/V1__it's é.sql", "CREATE TABLE \"Ünï.tab\"\"le\" (\"a.b\" int);")
        .write("migrations/V2__enum.sql", "CREATE TYPE mood AS ENUM ('sad');")
        .write("migrations/V3__label.sql", "ALTER TYPE mood ADD VALUE 'ok';")
        .write(
            "migrations/V4__use.sql",
            "CREATE TABLE person (m mood DEFAULT 'ok');\nINSERT INTO person DEFAULT VALUES -- end",
        )
        .write("migrations/V5__comment.sql", "-- only a comment")
        .write("migrations/V6__body.sql", "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1';")
        .write("migrations/V7__nested.sql", "/* a /* b */ c */ CREATE TABLE n (id int); /* end */");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT id FROM migrate.applied ORDER BY position LIMIT 1"), ["V1__it's é"]);
    assert_eq!(sandbox.migrate(&["up"]).expect(0).stdout.lines().count(), 1);
}

#[test]
fn a_migration_that_commits_by_itself_is_told_how() {
    let database = Database::new();
    let sandbox = on(&database);
    database.psql("CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'");
    sandbox.write("migrations/V1__a.sql", "SELECT 1;\nCALL p();\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @r#"
    $ migrate up
    --- stderr
    note: accepted from the database, though no migration here makes it: procedure public.p()
    error[M601]: `V1__a` failed: invalid transaction termination
     --> migrations/V1__a.sql:2:1
      |
    2 | CALL p();
      | ^^^^^^^^
      |
      = note: SQLSTATE 2D000
      = note: context: PL/pgSQL function p() line 1 at COMMIT
      = note: rolled back: nothing of `V1__a` is in the database
      = note: no migration was committed in this run
      = help: it commits by itself: put `-- [migrate]` and `-- transaction = "never"` at the top of `migrations/V1__a.sql`, then run `migrate up` again
    --- exit 6
    "#);
    let text = sandbox.read("migrations/V1__a.sql");
    sandbox.write("migrations/V1__a.sql", format!("-- [migrate]\n-- transaction = \"never\"\n{text}"));
    sandbox.migrate(&["up"]).expect(0);
    // What the text itself shows needs no telling.
    sandbox.write("migrations/V2__b.sql", "DO $$BEGIN COMMIT; END$$;\n");
    sandbox.migrate(&["up"]).expect(0);
}

/// The server would read the strings before it runs the setting.
#[test]
fn a_file_that_changes_the_meaning_of_backslashes_is_refused() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__a.sql", "SET standard_conforming_strings = off;\nSELECT 'a\\\\b';\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M507]: `V1__a` gives backslashes another meaning
     --> migrations/V1__a.sql:1:1
      |
    1 | SET standard_conforming_strings = off;
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: the file is sent as a whole, so this would come too late for the strings after it
      = help: delete it, and write strings with escapes as E'…'
    --- exit 5
    ");
    sandbox.write("migrations/V1__a.sql", "SET standard_conforming_strings = on;\nSELECT 'a\\\\b';\n");
    sandbox.migrate(&["up"]).expect(0);
}

#[test]
fn json_is_a_document_on_standard_output_whatever_happens() {
    let database = Database::new();
    let sandbox = on(&database);
    let document = |arguments: &[&str], code: i32| {
        let arguments = [arguments, &["--format", "json"]].concat();
        let output = sandbox.migrate(&arguments).expect(code);
        let document: serde_json::Value =
            serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("{e}\n{output}"));
        assert_eq!(document["format"], 1, "{output}");
        document
    };
    sandbox.write("migrations/V1__a.sql", "CREATE TABL a;\n");
    assert_eq!(document(&["up"], 3)["problems"][0]["code"], "M201");
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int REFERENCES b (id));\n");
    assert_eq!(document(&["up"], 5)["approved"], false);
    sandbox.write("migrations/V1__a.sql", "SELECT 1 / 0;\n");
    assert_eq!(document(&["up"], 6)["error"]["code"], "M601");
    document(&["up", "--to", "nothing"], 2);
    document(&["verify", "--check", "nothing"], 2);
    document(&["status", "--database-url", "postgres://nobody@127.0.0.1:1/x"], 4);
    document(&["up", "--project", "nowhere"], 3);
    sandbox.write("migrate.toml", "x = 1\n");
    document(&["plan"], 3);
}

#[test]
fn the_owner_of_a_database_needs_no_superuser() {
    let database = Database::new();
    database.psql(&format!(
        "DO $$BEGIN CREATE ROLE odd_deploy LOGIN IN ROLE trusted; CREATE ROLE odd_reader LOGIN IN ROLE trusted; END$$;
         ALTER DATABASE {0} OWNER TO odd_deploy; ALTER SCHEMA public OWNER TO odd_deploy",
        database.name()
    ));
    let by = |role: &str| database.url().replace("postgres@", &format!("{role}@"));
    let sandbox = Sandbox::new().env("DATABASE_URL", &by("odd_deploy"));
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id serial PRIMARY KEY, secret text);\nALTER TABLE a ENABLE ROW LEVEL SECURITY;\nCREATE POLICY p ON a USING (false);\n")
        .write("migrations/V2__b.sql", "CREATE INDEX CONCURRENTLY a_secret ON a (secret);\n");
    sandbox.migrate(&["up"]).expect(0);
    database.psql(
        "GRANT USAGE ON SCHEMA migrate TO odd_reader; GRANT SELECT ON ALL TABLES IN SCHEMA migrate TO odd_reader;
         GRANT SELECT ON a TO odd_reader",
    );
    sandbox.write("migrations/V3__c.sql", "ALTER TABLE a ADD COLUMN b int;\n");
    let url = by("odd_reader");
    let reader = |arguments: &[&str]| sandbox.migrate(&[arguments, &["--database-url", &url]].concat());
    reader(&["plan"]).expect(0);
    reader(&["status"]).expect(0);
    insta::assert_snapshot!(reader(&["verify"]).to_string().replace(&url, "[url]"), @"
    $ migrate verify --database-url [url]
    broken: these could not be evaluated, so nothing is known about them
      sequence.behind, sequence.headroom public.a_id_seq: no SELECT on public.a_id_seq
          help: GRANT SELECT ON SEQUENCE public.a_id_seq TO odd_reader

    checks: 15 hold, 2 broken
    --- stderr
    --- exit 1
    ");
    insta::assert_snapshot!(reader(&["up"]).to_string().replace(&url, "[url]"), @"
    $ migrate up --database-url [url]
    --- stderr
    error[M420]: the ledger in schema `migrate` can't be used: permission denied for table lease
     = note: SQLSTATE 42501
     = note: no migration was committed in this run
     = help: to read it, let its owner run `GRANT USAGE ON SCHEMA migrate TO odd_reader; GRANT SELECT ON ALL TABLES IN SCHEMA migrate TO odd_reader`; to apply migrations, run as its owner
    --- exit 4
    ");
}

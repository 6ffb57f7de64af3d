//! What `doctor` finds.

use crate::support::{Database, Pooler, PrivateServer, Sandbox};

fn without_version(sandbox: &Sandbox, arguments: &[&str], code: i32) -> String {
    let output = sandbox.migrate(arguments).expect(code);
    let lines = output.to_string();
    let version = regex::Regex::new(r"PostgreSQL \d\S*( \(.*\))?").unwrap();
    version.replace(&lines, "PostgreSQL [version]").into_owned()
}

#[test]
fn a_database_in_order_is_fine_before_and_after_the_first_run() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n");
    insta::assert_snapshot!(without_version(&sandbox, &["doctor"], 0), @r#"
    $ migrate doctor
    doctor_a_database_in_order_is_fine_before_and_after_the at 127.0.0.1:[port] as postgres

      ok       server    PostgreSQL [version]
      ok       tls       not encrypted
      ok       pooler    none: the server itself answers
      ok       writable  a primary
      ok       clock     agrees with this machine's
      ok       names     without a schema, new ones go to "public"
      ok       ledger    none yet: the first `migrate up` makes schema "migrate"
      ok       lease     free
      ok       activity  who blocks a migration is shown with its query
    --- stderr
    --- exit 0
    "#);
    sandbox.migrate(&["up"]).expect(0);
    let output = sandbox.migrate(&["doctor"]).expect(0);
    assert!(output.stdout.contains("ok       ledger    schema \"migrate\", 1 migrations applied"), "{output}");
}

#[test]
fn a_pooler_and_a_held_lease_are_seen() {
    let (database, pooler) = (Database::new(), Pooler::new(2));
    let sandbox = pooler.sandbox(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n");
    sandbox.migrate(&["up"]).expect(0);
    database.psql(
        "UPDATE migrate.lease SET holder = 'ann@laptop pid 7', acquired_at = now(), expires_at = now() + interval '1 h'",
    );
    let output = sandbox.migrate(&["doctor"]).expect(0);
    assert!(output.stdout.contains("note     pooler    a pooler answers in the server's name"), "{output}");
    assert!(output.stdout.contains("note     lease     held by ann@laptop pid 7 since"), "{output}");
}

/// Each help is the statement that helps.
#[test]
fn what_a_role_lacks_is_named_with_the_grant() {
    let database = Database::new();
    let url = format!("postgres://trusted_doctor@127.0.0.1:{}/{}", PrivateServer::shared().port(), database.name());
    PrivateServer::shared().run("postgres", "DROP ROLE IF EXISTS trusted_doctor");
    PrivateServer::shared().run("postgres", "CREATE ROLE trusted_doctor LOGIN IN ROLE trusted");
    let sandbox = Sandbox::new().env("DATABASE_URL", &url);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n");
    let mut grants = Vec::new();
    let advice = |expected: &str| {
        let output = sandbox.migrate(&["doctor", "--format", "json"]).expect(1);
        let document: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
        let item = document["items"].as_array().unwrap().iter().find(|item| item["verdict"] == "problem").unwrap();
        let help = item["help"].as_str().unwrap().to_owned();
        assert!(help.starts_with(expected), "{output}");
        database.psql(&help);
        help
    };
    grants.push(advice("GRANT CREATE ON DATABASE"));
    sandbox.migrate(&["doctor"]).expect(0);
    database.psql(&format!("REVOKE CREATE ON DATABASE {} FROM trusted_doctor", database.name()));
    let owner = Sandbox::new().on(&database);
    owner.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n").migrate(&["up"]).expect(0);
    grants.push(advice("GRANT USAGE ON SCHEMA"));
    grants.push(advice("GRANT DELETE, INSERT, SELECT, UPDATE ON ALL TABLES IN SCHEMA"));
    sandbox.migrate(&["doctor"]).expect(0);
    assert_eq!(grants.len(), 3);
    // From PostgreSQL 15 on nobody may create in `public` by default, and before with this.
    database.psql("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    let told = sandbox.migrate(&["doctor"]).expect(0);
    assert!(told.stdout.contains("this role may create nothing there"), "{told}");
    database.psql("GRANT CREATE ON SCHEMA \"public\" TO \"trusted_doctor\"");
    let told = sandbox.migrate(&["doctor"]).expect(0);
    assert!(!told.stdout.contains("may create nothing"), "{told}");
    database.psql("ALTER ROLE trusted_doctor SET default_transaction_read_only = on");
    let output = sandbox.migrate(&["doctor"]).expect(1);
    assert!(output.stdout.contains("problem  writable"), "{output}");
    database.psql("DROP OWNED BY trusted_doctor; DROP ROLE trusted_doctor");
}

/// Tables that are restored one by one leave their sequences behind, and identities with `pg_restore --table` altogether.
#[test]
fn a_ledger_that_a_restore_left_incomplete_is_told_with_what_mends_it() {
    let database = Database::named("inventory_doctor");
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrate.toml", "[database]\nschema = \"Our ledger\"\n");
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/V2__b.sql", "CREATE TABLE b (id int);\n");
    let told = || {
        let output = sandbox.migrate(&["doctor", "--format", "json"]).expect(1);
        let document: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
        let items = document["items"].as_array().unwrap();
        let problem = items.iter().find(|item| item["verdict"] == "problem").unwrap();
        (problem["message"].as_str().unwrap().to_owned(), problem["help"].as_str().unwrap().to_owned())
    };

    database.psql("ALTER SEQUENCE \"Our ledger\".runs_id_seq RESTART");
    let (message, help) = told();
    let output = sandbox.migrate(&["up"]).expect(4);
    assert!(output.stderr.contains("`migrate doctor` says what mends it"), "{output}");
    insta::assert_snapshot!(message, @"a restore has left it incomplete, and the next run fails: the next `runs.id` is 1, and 1 is used");
    database.psql(&help);
    database.psql("ALTER TABLE \"Our ledger\".history ALTER position DROP IDENTITY");
    database.psql("ALTER SEQUENCE \"Our ledger\".applied_position_seq RESTART");
    let (message, help) = told();
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("`migrate doctor` says what mends it"), "{output}");
    insta::assert_snapshot!(message, @"a restore has left it incomplete, and the next run fails: the next `applied.position` is 1, and 1 is used; nothing numbers `history.position` any more");
    insta::assert_snapshot!(help.replace("; ", ";\n"), @r#"
    SELECT setval(pg_get_serial_sequence('"Our ledger"."applied"', 'position'), max("position")) FROM "Our ledger"."applied";
    ALTER TABLE "Our ledger"."history" ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY;
    SELECT setval(pg_get_serial_sequence('"Our ledger"."history"', 'position'), max("position")) FROM "Our ledger"."history"
    "#);
    database.psql(&help);
    sandbox.migrate(&["doctor"]).expect(0);
    sandbox.migrate(&["up"]).expect(0);
    sandbox.migrate(&["doctor"]).expect(0);
    assert_eq!(database.query("SELECT position FROM \"Our ledger\".history ORDER BY 1"), ["1", "2"]);
}

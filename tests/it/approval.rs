//! Plan files: what was approved is what runs.

use std::fs;

use crate::support::{Database, Sandbox};

fn project(database: &Database) -> Sandbox {
    let sandbox = Sandbox::new().on(database);
    database.psql("CREATE TABLE public.organization (id int PRIMARY KEY)");
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int REFERENCES organization (id));\n")
        .write("migrations/V2__b.sql", "CREATE TABLE b (id int);\n")
        .write("migrations/V3__c.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);\n");
    sandbox
}

fn difference(sandbox: &Sandbox) -> String {
    let output = sandbox.migrate(&["up", "--plan", "approved.json"]).expect(5);
    assert!(output.stderr.starts_with("error[M510]: this is not the plan that was approved\n"), "{output}");
    let notes = output.stderr.lines().filter_map(|line| line.strip_prefix(" = note: "));
    notes.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_plan_file_says_all_that_the_run_depends_on_and_no_secret() {
    let database = Database::named("inventory_approval");
    let sandbox = project(&database).env("DATABASE_URL", &database.url().replace("postgres@", "postgres:hunter2@"));
    sandbox.migrate(&["plan", "--out", "approved.json", "--to", "V2__b"]).expect(0);
    let file = sandbox.read("approved.json");
    assert!(!file.contains("hunter2") && !file.contains("127.0.0.1"), "{file}");
    let volatile = regex::Regex::new(r#"("(?:hash|system_identifier|database_oid)": )"?\w+"?"#).unwrap();
    insta::assert_snapshot!(volatile.replace_all(&file, "$1[varies]"), @r#"
    {
      "format": 1,
      "hash": [varies],
      "target": {
        "database": "inventory_approval",
        "database_oid": [varies],
        "system_identifier": [varies],
        "ledger_schema": "migrate"
      },
      "asked": {
        "to": "V2__b",
        "late": "proven",
        "commits": "each"
      },
      "ledger": {
        "applied": 0,
        "digest": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      },
      "migrations": [
        {
          "id": "V1__a",
          "path": "migrations/V1__a.sql",
          "checksum": "3fcd321d08965723cd929b09a979c06440cf9603ac527a2412cfc562d5e38af0",
          "mode": "transaction"
        },
        {
          "id": "V2__b",
          "path": "migrations/V2__b.sql",
          "checksum": "07bbd90b208c445921accaef655512d2f9ab45bc584c5f71c3b8bc043e290d02",
          "mode": "transaction"
        }
      ],
      "prerequisites": {
        "column public.organization.id": "column public.organization.id",
        "index \"(id)\" on public.organization": "index \"(id)\" on public.organization",
        "table public.organization": "table public.organization"
      }
    }
    "#);
    let again = sandbox.migrate(&["plan", "-o", "again.json", "--to", "V2__b"]).expect(0);
    assert_eq!(sandbox.read("again.json"), file, "{again}");
    sandbox.migrate(&["up", "--plan", "approved.json"]).expect(0);
    assert_eq!(database.query("SELECT id FROM migrate.applied ORDER BY position"), ["V1__a", "V2__b"]);
    // A pipeline that runs once more finds its work done.
    let done = sandbox.migrate(&["up", "--plan", "approved.json"]).expect(0);
    assert!(done.stdout.starts_with("nothing to do: what was asked for is applied"), "{done}");
}

#[test]
fn whatever_differs_from_the_approved_plan_is_named_and_nothing_runs() {
    let database = Database::new();
    let sandbox = project(&database);
    sandbox.migrate(&["plan", "--out", "approved.json"]).expect(0);

    sandbox.write("migrations/V2__b.sql", "CREATE TABLE b (id bigint);\n");
    sandbox.write("migrations/V4__d.sql", "CREATE TABLE d (id int);\n");
    fs::rename(sandbox.path().join("migrations/V3__c.sql"), sandbox.path().join("V3__c.sql")).unwrap();
    insta::assert_snapshot!(difference(&sandbox), @"
    `V2__b` was approved with sha256 07bbd90b208c445921accaef655512d2f9ab45bc584c5f71c3b8bc043e290d02, and its file has 1aec3fe43fa89773c8011b229b50bc8123874e67ecb1981464bbf6157902752b
    `V4__d` would run, and was not approved
    `V3__c` was approved, and would not run
    ");
    insta::assert_snapshot!(sandbox.migrate(&["up", "--plan", "approved.json", "--dry-run"]), @"
    $ migrate up --plan approved.json --dry-run
    plan: 3 migrations for approval_whatever_differs_from_the_approved_plan_is_nam at 127.0.0.1:[port] as postgres (0 applied already)

      V1__a  1 statement in one transaction
          line 1 CREATE TABLE takes SHARE ROW EXCLUSIVE on table organization, blocks writes

      V2__b  1 statement in one transaction

      V4__d  1 statement in one transaction

    note: accepted from the database, though no migration here makes it: table public.organization

    error[M510]: this is not the plan that was approved
     = note: `V2__b` was approved with sha256 07bbd90b208c445921accaef655512d2f9ab45bc584c5f71c3b8bc043e290d02, and its file has 1aec3fe43fa89773c8011b229b50bc8123874e67ecb1981464bbf6157902752b
     = note: `V4__d` would run, and was not approved
     = note: `V3__c` was approved, and would not run
     = help: make a new plan with `migrate plan --out FILE`, and have it approved
    --- stderr
    --- exit 5
    ");
    fs::rename(sandbox.path().join("V3__c.sql"), sandbox.path().join("migrations/V3__c.sql")).unwrap();
    fs::remove_file(sandbox.path().join("migrations/V4__d.sql")).unwrap();
    sandbox.write("migrations/V2__b.sql", "CREATE TABLE b (id int);\n");

    database.psql("ALTER TABLE organization RENAME TO old; CREATE VIEW organization AS SELECT id FROM old");
    sandbox.migrate(&["up", "--plan", "approved.json"]).expect(5);
    database.psql("DROP VIEW organization; ALTER TABLE old RENAME TO organization");

    let other = Database::new();
    other.psql("CREATE TABLE public.organization (id int PRIMARY KEY)");
    let elsewhere = Sandbox::new().on(&other);
    for file in ["V1__a", "V2__b", "V3__c"].map(|id| format!("migrations/{id}.sql")) {
        elsewhere.write(&file, sandbox.read(&file));
    }
    elsewhere.write("approved.json", sandbox.read("approved.json"));
    insta::assert_snapshot!(difference(&elsewhere), @"it was approved for database `approval_whatever_differs_from_the_approved_plan_is_nam`, and this is `approval_whatever_differs_from_the_approved_plan_is_nam_2`");
    assert_eq!(database.query("SELECT to_regclass('migrate.applied') IS NULL"), ["t"], "nothing was run");

    sandbox.write("migrations/V0__before.sql", "SELECT 1;\n");
    sandbox.migrate(&["up", "--to", "V0__before"]).expect(0);
    insta::assert_snapshot!(difference(&sandbox), @"the ledger: 0 migrations were applied when it was approved, 1 are now, and not by this plan alone");
}

#[test]
fn an_interrupted_approved_plan_goes_on_where_it_stopped() {
    let database = Database::new();
    let sandbox = project(&database);
    sandbox.migrate(&["plan", "--out", "approved.json"]).expect(0);
    // A table's row type needs the name as well.
    database.psql("CREATE TYPE b AS ENUM ()");
    sandbox.migrate(&["up", "--plan", "approved.json"]).expect(6);
    database.psql("DROP TYPE b");
    sandbox.migrate(&["up", "--plan", "approved.json"]).expect(0);
    assert_eq!(database.query("SELECT id FROM migrate.applied ORDER BY position"), ["V1__a", "V2__b", "V3__c"]);
}

#[test]
fn a_plan_file_that_was_tampered_with_is_not_used() {
    let database = Database::named("inventory_tampered");
    let sandbox = project(&database);
    sandbox.migrate(&["plan", "--out", "approved.json"]).expect(0);
    sandbox.write("changed.json", sandbox.read("approved.json").replace("V2__b", "V2__x"));
    sandbox.write("newer.json", sandbox.read("approved.json").replace("\"format\": 1", "\"format\": 2"));
    sandbox.write("other.json", "{}\n");
    for file in ["changed.json", "newer.json", "other.json", "absent.json"] {
        sandbox.migrate(&["up", "--plan", file]).expect(2);
    }
    insta::assert_snapshot!(sandbox.migrate(&["up", "--plan", "changed.json"]), @"
    $ migrate up --plan changed.json
    --- stderr
    error[M005]: the plan `changed.json` can't be used: it was changed after it was written: its hash does not fit
     = help: make it anew with `migrate plan --out FILE`, and have it approved
    --- exit 2
    ");
    insta::assert_snapshot!(sandbox.migrate(&["up", "--plan", "newer.json"]), @"
    $ migrate up --plan newer.json
    --- stderr
    error[M005]: the plan `newer.json` can't be used: it has format 2, this `migrate` reads format 1
     = help: make it anew with `migrate plan --out FILE`, and have it approved
    --- exit 2
    ");
    insta::assert_snapshot!(sandbox.migrate(&["up", "--plan", "approved.json", "--to", "2"]).code.unwrap(), @"2");
    // A refused plan is not written: there is nothing to approve.
    sandbox.write("migrations/V9__x.sql", "SELECT * FROM nowhere;\n");
    sandbox.migrate(&["plan", "--out", "refused.json"]).expect(5);
    assert!(!sandbox.path().join("refused.json").exists());
}

//! `baseline`: an existing database taken over, if it has what the migrations make.

use crate::support::{Database, Sandbox};

const SCHEMA: &str = "CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE a (id serial PRIMARY KEY, m mood, \"Odd\" text CHECK (\"Odd\" <> ''));
CREATE INDEX ON a (m);
CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT x';
";
const CHANGES: &str = "ALTER TABLE a ADD COLUMN later int;
ALTER TABLE a DROP COLUMN m;
CREATE TEMP TABLE scratch (id int);
CREATE TABLE gone (id int);
DROP TABLE gone;
ALTER TABLE a RENAME COLUMN \"Odd\" TO even;
CREATE TABLE b (id int);
ALTER TABLE b RENAME TO c;
CREATE VIEW v AS SELECT id FROM c;
";

fn project(database: &Database) -> Sandbox {
    let sandbox = Sandbox::new().on(database);
    sandbox
        .write("migrations/V1__schema.sql", SCHEMA)
        .write("migrations/V2__changes.sql", CHANGES)
        .write("migrations/V3__next.sql", "CREATE TABLE d (id int);\n");
    sandbox
}

#[test]
fn a_database_that_has_everything_is_taken_over() {
    let database = Database::named("inventory_baseline");
    let sandbox = project(&database);
    database.psql(&format!("{SCHEMA}{CHANGES}"));
    insta::assert_snapshot!(sandbox.migrate(&["baseline", "V2__changes", "--dry-run"]), @"
    $ migrate baseline V2__changes --dry-run
      V1__schema  baseline: all 10 things it makes are there
          state: no record → applied
          checksum: no record → 50baa7281dbebf13c5db656f24b70334eb0ab4072a197b22d8e77a13028b0a3e

      V2__changes  baseline: all 5 things it makes are there
          state: no record → applied
          checksum: no record → 2bdcbef74c4d853a146c8b9a038b65b8e6d48e4114a9721987beaa237df89d12

    would change 2 records of the ledger of inventory_baseline at 127.0.0.1:[port] as postgres; nothing was changed
    --- stderr
    --- exit 0
    ");
    assert_eq!(database.query("SELECT to_regclass('migrate.applied') IS NULL"), ["t"], "a dry run changes nothing");
    sandbox.migrate(&["baseline", "2"]).expect(0);
    insta::assert_snapshot!(sandbox.migrate(&["history"]), @"
    $ migrate history
    [timestamp]  run 1    baseline   V1__schema    by postgres
    [timestamp]  run 1    baseline   V2__changes    by postgres
    --- stderr
    --- exit 0
    ");
    let up = sandbox.migrate(&["up"]).expect(0);
    assert!(up.stderr.starts_with("applied V3__next"), "{up}");
    insta::assert_snapshot!(sandbox.migrate(&["baseline", "V2__changes"]), @"
    $ migrate baseline V2__changes
    nothing to do: the ledger of inventory_baseline at 127.0.0.1:[port] as postgres is as it should be
    --- stderr
    --- exit 0
    ");
}

#[test]
fn what_is_missing_is_named_and_nothing_is_marked() {
    let database = Database::named("inventory_baseline_missing");
    let sandbox = project(&database);
    database.psql(&format!(
        "{SCHEMA}{CHANGES} DROP VIEW v; ALTER TABLE a DROP COLUMN later; CREATE SCHEMA s; ALTER TABLE c SET SCHEMA s;"
    ));
    insta::assert_snapshot!(sandbox.migrate(&["baseline", "V2__changes"]), @"
    $ migrate baseline V2__changes
    --- stderr
    error[M513]: `V2__changes` can't count as applied: 4 of the 5 things it makes are not there
     --> migrations/V2__changes.sql:1:26
      |
    1 | ALTER TABLE a ADD COLUMN later int;
      |                          ^^^^^ column public.a.later is not there
    ...
    8 | ALTER TABLE b RENAME TO c;
      |               -----------
      |               |
      |               table public.c is not there; there is table s.c
      |               column public.c.id is not there; there is column s.c.id
    9 | CREATE VIEW v AS SELECT id FROM c;
      |             - view public.v is not there
      |
      = help: set the baseline at an earlier migration, correct the database, or pass --force
    --- exit 5
    ");
    assert_eq!(database.query("SELECT to_regclass('migrate.applied') IS NULL"), ["t"]);
    sandbox.migrate(&["baseline", "V1__schema", "--force"]).expect(0);
    let json = sandbox.migrate(&["baseline", "V2__changes", "--format", "json"]).expect(5);
    assert!(json.stdout.contains("\"outcome\": \"refused\"") && json.stdout.contains("M513"), "{json}");
    sandbox.migrate(&["baseline", "V2__changes", "--force"]).expect(0);
    assert_eq!(
        database.query("SELECT id, duration_us FROM migrate.applied ORDER BY position"),
        ["V1__schema|0", "V2__changes|0"]
    );
}

#[test]
fn the_example_project_can_be_taken_over_whole() {
    let database = Database::new();
    let sandbox = crate::example::project().on(&database);
    sandbox.migrate(&["up"]).expect(0);
    let last = database.query("SELECT id FROM migrate.applied WHERE version IS NOT NULL ORDER BY version DESC LIMIT 1");
    database.psql("DROP SCHEMA migrate CASCADE");
    sandbox.migrate(&["baseline", &last[0]]).expect(0);
    let status = sandbox.migrate(&["status"]).expect(0);
    assert!(status.stdout.contains("applied, 0 pending: up to date"), "{status}");
}

//! `down`: reverts by `.down.sql`, as far as the graph allows.

use crate::support::{Database, Sandbox};

fn project(database: &Database) -> Sandbox {
    let sandbox = Sandbox::new().on(database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n")
        .write("migrations/V1__a.down.sql", "DROP TABLE a;\n")
        .write("migrations/V2__b.sql", "CREATE TABLE b (id int REFERENCES a (id));\n")
        .write("migrations/V2__b.down.sql", "DROP TABLE b;\n")
        .write("migrations/V3__c.sql", "CREATE TABLE c (id int);\n");
    sandbox
}

#[test]
fn the_last_or_the_named_migrations_are_reverted_in_reverse_order() {
    let database = Database::named("inventory_down");
    let sandbox = project(&database);
    sandbox.write("migrations/V3__c.down.sql", "DROP TABLE c;\n");
    sandbox.migrate(&["up"]).expect(0);
    insta::assert_snapshot!(sandbox.migrate(&["down"]), @"
    $ migrate down
    reverted 1 migration of inventory_down at 127.0.0.1:[port] as postgres
    --- stderr
    reverted V3__c in [time]
    --- exit 0
    ");
    insta::assert_snapshot!(sandbox.migrate(&["down", "V1__a", "b", "--dry-run"]), @"
    $ migrate down V1__a b --dry-run
    plan: revert 2 migrations of inventory_down at 127.0.0.1:[port] as postgres (2 applied already)

      V2__b  1 statement in one transaction
          line 1 DROP TABLE takes ACCESS EXCLUSIVE on table b, blocks reads and writes

      V1__a  1 statement in one transaction
          after `V2__b`: that one needs table public.a (and 2 more)
          line 1 DROP TABLE takes ACCESS EXCLUSIVE on table a, blocks reads and writes

    plan hash d2040e4aeb0fb641
    --- stderr
    --- exit 0
    ");
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["2"]);
    insta::assert_snapshot!(sandbox.migrate(&["down", "V1__a", "b", "--format", "json", "--quiet"]), @r#"
    $ migrate down V1__a b --format json --quiet
    {
      "format": 1,
      "target": "inventory_down at 127.0.0.1:[port] as postgres",
      "outcome": "reverted",
      "reverted": [
        {
          "id": "V2__b",
          "duration_ms": [time]
        },
        {
          "id": "V1__a",
          "duration_ms": [time]
        }
      ],
      "notices": [],
      "error": null
    }
    --- stderr
    --- exit 0
    "#);
    assert_eq!(database.query("SELECT to_regclass('a') IS NULL AND to_regclass('b') IS NULL"), ["t"]);
    insta::assert_snapshot!(sandbox.migrate(&["history"]), @"
    $ migrate history
    [timestamp]  run 1    applied    V1__a  [time]  by postgres
    [timestamp]  run 1    applied    V2__b  [time]  by postgres
    [timestamp]  run 1    applied    V3__c  [time]  by postgres
    [timestamp]  run 2    reverted   V3__c  [time]  by postgres
    [timestamp]  run 3    reverted   V2__b  [time]  by postgres
    [timestamp]  run 3    reverted   V1__a  [time]  by postgres
    --- stderr
    --- exit 0
    ");
    insta::assert_snapshot!(sandbox.migrate(&["down"]), @"
    $ migrate down
    nothing to do: nothing is applied to inventory_down at 127.0.0.1:[port] as postgres
    --- stderr
    --- exit 0
    ");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["3"]);
}

#[test]
fn what_applied_ones_depend_on_is_not_reverted() {
    let database = Database::named("inventory_down_refused");
    let sandbox = project(&database);
    sandbox.migrate(&["up"]).expect(0);
    insta::assert_snapshot!(sandbox.migrate(&["down", "V1__a"]), @"
    $ migrate down V1__a
    --- stderr
    error[M514]: `V1__a` can't be reverted: `V2__b`, applied as well, depends on it
     --> migrations/V2__b.sql:1:35
      |
    1 | CREATE TABLE b (id int REFERENCES a (id));
      |                                   ^
      |
      = note: `V2__b` follows `V1__a`: it needs table public.a (and 2 more)
      = help: revert it too: `migrate down V1__a V2__b`
    --- exit 5
    ");
    insta::assert_snapshot!(sandbox.migrate(&["down", "V3__c"]), @"
    $ migrate down V3__c
    --- stderr
    error[M515]: `V3__c` can't be reverted: it has no `V3__c.down.sql`
     = help: write what reverts it into `migrations/V3__c.down.sql`, or a new migration that goes on from here
    --- exit 5
    ");
    sandbox.write("migrations/V4__d.sql", "SELECT 1;\n");
    insta::assert_snapshot!(sandbox.migrate(&["down", "V4__d"]), @"
    $ migrate down V4__d
    --- stderr
    error[M516]: `V4__d` is not applied here, so there is nothing to revert
     = help: `migrate status` lists what is applied
    --- exit 5
    ");
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["3"]);
}

#[test]
fn a_failing_revert_is_rolled_back_and_says_that_it_is_still_applied() {
    let database = Database::named("inventory_down_failed");
    let sandbox = project(&database);
    sandbox.write("migrations/V2__b.down.sql", "DROP TABLE b;\nDROP TABLE nowhere;\n");
    sandbox.migrate(&["up", "--to", "V2__b"]).expect(0);
    insta::assert_snapshot!(sandbox.migrate(&["down"]), @r#"
    $ migrate down
    --- stderr
    error[M601]: `V2__b` failed: table "nowhere" does not exist
     --> migrations/V2__b.down.sql:2:1
      |
    2 | DROP TABLE nowhere;
      | ^^^^^^^^^^^^^^^^^^
      |
      = note: SQLSTATE 42P01
      = note: rolled back: `V2__b` is still applied
      = note: no migration was reverted in this run
      = help: correct `migrations/V2__b.down.sql`, then run `migrate down V2__b` again
    --- exit 6
    "#);
    assert_eq!(database.query("SELECT to_regclass('b') IS NOT NULL"), ["t"]);
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["2"]);
    sandbox
        .write("migrations/V2__b.down.sql", "DROP TABLE IF EXISTS gone;\nDROP TABLE b;\n")
        .write("migrations/V1__a.down.sql", "DROP TABLE nowhere;\n");
    let output = sandbox.migrate(&["down", "V1__a", "V2__b", "--format", "json"]).expect(6);
    let document: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(document["outcome"], "failed");
    assert_eq!(document["reverted"][0]["id"], "V2__b");
    assert_eq!(document["notices"][0]["message"], "table \"gone\" does not exist, skipping");
    assert_eq!(document["error"]["message"], "`V1__a` failed: table \"nowhere\" does not exist");
    assert_eq!(document["error"]["notes"][2], "1 migration was reverted in this run");
}

#[test]
fn a_revert_outside_transactions_is_journalled_and_goes_on_where_it_stopped() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n")
        .write(
            "migrations/V1__a.down.sql",
            "INSERT INTO a VALUES (1);\nDROP INDEX CONCURRENTLY a_id;\nALTER TABLE a RENAME TO nowhere.b;\nDROP TABLE a;\n",
        );
    sandbox.migrate(&["up"]).expect(0);
    let down =
        "INSERT INTO a VALUES (1);\nDROP INDEX CONCURRENTLY a_id;\nSELECT 1 / count(*) FROM divisor;\nDROP TABLE a;\n";
    database.psql("CREATE TABLE divisor (id int)");
    sandbox.write("migrations/V1__a.down.sql", down);
    let failed = sandbox.migrate(&["down"]).expect(6);
    assert!(
        failed
            .stderr
            .contains("the first 2 of 3 steps of `V1__a` are committed; the next `migrate down V1__a` goes on"),
        "{failed}"
    );
    let status = sandbox.migrate(&["status"]).expect(5);
    assert!(status.stdout.contains("V1__a  partly reverted"), "{status}");
    database.psql("INSERT INTO divisor VALUES (1)");
    sandbox.migrate(&["down"]).expect(0);
    assert_eq!(database.query("SELECT to_regclass('a') IS NULL"), ["t"]);
    assert_eq!(
        database.query("SELECT (SELECT count(*) FROM migrate.applied), (SELECT count(*) FROM migrate.intents)"),
        ["0|0"]
    );
    assert_eq!(database.query("SELECT event FROM migrate.history ORDER BY position"), ["applied", "reverted"]);
}

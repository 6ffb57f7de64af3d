//! Late migrations: pending ones that the numbers put before what is applied.

use crate::support::{Database, Sandbox};

fn on(database: &Database) -> Sandbox {
    Sandbox::new().on(database)
}

#[test]
fn a_collision_shows_both_places_and_every_object() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int, name text);\n")
        .write("migrations/V3__view.sql", "CREATE VIEW v AS\nSELECT * FROM a;\n")
        .write("migrations/V4__rename.sql", "ALTER TABLE a RENAME COLUMN name TO title;\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/V2__late.sql", "ALTER TABLE a ADD COLUMN size int;\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M503]: `V2__late` comes too late: `V3__view` and `V4__rename`, which have to run after it, are applied
     --> migrations/V2__late.sql:1:13
      |
    1 | ALTER TABLE a ADD COLUMN size int;
      |             ^ this would run after what is applied
      |
     ::: migrations/V3__view.sql:2:8
      |
    2 | SELECT * FROM a;
      |        - applied already, and has to follow
      |
     ::: migrations/V4__rename.sql:1:13
      |
    1 | ALTER TABLE a RENAME COLUMN name TO title;
      |             - applied already, and has to follow
      |
      = note: `V3__view` follows `V2__late`: it changes or depends on table public.a, as the other does
      = note: `V4__rename` follows `V2__late`: it changes or depends on table public.a, as the other does
      = help: give it a version after the newest applied one, or pass --allow-out-of-order if the order does not matter here (migrations/V2__late.sql)
    --- exit 5
    ");
    let json = sandbox.migrate(&["plan", "--format", "json"]).expect(5).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let places: Vec<String> = json["refusals"][0]["places"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| format!("{}:{}", place["path"].as_str().unwrap(), place["line"]))
        .collect();
    assert_eq!(places, ["migrations/V2__late.sql:1", "migrations/V3__view.sql:2", "migrations/V4__rename.sql:1"]);
    let markdown = sandbox.migrate(&["plan", "--format", "markdown"]).expect(5).stdout;
    assert!(markdown.contains("`V2__late` comes too late"), "{markdown}");
    sandbox.migrate(&["up", "--allow-out-of-order"]).expect(0);
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["4"]);
}

#[test]
fn one_collision_among_late_migrations_refuses_all_and_says_what_waits() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n")
        .write("migrations/V9__more.sql", "ALTER TABLE a ADD COLUMN b int;\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox
        .write("migrations/V2__free.sql", "CREATE TABLE free (id int);\n")
        .write("migrations/V3__late.sql", "ALTER TABLE a ADD COLUMN c int;\n")
        .write("migrations/V4__also.sql", "CREATE TABLE also (id int);\n")
        .write("migrations/V10__needs.sql", "CREATE INDEX ON a (c);\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M503]: `V3__late` comes too late: `V9__more`, which has to run after it, is applied
     --> migrations/V3__late.sql:1:13
      |
    1 | ALTER TABLE a ADD COLUMN c int;
      |             ^ this would run after what is applied
      |
     ::: migrations/V9__more.sql:1:13
      |
    1 | ALTER TABLE a ADD COLUMN b int;
      |             - applied already, and has to follow
      |
      = note: `V9__more` follows `V3__late`: it changes or depends on table public.a, as the other does
      = note: `V10__needs` waits behind it
      = note: nothing is run, the 2 other pending migrations included, until this is decided
      = help: give it a version after the newest applied one, or pass --allow-out-of-order if the order does not matter here (migrations/V3__late.sql)
    --- exit 5
    ");
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["2"]);
    std::fs::remove_file(sandbox.path().join("migrations/V3__late.sql")).unwrap();
    std::fs::remove_file(sandbox.path().join("migrations/V10__needs.sql")).unwrap();
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    applied 2 migrations to late_one_collision_among_late_migrations_refuses_all_an at 127.0.0.1:[port] as postgres in [time]
    checks: 17 hold
    --- stderr
    note: `V2__free` and `V4__also` are older than `V9__more`, which is applied; they are accepted because they have nothing to do with what was applied since
    applied V2__free in [time]
    applied V4__also in [time]
    --- exit 0
    ");
}

#[test]
fn strict_order_refuses_independent_ones_too() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n")
        .write("migrations/V9__more.sql", "ALTER TABLE a ADD COLUMN b int;\n");
    sandbox.migrate(&["up", "--strict-order"]).expect(0);
    sandbox
        .write("migrations/V2__free.sql", "CREATE TABLE free (id int);\n")
        .write("migrations/U3__free.sql", "CREATE TABLE free3 (id int);\n");
    insta::assert_snapshot!(sandbox.migrate(&["up", "--strict-order"]), @"
    $ migrate up --strict-order
    --- stderr
    error[M508]: 2 migrations are older than `V9__more`, which is applied, and the order is strict
     = note: `V2__free` (migrations/V2__free.sql): independent of everything applied since
     = note: `U3__free` (migrations/U3__free.sql): independent of everything applied since
     = help: give each a version after the newest applied one, or run without --strict-order (`[up] strict_order`): they are independent
    --- exit 5
    ");
    sandbox.write("migrations/V4__late.sql", "ALTER TABLE a ADD COLUMN c int;\n");
    sandbox.write("migrate.toml", "[up]\nstrict_order = true\n");
    insta::assert_snapshot!(sandbox.migrate(&["plan"]), @"
    $ migrate plan
    plan: 3 migrations for late_strict_order_refuses_independent_ones_too at 127.0.0.1:[port] as postgres (2 applied already)

      V2__free  1 statement in one transaction

      U3__free  1 statement in one transaction

      V4__late  1 statement in one transaction
          line 1 ALTER TABLE takes ACCESS EXCLUSIVE on table a, blocks reads and writes

    error[M508]: 3 migrations are older than `V9__more`, which is applied, and the order is strict
     = note: `V2__free` (migrations/V2__free.sql): independent of everything applied since
     = note: `U3__free` (migrations/U3__free.sql): independent of everything applied since
     = note: `V4__late` (migrations/V4__late.sql): has to run before `V9__more`, which is applied
     = help: give each a version after the newest applied one
    --- stderr
    --- exit 5
    ");
    sandbox.migrate(&["plan", "--strict-order", "--allow-out-of-order"]).expect(2);
    sandbox.migrate(&["up", "--allow-out-of-order"]).expect(0);
}

#[test]
fn a_late_opaque_migration_is_refused_with_why_it_is_opaque() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n")
        .write("migrations/V3__b.sql", "CREATE TABLE b (id int);\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/V2__dynamic.sql", "DO $$ BEGIN\n  EXECUTE current_setting('my.statement');\nEND $$;\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M503]: `V2__dynamic` comes too late: `V3__b`, which has to run after it, is applied
     --> migrations/V2__dynamic.sql:2:3
      |
    2 |   EXECUTE current_setting('my.statement');
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this would run after what is applied
      |
      = note: `V3__b` follows `V2__dynamic`: it may touch the same things: one of them can't be analysed
      = note: `V2__dynamic` can't be analysed: EXECUTE of a string that the text doesn't show
      = help: give it a version after the newest applied one, or pass --allow-out-of-order if the order does not matter here (migrations/V2__dynamic.sql)
    --- exit 5
    ");
}

#[test]
fn what_an_applied_migration_needed_comes_too_late_whatever_its_number() {
    let database = Database::new();
    let sandbox = on(&database);
    database.query("CREATE TABLE organization (id int PRIMARY KEY)");
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (o int REFERENCES organization (id));\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/V2__organization.sql", "CREATE TABLE IF NOT EXISTS organization (id int PRIMARY KEY);\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M503]: `V2__organization` comes too late: `V1__a`, which has to run after it, is applied
     --> migrations/V2__organization.sql:1:28
      |
    1 | CREATE TABLE IF NOT EXISTS organization (id int PRIMARY KEY);
      |                            ^^^^^^^^^^^^ this would run after what is applied
      |
     ::: migrations/V1__a.sql:1:34
      |
    1 | CREATE TABLE a (o int REFERENCES organization (id));
      |                                  ------------ applied already, and has to follow
      |
      = note: `V1__a` follows `V2__organization`: it needs table public.organization; it needs a unique key (id) of public.organization; it needs column public.organization.id
      = note: what is applied ran without it, so the database had from elsewhere what it creates
      = help: write it so that it does no harm where that exists, and pass --allow-out-of-order (migrations/V2__organization.sql)
    --- exit 5
    ");
    sandbox.migrate(&["up", "--allow-out-of-order"]).expect(0);
}

#[test]
fn a_late_migration_that_a_pending_one_needs_runs_before_it() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V2__a.sql", "CREATE TABLE a (id int);\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox
        .write("migrations/V1__b.sql", "CREATE TABLE b (id int PRIMARY KEY);\n")
        .write("migrations/V3__c.sql", "CREATE TABLE c (id int REFERENCES b (id));\n")
        .write("migrations/R__v.sql", "CREATE OR REPLACE VIEW v AS SELECT id FROM a;\n");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT id FROM migrate.applied ORDER BY position"), ["V2__a", "V1__b", "V3__c", "R__v"]);
    // A repeatable is applied after all versions, and nothing comes late for it.
    sandbox.write("migrations/V4__a.sql", "ALTER TABLE a ADD COLUMN x int;\n");
    sandbox.migrate(&["up", "--strict-order"]).expect(0);
    sandbox.write("migrations/R__a_first.sql", "CREATE OR REPLACE VIEW w AS SELECT id FROM v;\n");
    sandbox.migrate(&["up", "--strict-order"]).expect(0);
}

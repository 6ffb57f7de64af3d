//! Which migrations `up` takes, in which order, and which it refuses: the files against the ledger and the graph.

use crate::support::{Database, Sandbox};

fn on(database: &Database) -> Sandbox {
    Sandbox::new().on(database)
}

#[test]
fn migrations_in_any_numbering_run_in_the_order_of_the_graph() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write(
            "migrations/V1__orders.sql",
            "CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customers (id));\n",
        )
        .write("migrations/V2__customers.sql", "CREATE TABLE customers (id int PRIMARY KEY);\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    applied 2 migrations to standing_migrations_in_any_numbering_run_in_the_order_o at 127.0.0.1:[port] as postgres in [time]
    checks: 17 hold
    --- stderr
    note: `V2__customers` runs before `V1__orders`, which needs it, against their numbers
    applied V2__customers in [time]
    applied V1__orders in [time]
    --- exit 0
    ");
}

#[test]
fn a_changed_file_is_refused_but_comments_and_white_space_do_not_count() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/V1__a.sql", "-- more words\r\nCREATE TABLE a  (id int) ;\r\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id bigint);\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M501]: `V1__a` was changed after it was applied
     = note: applied at [timestamp] by `postgres`
     = note: its file had sha256 c2de7559380e5ebf65caa7d59e166558e80243cf7e70006cc98d1593d94203c1 then, and has 923d7eb167e53a46e8c3aea822a44a1ba964d34454fb01df1545ff8ab8426fa5 now
     = help: restore it (`git log -p -- migrations/V1__a.sql` shows what changed) and write the change as a new migration; if the database has it as it is now, run `migrate repair V1__a`
    --- exit 5
    ");
    insta::assert_snapshot!(sandbox.migrate(&["status"]), @"
    $ migrate status
    status of standing_a_changed_file_is_refused_but_comments_and_whi at 127.0.0.1:[port] as postgres

    V1__a  changed   [timestamp]  [time]  by postgres

    error[M501]: `V1__a` was changed after it was applied
     = note: applied at [timestamp] by `postgres`
     = note: its file had sha256 c2de7559380e5ebf65caa7d59e166558e80243cf7e70006cc98d1593d94203c1 then, and has 923d7eb167e53a46e8c3aea822a44a1ba964d34454fb01df1545ff8ab8426fa5 now
     = help: restore it (`git log -p -- migrations/V1__a.sql` shows what changed) and write the change as a new migration; if the database has it as it is now, run `migrate repair V1__a`

    1 applied, 0 pending, 1 problem: `migrate up` refuses
    --- stderr
    --- exit 5
    ");
}

#[test]
fn an_applied_migration_without_a_file_is_refused_and_a_renamed_one_recognised() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n");
    sandbox.migrate(&["up"]).expect(0);
    std::fs::rename(sandbox.path().join("migrations/V1__a.sql"), sandbox.path().join("migrations/V1__b.sql")).unwrap();
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M502]: `V1__a` is applied here, and its file is now called `migrations/V1__b.sql`
     = note: applied at [timestamp] by `postgres`
     = help: give the file its old name back, or run `migrate repair V1__a`
    --- exit 5
    ");
    std::fs::remove_file(sandbox.path().join("migrations/V1__b.sql")).unwrap();
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M502]: `V1__a` is applied here, but is not in this project
     = note: `V1__a`, applied at [timestamp] by `postgres`
     = help: restore the files, or update this checkout: it is older than the database; if they are gone for good, `migrate repair ID` forgets them
    --- exit 5
    ");
}

#[test]
fn a_late_migration_is_accepted_when_independent_and_refused_when_not() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n")
        .write("migrations/V3__index.sql", "ALTER TABLE a RENAME COLUMN id TO key;\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/V2__other.sql", "CREATE TABLE other (id int);\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    applied 1 migration to standing_a_late_migration_is_accepted_when_independent_ at 127.0.0.1:[port] as postgres in [time]
    checks: 17 hold
    --- stderr
    note: `V2__other` is older than `V3__index`, which is applied; it is accepted because it has nothing to do with it
    applied V2__other in [time]
    --- exit 0
    ");
    sandbox.write("migrations/V2.5__late.sql", "CREATE INDEX a_id ON a (id);\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M503]: `V2.5__late` comes too late: `V3__index`, which has to run after it, is applied
     --> migrations/V2.5__late.sql:1:25
      |
    1 | CREATE INDEX a_id ON a (id);
      |                         ^^ this would run after what is applied
      |
     ::: migrations/V3__index.sql:1:29
      |
    1 | ALTER TABLE a RENAME COLUMN id TO key;
      |                             -- applied already, and has to follow
      |
      = note: `V3__index` follows `V2.5__late`: it changes or depends on column public.a.id, as the other does
      = help: give it a version after the newest applied one, or pass --allow-out-of-order if the order does not matter here (migrations/V2.5__late.sql)

    refused: a prerequisite is missing; nothing was run

    missing
      column public.a.id
          `V1__a` is applied and provided it: somebody removed it since
          migrations/V2.5__late.sql:1

    blocked behind it
      `V2.5__late`
      which creates 1 index

    create first, in this order
      1. column public.a.id
    --- exit 5
    ");
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["3"]);
}

#[test]
fn a_repeatable_migration_runs_last_and_again_when_it_changes() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n")
        .write("migrations/R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT id FROM a;\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT id, 1 AS one FROM a;\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    applied 1 migration to standing_a_repeatable_migration_runs_last_and_again_whe at 127.0.0.1:[port] as postgres in [time]
    checks: 17 hold
    --- stderr
    applied R__view in [time]
    --- exit 0
    ");
    insta::assert_snapshot!(sandbox.migrate(&["history"]), @"
    $ migrate history
    [timestamp]  run 1    applied    V1__a  [time]  by postgres
    [timestamp]  run 1    applied    R__view  [time]  by postgres
    [timestamp]  run 2    reapplied  R__view  [time]  by postgres
    --- stderr
    --- exit 0
    ");
}

#[test]
fn up_to_a_migration_takes_what_it_needs_and_nothing_after() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n")
        .write("migrations/V2__b.sql", "CREATE TABLE b (id int REFERENCES a (id), c int REFERENCES c (id));\n")
        .write("migrations/V3__c.sql", "CREATE TABLE c (id int PRIMARY KEY);\n")
        .write("migrations/V4__d.sql", "CREATE TABLE d (id int);\n");
    sandbox.migrate(&["up", "--to", "2"]).expect(0);
    assert_eq!(database.query("SELECT id FROM migrate.applied ORDER BY position"), ["V1__a", "V3__c", "V2__b"]);
    insta::assert_snapshot!(sandbox.migrate(&["up", "--to", "V4__dd"]), @"
    $ migrate up --to V4__dd
    --- stderr
    error[M001]: there is no migration `V4__dd`
     = help: did you mean `V4__d`?
    --- exit 2
    ");
}

#[test]
fn a_late_u_file_is_accepted_and_said_even_where_the_order_matters() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n")
        .write("migrations/V3__more.sql", "ALTER TABLE a ADD COLUMN b int;\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/U2__late.sql", "ALTER TABLE a ADD COLUMN c int;\n");
    let note = sandbox.migrate(&["up"]).expect(0).stderr.lines().next().unwrap().to_owned();
    insta::assert_snapshot!(note, @"note: `U2__late` should have run before `V3__more`, which is applied; accepted because `U` files may come late");
}

//! `--to` and `--single-transaction`: which migrations are committed, and when.

use crate::support::{Database, Sandbox};

#[test]
fn what_is_not_asked_for_stays_pending_and_is_said() {
    let database = Database::named("inventory_to");
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n")
        .write("migrations/V2__b.sql", "CREATE TABLE b (id int);\n");
    sandbox.migrate(&["up", "--to", "V1__a"]).expect(0);
    insta::assert_snapshot!(sandbox.migrate(&["up", "--to", "V1__a"]), @"
    $ migrate up --to V1__a
    nothing to do: what was asked for is applied to inventory_to at 127.0.0.1:[port] as postgres; 1 migration after it is pending
    --- stderr
    --- exit 0
    ");
    insta::assert_snapshot!(sandbox.migrate(&["plan", "--to", "a"]), @"
    $ migrate plan --to a
    nothing to do: what was asked for is applied to inventory_to at 127.0.0.1:[port] as postgres; 1 migration after it is pending
    --- stderr
    --- exit 0
    ");
    assert_eq!(database.query("SELECT id FROM migrate.applied"), ["V1__a"]);
}

#[test]
fn a_single_transaction_commits_everything_or_nothing() {
    let database = Database::named("inventory_single");
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n")
        .write(
            "migrations/V2__b.sql",
            "SET lock_timeout = '1h';\nCREATE TEMP TABLE scratch (id int);\nINSERT INTO a VALUES (1);\n",
        )
        .write("migrations/V3__c.sql", "CREATE TABLE scratch (id int);\nINSERT INTO a VALUES (1);\n");
    insta::assert_snapshot!(sandbox.migrate(&["plan", "--single-transaction"]), @"
    $ migrate plan --single-transaction
    plan: 3 migrations for inventory_single at 127.0.0.1:[port] as postgres (0 applied already), all in one transaction

      V1__a  1 statement in one transaction

      V2__b  3 statements in one transaction
          after `V1__a`: needs table public.a

      V3__c  2 statements in one transaction
          after `V2__b`: reads or writes rows of table public.a that the other writes

    plan hash 0652597e90800891
    --- stderr
    --- exit 0
    ");
    insta::assert_snapshot!(sandbox.migrate(&["up", "--single-transaction"]), @r#"
    $ migrate up --single-transaction
    --- stderr
    error[M601]: `V3__c` failed: duplicate key value violates unique constraint "a_pkey"
     --> migrations/V3__c.sql:2:1
      |
    2 | INSERT INTO a VALUES (1);
      | ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: SQLSTATE 23505
      = note: detail: Key (id)=(1) already exists.
      = note: rolled back: nothing of `V3__c` is in the database
      = note: no migration was committed in this run
      = help: correct `migrations/V3__c.sql`, then run `migrate up` again
    --- exit 6
    "#);
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["0"]);
    assert_eq!(database.query("SELECT to_regclass('a') IS NULL"), ["t"]);
    sandbox.write("migrations/V3__c.sql", "CREATE TABLE scratch AS SELECT current_setting('lock_timeout') AS is;\n");
    insta::assert_snapshot!(sandbox.migrate(&["up", "--single-transaction"]), @"
    $ migrate up --single-transaction
    applied 3 migrations to inventory_single at 127.0.0.1:[port] as postgres in [time]
    checks: 17 hold
    --- stderr
    applied V1__a in [time]
    applied V2__b in [time]
    applied V3__c in [time]
    --- exit 0
    ");
    assert_eq!(database.query("SELECT \"is\" FROM public.scratch"), ["2s"], "nothing leaks from one to the next");
    assert_eq!(
        database.query("SELECT count(DISTINCT xmin::text), count(*), min(duration_us) >= 0 FROM migrate.applied"),
        ["1|3|t"]
    );
}

#[test]
fn a_single_transaction_is_refused_where_one_migration_commits_by_itself() {
    let database = Database::named("inventory_single_refused");
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TYPE mood AS ENUM ('sad');\nCREATE TABLE a (id int);\n")
        .write("migrations/V2__index.sql", "SELECT 1;\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n")
        .write("migrations/V3__never.sql", "-- [migrate]\n-- transaction = \"never\"\nSELECT 1;\nSELECT 2;\n");
    insta::assert_snapshot!(sandbox.migrate(&["up", "--single-transaction"]), @r#"
    $ migrate up --single-transaction
    --- stderr
    error[M509]: `V2__index` can't share one transaction with the others: CREATE INDEX CONCURRENTLY can't run in a transaction
     --> migrations/V2__index.sql:2:1
      |
    2 | CREATE INDEX CONCURRENTLY a_id ON a (id);
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: leave out --single-transaction, or apply what comes before it first, with --to

    error[M509]: `V3__never` can't share one transaction with the others: its header says transaction = "never"
     --> migrations/V3__never.sql:4:1
      |
    4 | SELECT 2;
      | ^^^^^^^^
      |
      = help: leave out --single-transaction, or apply what comes before it first, with --to
    --- exit 5
    "#);
    sandbox.migrate(&["plan", "--single-transaction"]).expect(5);
    assert_eq!(database.query("SELECT to_regclass('migrate.applied') IS NULL"), ["t"], "nothing was run");
    sandbox.migrate(&["up"]).expect(0);
    sandbox
        .write("migrations/V4__ok.sql", "ALTER TYPE mood ADD VALUE 'ok';\n")
        .write("migrations/V5__use.sql", "CREATE TABLE m (m mood DEFAULT 'ok'::mood);\n");
    insta::assert_snapshot!(sandbox.migrate(&["up", "--single-transaction"]), @"
    $ migrate up --single-transaction
    --- stderr
    error[M509]: `V5__use` can't share one transaction with `V4__ok`: it uses enum label 'ok' of public.mood, which has to be committed first
     --> migrations/V5__use.sql:1:32
      |
    1 | CREATE TABLE m (m mood DEFAULT 'ok'::mood);
      |                                ^^^^ used here
      |
     ::: migrations/V4__ok.sql:1:27
      |
    1 | ALTER TYPE mood ADD VALUE 'ok';
      |                           ---- added here
      |
      = help: leave out --single-transaction, or run `migrate up --to V4__ok` first
    --- exit 5
    ");
    sandbox.migrate(&["up"]).expect(0);
}

#[test]
fn deferred_constraints_are_checked_between_the_migrations_of_a_single_transaction() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write(
            "migrations/V1__tree.sql",
            "CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree DEFERRABLE INITIALLY DEFERRED);\n\
             INSERT INTO tree VALUES (1, 2), (2, NULL);\n",
        )
        .write("migrations/V2__more.sql", "INSERT INTO tree VALUES (3, 4), (4, NULL);\n")
        .write("migrations/V3__alter.sql", "ALTER TABLE tree ADD COLUMN name text;\n")
        .write("migrations/V4__wrong.sql", "INSERT INTO tree VALUES (5, 6);\n")
        .write("migrations/V5__after.sql", "SELECT 1;\n");
    let failed = sandbox.migrate(&["up", "--single-transaction"]).expect(6);
    assert!(failed.stderr.contains("`V4__wrong` failed: insert or update on table \"tree\""), "{failed}");
    sandbox.write("migrations/V4__wrong.sql", "INSERT INTO tree VALUES (5, 6), (6, NULL);\n");
    sandbox.migrate(&["up", "--single-transaction"]).expect(0);
    assert_eq!(database.query("SELECT count(*) FROM tree"), ["6"]);
}

#[test]
fn a_single_transaction_that_met_a_lock_is_tried_again_as_a_whole() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    database.psql("CREATE TABLE b (id int)");
    sandbox
        .write("migrate.toml", "[up]\nlock_timeout = \"50ms\"\nlock_retries = 50\n")
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n")
        .write("migrations/V2__b.sql", "ALTER TABLE b ADD COLUMN c int;\n");
    let blocker = database.hold("LOCK TABLE b IN ACCESS SHARE MODE");
    let output = std::thread::scope(|scope| {
        let run = scope.spawn(|| sandbox.migrate(&["up", "--single-transaction"]));
        let waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'b'::regclass)";
        while !run.is_finished() && database.query(waits) != ["t"] {}
        std::thread::sleep(std::time::Duration::from_millis(300));
        drop(blocker);
        run.join().unwrap().expect(0)
    });
    assert!(output.stderr.contains("rolled back, try 2 follows"), "{output}");
    assert_eq!(database.query("SELECT id FROM migrate.applied ORDER BY position"), ["V1__a", "V2__b"]);
}

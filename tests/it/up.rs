//! How `up` runs migrations: failures, steps outside transactions, locks, two runs at once.

use crate::support::{Database, Sandbox};

fn on(database: &Database) -> Sandbox {
    Sandbox::new().on(database)
}

#[test]
fn a_failing_statement_is_shown_with_place_code_detail_and_state() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n")
        .write("migrations/V2__rows.sql", "-- é\nINSERT INTO a VALUES (1);\n/* ü */ INSERT INTO a VALUES (1);\n")
        .write("migrations/V3__after.sql", "CREATE TABLE b (id int);\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @r#"
    $ migrate up
    --- stderr
    applied V1__a in [time]
    error[M601]: `V2__rows` failed: duplicate key value violates unique constraint "a_pkey"
     --> migrations/V2__rows.sql:3:9
      |
    3 | /* ü */ INSERT INTO a VALUES (1);
      |         ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: SQLSTATE 23505
      = note: detail: Key (id)=(1) already exists.
      = note: rolled back: nothing of `V2__rows` is in the database
      = note: 1 migration of this run is committed and recorded
      = help: correct `migrations/V2__rows.sql`, then run `migrate up` again
    --- exit 6
    "#);
    assert_eq!(database.query("SELECT id FROM migrate.applied"), ["V1__a"]);
    assert_eq!(database.query("SELECT count(*) FROM a"), ["0"]);
    assert_eq!(database.query("SELECT outcome FROM migrate.runs"), ["failed"]);
    sandbox.write("migrations/V2__rows.sql", "INSERT INTO a VALUES (1);\n");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT id FROM migrate.applied ORDER BY position"), ["V1__a", "V2__rows", "V3__after"]);
}

#[test]
fn the_servers_position_becomes_line_and_column_of_the_file() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__a.sql", "-- naïve\nSELECT 1;\nSELECT 'é', upper(7, 'x');\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M601]: `V1__a` failed: function upper(integer, unknown) does not exist
     --> migrations/V1__a.sql:3:13
      |
    3 | SELECT 'é', upper(7, 'x');
      |             ^^^^^
      |
      = note: SQLSTATE 42883
      = note: hint: No function matches the given name and argument types. You might need to add explicit type casts.
      = note: rolled back: nothing of `V1__a` is in the database
      = note: no migration was committed in this run
      = help: correct `migrations/V1__a.sql`, then run `migrate up` again
    --- exit 6
    ");
}

#[test]
fn concurrent_indexes_are_built_outside_a_transaction_and_journalled() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write(
        "migrations/V1__a.sql",
        "CREATE TABLE a (id int, b int);\nINSERT INTO a VALUES (1, 1);\nCREATE INDEX CONCURRENTLY a_b ON a (b);\nALTER TABLE a ADD COLUMN c int;\n",
    );
    insta::assert_snapshot!(sandbox.migrate(&["plan"]), @"
    $ migrate plan
    plan: 1 migration for up_concurrent_indexes_are_built_outside_a_transaction_a at 127.0.0.1:[port] as postgres (0 applied already)

      V1__a  4 statements in 3 steps, each committed: CREATE INDEX CONCURRENTLY can't run in a transaction

    plan hash d8e24e6dff02c7de
    --- stderr
    --- exit 0
    ");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_b'::regclass"), ["t"]);
    assert_eq!(database.query("SELECT count(*) FROM migrate.intents"), ["0"]);
}

#[test]
fn a_concurrent_index_that_failed_is_dropped_and_built_by_the_next_run() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write(
        "migrations/V1__a.sql",
        "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1), (1);\nCREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);\n",
    );
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @r#"
    $ migrate up
    --- stderr
    error[M601]: `V1__a` failed: could not create unique index "a_id"
     --> migrations/V1__a.sql:3:1
      |
    3 | CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: SQLSTATE 23505
      = note: detail: Key (id)=(1) is duplicated.
      = note: the first of 2 steps of `V1__a` is committed; the next `migrate up` goes on after it
      = note: an invalid index may be left; the next `migrate up` drops it and builds it again
      = note: no migration was committed in this run
      = help: correct `migrations/V1__a.sql`, then run `migrate up` again
    --- exit 6
    "#);
    assert_eq!(database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"), ["f"]);
    insta::assert_snapshot!(sandbox.migrate(&["status"]), @"
    $ migrate status
    status of up_a_concurrent_index_that_failed_is_dropped_and_built_ at 127.0.0.1:[port] as postgres

    V1__a  partly applied

    0 applied, 1 pending
    --- stderr
    --- exit 0
    ");
    database.psql("DELETE FROM a WHERE ctid = (SELECT min(ctid) FROM a)");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    applied 1 migration to up_a_concurrent_index_that_failed_is_dropped_and_built_ at 127.0.0.1:[port] as postgres in [time]
    checks: 17 hold
    --- stderr
    recovered V1__a: index a_id was left invalid: dropped it, builds it again
    applied V1__a in [time]
    --- exit 0
    ");
    assert_eq!(database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"), ["t"]);
    assert_eq!(database.query("SELECT count(*) FROM a"), ["1"], "the first step was not repeated");
}

#[test]
fn settings_of_one_migration_do_not_reach_the_next() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrations/V1__leak.sql", "CREATE SCHEMA other;\nSET search_path = other;\nSET lock_timeout = '1h';\nCREATE TEMP TABLE t (id int);\n")
        .write("migrations/V2__next.sql", "CREATE TABLE public.settings AS SELECT current_setting('search_path') AS path, to_regclass('pg_temp.t') IS NULL AS clean;\n");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT path, clean FROM settings"), ["\"$user\", public|t"]);
}

#[test]
fn what_the_server_says_is_shown_with_its_migration() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrate.toml", "[up]\nverify = \"off\"\n").write(
        "migrations/V1__a.sql",
        "DO $$BEGIN RAISE NOTICE 'so far %', 1; END$$;\nDO $$BEGIN RAISE WARNING 'look'; END$$;\nDROP TABLE IF EXISTS b;\n",
    );
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @r#"
    $ migrate up
    applied 1 migration to up_what_the_server_says_is_shown_with_its_migration at 127.0.0.1:[port] as postgres in [time]
    --- stderr
    notice V1__a: so far 1
    warning V1__a: look
    notice V1__a: table "b" does not exist, skipping
    applied V1__a in [time]
    --- exit 0
    "#);
    sandbox.write("migrations/V2__b.sql", "DO $$BEGIN RAISE WARNING 'again'; RAISE 'no'; END$$;\n");
    let output = sandbox.migrate(&["up", "--format", "json"]).expect(6);
    let document: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    let expected = serde_json::json!([{ "migration": "V2__b", "severity": "WARNING", "message": "again" }]);
    assert_eq!(document["notices"], expected, "{output}");
}

/// As when fifty replicas start at once.
#[test]
fn fifty_runs_at_once_apply_everything_once() {
    let database = Database::new();
    let sandbox = on(&database).limit(std::time::Duration::from_mins(3));
    for n in 1..=30 {
        sandbox.write(
            &format!("migrations/V{n}__t.sql"),
            format!("CREATE TABLE t{n} (id int);\nCREATE INDEX ON t{n} (id);\n"),
        );
    }
    // Long enough for others to come meanwhile.
    let build = "SELECT pg_sleep(2);\nCREATE INDEX CONCURRENTLY t1_again ON t1 (id);\n";
    sandbox.write("migrations/V31__c.sql", build);
    let outputs: Vec<_> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..50).map(|_| scope.spawn(|| sandbox.migrate(&["up"]).expect(0))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let count = |start: &str| outputs.iter().filter(|output| output.stdout.starts_with(start)).count();
    let idle = "nothing to do: all 31 migrations";
    let shown = outputs.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert_eq!((count("applied 31 migrations"), count(idle)), (1, 49), "{shown}");
    assert!(shown.contains("waiting for another run to finish: "), "{shown}");
    assert_eq!(database.query("SELECT count(*), count(DISTINCT migration) FROM migrate.history"), ["31|31"]);
}

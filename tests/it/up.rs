//! What `up`, `plan`, `status` and `history` do with small projects.

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
    applied 2 migrations to up_migrations_in_any_numbering_run_in_the_order_of_the_ at 127.0.0.1:[port] as postgres in [time]
    checks: 8 hold
    --- stderr
    note: `V2__customers` runs before `V1__orders`, which needs it, against their numbers
    applied V2__customers in [time]
    applied V1__orders in [time]
    --- exit 0
    ");
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
      = note: the migration before it is committed and recorded
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
    checks: 8 hold
    --- stderr
    recovered V1__a: index a_id was left invalid: dropped it, builds it again
    applied V1__a in [time]
    --- exit 0
    ");
    assert_eq!(database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass"), ["t"]);
    assert_eq!(database.query("SELECT count(*) FROM a"), ["1"], "the first step was not repeated");
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
     = help: restore it (`git log -p -- migrations/V1__a.sql` shows what changed) and write the change as a new migration
    --- exit 5
    ");
    insta::assert_snapshot!(sandbox.migrate(&["status"]), @"
    $ migrate status
    status of up_a_changed_file_is_refused_but_comments_and_white_spa at 127.0.0.1:[port] as postgres

    V1__a  changed   [timestamp]  [time]  by postgres

    error[M501]: `V1__a` was changed after it was applied
     = note: applied at [timestamp] by `postgres`
     = note: its file had sha256 c2de7559380e5ebf65caa7d59e166558e80243cf7e70006cc98d1593d94203c1 then, and has 923d7eb167e53a46e8c3aea822a44a1ba964d34454fb01df1545ff8ab8426fa5 now
     = help: restore it (`git log -p -- migrations/V1__a.sql` shows what changed) and write the change as a new migration

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
     = help: give the file its old name back
    --- exit 5
    ");
    std::fs::remove_file(sandbox.path().join("migrations/V1__b.sql")).unwrap();
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M502]: `V1__a` is applied here, but is not in this project
     = note: `V1__a`, applied at [timestamp] by `postgres`
     = help: restore the files, or update this checkout: it is older than the database
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
    applied 1 migration to up_a_late_migration_is_accepted_when_independent_and_re at 127.0.0.1:[port] as postgres in [time]
    checks: 8 hold
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
    applied 1 migration to up_a_repeatable_migration_runs_last_and_again_when_it_c at 127.0.0.1:[port] as postgres in [time]
    checks: 8 hold
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
fn a_lock_that_is_not_granted_is_tried_again_and_then_reported() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrate.toml", "[up]\nlock_timeout = \"50ms\"\nlock_retries = 1\n")
        .write("migrations/V1__a.sql", "ALTER TABLE a ADD COLUMN b int;\n");
    database.psql("CREATE TABLE a (id int)");
    let blocker = database.hold("LOCK TABLE a IN ACCESS SHARE MODE");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    note: accepted from the database, though no migration here makes it: table public.a
    waiting V1__a: canceling statement due to lock timeout; rolled back, try 2 follows in [time]
    error[M601]: `V1__a` failed: canceling statement due to lock timeout
     --> migrations/V1__a.sql:1:1
      |
    1 | ALTER TABLE a ADD COLUMN b int;
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: SQLSTATE 55P03
      = note: tried 2 times
      = note: rolled back: nothing of `V1__a` is in the database
      = note: no migration was committed in this run
      = help: another session holds the lock: find it with `SELECT * FROM pg_stat_activity`, end it, then run `migrate up` again
    --- exit 6
    ");
    drop(blocker);
    sandbox.migrate(&["up"]).expect(0);
}

#[test]
fn two_runs_at_once_apply_everything_once() {
    let database = Database::new();
    let sandbox = on(&database);
    for n in 1..=30 {
        sandbox.write(
            &format!("migrations/V{n}__t.sql"),
            format!("CREATE TABLE t{n} (id int);\nCREATE INDEX ON t{n} (id);\n"),
        );
    }
    sandbox.write("migrations/V31__c.sql", "CREATE INDEX CONCURRENTLY t1_again ON t1 (id);\n");
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| sandbox.migrate(&["up"]).expect(0))).collect();
        let outputs: Vec<_> = runs.into_iter().map(|run| run.join().unwrap()).collect();
        let applied = outputs.iter().filter(|o| o.stdout.starts_with("applied 31 migrations")).count();
        let idle = outputs.iter().filter(|o| o.stdout.starts_with("nothing to do: all 31 migrations")).count();
        assert_eq!(
            (applied, idle),
            (1, 3),
            "{}",
            outputs.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        );
    });
    assert_eq!(database.query("SELECT count(*), count(DISTINCT migration) FROM migrate.history"), ["31|31"]);
}

#[test]
fn json_is_one_versioned_document() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n");
    insta::assert_snapshot!(sandbox.migrate(&["plan", "--format", "json"]), @r#"
    $ migrate plan --format json
    {
      "format": 1,
      "target": "up_json_is_one_versioned_document at 127.0.0.1:[port] as postgres",
      "applied": 0,
      "approved": true,
      "hash": "d6a2055220afc45565ba1c4b72404db2156b2150b4917a0602fa971900143682",
      "steps": [
        {
          "id": "V1__a",
          "version": "1",
          "name": "a",
          "path": "migrations/V1__a.sql",
          "checksum": "c2de7559380e5ebf65caa7d59e166558e80243cf7e70006cc98d1593d94203c1",
          "again": false,
          "mode": "transaction",
          "because": null,
          "after": [],
          "statements": [
            {
              "tag": "CREATE TABLE",
              "line": 1,
              "column": 1,
              "locks": [],
              "opaque": null
            }
          ],
          "hazards": []
        }
      ],
      "notes": [],
      "refusals": [],
      "missing": [],
      "blocked": null
    }
    --- stderr
    --- exit 0
    "#);
    insta::assert_snapshot!(sandbox.migrate(&["up", "--quiet", "--format", "json"]), @r#"
    $ migrate up --quiet --format json
    {
      "format": 1,
      "target": "up_json_is_one_versioned_document at 127.0.0.1:[port] as postgres",
      "outcome": "applied",
      "applied": [
        {
          "id": "V1__a",
          "duration_ms": [time]
        }
      ],
      "error": null,
      "verify": {
        "verdict": "holds",
        "results": [
          {
            "check": "index.invalid",
            "title": "every index is valid",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null
          },
          {
            "check": "sequence.behind",
            "title": "every sequence is ahead of its column",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null
          },
          {
            "check": "sequence.headroom",
            "title": "every sequence has room left in its own range and its column's",
            "verdict": "holds",
            "severity": "warning",
            "findings": [],
            "broken": [],
            "note": null
          },
          {
            "check": "default.partition_drift",
            "title": "partitions have their parent's defaults",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null
          },
          {
            "check": "default.missing_but_sequence_exists",
            "title": "no column has lost the default its sequence is there for",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null
          },
          {
            "check": "sequence.ownership",
            "title": "sequences named for a column belong to it",
            "verdict": "holds",
            "severity": "info",
            "findings": [],
            "broken": [],
            "note": null
          },
          {
            "check": "rls.mismatch",
            "title": "row security is on wherever policies are",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null
          },
          {
            "check": "trigger.disabled",
            "title": "foreign keys are enforced",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null
          }
        ],
        "skipped": [],
        "sequences": [
          {
            "sequence": "migrate.applied_position_seq",
            "table": "migrate.applied",
            "column": "position",
            "max": 1,
            "next": 2,
            "gap": 0,
            "used": 1.0842021724855044e-19,
            "status": {
              "kind": "in_sync"
            }
          },
          {
            "sequence": "migrate.history_position_seq",
            "table": "migrate.history",
            "column": "position",
            "max": 1,
            "next": 2,
            "gap": 0,
            "used": 1.0842021724855044e-19,
            "status": {
              "kind": "in_sync"
            }
          },
          {
            "sequence": "migrate.runs_id_seq",
            "table": "migrate.runs",
            "column": "id",
            "max": 1,
            "next": 2,
            "gap": 0,
            "used": 1.0842021724855044e-19,
            "status": {
              "kind": "in_sync"
            }
          }
        ]
      }
    }
    --- stderr
    --- exit 0
    "#);
    insta::assert_snapshot!(sandbox.migrate(&["status", "--format", "json"]), @r#"
    $ migrate status --format json
    {
      "format": 1,
      "target": "up_json_is_one_versioned_document at 127.0.0.1:[port] as postgres",
      "current": true,
      "migrations": [
        {
          "id": "V1__a",
          "state": "applied",
          "path": "migrations/V1__a.sql",
          "applied_at": "[timestamp]",
          "applied_by": "postgres",
          "duration_ms": [time]
        }
      ],
      "problems": [],
      "lease": null
    }
    --- stderr
    --- exit 0
    "#);
}

#[test]
fn notices_are_shown_with_their_migration() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__a.sql", "DROP TABLE IF EXISTS nothing;\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @r#"
    $ migrate up
    applied 1 migration to up_notices_are_shown_with_their_migration at 127.0.0.1:[port] as postgres in [time]
    checks: 8 hold
    --- stderr
    notice V1__a: table "nothing" does not exist, skipping
    applied V1__a in [time]
    --- exit 0
    "#);
}

#[test]
fn a_new_project_can_be_made_and_grown() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M100]: there is no project here or in any directory above
     = help: run `migrate init` to make one here, or point `--project` at one
    --- exit 3
    ");
    insta::assert_snapshot!(sandbox.migrate(&["init"]), @"
    $ migrate init
    made `migrations/`, `checks/`, `migrate.toml`, `checks/project.toml`
    next: `migrate new NAME`, then `migrate plan`
    --- stderr
    --- exit 0
    ");
    insta::assert_snapshot!(sandbox.migrate(&["new", "users extended"]), @"
    $ migrate new users extended
    migrations/V0001__users_extended.sql
    --- stderr
    --- exit 0
    ");
    insta::assert_snapshot!(sandbox.migrate(&["new", "more", "--requires", "V0001__users_extended"]), @"
    $ migrate new more --requires V0001__users_extended
    migrations/V0002__more.sql
    --- stderr
    --- exit 0
    ");
    insta::assert_snapshot!(sandbox.read("migrations/V0002__more.sql"), @r#"
    -- more: why it is needed.
    --
    -- [migrate]
    -- requires = ["V0001__users_extended"]
    "#);
    insta::assert_snapshot!(sandbox.migrate(&["new", "a/b"]), @"
    $ migrate new a/b
    --- stderr
    error[M002]: `a/b` can't be part of a file name
     = help: use letters, digits and `_`
    --- exit 2
    ");
}

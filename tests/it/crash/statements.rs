//! Statements outside of transactions that were interrupted: how far they came, and what is left to do.

use std::thread;
use std::time::Duration;

use super::{kill_when, on, running, start};
use crate::support::Database;

#[test]
fn a_rebuild_that_was_cut_off_leaves_no_copies() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrations/V1__t.sql", "CREATE TABLE t (id int);\nCREATE INDEX t_id ON t (id);\n")
        .write("migrations/V2__rebuild.sql", "REINDEX TABLE CONCURRENTLY t;\nINSERT INTO t VALUES (2);\n");
    sandbox.migrate(&["up", "--to", "V1__t"]).expect(0);
    let writer = database.hold("INSERT INTO t VALUES (1)");
    let mut run = start(&sandbox);
    database.wait_until("EXISTS (SELECT FROM pg_class WHERE relname = 't_id_ccnew')");
    database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'REINDEX%'");
    assert_eq!(run.wait().unwrap().code(), Some(6));
    drop(writer);
    assert_eq!(database.query("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), ["1"]);
    let output = sandbox.migrate(&["up"]).expect(0);
    assert!(output.stderr.contains("dropped what the interrupted REINDEX had left (public.t_id_ccnew)"), "{output}");
    assert_eq!(database.query("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), ["0"]);
    assert_eq!(database.query("SELECT id FROM t"), ["2"]);
}

/// The lease has expired, because nobody renews it any more; what holds it is the backend that is still building.
#[test]
fn an_index_that_a_killed_run_still_builds_is_waited_for_and_not_built_twice() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n");
    database.psql("CREATE TABLE other (id int)");
    // The build waits for this transaction's snapshot.
    let old = database.hold("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT * FROM other");
    let waits = "EXISTS (SELECT FROM pg_stat_progress_create_index
                         WHERE datname = current_database() AND phase LIKE 'waiting for old snapshots')";
    kill_when(&sandbox, &database, waits);
    database.psql("UPDATE migrate.lease SET expires_at = clock_timestamp()");
    let second = start(&sandbox);
    thread::sleep(Duration::from_secs(1));
    assert_eq!(database.query(&format!("SELECT {waits}")), ["t"]);
    assert_eq!(database.query("SELECT token FROM migrate.lease"), ["1"], "the second run must not have the lease yet");
    drop(old);
    let output = second.wait_with_output().unwrap();
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.contains("recovered V1__a: index a_id had been built: nothing to do"), "{stderr}");
    assert!(stdout.starts_with("applied 1 migration "), "{stdout}");
    assert_eq!(database.query("SELECT indisvalid FROM pg_index WHERE indrelid = 'a'::regclass"), ["t"]);
}

#[test]
fn an_index_whose_build_ended_with_its_session_is_built_again() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write(
        "migrations/V1__a.sql",
        "CREATE SCHEMA s;\nSET search_path = s;\nCREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n",
    );
    database.psql("CREATE TABLE other (id int)");
    let old = database.hold("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT * FROM other");
    let mut run = start(&sandbox);
    let waits = "EXISTS (SELECT FROM pg_stat_progress_create_index
                         WHERE datname = current_database() AND phase LIKE 'waiting for old snapshots')";
    database.wait_until(waits);
    run.kill().unwrap();
    run.wait().unwrap();
    database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_progress_create_index WHERE datname = current_database()",
    );
    drop(old);
    let output = sandbox.migrate(&["up"]).expect(0);
    assert!(output.stderr.contains("recovered V1__a: index a_id was left invalid"), "{output}");
    assert_eq!(database.query("SELECT indisvalid FROM pg_index WHERE indrelid = 's.a'::regclass"), ["t"]);
}

#[test]
fn statements_of_a_file_without_transaction_run_once_though_the_run_is_killed() {
    let database = Database::new();
    let sandbox = on(&database);
    database.psql("CREATE TABLE a (id int)");
    sandbox.write(
        "migrations/V1__a.sql",
        "-- [migrate]\n-- transaction = \"never\"\nINSERT INTO a VALUES (1);\n\
         INSERT INTO a SELECT 2 FROM pg_sleep(1);\nINSERT INTO a VALUES (3);\n",
    );
    kill_when(&sandbox, &database, &running("pg_sleep"));
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT id FROM a ORDER BY id"), ["1", "2", "3"]);
}

#[test]
fn an_interrupted_removal_of_an_index_is_decided_from_the_catalog() {
    for there in [true, false] {
        let database = Database::new();
        let sandbox = on(&database);
        sandbox
            .write("migrations/V1__a.sql", "CREATE TABLE a (id int);\nCREATE INDEX a_id ON a (id);\n")
            .write("migrations/V2__b.sql", "DROP INDEX CONCURRENTLY a_id;\n");
        sandbox.migrate(&["up", "--to", "1"]).expect(0);
        let blocker = database.hold("LOCK TABLE a IN ACCESS SHARE MODE");
        let mut run = start(&sandbox);
        database.wait_until(&running("DROP INDEX CONCURRENTLY"));
        database.wait_until("EXISTS (SELECT FROM migrate.intents)");
        run.kill().unwrap();
        run.wait().unwrap();
        if there {
            database.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND query LIKE 'DROP INDEX CONCURRENTLY%'",
            );
        }
        drop(blocker);
        let output = sandbox.migrate(&["up"]).expect(0);
        let told =
            if there { "index a_id is still there: removes it" } else { "index a_id had been removed: nothing to do" };
        assert!(output.stderr.contains(told), "{output}");
        assert_eq!(database.query("SELECT to_regclass('a_id') IS NULL"), ["t"]);
    }
}

#[test]
fn what_a_committed_step_took_away_is_no_longer_a_prerequisite() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (old int);\nINSERT INTO a VALUES (1), (1);\n").write(
        "migrations/V2__b.sql",
        "ALTER TABLE a RENAME TO b;\nALTER TABLE b RENAME old TO new;\nCREATE UNIQUE INDEX CONCURRENTLY b_new ON b (new);\n",
    );
    sandbox.migrate(&["up"]).expect(6);
    database.psql("DELETE FROM b WHERE ctid = (SELECT min(ctid) FROM b)");
    sandbox.migrate(&["up"]).expect(0);
}

#[test]
fn an_interrupted_detachment_is_finished() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write(
            "migrations/V1__a.sql",
            "CREATE TABLE p (id int) PARTITION BY LIST (id);\nCREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);\n",
        )
        .write("migrations/V2__b.sql", "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;\n");
    sandbox.migrate(&["up", "--to", "1"]).expect(0);
    let blocker = database.hold("SELECT * FROM p");
    kill_when(&sandbox, &database, "EXISTS (SELECT FROM pg_inherits WHERE inhdetachpending)");
    database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE '%CONCURRENTLY%' AND pid <> pg_backend_pid()",
    );
    drop(blocker);
    let output = sandbox.migrate(&["up"]).expect(0);
    assert!(output.stderr.contains("recovered V2__b: table p1 was being detached: finished it"), "{output}");
    assert_eq!(database.query("SELECT count(*) FROM pg_inherits WHERE inhparent = 'p'::regclass"), ["0"]);
}

/// Of a `CALL` nobody knows how far it came; the report says how to go on, and that works.
#[test]
fn what_the_catalog_does_not_tell_is_asked_of_a_person() {
    let database = Database::new();
    let sandbox = on(&database);
    database.psql(
        "CREATE TABLE a (id int);
         CREATE PROCEDURE fill() LANGUAGE plpgsql AS
         $$BEGIN INSERT INTO a VALUES (1); COMMIT; PERFORM pg_sleep(30); INSERT INTO a VALUES (2); END$$",
    );
    sandbox.write("migrations/V1__it's.sql", "-- [migrate]\n-- transaction = \"never\"\nCALL fill();\n");
    kill_when(&sandbox, &database, "EXISTS (SELECT FROM a)");
    database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE 'CALL%'",
    );
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @r#"
    $ migrate up
    --- stderr
    error[M605]: `V1__it's` can't go on: the run that began this statement at [timestamp] was interrupted, and the catalog does not tell whether it finished
     --> migrations/V1__it's.sql:3:1
      |
    3 | CALL fill();
      | ^^^^^^^^^^^
      |
      = note: whether step 1 of `V1__it's` has finished is not known
      = note: no migration was committed in this run
      = help: look at the database; run `migrate repair 'V1__it'\''s' --interrupted finished` if the statement has finished, or with `again` if it is to run again; then run `migrate up` again
    --- exit 6
    "#);
    sandbox.migrate(&["repair", "V1__it's", "--interrupted", "finished"]).expect(0);
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT id FROM a"), ["1"]);
}

#[test]
fn a_statement_that_failed_outside_a_transaction_is_tried_again() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write(
        "migrations/V1__a.sql",
        "-- [migrate]\n-- transaction = \"never\"\nDO $$BEGIN COMMIT; PERFORM 1 / (SELECT n FROM divisor); END$$;\n",
    );
    database.psql("CREATE TABLE divisor AS SELECT 0 AS n");
    sandbox.migrate(&["up"]).expect(6);
    database.psql("UPDATE divisor SET n = 1");
    sandbox.migrate(&["up"]).expect(0);
}

#[test]
fn a_server_that_ends_the_connection_is_quoted() {
    let database = Database::new();
    let sandbox = on(&database);
    let reason = "the connection was lost: terminating connection due to administrator command (SQLSTATE 57P01)";
    sandbox.write("migrations/V1__a.sql", "SELECT pg_terminate_backend(pg_backend_pid());\n");
    let failed = sandbox.migrate(&["up"]).expect(6);
    assert!(failed.stderr.contains(&format!("error[M603]: `V1__a` failed: {reason}")), "{failed}");
    sandbox.write(
        "migrations/V1__a.sql",
        "CREATE TABLE a (id int);\nDO $$BEGIN COMMIT; PERFORM pg_terminate_backend(pg_backend_pid()); END$$;\n",
    );
    let failed = sandbox.migrate(&["up"]).expect(6);
    assert!(failed.stderr.contains(&format!("error[M603]: `V1__a` failed: {reason}")), "{failed}");
    let doubt = "the first of 2 steps of `V1__a` is committed; whether the next has finished is not known";
    assert!(failed.stderr.contains(doubt), "{failed}");
}

#[test]
fn a_statement_that_somebody_cancels_has_not_run_into_a_timeout() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__a.sql", "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(1);\n");
    let failed = sandbox.migrate(&["up"]).expect(6);
    assert!(failed.stderr.contains("canceling statement due to user request"), "{failed}");
    assert!(failed.stderr.contains("help: somebody has cancelled the statement"), "{failed}");
    sandbox.write("migrations/V1__a.sql", "-- [migrate]\n-- statement_timeout = \"50ms\"\nSELECT pg_sleep(1);\n");
    let failed = sandbox.migrate(&["up"]).expect(6);
    assert!(failed.stderr.contains("help: the statement ran into `statement_timeout`: raise it"), "{failed}");
}

/// The ledger refuses to journal the second step.
#[test]
fn what_stops_a_run_between_two_steps_is_told_with_what_is_committed() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n");
    sandbox.migrate(&["up"]).expect(0);
    database.psql("ALTER TABLE migrate.intents ADD CHECK (step < 1)");
    sandbox.write("migrations/V2__b.sql", "INSERT INTO a VALUES (1);\nVACUUM a;\n");
    let failed = sandbox.migrate(&["up"]).expect(4);
    assert!(failed.stderr.contains("error[M420]"), "{failed}");
    let state = "the first of 2 steps of `V2__b` is committed; the next `migrate up` goes on after it";
    assert!(failed.stderr.contains(state), "{failed}");
}

/// Nothing of the message has run, and so there is nothing to roll back.
#[test]
fn a_message_that_the_server_can_t_parse_is_refused_without_a_warning() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__a.sql", "-- [migrate]\n-- opaque = true\nSELECT 1;\nCREATE NOTHING at all;\n");
    let failed = sandbox.migrate(&["up"]).expect(6);
    assert!(failed.stderr.contains("syntax error at or near \"NOTHING\""), "{failed}");
    assert!(!failed.stderr.contains("no transaction in progress"), "{failed}");
}

//! Runs that lose their connection or their session.

use super::{on, running, start};
use crate::support::{Database, behind_cutter};

#[test]
fn a_commit_whose_answer_was_lost_is_reported_as_applied() {
    let database = Database::new();
    let sandbox = behind_cutter(&database, "CREATE TABLE a");
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\n")
        .write("migrations/V2__b.sql", "INSERT INTO a VALUES (2);\n");
    let output = sandbox.migrate(&["up"]).expect(0);
    assert!(output.stdout.starts_with("applied 2 migrations "), "{output}");
    assert_eq!(database.query("SELECT id FROM a ORDER BY id"), ["1", "2"]);
}

/// The server is still at it when the client is back; "rolled back" would be wrong a moment later.
#[test]
fn a_transaction_that_outlives_its_connection_is_waited_for() {
    let database = Database::new();
    let sandbox = behind_cutter(&database, "CREATE TABLE a");
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\nSELECT pg_sleep(2);\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    applied 1 migration to crash_connections_a_transaction_that_outlives_its_conne at 127.0.0.1:[port] as postgres in [time]
    checks: 17 hold
    --- stderr
    recovered V1__a: connected again; waiting until the server has ended what it was sent before
    applied V1__a in [time]
    --- exit 0
    ");
}

#[test]
fn a_piece_whose_commit_was_not_answered_is_not_run_again() {
    let database = Database::new();
    let sandbox = behind_cutter(&database, "CREATE TABLE a");
    sandbox.write(
        "migrations/V1__a.sql",
        "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n",
    );
    let output = sandbox.migrate(&["up"]).expect(0);
    assert!(output.stdout.starts_with("applied 1 migration "), "{output}");
    assert_eq!(database.query("SELECT id FROM a"), ["1"]);
}

#[test]
fn a_session_that_is_ended_by_the_server_is_reported_as_rolled_back() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\nSELECT pg_sleep(30);\n");
    let run = start(&sandbox);
    database.wait_until(&running("pg_sleep"));
    database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
    );
    let output = run.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{stderr}");
    assert!(stderr.contains("rolled back: nothing of `V1__a` is in the database"), "{stderr}");
    assert_eq!(database.query("SELECT holder IS NULL FROM migrate.lease"), ["t"]);
}

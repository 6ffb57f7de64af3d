//! Whose the lease is after a run was killed, and what the next run waits for.

use std::time::{Duration, Instant};

use super::{kill_when, on, running};
use crate::support::Database;

#[test]
fn the_transaction_of_a_killed_run_is_waited_for_and_counts() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrations/V1__slow.sql", "CREATE TABLE a (id int);\nINSERT INTO a SELECT 1 FROM pg_sleep(1.5);\n")
        .write("migrations/V2__next.sql", "INSERT INTO a VALUES (2);\n");
    kill_when(&sandbox, &database, &running("pg_sleep"));
    let output = sandbox.migrate(&["up"]).expect(0);
    assert!(output.stderr.starts_with("waiting for another run to finish: "), "{output}");
    assert!(output.stdout.starts_with("applied 1 migration "), "{output}");
    assert_eq!(database.query("SELECT id FROM a ORDER BY id"), ["1", "2"]);
    assert_eq!(database.query("SELECT count(*), count(DISTINCT migration) FROM migrate.history"), ["2|2"]);
}

#[test]
fn the_lease_of_a_killed_run_is_free_as_soon_as_its_backend_is_gone() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__slow.sql", "CREATE TABLE a (id int);\nSELECT pg_sleep(30);\n");
    kill_when(&sandbox, &database, &running("pg_sleep"));
    database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
    );
    sandbox.write("migrations/V1__slow.sql", "CREATE TABLE a (id int);\n");
    let started = Instant::now();
    sandbox.migrate(&["up"]).expect(0);
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_holder_that_comes_out_of_a_long_statement_still_has_the_lease() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrate.toml", "[up]\nlease_wait = \"1s\"\n").write("migrations/V1__a.sql", "SELECT 1;\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/V2__b.sql", "SELECT 2;\n");
    let _holder = database.session(
        "UPDATE migrate.lease SET holder = 'ann@laptop pid 7', backend_pid = pg_backend_pid(), acquired_at = now(),
                expires_at = clock_timestamp() + interval '1 ms',
                backend_start = (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())",
    );
    let output = sandbox.migrate(&["up"]).expect(4);
    assert!(output.stderr.contains("another run holds the lease: ann@laptop"), "{output}");
    database.psql("UPDATE migrate.lease SET expires_at = clock_timestamp() - interval '1 minute'");
    sandbox.migrate(&["up"]).expect(0);
}

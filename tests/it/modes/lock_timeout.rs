//! A transaction that gets a lock too late.

use super::on;
use crate::support::Database;

/// A lock that is not granted in time undoes the whole transaction, data and all; the next try sends all of it again.
#[test]
fn a_copy_is_sent_again_after_a_lock_timeout() {
    let database = Database::new();
    let sandbox = on(&database);
    database.psql("CREATE TABLE t (id int); CREATE TABLE u (id int)");
    sandbox
        .write("migrate.toml", "[up]\nlock_timeout = \"100ms\"\nlock_retries = 20\n")
        .write("migrations/V1__a.sql", "COPY t FROM stdin;\n1\n2\n\\.\nCOPY u FROM stdin;\n3\n\\.\nSELECT 1;\n");
    let blocker = database.hold("LOCK TABLE u IN ACCESS EXCLUSIVE MODE");
    let output = std::thread::scope(|scope| {
        let run = scope.spawn(|| sandbox.migrate(&["up"]));
        let waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'u'::regclass)";
        while !run.is_finished() && database.query(waits) != ["t"] {}
        std::thread::sleep(std::time::Duration::from_millis(300));
        drop(blocker);
        run.join().unwrap().expect(0)
    });
    assert!(output.stderr.contains("rolled back, try 2 follows"), "{output}");
    assert_eq!(database.query("SELECT id FROM t UNION ALL SELECT id FROM u ORDER BY id"), ["1", "2", "3"]);
}

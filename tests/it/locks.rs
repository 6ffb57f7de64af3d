//! A migration that has to wait for a lock: for how long, who is in the way, and what the others notice of it.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use tokio_postgres::NoTls;

use crate::support::{Database, Sandbox, block_on};

fn on(database: &Database) -> Sandbox {
    Sandbox::new().on(database)
}

#[test]
fn who_is_in_the_way_is_told_at_each_try_and_in_the_end() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrate.toml", "[up]\nlock_timeout = \"400ms\"\nlock_retries = 1\n")
        .write("migrations/V1__a.sql", "SELECT 1;\nALTER TABLE a ADD COLUMN b int;\n");
    database.psql("CREATE TABLE a (id int)");
    let blocker = database.hold("SET LOCAL application_name = 'report'; SELECT * FROM a WHERE 's3cret' <> ''");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    note: accepted from the database, though no migration here makes it: table public.a
    waiting V1__a: canceling statement due to lock timeout; rolled back, try 2 follows in [time]
      blocked by pid [pid] (postgres, report, idle in transaction, transaction open for [time]), which holds ACCESS SHARE on public.a: BEGIN; SET LOCAL application_name = '…'; SELECT * FROM a WHERE '…' <> '…'
    error[M601]: `V1__a` failed: canceling statement due to lock timeout
     --> migrations/V1__a.sql:2:1
      |
    2 | ALTER TABLE a ADD COLUMN b int;
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: SQLSTATE 55P03
      = note: tried 2 times
      = note: blocked by pid [pid] (postgres, report, idle in transaction, transaction open for [time]), which holds ACCESS SHARE on public.a: BEGIN; SET LOCAL application_name = '…'; SELECT * FROM a WHERE '…' <> '…'
      = note: rolled back: nothing of `V1__a` is in the database
      = note: no migration was committed in this run
      = help: wait until the other session has ended, or end it with `SELECT pg_terminate_backend([pid])`, then run `migrate up` again
    --- exit 6
    ");
    let output = sandbox.migrate(&["up", "--format", "json"]).expect(6);
    assert!(output.stdout.contains("which holds ACCESS SHARE on public.a"), "{output}");
    drop(blocker);
    sandbox.migrate(&["up"]).expect(0);
}

#[test]
fn who_is_in_the_way_of_a_row_is_told_too() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrate.toml", "[up]\nlock_timeout = \"400ms\"\nlock_retries = 0\n")
        .write("migrations/V1__a.sql", "UPDATE a SET id = 2;\n");
    database.psql("CREATE TABLE a (id int); INSERT INTO a VALUES (1)");
    let _blocker = database.hold("UPDATE a SET id = 3");
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("which holds EXCLUSIVE on public.a: BEGIN; UPDATE a SET id = 3"), "{output}");
}

#[test]
fn the_whole_wait_for_locks_is_bounded() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrate.toml", "[up]\nlock_timeout = \"50ms\"\nlock_retries = 1\n")
        .write("migrations/V1__a.sql", "ALTER TABLE a ADD COLUMN b int;\n");
    database.psql("CREATE TABLE a (id int)");
    let blocker = database.hold("SELECT * FROM a");
    let started = Instant::now();
    let output = sandbox.migrate(&["up", "--max-lock-wait", "2s"]).expect(6);
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    let tries = output.stderr.matches("waiting V1__a: ").count();
    assert!(tries > 2, "{output}");
    thread::scope(|scope| {
        let run = scope.spawn(|| sandbox.migrate(&["up", "--max-lock-wait", "1min"]));
        thread::sleep(Duration::from_secs(1));
        drop(blocker);
        run.join().unwrap().expect(0);
    });
}

/// An application that writes all the time: how long its longest write took while `meanwhile` ran.
fn longest_stall(database: &Database, meanwhile: impl FnOnce()) -> Duration {
    let done = AtomicBool::new(false);
    let writer = || {
        block_on(async {
            let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
            let _driver = tokio::spawn(connection);
            let mut longest = Duration::ZERO;
            while !done.load(Relaxed) {
                let started = Instant::now();
                client.batch_execute("INSERT INTO a (id) VALUES (1)").await.unwrap();
                longest = longest.max(started.elapsed());
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            longest
        })
    };
    thread::scope(|scope| {
        let writer = scope.spawn(writer);
        meanwhile();
        done.store(true, Relaxed);
        writer.join().unwrap()
    })
}

/// A DDL statement that queues behind a long transaction makes everybody queue behind itself, until it gives up.
#[test]
fn writers_are_held_up_no_longer_than_the_lock_timeout() {
    const LONG: Duration = Duration::from_secs(3);
    const LOCK_TIMEOUT: Duration = Duration::from_millis(200);
    const MARGIN: Duration = Duration::from_secs(1);
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrate.toml", format!("[up]\nlock_timeout = \"{}ms\"\nlock_retries = 50\n", LOCK_TIMEOUT.as_millis()))
        .write("migrations/V1__a.sql", "ALTER TABLE a ADD COLUMN b int;\n");
    database.psql("CREATE TABLE a (id int)");
    let behind_a_long_transaction = |alter: &(dyn Fn() + Sync)| {
        let reader = database.hold("SELECT * FROM a");
        longest_stall(&database, || {
            thread::scope(|scope| {
                let run = scope.spawn(alter);
                thread::sleep(LONG);
                drop(reader);
                run.join().unwrap();
            });
        })
    };
    let ours = behind_a_long_transaction(&|| drop(sandbox.migrate(&["up"]).expect(0)));
    let naive = behind_a_long_transaction(&|| database.psql("ALTER TABLE a ADD COLUMN c int"));
    println!("longest stall of a writer: {ours:?} with `migrate up`, {naive:?} with a plain ALTER TABLE");
    assert!(ours < LOCK_TIMEOUT + MARGIN, "{ours:?}");
    assert!(naive > LONG / 2, "{naive:?}");
}

//! Through `PgBouncer` in transaction mode, where every transaction may meet another backend.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::Duration;

use crate::support::{Database, Pooler, Sandbox};

fn start(sandbox: &Sandbox, arguments: &[&str]) -> Child {
    sandbox.command(Path::new(env!("CARGO_BIN_EXE_migrate"))).args(arguments).spawn().unwrap()
}

/// Migrations of every kind: in one transaction, piece by piece, and a procedure that commits.
fn mixed(sandbox: &Sandbox) {
    for n in 1..=8 {
        sandbox.write(
            &format!("migrations/V{n}__t.sql"),
            format!("CREATE TABLE t{n} (id int PRIMARY KEY);\nINSERT INTO t{n} SELECT generate_series(1, 10);\n"),
        );
    }
    sandbox
        .write("migrations/V9__c.sql", "ALTER TABLE t1 ADD COLUMN a int;\nCREATE INDEX CONCURRENTLY t1_a ON t1 (a);\n")
        .write("migrations/V10__p.sql", "DO $$BEGIN UPDATE t2 SET id = id + 100; COMMIT; END$$;\n")
        .write("migrations/V11__v.sql", "VACUUM t2;\n");
}

#[test]
fn every_command_works_through_a_transaction_pooler() {
    let (database, pooler) = (Database::new(), Pooler::new(3));
    let sandbox = pooler.sandbox(&database);
    mixed(&sandbox);
    sandbox.migrate(&["plan"]).expect(0);
    let output = sandbox.migrate(&["up"]).expect(0);
    assert!(output.stdout.starts_with("applied 11 migrations "), "{output}");
    sandbox.migrate(&["status"]).expect(0);
    sandbox.migrate(&["history"]).expect(0);
    sandbox.migrate(&["verify"]).expect(0);
    sandbox.migrate(&["verify", "--fix-sequences", "--fix-defaults"]).expect(0);
    let output = sandbox.migrate(&["up"]).expect(0);
    assert!(output.stdout.starts_with("nothing to do: all 11 migrations"), "{output}");
    assert_eq!(database.query("SELECT min(id) FROM t2"), ["101"]);
    assert_eq!(database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 't1_a'::regclass"), ["t"]);
    assert_eq!(database.query("SELECT backend_pid IS NULL AND holder IS NULL FROM migrate.lease"), ["t"]);
}

#[test]
fn twenty_runs_at_once_through_a_pooler_apply_everything_once() {
    let (database, pooler) = (Database::new(), Pooler::new(6));
    let sandbox = pooler.sandbox(&database);
    mixed(&sandbox);
    let outputs: Vec<_> = thread::scope(|scope| {
        let runs: Vec<_> = (0..20).map(|_| scope.spawn(|| sandbox.migrate(&["up"]).expect(0))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let count = |start: &str| outputs.iter().filter(|output| output.stdout.starts_with(start)).count();
    assert_eq!((count("applied 11 migrations "), count("nothing to do: all 11 migrations")), (1, 19));
    assert_eq!(database.query("SELECT count(*), count(DISTINCT migration) FROM migrate.history"), ["11|11"]);
}

/// Nobody can see there that the holder is dead, so the lease has to run out.
#[test]
fn the_lease_of_a_run_killed_behind_a_pooler_is_taken_over_when_it_expires() {
    let (database, pooler) = (Database::new(), Pooler::new(3));
    let sandbox = pooler.sandbox(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n")
        .write("migrations/V2__b.sql", "INSERT INTO a SELECT 1 FROM pg_sleep(1);\n")
        .write("migrations/V3__c.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);\n");
    let mut run = start(&sandbox, &["up"]);
    database.wait_until(
        "EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
                 AND query LIKE '/* migrate: V2%')",
    );
    run.kill().unwrap();
    run.wait().unwrap();
    // The pooler's backends are nobody's.
    assert_eq!(database.query("SELECT backend_pid IS NULL AND holder IS NOT NULL FROM migrate.lease"), ["t"]);
    let output = sandbox.migrate(&["up", "--lease-wait", "2s"]).expect(4);
    assert!(output.stderr.contains("error[M424]: another run holds the lease: "), "{output}");
    database.psql("UPDATE migrate.lease SET expires_at = clock_timestamp()");
    let output = sandbox.migrate(&["up"]).expect(0);
    assert!(output.stdout.starts_with("applied 1 migration "), "{output}");
    assert_eq!(database.query("SELECT count(*), count(DISTINCT migration) FROM migrate.history"), ["3|3"]);
    assert_eq!(database.query("SELECT count(*) FROM a"), ["1"]);
}

#[test]
fn a_statement_outside_a_transaction_that_needs_a_setting_is_refused_behind_a_pooler() {
    let (database, pooler) = (Database::new(), Pooler::new(3));
    let sandbox = pooler.sandbox(&database);
    sandbox.write(
        "migrations/V1__a.sql",
        "CREATE SCHEMA s;\nSET search_path = s;\nCREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n",
    );
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M607]: `V1__a` needs a connection without a pooler
     --> migrations/V1__a.sql:4:1
      |
    4 | CREATE INDEX CONCURRENTLY a_id ON a (id);
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ runs outside a transaction, under a `SET` above it that a pooler would lose
      |
      = note: no migration was committed in this run
      = help: name objects with their schema and leave the `SET` out, or connect to the server itself
    --- exit 5
    ");
    assert_eq!(database.query("SELECT to_regnamespace('s') IS NULL"), ["t"]);
    sandbox.on(&database).migrate(&["up"]).expect(0);
}

#[test]
fn a_signal_reaches_a_statement_behind_a_pooler() {
    let (database, pooler) = (Database::new(), Pooler::new(3));
    let sandbox = pooler.sandbox(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\nSELECT pg_sleep(30);\n");
    let run = start(&sandbox, &["up"]);
    database.wait_until(
        "EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep')",
    );
    let mut kill = sandbox.command(Path::new("/bin/sh"));
    kill.args(["-c", &format!("kill -TERM {}", run.id())]);
    sandbox.run("kill", kill, "").expect(0);
    let output = run.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{stderr}");
    assert!(stderr.contains("rolled back: nothing of `V1__a` is in the database"), "{stderr}");
    assert_eq!(database.query("SELECT holder IS NULL FROM migrate.lease"), ["t"]);
}

/// What goes wrong in a `COPY` costs the connection to the pooler, which then ends its transaction.
#[test]
fn rows_are_copied_through_a_transaction_pooler() {
    for connections in [3, 1] {
        let (database, pooler) = (Database::new(), Pooler::new(connections));
        let sandbox = pooler.sandbox(&database).limit(Duration::from_secs(30));
        let mut many = String::new();
        (1..=20_000).for_each(|n| writeln!(many, "{n}\trow {n}").unwrap());
        sandbox
            .write(
                "migrations/V1__two.sql",
                format!("CREATE TABLE t (id int, body text);\nCOPY t FROM stdin;\n{many}\\.\nSELECT count(*) FROM t;\nCOPY t (id) FROM stdin;\n0\n\\.\n"),
            )
            .write("migrations/V2__wrong.sql", "DELETE FROM t;\nCOPY t FROM stdin;\n1\tone\ntwo\ttwo\n\\.\n")
            .write("migrations/V3__pieces.sql", "COPY t FROM stdin;\n7\tseven\n\\.\nCREATE INDEX CONCURRENTLY t_id ON t (id);\n");
        let output = sandbox.migrate(&["up"]).expect(6);
        assert!(output.stderr.contains("--> migrations/V2__wrong.sql:4:1"), "{output}");
        assert_eq!(database.query("SELECT count(*) FROM t"), ["20001"]);
        database.psql("CREATE TABLE g (id int, twice int GENERATED ALWAYS AS (id * 2) STORED)");
        sandbox.write("migrations/V2__wrong.sql", "DELETE FROM t;\nCOPY g (twice) FROM stdin;\n1\n\\.\n");
        let output = sandbox.migrate(&["up"]).expect(6);
        let expected = "column \"twice\" is a generated column\n --> migrations/V2__wrong.sql:2:1";
        assert!(output.stderr.contains(expected), "{output}");
        assert_eq!(database.query("SELECT count(*) FROM t"), ["20001"]);
        sandbox.write("migrations/V2__wrong.sql", "DELETE FROM t;\nCOPY t FROM stdin;\n1\tone\n\\.\n");
        sandbox.migrate(&["up"]).expect(0);
        assert_eq!(database.query("SELECT * FROM t ORDER BY id"), ["1|one", "7|seven"]);
        for _ in 0..2 * connections {
            assert_eq!(pooler.query(&database, "SELECT count(*) FROM pg_prepared_statements"), ["0"]);
        }
    }
}

/// Some wait for a lock in their `COPY` and are tried again; the pool may be smaller than the number of jobs.
#[test]
fn migrations_run_side_by_side_through_a_transaction_pooler() {
    for connections in [1, 2, 5] {
        let (database, pooler) = (Database::new(), Pooler::new(connections));
        let sandbox = pooler.sandbox(&database).limit(Duration::from_secs(30));
        database.psql("CREATE TABLE taken (id int)");
        for n in 1..=9 {
            sandbox
                .write(&format!("migrations/V{n}__t.sql"), format!("CREATE TABLE t{n} (id int PRIMARY KEY);\n"))
                .write(
                    &format!("migrations/V{}__copy.sql", n + 10),
                    format!(
                        "-- [migrate]\n-- lock_timeout = \"100ms\"\nCOPY t{n} FROM stdin;\n1\n2\n\\.\n\
                         COPY taken FROM stdin;\n{n}\n\\.\n"
                    ),
                );
        }
        sandbox.write("migrations/V20__index.sql", "CREATE INDEX CONCURRENTLY t1_id ON t1 (id);\n");
        let blocker = database.hold("LOCK TABLE taken IN ACCESS EXCLUSIVE MODE");
        let run = start(&sandbox, &["up", "--jobs", "3", "--max-lock-wait", "20s"]);
        database.wait_until(
            "EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'relation')",
        );
        thread::sleep(Duration::from_secs(1));
        drop(blocker);
        let output = run.wait_with_output().unwrap();
        assert!(output.status.success(), "{connections}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(database.query("SELECT count(*), count(DISTINCT migration) FROM migrate.history"), ["19|19"]);
        assert_eq!(database.query("SELECT count(*), sum(id) FROM taken"), ["9|45"]);
        for _ in 0..2 * connections {
            assert_eq!(pooler.query(&database, "SELECT count(*) FROM pg_prepared_statements"), ["0"]);
        }
    }
}

#[test]
fn what_a_pooler_refuses_is_told_with_the_way_out() {
    let (database, pooler) = (Database::new(), Pooler::new(1));
    let url = format!("{}&options=-c%20work_mem%3D1MB", pooler.url(&database));
    let output = Sandbox::new().env("DATABASE_URL", &url);
    output.write("migrations/V1__a.sql", "SELECT 1;\n");
    let output = output.migrate(&["status"]).expect(4);
    assert!(output.stderr.contains("list it in `ignore_startup_parameters`"), "{output}");
}

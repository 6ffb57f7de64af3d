//! Runs that are asked to stop by a signal.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::{on, running, start};
use crate::support::{Database, Sandbox, behind_cutter};

#[test]
fn a_signal_cancels_the_statement_and_says_what_is_committed() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n")
        .write("migrations/V2__b.sql", "INSERT INTO a VALUES (1);\nSELECT pg_sleep(30);\n");
    for signal in ["INT", "TERM"] {
        let run = start(&sandbox);
        database.wait_until(&running("pg_sleep"));
        sandbox.run("kill", kill(&sandbox, signal, run.id()), "").expect(0);
        let output = run.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(6), "{stderr}");
        assert!(stderr.contains("error[M606]: stopped as asked, in `V2__b`"), "{stderr}");
        assert!(stderr.contains("rolled back: nothing of `V2__b` is in the database"), "{stderr}");
        assert_eq!(database.query("SELECT holder IS NULL FROM migrate.lease"), ["t"]);
        assert_eq!(database.query("SELECT id FROM migrate.applied"), ["V1__a"]);
    }
    assert_eq!(database.query("SELECT count(*) FROM a"), ["0"]);
}

#[test]
fn a_second_signal_ends_the_program_at_once() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write(
        "migrations/V1__a.sql",
        "DO $$BEGIN LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END$$;\n",
    );
    let mut run = start(&sandbox);
    database.wait_until(&running("pg_sleep"));
    sandbox.run("kill", kill(&sandbox, "INT", run.id()), "").expect(0);
    thread::sleep(Duration::from_secs(1));
    assert!(run.try_wait().unwrap().is_none(), "the statement does not let itself be cancelled");
    sandbox.run("kill", kill(&sandbox, "TERM", run.id()), "").expect(0);
    let started = Instant::now();
    assert_eq!(run.wait().unwrap().code(), Some(6));
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_signal_during_the_checks_ends_them_and_takes_nothing_back() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n")
        .write("checks/slow.toml", "[[check]]\nid = \"slow\"\nviolations = \"SELECT pg_sleep(30)\"\n");
    let run = start(&sandbox);
    database.wait_until(&running("pg_sleep"));
    sandbox.run("kill", kill(&sandbox, "TERM", run.id()), "").expect(0);
    let output = run.wait_with_output().unwrap();
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stdout.starts_with("applied 1 migration "), "{stdout}");
    assert!(stderr.contains("error[M606]: stopped as asked, during the checks"), "{stderr}");
    assert_eq!(database.query("SELECT id FROM migrate.applied"), ["V1__a"]);
}

fn kill(sandbox: &Sandbox, signal: &str, process: u32) -> std::process::Command {
    let mut kill = sandbox.command(Path::new("/bin/sh"));
    kill.args(["-c", &format!("kill -{signal} {process}")]);
    kill
}

#[test]
fn a_signal_reaches_the_connection_that_took_the_place_of_a_broken_one() {
    let database = Database::new();
    let sandbox = behind_cutter(&database, "CREATE TABLE a");
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n")
        .write("migrations/V2__b.sql", "SELECT pg_sleep(30);\n");
    let run = start(&sandbox);
    database.wait_until(&running("pg_sleep"));
    sandbox.run("kill", kill(&sandbox, "TERM", run.id()), "").expect(0);
    let started = Instant::now();
    let output = run.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(started.elapsed() < Duration::from_secs(10), "{stderr}");
    assert!(stderr.contains("error[M606]: stopped as asked, in `V2__b`"), "{stderr}");
    assert!(stderr.contains("1 migration of this run is committed and recorded"), "{stderr}");
}

//! The harness itself.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::output::normalised;
use crate::support::{Database, PrivateServer, Sandbox};

#[test]
fn each_database_is_empty_and_its_own() {
    let (first, second) = (Database::new(), Database::new());
    first.psql("CREATE TABLE t (id int); INSERT INTO t VALUES (1), (NULL)");
    assert_eq!(first.query("SELECT id, 'x' FROM t ORDER BY id"), ["1|x", "|x"]);
    assert_eq!(second.query("SELECT to_regclass('t') IS NULL"), ["t"]);
}

#[test]
fn a_killed_server_comes_back_with_its_data() {
    let server = PrivateServer::start_own();
    server.run("postgres", "CREATE TABLE t (id int)");
    server.kill_immediately();
    server.restart();
    server.run("postgres", "SELECT * FROM t");
}

#[test]
fn sandboxed_programs_see_nothing_of_the_machine() {
    let sandbox = Sandbox::new().env("EXTRA", "1");
    sandbox.write("migrations/V1__a.sql", "SELECT 1;");
    let mut shell = sandbox.command(Path::new("/bin/sh"));
    shell
        .args(["-c", "env | sed 's/^XDG_CACHE_HOME=.*/XDG_CACHE_HOME=x/' | sort; ls migrations; pwd; cat >&2; exit 3"]);
    insta::assert_snapshot!(sandbox.run("sh", shell, "hello"), @"
    $ sh
    EXTRA=1
    HOME=[home]
    LC_ALL=C
    NO_COLOR=1
    PATH=/usr/bin:/bin
    PWD=[project]
    TZ=UTC
    XDG_CACHE_HOME=x
    V1__a.sql
    [project]
    --- stderr
    hello[no line break]
    --- exit 3
    ");
}

#[test]
#[should_panic(expected = "still running after 50ms:\n$ sh\nbefore\n--- stderr\n--- killed by signal 9")]
fn a_hang_fails_the_test_with_what_was_printed() {
    let sandbox = Sandbox::new().limit(Duration::from_millis(50));
    let mut shell = sandbox.command(Path::new("/bin/sh"));
    shell.args(["-c", "echo before; exec sleep 60"]);
    sandbox.run("sh", shell, "");
}

#[test]
fn only_what_changes_from_run_to_run_is_made_equal() {
    let same = "applied 3 migrations; lock_timeout 2s; within 10 s; version 20260102; 12 ms";
    assert_eq!(normalised(same, "/sandbox"), same);
    insta::assert_snapshot!(
        normalised("done in 12 ms, in 1.5s; 2026-01-02T03:04:05.678Z at 127.0.0.1:5999, pid 77, /sandbox/project/a.sql", "/sandbox"),
        @"done in [time], in [time]; [timestamp] at 127.0.0.1:[port], pid [pid], [project]/a.sql"
    );
}

#[test]
fn the_binary_runs_in_the_sandbox() {
    let database = Database::new();
    let output = Sandbox::new().on(&database).migrate(&["--version"]);
    assert!(output.code.is_some() && output.to_string().starts_with("$ migrate --version\n"), "{output}");
}

/// The server must not outlive tests that are killed: its watchdog sees the end of its input.
#[test]
fn the_server_ends_with_the_process() {
    let server = PrivateServer::start_own();
    let (directory, port) = (server.directory().to_owned(), server.port());
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    drop(server);
    let started = Instant::now();
    while directory.exists() {
        assert!(started.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}

//! The embedded server, in processes of their own: this test binary runs itself again as the other process.

#![cfg(feature = "embedded")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command};
use std::time::Instant;

use futures_util::SinkExt;
use pgmigrate::db::{EmbeddedTarget, Session, Target};

use tokio_postgres::Client;

use crate::support::Sandbox;

/// What the other process does; a test of its own only when another test asks for it.
#[tokio::test]
#[ignore = "the other process of the tests below"]
async fn other_process() {
    let Some(role) = std::env::var_os("EMBEDDED_ROLE") else { return };
    let target = Target::Embedded(EmbeddedTarget::new(Path::new(".")));
    let started = Instant::now();
    let session = match Session::connect(&target).await {
        Ok(session) => session,
        Err(error) => {
            let diagnostic = error.to_diagnostic();
            println!("> {} {} | {}", diagnostic.code, diagnostic.message, diagnostic.help.unwrap_or_default());
            return;
        }
    };
    eprintln!("connected after {:?}", started.elapsed());
    let client = session.client();
    client.batch_execute("CREATE TABLE IF NOT EXISTS t (id serial, filler text)").await.unwrap();
    client.execute("INSERT INTO t (filler) SELECT repeat('x', 5000)", &[]).await.unwrap();
    let rows: i64 = client.query_one("SELECT count(*) FROM t", &[]).await.unwrap().get(0);
    println!("> {rows} rows in {}", session.target());
    match role.to_str().unwrap() {
        "hold" => std::thread::sleep(std::time::Duration::from_mins(1)),
        "drop" => drop(session),
        "describe" => {
            let server = session.server();
            let settings =
                client.query_one("SELECT current_setting('search_path'), current_setting('fsync')", &[]).await.unwrap();
            println!("> {} {} {} {}", server.version_num, server.user, server.database, server.embedded);
            println!("> {} {}", settings.get::<_, &str>(0), settings.get::<_, &str>(1));
            let another = session.connect_another().await.err().unwrap().to_string();
            println!("> {another}");
            work(client).await;
            session.close().await.unwrap();
            // The lock is gone with the session.
            Session::connect(&target).await.unwrap().close().await.unwrap();
        }
        _ => {
            let closing = Instant::now();
            session.close().await.unwrap();
            eprintln!("closed after {:?}", closing.elapsed());
        }
    }
}

/// What migrations do to a connection: failures, large statements and answers, COPY, and COPY that fails.
async fn work(client: &Client) {
    let code = |error: tokio_postgres::Error| error.code().map(|code| code.code().to_owned());
    println!("> {:?}", client.batch_execute("BEGIN; SELECT 1/0; COMMIT").await.map_err(code));
    println!("> {:?}", client.batch_execute("ROLLBACK").await.map_err(code));
    let large =
        format!("CREATE TABLE big (id int, filler text); INSERT INTO big SELECT 1, '{}'", "x".repeat(5_000_000));
    client.batch_execute(&large).await.unwrap();
    let filler: String = client.query_one("SELECT filler FROM big", &[]).await.unwrap().get(0);
    let rows = client.simple_query("SELECT * FROM generate_series(1, 100000)").await.unwrap().len();
    println!("> {} {rows}", filler.len());
    for (line, end) in [("1\tx\n", true), ("wrong\tx\n", true), ("2\ty\n", false)] {
        let sink = client.copy_in::<_, &[u8]>("COPY big FROM STDIN").await.unwrap();
        let mut sink = std::pin::pin!(sink);
        for _ in 0..20_000 {
            if sink.feed(line.as_bytes()).await.is_err() {
                break;
            }
        }
        // Dropping the sink makes the driver send CopyFail.
        println!("> {:?}", if end { Some(sink.finish().await.map_err(code)) } else { None });
    }
    let count: i64 = client.query_one("SELECT count(*) FROM big", &[]).await.unwrap().get(0);
    println!("> {count}");
    println!("> {:?}", client.batch_execute("CREATE TABLE pg_catalog.x ()").await.map_err(code));
}

fn other(sandbox: &Sandbox, role: &str) -> Command {
    let mut command = sandbox.command(&std::env::current_exe().unwrap());
    command.args(["--exact", "embedded::other_process", "--ignored", "--nocapture"]).env("EMBEDDED_ROLE", role);
    command
}

/// The lines the other process meant for us.
fn said(sandbox: &Sandbox, role: &str) -> String {
    let output = sandbox.run(role, other(sandbox, role), "").expect(0);
    eprintln!("{}", output.stderr);
    // Nothing but what this test and its runner print: the server itself stays quiet.
    for line in output.stdout.lines().filter(|line| !line.is_empty() && !line.starts_with("> ")) {
        assert!(["running", "test "].iter().any(|start| line.starts_with(start)), "{output}");
    }
    for line in output.stderr.lines() {
        assert!(line.starts_with("connected after") || line.starts_with("closed after"), "{output}");
    }
    let lines = output.stdout.lines().filter_map(|line| line.strip_prefix("> "));
    crate::support::output::normalised(&lines.collect::<Vec<_>>().join("\n"), "-")
}

/// A process that has the database open. Killed when dropped.
struct Holder(Child);

impl Holder {
    fn start(sandbox: &Sandbox) -> Self {
        let mut child = other(sandbox, "hold").spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let found = lines.any(|line| line.contains(" rows in "));
        let holder = Self(child);
        assert!(found);
        holder
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn data_stays_between_runs_and_git_ignores_it() {
    let sandbox = Sandbox::new();
    assert_eq!(said(&sandbox, "write"), "1 rows in embedded PostgreSQL 17.5 in .migrate/pg");
    assert_eq!(said(&sandbox, "drop"), "2 rows in embedded PostgreSQL 17.5 in .migrate/pg");
    assert_eq!(said(&sandbox, "write"), "3 rows in embedded PostgreSQL 17.5 in .migrate/pg");
    assert_eq!(sandbox.read(".migrate/.gitignore"), "*\n");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(sandbox.path().join(".migrate")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn it_looks_like_a_server_with_one_connection() {
    insta::assert_snapshot!(said(&Sandbox::new(), "describe"), @r#"
    1 rows in embedded PostgreSQL 17.5 in .migrate/pg
    170005 postgres template1 true
    "$user", public off
    the embedded PostgreSQL can't serve a second connection
    Err(Some("22012"))
    Ok(())
    5000000 100002
    Some(Ok(20000))
    Some(Err(Some("22P02")))
    None
    20001
    Err(Some("42501"))
    "#);
}

#[test]
fn a_second_process_is_told_at_once() {
    let sandbox = Sandbox::new();
    let holder = Holder::start(&sandbox);
    let started = Instant::now();
    insta::assert_snapshot!(said(&sandbox, "write"), @"M450 another `migrate` (process [pid]) is using the embedded database in `./.migrate/pg` | wait until it has finished; the embedded server serves one at a time");
    assert!(started.elapsed().as_secs() < 5);
    drop(holder);
}

#[test]
fn a_killed_process_loses_nothing_and_leaves_no_lock() {
    let sandbox = Sandbox::new();
    for _ in 0..3 {
        drop(Holder::start(&sandbox));
    }
    assert_eq!(said(&sandbox, "write"), "4 rows in embedded PostgreSQL 17.5 in .migrate/pg");
}

#[test]
fn a_project_path_too_long_for_a_socket_works() {
    let sandbox = Sandbox::new();
    let deep = sandbox.path().join("d".repeat(120));
    std::fs::create_dir(&deep).unwrap();
    let mut command = other(&sandbox, "write");
    command.current_dir(&deep);
    assert!(sandbox.run("write", command, "").expect(0).stdout.contains("1 rows"));
}

//! A run is ended after every statement that it sends, in every way it can be ended, and the next run finishes the work:
//! each migration once, and the database as if nothing had happened.
//!
//! A proxy between the program and the server knows the protocol (documentation 55.2 "Message Flow"). It stops a run
//! before each message, after each message's work is done and its answer not yet heard, and, inside a message of
//! several statements, after each of them: there it slips in a statement that waits for a lock.
//!
//! By itself the test takes every third point, the ways in turn; `KILL_POINTS=each` takes every point, and
//! `KILL_POINTS=all` every point in every way.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{PrivateServer, Sandbox, database};

/// Every way to run a statement: in one transaction, alone, in pieces, again and again.
const MIGRATIONS: &[(&str, &str)] = &[
    (
        "V01__tables",
        "create table person (id int generated always as identity primary key, name text);\n\
         create table visit (id int, at date) partition by range (at);\n\
         create table visit_old partition of visit for values from ('2020-01-01') to ('2021-01-01');\n\
         create table visit_new partition of visit for values from ('2021-01-01') to ('2022-01-01');\n\
         insert into person (name) values ('ann'), ('bob');\n",
    ),
    ("V02__count", "create table runs (n int);\ninsert into runs values (1);\ncreate index runs_n on runs (n);\n"),
    ("V03__index", "create index concurrently person_name on person (name);\n"),
    (
        "V04__pieces",
        "alter table person add column email text;\n\
         update runs set n = n + 1;\n\
         create unique index concurrently person_email on person (email);\n\
         insert into person (name, email) values ('eve', 'eve@example.com');\n\
         update runs set n = n + 1;\n\
         drop index concurrently runs_n;\n\
         update runs set n = n + 1;\n",
    ),
    ("V05__vacuum", "vacuum person;\n"),
    ("V06__detach", "alter table visit detach partition visit_old concurrently;\n"),
    ("V07__add_label", "create type mood as enum ('sad', 'happy');\nalter type mood add value 'fine';\n"),
    ("V08__use_label", "alter table person add column mood mood default 'fine';\nupdate runs set n = n + 1;\n"),
    ("V09__rebuild", "reindex index concurrently person_name;\nupdate runs set n = n + 1;\n"),
    (
        "V10__data",
        "create table note (id int, body text);\n\
         copy note (id, body) from stdin;\n1\tone\n2\ttwo\n\\.\n\
         update runs set n = n + 1;\n",
    ),
    (
        "V11__several",
        "begin;\nupdate runs set n = n + 1;\ncommit;\nbegin isolation level serializable;\nupdate runs set n = n + 1;\ncommit;\n",
    ),
    ("R__view", "create or replace view people as select name, mood from person;\n"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The program is killed; the server goes on with what it was sent.
    Client,
    /// One backend is killed, and so the server restarts all.
    Backend,
    /// The server stops at once and is started again.
    Server,
}

const WAYS: [Way; 3] = [Way::Client, Way::Backend, Way::Server];

/// What the proxy tells the test: the run stands at the point asked for, served by this backend.
struct Reached {
    backend: u32,
    shown: String,
}

/// Counts points and stops at one of them.
struct Breaker {
    wanted: usize,
    seen: AtomicUsize,
    fired: AtomicBool,
    tell: Mutex<mpsc::Sender<Reached>>,
    server_url: String,
}

impl Breaker {
    /// Whether this is the point to stop at.
    fn is_it(&self) -> bool {
        self.seen.fetch_add(1, SeqCst) == self.wanted && !self.fired.swap(true, SeqCst)
    }

    fn reached(&self, backend: u32, shown: &str) {
        let shown = shown.trim().chars().take(80).collect();
        self.tell.lock().unwrap().send(Reached { backend, shown }).unwrap();
    }
}

/// One message of the protocol with its length; the first of a client has no type.
fn message(stream: &mut TcpStream, first: bool) -> Option<Vec<u8>> {
    let mut head = vec![0; if first { 4 } else { 5 }];
    stream.read_exact(&mut head).ok()?;
    let length = u32::from_be_bytes(head[head.len() - 4..].try_into().unwrap()) as usize;
    let start = head.len();
    head.resize(start + length - 4, 0);
    stream.read_exact(&mut head[start..]).ok()?;
    Some(head)
}

/// Passes one connection on, until the point is reached.
fn connection(mut client: TcpStream, mut server: TcpStream, breaker: &Arc<Breaker>) {
    let backend = Arc::new(AtomicUsize::new(0));
    // While set, answers are kept from the client; the end of them is told.
    let deaf = Arc::new(AtomicBool::new(false));
    let (ready, is_ready) = mpsc::channel();
    let (mut answers, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let (its_backend, is_deaf) = (Arc::clone(&backend), Arc::clone(&deaf));
    thread::spawn(move || {
        while let Some(answer) = message(&mut answers, false) {
            if answer[0] == b'K' {
                its_backend.store(u32::from_be_bytes(answer[5..9].try_into().unwrap()) as usize, SeqCst);
            }
            if is_deaf.load(SeqCst) {
                // At its end, or where it waits for the data of a COPY.
                if matches!(answer[0], b'Z' | b'G') {
                    let _ = ready.send(());
                }
            } else if to_client.write_all(&answer).is_err() {
                break;
            }
        }
        let _ = to_client.shutdown(Shutdown::Both);
        let _ = ready.send(());
    });
    let backend = || u32::try_from(backend.load(SeqCst)).unwrap();
    let mut unit = Vec::new();
    let mut first = true;
    while let Some(asked) = message(&mut client, first) {
        let kind = if std::mem::take(&mut first) { 0 } else { asked[0] };
        unit.extend_from_slice(&asked);
        match kind {
            // Up to the Sync, an extended query is one request.
            b'P' | b'B' | b'D' | b'E' | b'C' | b'H' => continue,
            b'Q' | b'S' => {
                let text = String::from_utf8_lossy(&unit[5..]).into_owned();
                if breaker.is_it() {
                    breaker.reached(backend(), &format!("before {text}"));
                }
                for point in inside(&unit) {
                    if breaker.is_it() {
                        unit = with_wait(&unit, point);
                        server.write_all(&std::mem::take(&mut unit)).unwrap();
                        wait_for_lock(&breaker.server_url, backend());
                        breaker.reached(
                            backend(),
                            &format!("after {}", text[..point - 5].rsplit(";\n").nth(1).unwrap_or("")),
                        );
                        break;
                    }
                }
                if breaker.is_it() {
                    deaf.store(true, SeqCst);
                    server.write_all(&std::mem::take(&mut unit)).unwrap();
                    let _ = is_ready.recv();
                    breaker.reached(backend(), &format!("unanswered {text}"));
                }
            }
            _ => {}
        }
        if server.write_all(&std::mem::take(&mut unit)).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
}

/// The ends of the statements of a message from its `BEGIN` on, but for the last.
fn inside(unit: &[u8]) -> Vec<usize> {
    let text = std::str::from_utf8(&unit[5..]).unwrap_or_default();
    let Some(begin) = (unit[0] == b'Q').then(|| text.find("BEGIN;\n")).flatten() else { return Vec::new() };
    let mut ends: Vec<usize> = text[begin..].match_indices(";\n").map(|(at, _)| 5 + begin + at + 2).collect();
    ends.pop();
    ends
}

/// The message with a wait for a lock after the statement that ends at `point`.
fn with_wait(unit: &[u8], point: usize) -> Vec<u8> {
    let body = [&unit[5..point], b"SELECT pg_catalog.pg_advisory_lock(4242);\n", &unit[point..]].concat();
    [&unit[..1], &u32::try_from(body.len() + 4).unwrap().to_be_bytes(), &body].concat()
}

fn wait_for_lock(url: &str, backend: u32) {
    let query = format!("select count(*) from pg_stat_activity where pid = {backend} and wait_event = 'advisory'");
    let started = Instant::now();
    while database::query(url, &query).unwrap() != ["1"] {
        assert!(started.elapsed() < Duration::from_secs(20), "the run does not get to the point");
        thread::sleep(Duration::from_millis(2));
    }
}

/// The proxy's port.
fn proxy(server: u16, breaker: &Arc<Breaker>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let breaker = Arc::clone(breaker);
    thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.unwrap();
            client.set_nodelay(true).unwrap();
            let breaker = Arc::clone(&breaker);
            thread::spawn(move || match TcpStream::connect(("127.0.0.1", server)) {
                Ok(server) => {
                    server.set_nodelay(true).unwrap();
                    connection(client, server, &breaker);
                }
                Err(_) => drop(client),
            });
        }
    });
    port
}

fn kill_9(pid: u32) -> bool {
    Command::new("kill").args(["-9", &pid.to_string()]).stderr(Stdio::null()).status().unwrap().success()
}

struct Ground {
    server: PrivateServer,
    sandbox: Sandbox,
}

impl Ground {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        for (id, sql) in MIGRATIONS {
            sandbox.write(&format!("migrations/{id}.sql"), sql);
        }
        sandbox.write("migrate.toml", "[up]\nverify = \"off\"\nlease_wait = \"30s\"\n");
        Self { server: PrivateServer::start_own(), sandbox }
    }

    fn url(&self) -> String {
        self.server.url("app")
    }

    fn query(&self, sql: &str) -> Vec<String> {
        database::query(&self.url(), sql).unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }

    fn fresh(&self) {
        self.server.run("postgres", "drop database if exists app with (force)");
        self.server.run("postgres", "create database app template template0");
    }

    fn up(&self, url: &str) -> Child {
        let mut command: Command = self.sandbox.command(Path::new(env!("CARGO_BIN_EXE_migrate")));
        command.args(["up", "--format", "json"]).env("DATABASE_URL", url);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap()
    }

    /// The schema and the rows, without what differs between equal runs.
    fn state(&self) -> Vec<String> {
        let schema = include_str!("orders/dump.sql");
        let mut state = self.query(&format!("set search_path = ''; {schema}"));
        // Not the ids: a sequence skips some when a server crashes.
        state.extend(self.query("select name, email, mood from person order by name"));
        state.extend(self.query("select n from runs"));
        state.extend(self.query("select id, body from note order by id"));
        state.extend(self.query("select id, checksum from migrate.applied order by id"));
        state.extend(self.query("select event, migration, checksum from migrate.history order by 2"));
        state.extend(self.query("select count(*) from migrate.intents"));
        state
    }

    /// What the ledger holds, if there is one yet.
    fn applied(&self) -> Vec<String> {
        match self.query("select to_regclass('migrate.applied') is not null").as_slice() {
            [there] if there == "t" => self.query("select id from migrate.applied"),
            _ => Vec::new(),
        }
    }

    /// Ends a run at a point and lets another finish; `None` when the run has no such point.
    fn kill_at(&self, point: usize, way: Way, undisturbed: &[String]) -> Option<String> {
        self.fresh();
        let (tell, told) = mpsc::channel();
        let breaker = Arc::new(Breaker {
            wanted: point,
            seen: AtomicUsize::new(0),
            fired: AtomicBool::new(false),
            tell: Mutex::new(tell),
            server_url: self.server.url("postgres"),
        });
        let lock = database::OpenSession::new(&self.url(), "select pg_advisory_lock(4242)");
        let port = proxy(self.server.port(), &breaker);
        let mut run = self.up(&self.url().replace(&format!(":{}/", self.server.port()), &format!(":{port}/")));
        let started = Instant::now();
        let reached = loop {
            assert!(started.elapsed() < Duration::from_mins(1), "point {point}: neither reached nor passed by");
            if let Ok(reached) = told.recv_timeout(Duration::from_millis(5)) {
                break reached;
            }
            if run.try_wait().unwrap().is_some() {
                assert!(run.wait_with_output().unwrap().status.success());
                return None;
            }
        };
        match way {
            Way::Client => run.kill().unwrap(),
            Way::Backend if kill_9(reached.backend) => {
                // Gone once its parent has noticed, which takes no new connections from then on until it has recovered.
                while Path::new(&format!("/proc/{}", reached.backend)).exists() {
                    thread::sleep(Duration::from_millis(2));
                }
                self.server.wait_until_ready();
            }
            // A connection that looks for blockers may have been closed meanwhile, with its backend.
            Way::Backend | Way::Server => {
                self.server.kill_immediately();
                self.server.restart();
            }
        }
        let shown = format!("point {point}, {way:?}: {}", reached.shown);
        drop(lock);
        let first = run.wait_with_output().unwrap();
        self.told_the_truth(&first, way, &shown);
        let next = self.up(&self.url()).wait_with_output().unwrap();
        assert!(next.status.success(), "{shown}\n{}", String::from_utf8_lossy(&next.stderr));
        let state = self.state();
        let one_sided = |one: &[String], other: &[String]| -> Vec<String> {
            one.iter().filter(|line| !other.contains(line)).cloned().collect()
        };
        let (more, less) = (one_sided(&state, undisturbed), one_sided(undisturbed, &state));
        assert!(state == undisturbed, "{shown}\nmore: {more:#?}\nless: {less:#?}");
        Some(shown)
    }

    /// What a run says at its end is what the ledger says.
    fn told_the_truth(&self, run: &Output, way: Way, shown: &str) {
        if way == Way::Client {
            return;
        }
        let document: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap_or_default();
        let stderr = String::from_utf8_lossy(&run.stderr);
        let applied = self.applied();
        if run.status.success() {
            assert_eq!(applied.len(), MIGRATIONS.len(), "{shown}: {document}");
        } else {
            assert!(matches!(run.status.code(), Some(4 | 6)), "{shown}: {:?}\n{stderr}", run.status);
        }
        for claimed in document["applied"].as_array().into_iter().flatten() {
            let id = claimed["id"].as_str().unwrap();
            assert!(applied.iter().any(|it| it == id), "{shown}: says that {id} is applied\n{stderr}");
        }
        for id in MIGRATIONS.iter().map(|it| it.0).filter(|id| applied.iter().any(|it| it == id)) {
            assert!(!stderr.contains(&format!("nothing of `{id}`")), "{shown}: {id} is applied\n{stderr}");
        }
    }
}

#[test]
fn a_run_that_is_ended_anywhere_is_finished_by_the_next() {
    let wanted = std::env::var("KILL_POINTS").unwrap_or_default();
    let (every_way, stride) = (wanted == "all", if wanted.is_empty() { WAYS.len() } else { 1 });
    let ground = Ground::new();
    ground.fresh();
    assert!(ground.up(&ground.url()).wait_with_output().unwrap().status.success());
    let undisturbed = ground.state();
    let mut covered = 0;
    for point in (0..).step_by(stride) {
        let ways = if every_way { &WAYS[..] } else { &WAYS[point / stride % WAYS.len()..][..1] };
        let mut there = false;
        for way in ways {
            let started = Instant::now();
            if let Some(shown) = ground.kill_at(point, *way, &undisturbed) {
                there = true;
                covered += 1;
                println!("{:?} {shown}", started.elapsed());
            }
        }
        if !there {
            break;
        }
    }
    println!("{covered} kills");
    assert!(covered > 100, "only {covered} points");
}

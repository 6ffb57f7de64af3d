use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use super::certificates;

/// A PostgreSQL server of this process alone, on a free port of 127.0.0.1 and a socket in a private directory, with
/// TLS, without fsync. Ends with the process.
///
/// Roles: `postgres` (superuser, no password), `app` (password [`PASSWORD`], may create databases), `ssl_only` and
/// `plain_only` (no password, one kind of connection), `cert_user` (client certificate), `full` (no connection left).
pub struct PrivateServer {
    directory: PathBuf,
    port: u16,
    watchdog: Mutex<Watchdog>,
}

struct Watchdog {
    _process: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// Of the role `app`. Awkward on purpose.
pub const PASSWORD: &str = "s3cr:t/p@ss w%rd";
/// The same, ready for a URL.
pub const PASSWORD_IN_URL: &str = "s3cr%3At%2Fp%40ss%20w%25rd";

const START_LIMIT: Duration = Duration::from_mins(1);

const CONFIGURATION: &str = "
fsync = off
full_page_writes = off
max_connections = 200
max_prepared_transactions = 10
listen_addresses = '127.0.0.1'
ssl = on
ssl_cert_file = '../server.crt'
ssl_key_file = '../server.key'
ssl_ca_file = '../ca.crt'
lc_messages = 'C'
timezone = 'UTC'
";

const ACCESS: &str = "
local     all postgres,full                    trust
local     all app                              scram-sha-256
hostssl   all cert_user  127.0.0.1/32          cert
hostnossl all ssl_only   127.0.0.1/32          reject
hostssl   all plain_only 127.0.0.1/32          reject
host      all +trusted                       127.0.0.1/32 trust
host      all postgres,ssl_only,plain_only,full 127.0.0.1/32 trust
host      all app,nobody_has_this_role         127.0.0.1/32 scram-sha-256
";

const ROLES: &str = "
CREATE ROLE trusted NOLOGIN;
CREATE ROLE app LOGIN CREATEDB PASSWORD 's3cr:t/p@ss w%rd';
CREATE ROLE ssl_only LOGIN;
CREATE ROLE plain_only LOGIN;
CREATE ROLE cert_user LOGIN;
CREATE ROLE full LOGIN CONNECTION LIMIT 0;
";

impl PrivateServer {
    /// The server that all tests of this process share, started when first asked for.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<PrivateServer> = OnceLock::new();
        SHARED.get_or_init(Self::start_own)
    }

    /// A server for one test that stops or kills it.
    pub fn start_own() -> Self {
        let bin = binaries();
        let owner = owner();
        let directory = tempfile::Builder::new().prefix("pgm-").tempdir_in("/tmp").unwrap().keep();
        certificates::write(&directory);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        hand_over(&directory, owner);

        let data = directory.join("data");
        let mut initdb = as_owner(&bin.join("initdb"), owner);
        initdb.arg("-D").arg(&data).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]);
        let output = initdb.args(["--no-sync", "--no-instructions"]).output().unwrap();
        assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));

        let sockets = directory.display();
        let configuration = format!("{CONFIGURATION}port = {port}\nunix_socket_directories = '{sockets}'\n");
        append(&data.join("postgresql.conf"), &configuration);
        std::fs::write(data.join("pg_hba.conf"), ACCESS).unwrap();

        let mut watchdog = as_owner(Path::new("/bin/sh"), owner);
        watchdog.args(["-c", include_str!("watchdog.sh"), "watchdog"]).arg(&bin).arg(&directory);
        // A process group of its own: Ctrl-C reaches the tests, and the end of the tests reaches the watchdog.
        watchdog.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = watchdog.spawn().unwrap();
        let commands = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        let watchdog = Mutex::new(Watchdog { _process: process, commands, answers });
        let server = Self { directory, port, watchdog };
        server.wait_until_ready();
        server.run("postgres", ROLES);
        server
    }

    /// Port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Directory of the Unix socket, and of the certificates.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Path of a certificate or key, as text for a URL.
    pub fn certificate(&self, name: &str) -> String {
        self.directory.join(name).display().to_string()
    }

    /// URL of a database as superuser.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// Runs statements as superuser.
    pub fn run(&self, database: &str, sql: &str) {
        super::database::execute(&self.url(database), sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    /// Ends the server as a crash would: no checkpoint, sessions cut off.
    pub fn kill_immediately(&self) {
        self.command("kill");
    }

    /// Starts the server again after [`Self::kill_immediately`] and waits until it answers.
    pub fn restart(&self) {
        self.command("start");
        self.wait_until_ready();
    }

    fn command(&self, command: &str) {
        let mut watchdog = self.watchdog.lock().unwrap();
        writeln!(watchdog.commands, "{command}").unwrap();
        let mut answer = String::new();
        watchdog.answers.read_line(&mut answer).unwrap();
        assert_eq!(answer, "done\n");
    }

    /// Waits until it answers.
    pub fn wait_until_ready(&self) {
        let started = Instant::now();
        while let Err(error) = super::database::execute(&self.url("postgres"), "SELECT 1") {
            assert!(
                started.elapsed() < START_LIMIT,
                "the test server does not start: {error}\n{}",
                std::fs::read_to_string(self.directory.join("log")).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// `PG_BIN_DIR`, or the newest of Debian's versions.
fn binaries() -> PathBuf {
    if let Some(directory) = std::env::var_os("PG_BIN_DIR") {
        return directory.into();
    }
    debian()
}

fn debian() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = installed.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).max();
    let newest = newest.expect("no PostgreSQL in /usr/lib/postgresql: run scripts/test, or set PG_BIN_DIR");
    PathBuf::from(format!("/usr/lib/postgresql/{newest}/bin"))
}

/// A client program that comes with the server, from its own folder or Debian's newest.
pub fn client_program(name: &str) -> PathBuf {
    let own = binaries().join(name);
    if own.exists() { own } else { debian().join(name) }
}

/// Whom the server runs as: PostgreSQL refuses root. `None` is the user of this process.
pub(super) fn owner() -> Option<(u32, u32)> {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    is_root.then(|| ids("postgres").or_else(|| ids("nobody")).expect("neither a user postgres nor nobody"))
}

pub(super) fn as_owner(program: &Path, owner: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8").env("TZ", "UTC").current_dir("/");
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
    command
}

/// Gives the directory to the server's user. The client's key stays readable for the tests.
fn hand_over(directory: &Path, owner: Option<(u32, u32)>) {
    let set = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    set(&directory.join("server.key"), 0o600);
    set(&directory.join("client.key"), 0o600);
    set(directory, 0o755);
    if let Some((user, group)) = owner {
        chown(directory, Some(user), Some(group)).unwrap();
        chown(directory.join("server.key"), Some(user), Some(group)).unwrap();
    }
}

fn append(path: &Path, text: &str) {
    std::fs::OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

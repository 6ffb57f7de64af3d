use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::server::{as_owner, owner};
use super::{Database, PrivateServer, Sandbox};

/// A `PgBouncer` in transaction mode before the shared server, with fewer connections than its clients, so that they
/// really share them. Ends with this value, and with the tests.
pub struct Pooler {
    port: u16,
    /// A shell that ends the pooler when its standard input is closed.
    process: Child,
    directory: tempfile::TempDir,
}

const SHELL: &str = r#""$0" "$1" >/dev/null 2>&1 </dev/null & pid=$!; read -r _; kill $pid; wait $pid"#;

impl Pooler {
    /// With this many connections to the server for each database.
    pub fn new(connections: u32) -> Self {
        let owner = owner();
        let directory = tempfile::Builder::new().prefix("pgm-pooler-").tempdir_in("/tmp").unwrap();
        let path = directory.path();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (server, shown) = (PrivateServer::shared().port(), path.display());
        let configuration = format!(
            "[databases]\n* = host=127.0.0.1 port={server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = {shown}/users\nlogfile = {shown}/log\n\
             pool_mode = transaction\ndefault_pool_size = {connections}\nmax_client_conn = 300\n\
             server_tls_sslmode = disable\nserver_round_robin = 1\n"
        );
        std::fs::write(path.join("configuration"), configuration).unwrap();
        std::fs::write(path.join("users"), "\"postgres\" \"\"\n").unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
        if let Some((user, group)) = owner {
            chown(path, Some(user), Some(group)).unwrap();
        }
        let mut shell = as_owner(Path::new("/bin/sh"), owner);
        shell.args(["-c", SHELL]).arg(program()).arg(path.join("configuration"));
        let process =
            shell.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let pooler = Self { port, process, directory };
        pooler.wait_until_ready();
        pooler
    }

    /// The URL of a database through the pooler.
    pub fn url(&self, database: &Database) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{}?sslmode=disable", self.port, database.name())
    }

    /// A sandbox whose commands reach the database through the pooler.
    pub fn sandbox(&self, database: &Database) -> Sandbox {
        Sandbox::new().env("DATABASE_URL", &self.url(database))
    }

    /// The rows of a query by somebody else through the pooler, as of [`Database::query`].
    pub fn query(&self, database: &Database, sql: &str) -> Vec<String> {
        super::database::query(&self.url(database), sql).unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }

    fn wait_until_ready(&self) {
        let url = format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", self.port);
        let started = Instant::now();
        while let Err(error) = super::database::execute(&url, "SELECT 1") {
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "the pooler does not start: {error}\n{}",
                std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

fn program() -> PathBuf {
    let places = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];
    let found = places.iter().map(Path::new).find(|path| path.exists());
    found.expect("no pgbouncer: run scripts/test, or install the package pgbouncer").to_owned()
}

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tokio_postgres::{NoTls, SimpleQueryMessage};

use super::server::PASSWORD_IN_URL;
use super::{PrivateServer, block_on};

/// An empty database on the shared server, named after the test and dropped with this value.
pub struct Database {
    server: &'static PrivateServer,
    name: String,
}

impl Database {
    /// A database for the running test.
    pub fn new() -> Self {
        Self::with("")
    }

    /// The same with options of `CREATE DATABASE`.
    pub fn with(options: &str) -> Self {
        let server = PrivateServer::shared();
        let name = name();
        server.run("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0 {options}"));
        Self { server, name }
    }

    /// A database of this name, for what shows the name. Only one test may use a name.
    pub fn named(name: &str) -> Self {
        let server = PrivateServer::shared();
        server.run("postgres", &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        server.run("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0"));
        Self { server, name: name.to_owned() }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its URL for the superuser.
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// Its URL for the role `app`, which authenticates with a password.
    pub fn url_with_password(&self) -> String {
        format!("postgres://app:{PASSWORD_IN_URL}@127.0.0.1:{}/{}", self.server.port(), self.name)
    }

    /// Runs statements as superuser.
    pub fn psql(&self, sql: &str) {
        self.server.run(&self.name, sql);
    }

    /// The same as [`Database::query`], or what the server says.
    pub fn try_query(&self, sql: &str) -> Result<Vec<String>, String> {
        query(&self.url(), sql)
    }

    /// The rows of the last query, fields as text joined by `|`, NULL as nothing: `psql -At`.
    pub fn query(&self, sql: &str) -> Vec<String> {
        query(&self.url(), sql).unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }

    /// Waits until a condition holds.
    pub fn wait_until(&self, condition: &str) {
        let started = Instant::now();
        while self.query(&format!("SELECT {condition}")) != ["t"] {
            assert!(started.elapsed() < Duration::from_secs(30), "never became true: {condition}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Database {
    /// A connection that has run `sql` and stays open until dropped.
    pub fn session(&self, sql: &str) -> OpenSession {
        OpenSession::new(&self.url(), sql)
    }

    /// The same inside a transaction that stays open: its locks are held.
    pub fn hold(&self, sql: &str) -> OpenSession {
        OpenSession::new(&self.url(), &format!("BEGIN; {sql}"))
    }
}

/// A connection kept open by a thread of its own.
pub struct OpenSession {
    close: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl OpenSession {
    /// The same on any server.
    pub fn new(url: &str, sql: &str) -> Self {
        let (url, sql) = (url.to_owned(), sql.to_owned());
        let (close, closed) = tokio::sync::oneshot::channel::<()>();
        let (ready, is_ready) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            block_on(async {
                let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
                let driver = tokio::spawn(connection);
                client.batch_execute(&sql).await.unwrap();
                ready.send(()).unwrap();
                let _ = closed.await;
                drop(client);
                let _ = driver.await;
            });
        });
        is_ready.recv().unwrap();
        Self { close: Some(close), thread: Some(thread) }
    }
}

impl Drop for OpenSession {
    fn drop(&mut self) {
        drop(self.close.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // While a test fails already, a second panic would abort the whole run.
        if let Err(error) = execute(&self.server.url("postgres"), &drop) {
            eprintln!("{drop}: {error}");
        }
    }
}

/// `connections_wrong_password`, and `…_2` for the second database of the same test.
fn name() -> String {
    static USED: Mutex<BTreeMap<String, u32>> = Mutex::new(BTreeMap::new());
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("test").replace("::", "_").to_lowercase();
    let mut name: String = test.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    name.truncate(55);
    let mut used = USED.lock().unwrap();
    let count = used.entry(name.clone()).or_default();
    *count += 1;
    if *count == 1 { name } else { format!("{name}_{count}") }
}

/// Runs statements over a connection of their own.
pub fn execute(url: &str, sql: &str) -> Result<(), String> {
    query(url, sql).map(drop)
}

/// The rows of the last query over a connection of its own.
pub fn query(url: &str, sql: &str) -> Result<Vec<String>, String> {
    block_on(async {
        let connected = tokio_postgres::connect(url, NoTls).await;
        let (client, connection) = connected.map_err(|error| format!("{error:?}"))?;
        let driver = tokio::spawn(connection);
        let answer = client
            .simple_query(sql)
            .await
            .map_err(|error| error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string))?;
        drop(client);
        let _ = driver.await;
        Ok(answer.into_iter().filter_map(row).collect())
    })
}

fn row(message: SimpleQueryMessage) -> Option<String> {
    match message {
        SimpleQueryMessage::Row(row) => {
            let fields: Vec<&str> = (0..row.len()).map(|column| row.get(column).unwrap_or("")).collect();
            Some(fields.join("|"))
        }
        _ => None,
    }
}

//! The PostgreSQL that comes with the program: pglite-oxide, PostgreSQL compiled to WebAssembly and run in this process.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use pglite_oxide::PgliteServer;
use tokio_postgres::{Config, NoTls};

use super::connect::{Opened, drive};
use super::notice::Notices;
use super::{DbError, EmbeddedTarget, ServerInfo};

/// The first start of a new version unpacks the server into the user's cache directory.
const START_LIMIT: Duration = Duration::from_mins(2);

const USER: &str = "postgres";
/// The only database a fresh cluster of pglite has.
const DATABASE: &str = "template1";

/// The running embedded server of one project, locked against other processes.
///
/// Data lies in `<root>/.migrate/pg` and survives the death of the process, because PostgreSQL replays its log at the
/// next start. It is not flushed to the disk, so a power failure can lose it. The unpacked program lies in the user's cache directory (`$XDG_CACHE_HOME/pglite-oxide`, else
/// `~/.cache/pglite-oxide`) and is shared by all projects.
#[derive(Debug)]
pub(super) struct EmbeddedServer {
    /// `None` once stopped.
    running: Option<Running>,
    data: PathBuf,
    socket: PathBuf,
}

/// Fields in the order in which they must go: server, its socket directory, then the lock.
#[derive(Debug)]
struct Running {
    server: PgliteServer,
    directory: Option<tempfile::TempDir>,
    lock: File,
}

impl EmbeddedServer {
    /// Locks the project and starts its server.
    pub async fn start(target: &EmbeddedTarget) -> Result<Self, DbError> {
        let (folder, data) = (target.folder(), target.data());
        let broken = move |cause: String| DbError::Embedded { path: data.clone(), cause };
        let data = target.data();
        let starting = tokio::task::spawn_blocking(move || Self::start_blocking(&folder, data));
        match starting.await {
            Ok(result) => result,
            Err(panic) => Err(broken(panic.to_string())),
        }
    }

    fn start_blocking(folder: &Path, data: PathBuf) -> Result<Self, DbError> {
        let broken = |cause: String| DbError::Embedded { path: data.clone(), cause };
        create_private(folder).map_err(|error| broken(error.to_string()))?;
        let ignore = folder.join(".gitignore");
        if !ignore.exists() {
            fs::write(&ignore, "*\n").map_err(|error| broken(error.to_string()))?;
        }
        let lock = lock(&folder.join("lock"), &data)?;
        let (socket, directory) = socket(folder).map_err(|error| broken(error.to_string()))?;
        let server = PgliteServer::builder()
            .path(&data)
            .unix(&socket)
            // pglite has a search path of its own; projects expect a server's default. Its fsync stays off: switched on,
            // recovery fails, because WebAssembly's system interface can't open a directory to sync it.
            .postgres_config("search_path", "\"$user\", public")
            .postgres_config("allow_system_table_mods", "off")
            // pglite's 128 MB are cleared at each start, which costs about 60 ms.
            .postgres_config("shared_buffers", "16MB")
            .start()
            .map_err(|error| broken(format!("{error:#}")))?;
        Ok(Self { running: Some(Running { server, directory, lock }), data, socket })
    }

    /// The one connection.
    pub async fn open(&self) -> Result<Opened, DbError> {
        let broken = |cause: String| DbError::Embedded { path: self.data.clone(), cause };
        let directory = self.socket.parent().unwrap_or(Path::new("/"));
        let mut config = Config::new();
        config.user(USER).dbname(DATABASE).application_name("migrate").port(5432);
        config.host(directory.to_string_lossy()).ssl_mode(tokio_postgres::config::SslMode::Disable);
        let (client, connection) = tokio::time::timeout(START_LIMIT, config.connect(NoTls))
            .await
            .map_err(|_| broken(format!("it did not start within {} s", START_LIMIT.as_secs())))?
            .map_err(|error| broken(super::error::cause(&error)))?;
        let notices = Notices::default();
        let task = drive(connection, notices.clone());
        let info = ServerInfo::read(&client, true).await?;
        Ok(Opened { client, task, notices, info, tls: None, endpoint: None })
    }

    /// Stops the server. The connection must be closed already: the server waits for its end.
    pub async fn stop(mut self) -> Result<(), DbError> {
        let Some(Running { server, directory, lock }) = self.running.take() else { return Ok(()) };
        let stopped = tokio::task::spawn_blocking(move || {
            let result = server.shutdown();
            drop((directory, lock));
            result
        });
        let cause = match stopped.await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => format!("{error:#}"),
            Err(panic) => panic.to_string(),
        };
        Err(DbError::Embedded { path: self.data.clone(), cause })
    }
}

/// A dropped server stops in a thread of its own, because it waits for a connection that this very thread may drive.
impl Drop for EmbeddedServer {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            std::thread::spawn(move || drop(running));
        }
    }
}

fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Locks without waiting. The operating system releases the lock when the process ends, however it ends.
fn lock(path: &Path, data: &Path) -> Result<File, DbError> {
    let broken = |error: io::Error| DbError::Embedded { path: data.to_owned(), cause: error.to_string() };
    let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path).map_err(broken)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            // On Windows a locked file can't be read; then nobody is named.
            let _ = file.read_to_string(&mut text);
            return Err(DbError::EmbeddedInUse { path: data.to_owned(), process: text.trim().parse().ok() });
        }
        Err(TryLockError::Error(error)) => return Err(broken(error)),
    }
    // Only for the message of the one who finds it locked.
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(broken)?;
    Ok(file)
}

/// Where the server listens: inside the project's private folder, or in a private temporary directory where that path
/// is too long for a socket (108 bytes on Linux, 104 on macOS). A TCP port would be open to every local user.
fn socket(folder: &Path) -> io::Result<(PathBuf, Option<tempfile::TempDir>)> {
    const NAME: &str = ".s.PGSQL.5432";
    let near = std::path::absolute(folder)?.join("run");
    if near.join(NAME).as_os_str().len() < 100 {
        create_private(&near)?;
        return Ok((near.join(NAME), None));
    }
    let directory = tempfile::Builder::new().prefix("migrate-").tempdir()?;
    Ok((directory.path().join(NAME), Some(directory)))
}

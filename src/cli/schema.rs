//! Where a command finds a schema, in a project or without one.

use std::path::{Path, PathBuf};

use super::context::{self, Context, close, db_error};
use super::global::Global;
use super::output::Output;
use super::{Stopped, exit};
use crate::db::{DbError, Environment, Origin, Session, Target};
use crate::diagnostic::{Diagnostic, Severity, Source};
use crate::model::Ident;
use crate::project::{Config, Project};
use crate::snapshot::Snapshot;

/// What is configured where the command runs: by the project, or by nobody.
#[derive(Default)]
pub struct Surroundings {
    root: Option<PathBuf>,
    /// The project's configuration, or the defaults.
    pub config: Config,
}

impl Surroundings {
    /// Looks for a project and reads its configuration, but none of its migrations.
    pub fn find(global: &Global) -> Result<Self, Stopped> {
        let root = context::found_root(global)?;
        let (config, problems) = root.as_deref().map(Config::load).unwrap_or_default();
        if problems.iter().any(|it| it.severity == Severity::Error) {
            return Err(Stopped::with(exit::PROJECT, problems));
        }
        Ok(Self { root, config })
    }

    /// The database a command works on. Only a project has an embedded server.
    pub fn target(&self, global: &Global) -> Result<Target, Stopped> {
        let root = self.root.as_deref().unwrap_or(Path::new("."));
        let target = context::target(global, root, &self.config)?;
        if self.root.is_none() && target.is_embedded() {
            let diagnostic = Diagnostic::error("M100", "there is no project here, and no database is given");
            let help = "give --database-url or DATABASE_URL, or run this in a project";
            return Err(Stopped::new(exit::PROJECT, diagnostic.help(help)));
        }
        Ok(target)
    }

    /// What a command that needs nothing of a project but its configuration works on.
    pub fn context(self, global: &Global) -> Result<Context, Stopped> {
        let target = self.target(global)?;
        Ok(Context::on(Project { config: self.config, ..Project::default() }, target))
    }

    /// The schema of a database.
    pub async fn read(&self, target: &Target, output: &Output) -> Result<Snapshot, Stopped> {
        let session = context::connect(target, output).await?;
        let snapshot = read(&session, &self.config.ledger_schema).await;
        close(session, output).await;
        snapshot
    }
}

/// The server that a connection string means, or one in a variable by `env:NAME`.
pub fn server(text: &str) -> Result<Target, Stopped> {
    let environment = Environment::of_process();
    let target = match text.strip_prefix("env:") {
        None => Target::server(text, Origin::Argument, &environment),
        Some(name) => {
            let url = environment.variable(name).ok_or_else(|| {
                let diagnostic = Diagnostic::error("M403", format!("the variable `{name}` is not set"));
                let help = "set it to a connection such as `postgres://user@host:5432/database`";
                Stopped::new(exit::CONNECTION, diagnostic.help(help))
            })?;
            Target::server(url, Origin::Variable(name.to_owned()), &environment)
        }
    };
    target.map_err(|error| db_error(&error))
}

/// The schema of the database that the session is connected to.
pub async fn read(session: &Session, ledger: &Ident) -> Result<Snapshot, Stopped> {
    Snapshot::read(session, ledger).await.map_err(|error| match &error {
        DbError::Server(server) => {
            let diagnostic = Diagnostic::error("M805", format!("the schema can't be read: {}", server.message));
            let help = match server.sqlstate.as_str() {
                "22021" => Some("a name or a text in the schema is not UTF-8; the database's encoding, SQL_ASCII, lets any bytes in"),
                "55P03" => Some("another session holds a lock on a view or something it reads; try again"),
                // What `cache lookup failed` and the like have.
                "XX000" => Some("something was dropped while the schema was read; try again"),
                _ => None,
            };
            Stopped::new(exit::CONNECTION, Diagnostic { help: help.map(str::to_owned), ..diagnostic })
        }
        _ => db_error(&error),
    })
}

/// The snapshot in a file.
pub fn parse(path: &Path) -> Result<Snapshot, Stopped> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let diagnostic = Diagnostic::error("M801", format!("the snapshot `{shown}` can't be read: {error}"))
            .help("give a file that `migrate snapshot -o FILE` wrote, a connection string, `env:NAME`, `database` or `migrations`");
        Stopped::new(exit::USAGE, diagnostic)
    })?;
    Snapshot::parse(&Source::new(shown, text)).map_err(|error| Stopped::new(exit::USAGE, error))
}

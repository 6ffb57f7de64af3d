use std::path::{Path, PathBuf};

use super::global::Global;
use super::output::Output;
use super::{Stopped, exit};
use crate::db::{DbError, Environment, Session, Target, TargetInputs};
use crate::diagnostic::{Diagnostic, Severity};
use crate::execute::ExecuteError;
use crate::ledger::{Fingerprint, LedgerError};
use crate::model::Ident;
use crate::project::{Config, Project};
use crate::report::{self, Who};

/// What a command that talks to a database works on, resolved before it starts.
pub struct Context {
    /// The project.
    pub project: Project,
    target: Target,
}

impl Context {
    /// Loads the project and decides which database is meant.
    pub fn load(global: &Global) -> Result<Self, Stopped> {
        let project = load_project(global)?;
        let target = target(global, &project.root, &project.config)?;
        Ok(Self { project, target })
    }

    /// Loads the project but for its migrations, which checks don't need, and decides which database is meant.
    pub fn of_checks(global: &Global) -> Result<Self, Stopped> {
        let root = found_root(global)?.ok_or_else(|| {
            let help =
                "run it in a project, point `--project` at one, or give `--no-project` for the built-in checks alone";
            no_project(help)
        })?;
        let project = complete(Project::load_checks(&root))?;
        let target = target(global, &project.root, &project.config)?;
        Ok(Self { project, target })
    }

    /// Loads the project while connecting to its database and asking what is applied there: neither needs the other.
    /// The embedded server is not started for files with problems.
    pub async fn load_and_connect(
        global: &Global,
        output: &Output,
    ) -> Result<(Self, Session, Option<Fingerprint>), Stopped> {
        let root = root(global)?;
        let (config, problems) = Config::load(&root);
        let target = target(global, &root, &config);
        let schema = config.ledger_schema.clone();
        let loading = async {
            let loading = tokio::task::spawn_blocking(move || complete(Project::load_with(&root, config, problems)));
            loading.await.unwrap_or_else(|panic| {
                Err(Stopped::new(exit::BUG, Diagnostic::error("M900", format!("the files can't be loaded: {panic}"))))
            })
        };
        let asking = async {
            Ok(match &target {
                Ok(server @ Target::Server(_)) => Some(ask(server, &schema).await),
                _ => None,
            })
        };
        // In this order, so that the server begins first.
        let (asked, project) = tokio::try_join!(asking, loading)?;
        let context = Self { project, target: target? };
        announce(&context.target, output);
        let asked = match asked {
            Some(asked) => asked,
            None => ask(&context.target, &schema).await,
        };
        let (session, applied) = asked.map_err(|error| db_error(&error))?;
        let applied = applied.map_err(|error| context.ledger_error(&error, &session))?;
        Ok((context, session, applied))
    }

    /// Connects, and says so when it is to the embedded server.
    pub async fn connect(&self, output: &Output) -> Result<Session, Stopped> {
        connect(&self.target, output).await
    }

    /// A project on another database than its own.
    pub const fn on(project: Project, target: Target) -> Self {
        Self { project, target }
    }

    /// Closes the connection; an embedded server that stops badly is worth a word, though its data is safe.
    pub async fn close(&self, session: Session, output: &Output) {
        close(session, output).await;
    }

    /// The database, as people know it; never with a password.
    pub fn target_name(&self) -> String {
        self.target.to_string()
    }

    /// How this run names itself to others: user, host, process, application.
    pub fn holder(&self) -> String {
        let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
        let user = variable("USER").or_else(|| variable("LOGNAME")).unwrap_or_else(|| "migrate".to_owned());
        let host = variable("HOSTNAME")
            .or_else(|| std::fs::read_to_string("/etc/hostname").ok().map(|name| name.trim().to_owned()))
            .unwrap_or_else(|| "localhost".to_owned());
        let application = match &self.target {
            Target::Server(server) => server.application_name.as_str(),
            Target::Embedded(_) => "migrate",
        };
        format!("{user}@{host} pid {} ({application})", std::process::id())
    }

    /// A ledger error as what stops the command.
    pub fn ledger_error(&self, error: &LedgerError, session: &Session) -> Stopped {
        let (role, database) = identity(session);
        let who = Who { role: &role, database: &database, ledger: &self.project.config.ledger_schema };
        Stopped::new(exit::CONNECTION, report::explain_ledger(error, who))
    }

    /// What stopped a run, explained.
    pub fn explain(&self, error: &ExecuteError, applied: usize, session: &Session) -> Vec<Diagnostic> {
        let (role, database) = identity(session);
        report::explain(
            error,
            applied,
            Who { role: &role, database: &database, ledger: &self.project.config.ledger_schema },
        )
    }
}

/// The role and the database of a session.
fn identity(session: &Session) -> (Ident, Ident) {
    (Ident::exact(&session.server().user), Ident::exact(&session.server().database))
}

/// Connects, and says so when it is to the embedded server.
pub async fn connect(target: &Target, output: &Output) -> Result<Session, Stopped> {
    announce(target, output);
    Session::connect(target).await.map_err(|error| db_error(&error))
}

fn announce(target: &Target, output: &Output) {
    match target {
        Target::Embedded(_) => {
            output.say(&format!("using {target}; give --database-url or DATABASE_URL for another"));
        }
        Target::Server(server) => output.diagnostics(&server.warnings),
    }
}

/// Closes the connection; an embedded server that stops badly is worth a word, though its data is safe.
pub async fn close(session: Session, output: &Output) {
    if let Err(error) = session.close().await {
        output.diagnostics(&[Diagnostic { severity: Severity::Warning, ..error.to_diagnostic() }]);
    }
}

/// Why there is no connection.
pub fn db_error(error: &DbError) -> Stopped {
    Stopped::new(exit::CONNECTION, error.to_diagnostic())
}

/// The database that the arguments, the environment and the configuration mean.
pub fn target(global: &Global, root: &Path, config: &Config) -> Result<Target, Stopped> {
    Target::resolve(&TargetInputs {
        flag: global.database_url.clone(),
        configured: config.database_url.clone(),
        root: root.to_owned(),
        environment: Environment::of_process(),
    })
    .map_err(|error| db_error(&error))
}

type Asked = (Session, Result<Option<Fingerprint>, LedgerError>);

async fn ask(target: &Target, schema: &Ident) -> Result<Asked, DbError> {
    let session = Session::connect(target).await?;
    let applied = Fingerprint::read(&session, schema).await;
    Ok((session, applied))
}

/// The project the arguments mean, complete and without problems.
pub fn load_project(global: &Global) -> Result<Project, Stopped> {
    complete(Project::load(&root(global)?))
}

fn complete((project, diagnostics): (Project, Vec<Diagnostic>)) -> Result<Project, Stopped> {
    if diagnostics.iter().any(|d| d.severity == Severity::Error) {
        return Err(Stopped::with(exit::PROJECT, diagnostics));
    }
    Ok(project)
}

/// The project's root.
pub fn root(global: &Global) -> Result<PathBuf, Stopped> {
    found_root(global)?.ok_or_else(|| no_project("run `migrate init` to make one here, or point `--project` at one"))
}

fn no_project(help: &str) -> Stopped {
    let diagnostic = Diagnostic::error("M100", "there is no project here or in any directory above").help(help);
    Stopped::new(exit::PROJECT, diagnostic)
}

/// The same, if there is a project.
pub fn found_root(global: &Global) -> Result<Option<PathBuf>, Stopped> {
    if let Some(dir) = &global.project {
        if dir.is_dir() {
            return Ok(Some(dir.clone()));
        }
        let diagnostic = Diagnostic::error("M100", format!("`{}` is not a directory", dir.display()));
        return Err(Stopped::new(exit::PROJECT, diagnostic));
    }
    let here = std::env::current_dir().map_err(|error| {
        Stopped::new(exit::PROJECT, Diagnostic::error("M102", format!("the current directory can't be read: {error}")))
    })?;
    Ok(Project::find(&here))
}

use std::path::PathBuf;

use super::global::Global;
use super::output::Output;
use super::{Stopped, exit};
use crate::db::{DbError, Environment, Session, Target, TargetInputs};
use crate::diagnostic::{Diagnostic, Severity};
use crate::execute::ExecuteError;
use crate::ledger::LedgerError;
use crate::model::Ident;
use crate::project::Project;
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
        let target = Target::resolve(&TargetInputs {
            flag: global.database_url.clone(),
            configured: project.config.database_url.clone(),
            root: project.root.clone(),
            environment: Environment::of_process(),
        })
        .map_err(|error| db_error(&error))?;
        Ok(Self { project, target })
    }

    /// Connects, and says so when it is to the embedded server.
    pub async fn connect(&self, output: &Output) -> Result<Session, Stopped> {
        match &self.target {
            Target::Embedded(_) => {
                output.say(&format!("using {}; give --database-url or DATABASE_URL for another", self.target));
            }
            Target::Server(server) => output.diagnostics(&server.warnings),
        }
        Session::connect(&self.target).await.map_err(|error| db_error(&error))
    }

    /// Closes the connection; an embedded server that stops badly is worth a word, though its data is safe.
    pub async fn close(&self, session: Session, output: &Output) {
        if let Err(error) = session.close().await {
            output.diagnostics(&[Diagnostic { severity: Severity::Warning, ..error.to_diagnostic() }]);
        }
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

fn db_error(error: &DbError) -> Stopped {
    Stopped::new(exit::CONNECTION, error.to_diagnostic())
}

/// The project the arguments mean, complete and without problems.
pub fn load_project(global: &Global) -> Result<Project, Stopped> {
    let (project, diagnostics) = Project::load(&root(global)?);
    if diagnostics.iter().any(|d| d.severity == Severity::Error) {
        return Err(Stopped::with(exit::PROJECT, diagnostics));
    }
    Ok(project)
}

fn root(global: &Global) -> Result<PathBuf, Stopped> {
    if let Some(dir) = &global.project {
        if dir.is_dir() {
            return Ok(dir.clone());
        }
        let diagnostic = Diagnostic::error("M100", format!("`{}` is not a directory", dir.display()));
        return Err(Stopped::new(exit::PROJECT, diagnostic));
    }
    let here = std::env::current_dir().map_err(|error| {
        Stopped::new(exit::PROJECT, Diagnostic::error("M102", format!("the current directory can't be read: {error}")))
    })?;
    Project::find(&here).ok_or_else(|| {
        let diagnostic = Diagnostic::error("M100", "there is no project here or in any directory above")
            .help("run `migrate init` to make one here, or point `--project` at one");
        Stopped::new(exit::PROJECT, diagnostic)
    })
}

use std::fmt;
use std::path::PathBuf;

use super::{DbError, EmbeddedTarget, Environment, Origin, ServerTarget};

/// The variables that say a server is meant. `PGPASSWORD` or `PGSSLMODE` alone do not.
const SERVER_VARIABLES: [&str; 6] = ["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE"];

/// Everything that can say which database is meant.
#[derive(Clone)]
pub struct TargetInputs {
    /// The text of `--database-url`.
    pub flag: Option<String>,
    /// `[database] url` of `migrate.toml`: a connection string, or `env:NAME`.
    pub configured: Option<String>,
    /// The project's root; the embedded server lives below it.
    pub root: PathBuf,
    /// The process environment.
    pub environment: Environment,
}

/// The database a command works on, decided once before anything is connected.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// A server somewhere.
    Server(Box<ServerTarget>),
    /// The project's own embedded server.
    Embedded(EmbeddedTarget),
}

impl Target {
    /// Decides: the flag, else `DATABASE_URL`, else `migrate.toml`, else libpq's variables, else the embedded server.
    ///
    /// The embedded server is chosen only when nothing names a database. Anything that was given but is empty, unset
    /// or unreadable is an error: a broken secret in a pipeline must not become a run against a fresh database.
    ///
    /// # Errors
    /// When what was given can't be used.
    pub fn resolve(inputs: &TargetInputs) -> Result<Self, DbError> {
        let environment = &inputs.environment;
        let server = |text: &str, origin: Origin| Self::server(text, origin, environment);
        if let Some(text) = &inputs.flag {
            return server(text, Origin::Flag);
        }
        if let Some(text) = environment.variable("DATABASE_URL") {
            return server(text, Origin::Variable("DATABASE_URL".to_owned()));
        }
        match inputs.configured.as_deref().map(|text| (text, text.strip_prefix("env:"))) {
            Some((_, Some(name))) => match environment.variable(name) {
                Some(text) => return server(text, Origin::Variable(name.to_owned())),
                None => return Err(DbError::UnsetVariable { name: name.to_owned() }),
            },
            Some((text, None)) => return server(text, Origin::Configuration),
            None => {}
        }
        if SERVER_VARIABLES.iter().any(|name| environment.variable(name).is_some()) {
            return ServerTarget::from_variables(environment).map(|target| Self::Server(Box::new(target)));
        }
        Ok(Self::Embedded(EmbeddedTarget::new(&inputs.root)))
    }

    /// The server that a connection string means.
    ///
    /// # Errors
    /// When it is empty or can't be used.
    pub fn server(text: &str, origin: Origin, environment: &Environment) -> Result<Self, DbError> {
        if text.trim().is_empty() {
            return Err(DbError::EmptyUrl { origin });
        }
        ServerTarget::parse(text, origin, environment).map(|target| Self::Server(Box::new(target)))
    }

    /// Whether this is the embedded server.
    pub const fn is_embedded(&self) -> bool {
        matches!(self, Self::Embedded(_))
    }
}

/// Says which database in a few words, without the password.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(server) => server.fmt(f),
            Self::Embedded(embedded) => embedded.fmt(f),
        }
    }
}

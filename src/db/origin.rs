use std::fmt;

/// Where the description of the database came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The `--database-url` option.
    Flag,
    /// A word of the command line that is a connection string.
    Argument,
    /// An environment variable: `DATABASE_URL`, or the one named by `env:NAME` in `migrate.toml`.
    Variable(String),
    /// The text in `migrate.toml` itself.
    Configuration,
    /// libpq's variables alone (`PGHOST`, `PGDATABASE`, …).
    LibpqVariables,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("`--database-url`"),
            Self::Argument => f.write_str("the command line"),
            Self::Variable(name) => write!(f, "`{name}`"),
            Self::Configuration => f.write_str("`[database] url` in migrate.toml"),
            Self::LibpqVariables => f.write_str("the `PG…` environment variables"),
        }
    }
}

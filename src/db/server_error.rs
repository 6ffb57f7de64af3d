use std::error::Error as _;
use std::fmt;
use std::io;

use tokio_postgres::error::{ErrorPosition, SqlState};

/// An error the server reported, with every field that helps to explain it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ServerError {
    /// Five-character SQLSTATE.
    pub sqlstate: String,
    /// Severity in English: `ERROR`, `FATAL` or `PANIC`.
    pub severity: String,
    /// The primary message, in the server's language.
    pub message: String,
    /// Further facts.
    pub detail: Option<String>,
    /// The server's own suggestion.
    pub hint: Option<String>,
    /// Where in the text that was sent: a character counted from 1.
    pub position: Option<usize>,
    /// Where in a query the server itself made, and that query.
    pub internal: Option<(usize, String)>,
    /// The call stack inside the server, such as PL/pgSQL functions.
    pub where_: Option<String>,
    /// Schema concerned.
    pub schema: Option<String>,
    /// Table concerned.
    pub table: Option<String>,
    /// Column concerned.
    pub column: Option<String>,
    /// Data type concerned.
    pub datatype: Option<String>,
    /// Constraint concerned.
    pub constraint: Option<String>,
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (SQLSTATE {})", self.message, self.sqlstate)
    }
}

impl ServerError {
    /// The server's report inside a driver error; `None` when the error has another source, such as the network.
    ///
    /// (Not the trait `From`: most driver errors are not server errors.)
    #[must_use]
    pub fn from(error: &tokio_postgres::Error) -> Option<Self> {
        error.as_db_error().map(Self::from_driver)
    }

    fn from_driver(error: &tokio_postgres::error::DbError) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let (position, internal) = match error.position() {
            None => (None, None),
            Some(ErrorPosition::Original(position)) => (Some(*position as usize), None),
            Some(ErrorPosition::Internal { position, query }) => (None, Some((*position as usize, query.clone()))),
        };
        Self {
            sqlstate: error.code().code().to_owned(),
            severity: error.parsed_severity().map_or_else(|| error.severity().to_owned(), |known| known.to_string()),
            message: error.message().to_owned(),
            detail: owned(error.detail()),
            hint: owned(error.hint()),
            position,
            internal,
            where_: owned(error.where_()),
            schema: owned(error.schema()),
            table: owned(error.table()),
            column: owned(error.column()),
            datatype: owned(error.datatype()),
            constraint: owned(error.constraint()),
        }
    }

    /// Whether the server ended the connection with this error.
    pub fn ends_connection(&self) -> bool {
        matches!(self.severity.as_str(), "FATAL" | "PANIC")
    }

    /// The way out as far as the error alone shows it: for a missing privilege (SQLSTATE 42501) the `GRANT` that
    /// `role` needs, otherwise the server's own hint.
    ///
    /// The object is read from the English message; with another `lc_messages` only the hint is left.
    #[must_use]
    pub fn help(&self, role: &str) -> Option<String> {
        let grant = (self.sqlstate == SqlState::INSUFFICIENT_PRIVILEGE.code()).then(|| grant(self, role));
        grant.flatten().or_else(|| self.hint.clone())
    }
}

fn grant(error: &ServerError, role: &str) -> Option<String> {
    let role = quoted(role);
    if let Some(object) = error.message.strip_prefix("must be owner of ") {
        let (_, name) = object.rsplit_once(' ')?;
        return Some(format!(
            "run as the owner of `{name}`, or let its owner `GRANT` its own role to `{role}`: only an owner can alter it"
        ));
    }
    let object = error.message.strip_prefix("permission denied for ")?;
    let (kind, name) = object.rsplit_once(' ')?;
    let privileges = match kind {
        "schema" => "USAGE, CREATE ON SCHEMA",
        "database" if error.detail.as_ref().is_some_and(|detail| detail.contains("CONNECT")) => "CONNECT ON DATABASE",
        "database" => "CREATE ON DATABASE",
        "table" | "view" | "relation" | "materialized view" => "SELECT, INSERT, UPDATE, DELETE ON TABLE",
        "sequence" => "USAGE, SELECT, UPDATE ON SEQUENCE",
        "function" | "procedure" | "routine" => "EXECUTE ON ROUTINE",
        "type" => "USAGE ON TYPE",
        "language" => "USAGE ON LANGUAGE",
        "foreign server" => "USAGE ON FOREIGN SERVER",
        "foreign-data wrapper" => "USAGE ON FOREIGN DATA WRAPPER",
        "tablespace" => "CREATE ON TABLESPACE",
        _ => return None,
    };
    Some(format!("let the owner of the {kind} run `GRANT {privileges} {name} TO {role}`"))
}

/// The role's name as SQL writes it.
pub(super) fn quoted(role: &str) -> String {
    let plain = role.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !role.starts_with(|c: char| c.is_ascii_digit());
    if plain && !role.is_empty() { role.to_owned() } else { format!("\"{}\"", role.replace('"', "\"\"")) }
}

/// Whether the error means that the connection is gone, so that nothing is known about what was in flight.
#[must_use]
pub fn connection_lost(error: &tokio_postgres::Error) -> bool {
    match ServerError::from(error) {
        Some(server) => server.ends_connection(),
        None => error.is_closed() || error.source().is_some_and(<dyn std::error::Error>::is::<io::Error>),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(message: &str) -> ServerError {
        ServerError {
            sqlstate: "42501".to_owned(),
            severity: "ERROR".to_owned(),
            message: message.to_owned(),
            detail: None,
            hint: None,
            position: None,
            internal: None,
            where_: None,
            schema: None,
            table: None,
            column: None,
            datatype: None,
            constraint: None,
        }
    }

    #[test]
    fn a_missing_privilege_names_the_grant() {
        let help = |message: &str| denied(message).help("app").unwrap_or_default();
        insta::assert_snapshot!(help("permission denied for schema audit"), @"let the owner of the schema run `GRANT USAGE, CREATE ON SCHEMA audit TO app`");
        insta::assert_snapshot!(help("permission denied for materialized view v"), @"let the owner of the materialized view run `GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE v TO app`");
        insta::assert_snapshot!(help("must be owner of table users"), @"run as the owner of `users`, or let its owner `GRANT` its own role to `app`: only an owner can alter it");
        assert_eq!(denied("permission denied to create role").help("app"), None);
        assert_eq!(denied("droit refusé pour le schéma audit").help("app"), None);
    }

    #[test]
    fn role_names_are_quoted_where_they_must_be() {
        assert_eq!(quoted("app_1"), "app_1");
        assert_eq!(quoted("My\"App"), "\"My\"\"App\"");
        assert_eq!(quoted(""), "\"\"");
    }
}

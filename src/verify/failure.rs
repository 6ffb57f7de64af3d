use tokio_postgres::error::{DbError, ErrorPosition, SqlState};

use super::finding::Broken;

/// Why one query could not be answered, in the server's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The server's message, or the driver's.
    pub message: String,
    /// The server's code.
    pub code: Option<String>,
    /// The server's detail.
    pub detail: Option<String>,
    /// The server's hint.
    pub hint: Option<String>,
    /// Character of the query, from 1, where the server points.
    pub position: Option<usize>,
}

impl Failure {
    pub(super) fn of(error: &tokio_postgres::Error) -> Self {
        error.as_db_error().map_or_else(|| Self::said(super::chain(error)), Self::of_server)
    }

    fn of_server(error: &DbError) -> Self {
        Self {
            message: error.message().to_owned(),
            code: Some(error.code().code().to_owned()),
            detail: error.detail().map(str::to_owned),
            hint: error.hint().map(str::to_owned),
            position: match error.position() {
                Some(ErrorPosition::Original(position)) => usize::try_from(*position).ok(),
                _ => None,
            },
        }
    }

    pub(super) const fn said(message: String) -> Self {
        Self { message, code: None, detail: None, hint: None, position: None }
    }

    pub(super) fn is(&self, state: &SqlState) -> bool {
        self.code.as_deref() == Some(state.code())
    }

    /// The failure as a part of a check that could not be evaluated. `role` is who asked.
    pub(super) fn broken(&self, object: impl Into<String>, role: &str) -> Broken {
        let reason = match &self.detail {
            Some(detail) => format!("{}: {detail}", self.message),
            None => self.message.clone(),
        };
        Broken { object: object.into(), reason, help: self.help(role), sqlstate: self.code.clone(), at: None }
    }

    fn help(&self, role: &str) -> Option<String> {
        if self.is(&SqlState::INSUFFICIENT_PRIVILEGE) {
            if self.message.contains("row-level security") {
                return Some(format!("run as the table's owner, or `ALTER ROLE {role} BYPASSRLS`"));
            }
            return Some(self.grant(role));
        }
        if self.is(&SqlState::LOCK_NOT_AVAILABLE) {
            return Some("another session holds a lock on it; try again".to_owned());
        }
        if self.is(&SqlState::QUERY_CANCELED) {
            return Some("give the check a longer `timeout`".to_owned());
        }
        if self.is(&SqlState::UNDEFINED_TABLE) || self.is(&SqlState::UNDEFINED_FUNCTION) {
            return Some("checks run with an empty search_path: write names with their schema".to_owned());
        }
        self.hint.clone()
    }

    /// The server names the object's kind and bare name only in its text, and translates that text.
    fn grant(&self, role: &str) -> String {
        let named = self.message.strip_prefix("permission denied for ").and_then(|rest| rest.split_once(' '));
        match named {
            Some(("schema", name)) => format!("GRANT USAGE ON SCHEMA {name} TO {role}"),
            Some(("sequence", name)) => format!("GRANT SELECT ON SEQUENCE {name} TO {role}"),
            Some(("function", name)) => format!("GRANT EXECUTE ON FUNCTION {name} TO {role}"),
            Some(("table" | "view", name)) => format!("GRANT SELECT ON {name} TO {role}"),
            _ => format!("grant {role} what the query reads"),
        }
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::of(&error)
    }
}

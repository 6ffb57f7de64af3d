use std::pin::pin;

use futures_util::TryStreamExt as _;
use tokio_postgres::SimpleQueryMessage;
use tokio_postgres::error::ErrorPosition;

use super::error::FailureCause;
use crate::db::{ServerError, ServerInfo, Session};
use crate::model::Span;
use crate::plan::{Segment, Step};

/// Forgets what an earlier migration may have left in the session: the statements that `DISCARD ALL` stands for
/// (PostgreSQL 18 documentation, "DISCARD"), which itself can't share a message with others.
const CLEAN_SESSION: &[&str] = &[
    "CLOSE ALL",
    "SET SESSION AUTHORIZATION DEFAULT",
    // Which does not bring back a role given with `ALTER ROLE … SET role`.
    "RESET ROLE",
    "RESET ALL",
    "DEALLOCATE ALL",
    "UNLISTEN *",
    "SELECT pg_catalog.pg_advisory_unlock_all()",
    "DISCARD TEMP",
    "DISCARD SEQUENCES",
    // The transaction that these are in began with the defaults that were left; the next begins with the session's own.
    "BEGIN",
    "COMMIT",
];

/// [`CLEAN_SESSION`] as text.
pub(super) fn clean_sql() -> String {
    CLEAN_SESSION.iter().flat_map(|statement| [statement, ";\n"]).collect()
}

/// What the ledger's own statements at the end of a migration run as: whoever connected, whatever role the migration
/// has taken.
const OWN_ROLE: &[&str] = &["SET SESSION AUTHORIZATION DEFAULT", "RESET ROLE"];

impl Stopped {
    /// The error as the cause of a migration's failure.
    pub(super) fn cause(&self) -> FailureCause {
        match ServerError::from(&self.error) {
            Some(error) => FailureCause::Server(Box::new(error)),
            None => FailureCause::ConnectionLost(self.error.to_string()),
        }
    }
}

/// Statements sent as one message of the simple protocol, which knows where the migration's own text begins.
#[derive(Debug)]
pub(super) struct Message {
    text: String,
    /// How many bytes of the text are the comment it begins with.
    mark: usize,
    statements_before: usize,
    characters_before: usize,
    bytes_before: usize,
}

/// A message the server did not finish.
#[derive(Debug)]
pub(super) struct Stopped {
    pub(super) error: tokio_postgres::Error,
    /// Statements of the message that completed before the error.
    completed: usize,
}

impl Message {
    /// `mark` as a comment, a clean session, `before`, the segment's text as it stands in the file, and `after`.
    pub(super) fn around(mark: &str, body: Option<&str>, before: &[String], after: &[String]) -> Self {
        let mut text = format!("/* migrate: {mark} */ ");
        let mark = text.len();
        text.push_str(&clean_sql());
        for statement in before {
            text.push_str(statement);
            text.push_str(";\n");
        }
        let (characters_before, bytes_before) = (text.chars().count(), text.len());
        if let Some(body) = body {
            text.push_str(body);
            // The text may end in a comment, which a semicolon on its line would not end.
            text.push_str("\n;\n");
        }
        let own_role = if after.is_empty() { &[] } else { OWN_ROLE };
        let own_role = own_role.iter().map(|statement| (*statement).to_owned());
        for statement in own_role.chain(after.iter().cloned()) {
            text.push_str(&statement);
            text.push_str(";\n");
        }
        Self { text, mark, statements_before: CLEAN_SESSION.len() + before.len(), characters_before, bytes_before }
    }

    /// A message that is this text alone.
    pub(super) fn bare(body: &str) -> Self {
        Self { text: body.to_owned(), mark: 0, statements_before: 0, characters_before: 0, bytes_before: 0 }
    }

    /// The same, leaving a clean session behind: behind a pooler the next to use it is somebody else.
    pub(super) fn leaving_clean(mut self, server: &ServerInfo) -> Self {
        if server.pooled {
            self.text.push_str(&clean_sql());
        }
        self
    }

    /// What the text begins with, by which `pg_stat_activity` shows whose it is.
    pub(super) fn mark(&self) -> &str {
        &self.text[..self.mark]
    }

    /// Sends the message and waits until the server has confirmed every statement.
    pub(super) async fn send(&self, session: &Session) -> Result<(), Stopped> {
        send(session, &self.text).await
    }

    /// Where in the file the error points: the server's position, or else the whole statement that was running.
    /// `None` when it was one of ours.
    pub(super) fn locate(&self, step: &Step, segment: &Segment, stopped: &Stopped) -> Option<Span> {
        let position = stopped.error.as_db_error().and_then(|error| match error.position() {
            Some(ErrorPosition::Original(position)) => Some(*position as usize),
            _ => None,
        });
        if let Some(position) = position {
            let characters = position.saturating_sub(1).checked_sub(self.characters_before)?;
            let offset = self.text[self.bytes_before..].char_indices().nth(characters).map(|(at, _)| at)?;
            let start = segment.span.start() + offset;
            return (start < segment.span.end()).then(|| word_at(&step.source.text, start));
        }
        let index = segment.statements.start + stopped.completed.checked_sub(self.statements_before)?;
        segment.statements.contains(&index).then(|| step.statements.get(index).map(|s| s.span)).flatten()
    }
}

/// Runs `sql`, counting the statements that the server confirms.
pub(super) async fn send(session: &Session, sql: &str) -> Result<(), Stopped> {
    let stream = session.client().simple_query_raw(sql).await.map_err(|error| Stopped { error, completed: 0 })?;
    let mut stream = pin!(stream);
    let mut completed = 0;
    loop {
        match stream.try_next().await {
            Ok(Some(SimpleQueryMessage::CommandComplete(_))) => completed += 1,
            Ok(Some(_)) => {}
            Ok(None) => return Ok(()),
            Err(error) => return Err(Stopped { error, completed }),
        }
    }
}

/// The word or quoted name that starts at `start`, or the one character there.
pub(super) fn word_at(text: &str, start: usize) -> Span {
    let rest = &text[start..];
    let length = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => rest[1..].find(quote).map_or(rest.len(), |end| end + 2),
        Some(first) if first.is_alphanumeric() || first == '_' => {
            rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '$'))).unwrap_or(rest.len())
        }
        Some(first) => first.len_utf8(),
        None => 0,
    };
    Span::new(start, start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_covers_the_word_the_server_points_at() {
        let text = "REFERENCES public.organization(id), \"User\" + é";
        let at = |start: usize| &text[word_at(text, start).range()];
        assert_eq!(at(11), "public.organization");
        assert_eq!(at(36), "\"User\"");
        assert_eq!(at(43), "+");
        assert_eq!(at(45), "é");
        assert_eq!(word_at("a", 1), Span::new(1, 1));
    }
}

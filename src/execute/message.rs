use std::pin::pin;

use futures_util::TryStreamExt as _;
use tokio_postgres::SimpleQueryMessage;
use tokio_postgres::error::ErrorPosition;

use super::copy::{Copy, CopyError};
use super::error::FailureCause;
use crate::db::{ServerError, ServerInfo, Session};
use crate::model::Span;
use crate::plan::{Chunk, Segment, Step};

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
];

/// Ends the transaction that [`CLEAN_SESSION`] is in, which began with the defaults that were left and has a snapshot;
/// the next begins with the session's own.
pub(super) const ANEW: &[&str] = &["BEGIN", "COMMIT"];

/// [`CLEAN_SESSION`] as text.
pub(super) fn clean_sql() -> String {
    CLEAN_SESSION.iter().flat_map(|statement| [statement, ";\n"]).collect()
}

/// What the ledger's own statements at the end of a migration run as: whoever connected, whatever role the migration
/// has taken.
const OWN_ROLE: &[&str] = &["SET SESSION AUTHORIZATION DEFAULT", "RESET ROLE"];

impl Stopped {
    /// While no message was under way.
    pub(super) const fn between(error: tokio_postgres::Error) -> Self {
        Self { error, out_of_step: false, part: 0, completed: 0 }
    }

    /// The error as the cause of a migration's failure.
    pub(super) fn cause(&self) -> FailureCause {
        match ServerError::from(&self.error) {
            Some(error) => FailureCause::Server(Box::new(error)),
            None => FailureCause::ConnectionLost(self.reason()),
        }
    }

    /// The error in words: the server's, where it has said why.
    pub(super) fn reason(&self) -> String {
        ServerError::from(&self.error).map_or_else(|| self.error.to_string(), |error| error.to_string())
    }
}

/// What is sent for a segment: messages of the simple protocol, which hold many statements each, and between them the
/// `COPY`s whose data follows in messages of its own.
#[derive(Debug)]
pub(super) struct Message<'a> {
    mark: String,
    parts: Vec<Part<'a>>,
}

#[derive(Debug)]
enum Part<'a> {
    Statements(Statements),
    Copy(Copy<'a>),
}

/// Statements sent as one message, which knows where in the migration's file they are.
#[derive(Debug, Default)]
struct Statements {
    text: String,
    /// Where in the text a stretch of the file begins, and which.
    stretches: Vec<(usize, Span)>,
    /// For each statement, its index in the file, unless it is ours.
    indices: Vec<Option<usize>>,
}

impl Statements {
    fn begin(mark: &str) -> Self {
        Self { text: mark.to_owned(), ..Self::default() }
    }

    fn own<'s>(&mut self, statements: impl IntoIterator<Item = &'s str>) {
        for statement in statements {
            self.text.push_str(statement);
            self.text.push_str(";\n");
            self.indices.push(None);
        }
    }

    fn stretch(&mut self, text: &str, chunk: &Chunk) {
        self.stretches.push((self.text.len(), chunk.span));
        self.text.push_str(text);
        // The text may end in a comment, which a semicolon on its line would not end.
        self.text.push_str("\n;\n");
        self.indices.extend(chunk.statements.clone().map(Some));
    }

    /// Where in the file a character of the message is.
    fn place(&self, character: usize) -> Option<usize> {
        let (at, _) = self.text.char_indices().nth(character)?;
        let (start, span) = *self.stretches.iter().rfind(|(start, _)| *start <= at)?;
        (at - start < span.range().len()).then(|| span.start() + at - start)
    }
}

/// A message the server did not finish.
#[derive(Debug)]
pub(super) struct Stopped {
    pub(super) error: tokio_postgres::Error,
    /// The server rolls back, and the connection may be of no use any more.
    pub(super) out_of_step: bool,
    /// Which part of it was sent.
    part: usize,
    /// Statements of that part that completed before the error; of a `COPY`, 1 if its lock was taken.
    pub(super) completed: usize,
}

impl<'a> Message<'a> {
    /// `mark` as a comment, a clean session and these statements of ours.
    pub(super) fn own(mark: &str, statements: &[String]) -> Self {
        let mark = format!("/* migrate: {mark} */ ");
        let mut text = Statements::begin(&mark);
        text.own(CLEAN_SESSION.iter().copied().chain(strs(statements)));
        Self { mark, parts: vec![Part::Statements(text)] }
    }

    /// `mark` as a comment, a clean session, `before`, the segment's text as it stands in the file, and `after`.
    pub(super) fn around(
        mark: &str,
        step: &'a Step,
        segment: Option<&Segment>,
        before: &[String],
        after: &[String],
    ) -> Self {
        let mark = format!("/* migrate: {mark} */ ");
        let (mut parts, mut text) = (Vec::new(), Statements::begin(&mark));
        text.own(CLEAN_SESSION.iter().copied().chain(strs(before)));
        for chunk in segment.iter().flat_map(|it| &it.chunks) {
            let sql = &step.source.text[chunk.span.range()];
            let Some(data) = chunk.data else {
                text.stretch(sql, chunk);
                continue;
            };
            if !text.indices.is_empty() {
                parts.push(Part::Statements(std::mem::replace(&mut text, Statements::begin(&mark))));
            }
            parts.push(Part::Copy(Copy::new(&mark, &step.source.text, chunk.span, data)));
        }
        text.own(OWN_ROLE.iter().copied().chain(strs(after)));
        parts.push(Part::Statements(text));
        Self { mark, parts }
    }

    /// `mark` as a comment and these statements of ours, in the transaction and the session as they are.
    pub(super) fn closing(mark: &str, statements: &[String]) -> Self {
        let mark = format!("/* migrate: {mark} */ ");
        let mut text = Statements::begin(&mark);
        text.own(strs(statements));
        Self { mark, parts: vec![Part::Statements(text)] }
    }

    /// The segment's text alone.
    pub(super) fn bare(step: &'a Step, segment: &Segment) -> Self {
        let mut text = Statements::default();
        if let Some(chunk) = segment.chunks.first() {
            // Nothing may follow it, not even an empty statement.
            text.stretches.push((0, chunk.span));
            text.text.push_str(&step.source.text[chunk.span.range()]);
            text.indices.extend(chunk.statements.clone().map(Some));
        }
        Self { mark: String::new(), parts: vec![Part::Statements(text)] }
    }

    /// The same, leaving a clean session behind: behind a pooler the next to use it is somebody else.
    pub(super) fn leaving_clean(mut self, server: &ServerInfo) -> Self {
        if server.pooled
            && let Some(Part::Statements(last)) = self.parts.last_mut()
        {
            last.own(CLEAN_SESSION.iter().copied());
        }
        self
    }

    /// What its texts begin with, by which `pg_stat_activity` shows whose they are.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    /// Sends the message and waits until the server has confirmed every statement.
    pub(super) async fn send(&self, session: &Session) -> Result<(), Stopped> {
        for (part, it) in self.parts.iter().enumerate() {
            match it {
                Part::Statements(text) => {
                    send(session, &text.text).await.map_err(|stopped| Stopped { part, ..stopped })?;
                }
                Part::Copy(copy) => {
                    let sent = Box::pin(copy.send(session)).await;
                    sent.map_err(|CopyError { error, locked, out_of_step }| Stopped {
                        error,
                        out_of_step,
                        part,
                        completed: usize::from(locked),
                    })?;
                }
            }
        }
        Ok(())
    }

    /// Where in the file the error points: the server's position, or else the whole statement that was running.
    /// `None` when it was one of ours.
    pub(super) fn locate(&self, step: &Step, stopped: &Stopped) -> Option<Span> {
        let position = stopped.error.as_db_error().and_then(|error| match error.position() {
            Some(ErrorPosition::Original(position)) => Some((*position as usize).saturating_sub(1)),
            _ => None,
        });
        match self.parts.get(stopped.part)? {
            Part::Copy(copy) => Some(copy.locate(&step.source.text, stopped, position)),
            Part::Statements(text) => match position {
                Some(position) => text.place(position).map(|start| word_at(&step.source.text, start)),
                None => text.indices.get(stopped.completed)?.and_then(|at| step.statements.get(at)).map(|it| it.span),
            },
        }
    }
}

fn strs(statements: &[String]) -> impl Iterator<Item = &str> {
    statements.iter().map(String::as_str)
}

/// Runs `sql`, counting the statements that the server confirms.
pub(super) async fn send(session: &Session, sql: &str) -> Result<(), Stopped> {
    let stream = session.client().simple_query_raw(sql).await.map_err(|error| Stopped {
        error,
        out_of_step: false,
        part: 0,
        completed: 0,
    })?;
    let mut stream = pin!(stream);
    let mut completed = 0;
    loop {
        match stream.try_next().await {
            Ok(Some(SimpleQueryMessage::CommandComplete(_))) => completed += 1,
            Ok(Some(_)) => {}
            Ok(None) => return Ok(()),
            Err(error) => return Err(Stopped { error, out_of_step: false, part: 0, completed }),
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

use std::io::Cursor;
use std::pin::pin;

use futures_util::SinkExt as _;
use tokio_postgres::Statement;

use super::message::{Stopped, word_at};
use crate::db::Session;
use crate::model::Span;
use crate::sql::copy_target;

/// How much data is sent at once.
const PORTION: usize = 64 * 1024;

/// `COPY … FROM stdin` and its data, as parts of the file.
#[derive(Debug)]
pub(super) struct Copy<'a> {
    /// What the statement begins with when it is sent.
    mark: String,
    sql: &'a str,
    statement: Span,
    data: &'a str,
    data_at: Span,
}

/// Why it failed.
#[derive(Debug)]
pub(super) struct CopyError {
    pub(super) error: tokio_postgres::Error,
    /// Whether the lock had been taken.
    pub(super) locked: bool,
    /// The driver (0.7.18) sends `Sync` with the statement and again after the data. Where the server refuses before it
    /// reads any data, even after asking for it, it answers both, once more than the driver expects: then the connection
    /// can't be used any more.
    pub(super) out_of_step: bool,
}

impl<'a> Copy<'a> {
    pub(super) fn new(mark: &str, text: &'a str, statement: Span, data: Span) -> Self {
        Self {
            mark: mark.to_owned(),
            sql: &text[statement.range()],
            statement,
            data: &text[data.range()],
            data_at: data,
        }
    }

    /// Sends the statement and then the data in portions, as fast as the server takes them.
    ///
    /// Takes its table's lock first, by a statement that is analysed and never run: what is refused then, a wait for the
    /// lock that takes too long above all, leaves the connection whole. Analysing an `INSERT` takes the lock that `COPY`
    /// takes and keeps it (`setTargetTable` in `src/backend/parser/parse_clause.c`).
    ///
    /// The driver names the statements it prepares for this; they live and end within the transaction, so that a
    /// transaction pooler keeps them on one server.
    pub(super) async fn send(&self, session: &Session) -> Result<(), CopyError> {
        if let Some(table) = copy_target(self.sql) {
            let lock = format!("{}INSERT INTO {} DEFAULT VALUES", self.mark, &self.sql[table.range()]);
            let locked = session.client().prepare(&lock).await;
            locked.map_err(|error| CopyError { error, locked: false, out_of_step: false })?;
        }
        let statement = session.client().prepare(&format!("{}{}", self.mark, self.sql)).await;
        let statement = statement.map_err(|error| CopyError { error, locked: true, out_of_step: false })?;
        let sent = self.send_data(session, &statement).await;
        sent.map_err(|error| CopyError { error, locked: true, out_of_step: true })
    }

    async fn send_data(&self, session: &Session, statement: &Statement) -> Result<(), tokio_postgres::Error> {
        let mut sink = pin!(session.client().copy_in::<_, Cursor<Vec<u8>>>(statement).await?);
        for portion in self.data.as_bytes().chunks(PORTION) {
            sink.feed(Cursor::new(portion.to_vec())).await?;
        }
        sink.finish().await?;
        Ok(())
    }

    /// Where in the file an error points: the table if it has no lock yet, the server's position in the statement, the
    /// line of data that the error's context names, or the whole statement.
    pub(super) fn locate(&self, text: &str, stopped: &Stopped, position: Option<usize>) -> Span {
        if position.is_some()
            && stopped.completed == 0
            && let Some(table) = copy_target(self.sql)
        {
            let start = self.statement.start() + table.start();
            return Span::new(start, start + table.range().len());
        }
        let in_statement = position
            .and_then(|at| at.checked_sub(self.mark.chars().count()))
            .and_then(|at| self.sql.char_indices().nth(at));
        if let Some((at, _)) = in_statement {
            return word_at(text, self.statement.start() + at);
        }
        let context = stopped.error.as_db_error().and_then(|error| error.where_());
        context.and_then(line_of_data).and_then(|line| self.line(line)).unwrap_or(self.statement)
    }

    /// A line of the data, counted from 1.
    fn line(&self, number: usize) -> Option<Span> {
        let mut start = 0;
        for _ in 1..number {
            start += self.data.get(start..)?.find('\n')? + 1;
        }
        let line = self.data.get(start..)?.split('\n').next()?.trim_end();
        let start = self.data_at.start() + start;
        Some(Span::new(start, start + line.len()))
    }
}

/// The line that a context such as `COPY t, line 3, column a: "x"` names, in whatever language; of several, the
/// outermost, which the server gives last.
///
/// Source: `CopyFromErrorCallback` in `src/backend/commands/copyfrom.c`.
fn line_of_data(context: &str) -> Option<usize> {
    let line = context.lines().rev().find(|line| line.starts_with("COPY "))?;
    let mut after_name = line.match_indices(", ").map(|(at, it)| &line[at + it.len()..]);
    after_name.find_map(number_after_a_word)
}

/// `line 3, …`: a word, a number, and the end or punctuation.
fn number_after_a_word(text: &str) -> Option<usize> {
    let (word, rest) = text.split_once(' ')?;
    let digits = rest.split(|it: char| !it.is_ascii_digit()).next()?;
    let ends = rest[digits.len()..].chars().next().is_none_or(|it| it == ',' || it == ':' || it == ' ');
    (ends && word.chars().all(char::is_alphabetic)).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_read_from_the_servers_context() {
        assert_eq!(line_of_data("COPY t, line 3, column a: \"x, line 9\""), Some(3));
        assert_eq!(line_of_data("COPY t, Zeile 12: »a, b«"), Some(12));
        assert_eq!(line_of_data("PL/pgSQL function f() line 4 at RAISE\nCOPY a, b, line 7"), Some(7));
        assert_eq!(line_of_data("SQL statement \"SELECT 1\""), None);
        assert_eq!(line_of_data("COPY t"), None);
    }
}

//! What only `psql` understands, between the statements of a file: meta-commands, and data after `COPY … FROM stdin`.

use std::collections::BTreeSet;
use std::sync::Arc;

use squawk_lexer::TokenKind;

use super::record;
use super::tokens::{is_trivia, significant, tokens};
use crate::diagnostic::{Diagnostic, Source};
use crate::model::{Fingerprint, Span};

/// Meta-commands without effect on the database, which are passed over.
const ACCEPTED: &[&str] = &["\\restrict", "\\unrestrict", "\\echo"];

/// A file as psql takes it apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// The SQL, in stretches that end where a statement does.
    pub sql: Vec<Span>,
    /// Meta-commands, each to the end of its line, and whether it stands inside a statement.
    pub commands: Vec<(Span, bool)>,
    /// `COPY … FROM stdin` with what follows.
    pub copies: Vec<Copy>,
    /// `COPY … TO stdout`.
    pub outputs: Vec<Span>,
}

/// `COPY … FROM stdin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Copy {
    /// The statement.
    pub statement: Span,
    /// SQL between its semicolon and the end of the line, which comes before the data.
    pub rest: Option<Span>,
    /// The lines after it, without the `\.` that ends them.
    pub data: Span,
    /// Where SQL goes on; `None` if no `\.` ends the data.
    pub end: Option<usize>,
    /// The data is not text.
    pub binary: bool,
}

impl Layout {
    /// Takes a file apart.
    ///
    /// As psql does (`src/bin/psql/mainloop.c`, `handleCopyIn` in `src/bin/psql/copy.c`): a backslash outside of
    /// strings, names and comments begins a command, and data begins on the line after its `COPY`.
    pub fn of(text: &str) -> Self {
        let (mut layout, mut from, mut statement) = (Self::default(), 0, Statement::default());
        while let Some((sql_end, next)) = layout.foreign(text, from, &mut statement) {
            layout.sql.push(Span::new(from, sql_end));
            from = next;
        }
        layout.sql.push(Span::new(from, text.len()));
        layout
    }

    /// Reads on to what isn't SQL; where it begins, and where SQL goes on.
    fn foreign(&mut self, text: &str, from: usize, statement: &mut Statement) -> Option<(usize, usize)> {
        let mut open = 0_usize;
        for (start, kind, piece) in tokens(text.get(from..)?).map(|(at, kind, piece)| (from + at, kind, piece)) {
            match kind {
                kind if is_trivia(kind) => {}
                TokenKind::Unknown if piece.starts_with('\\') => {
                    let end = start + text[start..].find(['\n', '\r']).unwrap_or(text.len() - start);
                    self.commands.push((Span::new(start, end), statement.start.is_some()));
                    *statement = Statement::default();
                    return Some((start, end));
                }
                TokenKind::Semi if open == 0 => {
                    let ended = std::mem::take(statement);
                    let whole = Span::new(ended.start.unwrap_or(start), start);
                    match ended.copies {
                        Some(Direction::From) => return Some(self.copy(text, whole, start + 1, ended.binary)),
                        Some(Direction::To) => self.outputs.push(whole),
                        None => {}
                    }
                }
                _ => {
                    match kind {
                        TokenKind::OpenParen => open += 1,
                        TokenKind::CloseParen => open = open.saturating_sub(1),
                        _ => {}
                    }
                    statement.read(start, piece, open == 0);
                }
            }
        }
        let ended = std::mem::take(statement);
        let whole = Span::new(ended.start.unwrap_or(text.len()), from + text[from..].trim_end().len());
        match ended.copies {
            Some(Direction::From) => {
                self.copy(text, whole, text.len(), ended.binary);
            }
            Some(Direction::To) => self.outputs.push(whole),
            None => {}
        }
        None
    }

    fn copy(&mut self, text: &str, statement: Span, after: usize, binary: bool) -> (usize, usize) {
        let line_end = text[after..].find('\n').map_or(text.len(), |at| after + at + 1);
        let rest = tokens(&text[after..line_end])
            .find(|(_, kind, _)| !is_trivia(*kind) || matches!(kind, TokenKind::BlockComment { terminated: false }));
        let rest = rest.map(|(at, _, _)| Span::new(after + at, after + text[after..line_end].trim_end().len()));
        let (data_end, end) = match end_of_data(text, line_end) {
            Some((data_end, end)) => (data_end, Some(end)),
            None => (text.len(), None),
        };
        let data = Span::new(line_end, data_end);
        self.copies.push(Copy { statement, rest, data, end, binary });
        (line_end, end.unwrap_or(text.len()))
    }

    /// Everything in it that can't be applied.
    pub fn problems(&self, source: &Arc<Source>) -> Vec<Diagnostic> {
        let commands = self.commands.iter().filter_map(|(span, inside)| refused_command(source, *span, *inside));
        let copies = self.copies.iter().filter_map(|copy| refused_copy(source, copy));
        let outputs = self.outputs.iter().map(|span| {
            Diagnostic::error("M203", "nobody reads what `COPY … TO stdout` writes")
                .label(source, *span, "")
                .help("remove it")
        });
        commands.chain(copies).chain(outputs).collect()
    }
}

impl Copy {
    /// The short values in its data: each may be an enum label.
    pub fn literals(&self, text: &str) -> BTreeSet<Fingerprint> {
        let head = text[self.statement.range()].to_ascii_lowercase();
        let plain = !head.contains("csv") && !head.contains("delimiter");
        let parts =
            move |it: char| it == '\t' || it == '\n' || it == '\r' || !(plain || it.is_alphanumeric() || it == '_');
        let is_number = |it: &str| it.bytes().all(|it| it.is_ascii_digit() || b"-+.: ".contains(&it));
        let values: BTreeSet<&str> = text[self.data.range()].split(parts).collect();
        let values = values.into_iter().filter(|it| record::may_be_label(it) && !is_number(it));
        values.map(Fingerprint::of).collect()
    }
}

#[derive(Debug, Clone, Copy)]
enum Direction {
    From,
    To,
}

/// What the tokens of a statement so far show.
#[derive(Debug, Default)]
struct Statement {
    start: Option<usize>,
    is_copy: bool,
    /// The last token was `FROM` or `TO`.
    direction: Option<Direction>,
    copies: Option<Direction>,
    binary: bool,
}

impl Statement {
    fn read(&mut self, start: usize, piece: &str, outermost: bool) {
        let is = |other: &str| piece.eq_ignore_ascii_case(other);
        if self.start.is_none() {
            self.start = Some(start);
            self.is_copy = is("copy");
        }
        if !self.is_copy {
            return;
        }
        self.copies = match self.direction.take() {
            Some(direction @ Direction::From) if is("stdin") => Some(direction),
            Some(direction @ Direction::To) if is("stdout") => Some(direction),
            _ => self.copies,
        };
        self.direction = match outermost {
            true if is("from") => Some(Direction::From),
            true if is("to") => Some(Direction::To),
            _ => None,
        };
        self.binary |= self.copies.is_some() && (is("binary") || is("'binary'"));
    }
}

/// Where a `COPY … FROM` names its table.
pub fn copy_target(sql: &str) -> Option<Span> {
    // `BINARY` stands before the table in the syntax of before 7.3, and can't be its name.
    let mut words = significant(sql).skip(1).skip_while(|(_, it)| it.eq_ignore_ascii_case("binary"));
    let (start, _) = words.next()?;
    let (end, _) = words.find(|(_, it)| *it == "(" || it.eq_ignore_ascii_case("from"))?;
    Some(Span::new(start, start + sql[start..end].trim_end().len()))
}

/// Where a line that is `\.` begins and ends.
fn end_of_data(text: &str, from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    while at < text.len() {
        let end = text[at..].find('\n').map_or(text.len(), |length| at + length + 1);
        let line = &text[at..end];
        let line = line.strip_suffix('\n').unwrap_or(line);
        if line.strip_suffix('\r').unwrap_or(line) == "\\." {
            return Some((at, end));
        }
        at = end;
    }
    None
}

fn refused_copy(source: &Arc<Source>, copy: &Copy) -> Option<Diagnostic> {
    let (message, place, help) = if copy.binary {
        let message = "binary data can't be in a file of SQL";
        (message, copy.statement, "write it as text: leave out BINARY, and dump the rows again")
    } else if let Some(rest) = copy.rest {
        let message = "the data of `COPY … FROM stdin` begins on the next line, and this comes before it";
        (message, rest, "move it after the line `\\.` that ends the data")
    } else if copy.end.is_none() {
        let message = "the data of `COPY … FROM stdin` has no end";
        (message, copy.statement, "end it with a line that is `\\.`; the data begins on the line after the `COPY`")
    } else {
        return None;
    };
    Some(Diagnostic::error("M203", message).label(source, place, "").help(help))
}

fn refused_command(source: &Arc<Source>, span: Span, inside: bool) -> Option<Diagnostic> {
    let line = source.text[span.range()].trim_end();
    let span = Span::new(span.start(), span.start() + line.len());
    let command = line.split(|it: char| it.is_whitespace() || it == ';').next().unwrap_or(line);
    let error = |message: String, help: &str| {
        Some(Diagnostic::error("M202", message).label(source, span, "").help(help.to_owned()))
    };
    if ACCEPTED.contains(&command) {
        return if inside {
            error(format!("`{command}` stands inside a statement"), "move it before or after the statement")
        } else if line.contains("\\\\") {
            error(format!("SQL after `{command} … \\\\` would be passed over"), "write it on a line of its own")
        } else {
            None
        };
    }
    let help = match command {
        "\\i" | "\\ir" | "\\include" | "\\include_relative" => {
            "put the included file's SQL here, or make it a migration of its own"
        }
        "\\set" | "\\unset" | "\\prompt" | "\\getenv" => "write the value itself; variables are not replaced",
        "\\gset" => "write a DO block, with SELECT … INTO a variable",
        "\\gexec" => "write a DO block that loops over the query and runs EXECUTE",
        "\\g" | "\\gx" | "\\gdesc" | "\\crosstabview" | "\\watch" => "end the statement with a semicolon",
        "\\bind" | "\\parse" | "\\bind_named" => "write the values in the statement",
        "\\c" | "\\connect" => "remove it; a project belongs to one database (pg_dump: leave out --create)",
        "\\copy" => "write COPY … FROM stdin, its rows on the lines below, and a line `\\.`",
        "\\if" | "\\elif" | "\\else" | "\\endif" => "write a DO block with IF",
        "\\qecho" | "\\warn" => "write \\echo, a comment, or RAISE NOTICE in a DO block",
        "\\!" => "remove it; a migration runs nothing but SQL",
        "\\o" | "\\out" | "\\w" | "\\write" => "remove it; a migration writes no files",
        "\\timing" => "remove it; how long each migration took is in the ledger",
        "\\encoding" => "remove it; migrations are UTF-8",
        "\\password" => "write ALTER ROLE … PASSWORD",
        "\\." => "remove it; there is no COPY … FROM stdin before it",
        _ => "remove it",
    };
    error(format!("`{command}` is a command of psql, not SQL"), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_data_whatever_it_looks_like() {
        let text = "-- '\nCOPY t (a, b) FROM STDIN WITH (DELIMITER ';'); -- ;\nit's\t$$ /* \\\\.\n \\.\n\\.x\n\\.\r\nSELECT 1;\n\\restrict it's\nSELECT 2;copy u from stdin;\n\\.";
        let layout = Layout::of(text);
        let shown = |span: Span| &text[span.range()];
        let sql: Vec<&str> = layout.sql.iter().map(|it| shown(*it)).collect();
        assert_eq!(
            sql,
            [
                "-- '\nCOPY t (a, b) FROM STDIN WITH (DELIMITER ';'); -- ;\n",
                "SELECT 1;\n",
                "\nSELECT 2;copy u from stdin;\n",
                ""
            ]
        );
        let data: Vec<&str> = layout.copies.iter().map(|it| shown(it.data)).collect();
        assert_eq!(data, ["it's\t$$ /* \\\\.\n \\.\n\\.x\n", ""]);
        assert_eq!(shown(layout.copies[0].statement), "COPY t (a, b) FROM STDIN WITH (DELIMITER ';')");
        assert!(layout.copies.iter().all(|it| it.rest.is_none() && it.end.is_some() && !it.binary));
        assert_eq!(layout.commands.iter().map(|it| shown(it.0)).collect::<Vec<_>>(), ["\\restrict it's"]);
    }

    #[test]
    fn the_table_of_a_copy_is_what_stands_before_its_columns() {
        let target = |sql: &'static str| &sql[copy_target(sql).unwrap().range()];
        assert_eq!(target("COPY t FROM stdin"), "t");
        assert_eq!(target("copy -- from\n public . \"from (\"(a, \"b\") from stdin"), "public . \"from (\"");
        assert_eq!(target("COPY BINARY t FROM stdin"), "t");
        assert_eq!(target("COPY copy (a) FROM stdin"), "copy");
        assert_eq!(copy_target("COPY"), None);
    }

    #[test]
    fn only_copy_from_stdin_has_data() {
        for text in [
            "COPY t FROM '/stdin'; SELECT 1;\n1\n\\.\n",
            "COPY (SELECT * FROM stdin) TO '/x';\n\\.\n",
            "COPY \"from\" (stdin) FROM PROGRAM 'x';\n",
            "SELECT 'COPY t FROM stdin;' FROM stdin;\n",
            "-- COPY t FROM stdin;\n/* COPY t FROM stdin; */",
            "DO $$ BEGIN EXECUTE 'COPY t FROM stdin;'; END $$;",
        ] {
            assert_eq!(Layout::of(text).copies, [], "{text}");
        }
        let columns = (0..200).map(|it| format!("c{it}")).collect::<Vec<_>>().join(", ");
        assert_eq!(Layout::of(&format!("COPY t ({columns}) FROM stdin;\n\\.\n")).copies.len(), 1);
    }
}

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Entry, FORMAT, Kind, Snapshot, Step};
use crate::diagnostic::{Diagnostic, Source, nearest};
use crate::model::Span;

/// An entry that may get more below it.
struct Open {
    entry: Entry,
    /// The lines of its definition, when they stand below it.
    lines: Option<Vec<String>>,
    below: BTreeSet<Step>,
}

struct Parser<'s> {
    source: &'s Arc<Source>,
    open: Vec<Open>,
    entries: Vec<Entry>,
    seen: BTreeSet<Step>,
}

impl Snapshot {
    /// Reads the text form.
    ///
    /// # Errors
    /// The first thing in it that is not what [`Snapshot::to_text`] writes, at its place.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Diagnostic> {
        // Git may have been told to end lines as Windows does: then the first one shows it.
        let ends_in_return =
            source.text.lines().next().is_some() && source.text.split('\n').next().is_some_and(|it| it.ends_with('\r'));
        let mut at = 0;
        let mut lines = source.text.split('\n').map(|line| {
            let start = at;
            at += line.len() + 1;
            (start, if ends_in_return { line.strip_suffix('\r').unwrap_or(line) } else { line })
        });
        let mut parser = Parser { source, open: Vec::new(), entries: Vec::new(), seen: BTreeSet::new() };
        parser.format(lines.next().unwrap_or_default())?;
        let major = parser.major(lines.next().unwrap_or((source.text.len(), "")))?;
        for (start, line) in lines {
            parser.line(start, line)?;
        }
        parser.close(0);
        Ok(Self { major, entries: parser.entries })
    }
}

impl Parser<'_> {
    fn error(&self, code: &'static str, message: impl Into<String>, start: usize, length: usize) -> Diagnostic {
        Diagnostic::error(code, message).label(self.source, Span::new(start, start + length), "")
    }

    fn format(&self, (start, line): (usize, &str)) -> Result<(), Diagnostic> {
        let Some(number) = line.strip_prefix("migrate snapshot ") else {
            return Err(self
                .error("M802", "this is no snapshot: it doesn't begin with `migrate snapshot`", start, line.len())
                .help("make one with `migrate snapshot -o FILE`"));
        };
        match number.parse::<u32>() {
            Ok(FORMAT) => Ok(()),
            Ok(newer) if newer > FORMAT => {
                let message =
                    format!("this snapshot has format {newer}, and this `migrate` knows formats up to {FORMAT}");
                let error = self.error("M803", message, start + line.len() - number.len(), number.len());
                Err(error.help("use the `migrate` that wrote it, or make the snapshot anew with this one"))
            }
            _ => Err(self.error(
                "M802",
                "this is no format of snapshots",
                start + line.len() - number.len(),
                number.len(),
            )),
        }
    }

    fn major(&self, (start, line): (usize, &str)) -> Result<u32, Diagnostic> {
        let major = line.strip_prefix("from PostgreSQL ").and_then(|number| number.parse().ok());
        let wanted = "the second line says the server's major version: `from PostgreSQL 17`";
        major.ok_or_else(|| self.error("M804", wanted, start, line.len()))
    }

    fn line(&mut self, start: usize, line: &str) -> Result<(), Diagnostic> {
        let text = line.trim_start_matches(' ');
        let indent = line.len() - text.len();
        if text.is_empty() {
            return Ok(());
        }
        if let Some(rest) = text.strip_prefix('|') {
            let fits = indent == 2 * self.open.len();
            return match self.open.last_mut().and_then(|open| open.lines.as_mut()) {
                Some(lines) if fits => {
                    lines.push(rest.strip_prefix(' ').unwrap_or(rest).to_owned());
                    Ok(())
                }
                _ => Err(self.error("M804", "this line continues no definition", start + indent, text.len())),
            };
        }
        let depth = indent / 2;
        if !indent.is_multiple_of(2) || depth > self.open.len() {
            return Err(self.error("M804", "this line belongs to none of those above it", start, indent));
        }
        self.close(depth);
        self.entry(start + indent, text)
    }

    /// Reads `kind name: definition`; name and definition may be missing.
    fn entry(&mut self, start: usize, text: &str) -> Result<(), Diagnostic> {
        let Some((kind, word)) = Kind::beginning(text) else {
            let word = text.split([' ', ':']).next().unwrap_or_default();
            let error = self.error("M804", format!("`{word}` is nothing that a snapshot tells of"), start, word.len());
            return Err(match nearest(word, Kind::words()) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error,
            });
        };
        let rest = &text[word.len()..];
        let named = rest.strip_prefix(' ');
        let at = start + word.len() + usize::from(named.is_some());
        let (name, rest) = self.name(at, named.unwrap_or(rest))?;
        let (definition, lines) = match rest.strip_prefix(':') {
            None => (String::new(), None),
            Some("") => (String::new(), Some(Vec::new())),
            Some(definition) => (definition.strip_prefix(' ').unwrap_or(definition).to_owned(), None),
        };
        let step = Step::new(kind, name.clone());
        let seen = self.open.last_mut().map_or(&mut self.seen, |open| &mut open.below);
        if !seen.insert(step) {
            return Err(self.error("M804", "this is told of twice", start, text.len() - rest.len()));
        }
        let entry = Entry { kind, name, definition, entries: Vec::new() };
        self.open.push(Open { entry, lines, below: BTreeSet::new() });
        Ok(())
    }

    /// The name that begins the text, and the rest: up to a colon outside of quotes that ends the line or precedes a space.
    fn name<'t>(&self, start: usize, text: &'t str) -> Result<(String, &'t str), Diagnostic> {
        let mut name = String::new();
        let mut quoted = false;
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let rest = &text[at..];
            if c == ':' && !quoted && (rest.len() == 1 || rest.starts_with(": ")) {
                return Ok((name, rest));
            }
            quoted ^= c == '"';
            if c == '\\' {
                let Some((meant, length)) = unescaped(rest) else {
                    return Err(self.error(
                        "M804",
                        "this escapes nothing: a backslash itself is `\\\\`",
                        start + at,
                        1,
                    ));
                };
                name.push(meant);
                at += length;
            } else {
                name.push(c);
                at += c.len_utf8();
            }
        }
        if quoted {
            return Err(self.error("M804", "a quoted name is not closed", start, text.len()));
        }
        Ok((name, ""))
    }

    /// Closes entries until so many are open.
    fn close(&mut self, depth: usize) {
        while self.open.len() > depth {
            let Some(Open { mut entry, lines, .. }) = self.open.pop() else { return };
            if let Some(lines) = lines {
                entry.definition = lines.join("\n");
            }
            self.open.last_mut().map_or(&mut self.entries, |above| &mut above.entry.entries).push(entry);
        }
    }
}

/// The character that the escape at the beginning stands for, and the escape's length.
fn unescaped(text: &str) -> Option<(char, usize)> {
    if text.starts_with("\\\\") {
        return Some(('\\', 2));
    }
    if text.starts_with("\\n") {
        return Some(('\n', 2));
    }
    let digits = text.strip_prefix("\\u{")?;
    let digits = &digits[..digits.find('}')?];
    Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, digits.len() + 4))
}

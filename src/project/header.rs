use std::sync::{Arc, LazyLock};

use super::document::{At, Keys, Problems, document};
use super::name;
use crate::diagnostic::{Diagnostic, Source};
use crate::model::{LockTimeout, ObjectName, Span, StatementTimeout};

/// The `-- [migrate]` block of a migration's leading comment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// Migrations that must run before this one: ids, names or versions.
    pub requires: Vec<At<String>>,
    /// Objects this migration provides though its text does not show it, such as `function auth.uid()`.
    pub provides: Vec<ObjectName>,
    /// Where `opaque = true` is: PostgreSQL alone is to read what the parser can't (`M201` is a warning).
    pub opaque: Option<Span>,
    /// Whether to run in one transaction.
    pub transaction: TransactionChoice,
    /// Checks that must hold before this migration commits: ids or patterns.
    pub checks: Vec<At<String>>,
    /// Overrides `[up] lock_timeout`.
    pub lock_timeout: Option<LockTimeout>,
    /// Overrides `[up] statement_timeout`.
    pub statement_timeout: Option<StatementTimeout>,
}

/// `transaction = …` of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TransactionChoice {
    /// In one transaction unless a statement forbids it.
    #[default]
    Auto,
    /// In one transaction, or refused.
    Always,
    /// Each statement on its own.
    Never,
}

impl Header {
    /// Reads the header, if the text has one, reporting every problem in it.
    pub fn parse(source: &Arc<Source>, diagnostics: &mut Vec<Diagnostic>) -> Arc<Self> {
        static NONE: LazyLock<Arc<Header>> = LazyLock::new(Arc::default);
        let Some(toml) = header_text(&source.text, "[migrate]") else {
            diagnostics.extend(misplaced(source));
            return NONE.clone();
        };
        let mut problems = Problems { source, found: diagnostics };
        let Some(entries) = document(&toml, &mut problems) else { return NONE.clone() };
        let mut header = Self::default();
        let mut keys = Keys::of_document(&entries);
        if let Some(table) = keys.table("migrate", &mut problems) {
            header.read(table, &mut problems);
        }
        keys.finish(&mut problems);
        header.into()
    }

    fn read(&mut self, mut table: Keys<'_>, problems: &mut Problems<'_>) {
        let choices = [
            ("auto", TransactionChoice::Auto),
            ("always", TransactionChoice::Always),
            ("never", TransactionChoice::Never),
        ];
        self.requires = table.texts("requires", problems).into_iter().map(At::owned).collect();
        self.provides = table.names("provides", problems, name::object);
        let opaque = table.take("opaque").and_then(|it| Some((problems.boolean(it)?, it.span())));
        self.opaque = opaque.filter(|(is_opaque, _)| *is_opaque).map(|(_, span)| span);
        self.checks = table.texts("checks", problems).into_iter().map(At::owned).collect();
        self.transaction = table.word("transaction", &choices, problems).unwrap_or_default();
        self.lock_timeout = table.duration("lock_timeout", problems).map(LockTimeout::new);
        self.statement_timeout = table.duration("statement_timeout", problems).map(StatementTimeout::new);
        table.finish(problems);
    }
}

/// The TOML in the leading comment block that starts at the line `-- <marker>`, with every other byte
/// replaced by a space, so that offsets into it are offsets into the file.
///
/// It ends at the first line that is no comment, or at an empty comment line.
pub(super) fn header_text(text: &str, marker: &str) -> Option<String> {
    let mut toml = String::new();
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        let body = line.trim_start().strip_prefix("--");
        match body {
            Some(body) if inside && body.trim().is_empty() => break,
            Some(body) if inside || body.trim() == marker => {
                inside = true;
                toml.push_str(&" ".repeat(line.len() - body.len()));
                toml.push_str(body);
            }
            None if inside || !line.trim().is_empty() => break,
            _ => toml.push_str(&blank(line)),
        }
    }
    inside.then_some(toml)
}

/// A header that would be passed over: written otherwise, or behind the first statement.
fn misplaced(source: &Arc<Source>) -> Option<Diagnostic> {
    let is_marker = |line: &str| {
        let comment = line.strip_prefix("--").or_else(|| line.strip_prefix("/*"));
        comment.is_some_and(|it| it.trim_end_matches("*/").trim().eq_ignore_ascii_case("[migrate]"))
    };
    let line = source.text.lines().map(str::trim).find(|line| is_marker(line))?;
    let start = source.text.find(line)?;
    let message = "this is not read as a header".to_owned();
    let help = "a header is `-- [migrate]` in the comment that the file begins with, one `--` line for each key";
    Some(Diagnostic::error("M117", message).label(source, Span::new(start, start + line.len()), "").help(help))
}

/// As many spaces as the line has bytes, keeping its line break.
fn blank(line: &str) -> String {
    line.bytes().map(|b| if matches!(b, b'\n' | b'\r') { char::from(b) } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use annotate_snippets::Renderer;

    use super::*;
    use crate::diagnostic::render;

    fn check(text: &str) -> (Header, String) {
        let mut diagnostics = Vec::new();
        let header = Header::parse(&Source::new("V1__a.sql", text), &mut diagnostics);
        let rendered: Vec<_> = diagnostics.iter().map(|d| render(d, &Renderer::plain())).collect();
        (Arc::unwrap_or_clone(header), rendered.join("\n\n"))
    }

    #[test]
    fn a_header_that_would_be_passed_over_is_told() {
        for text in [
            "-- [Migrate]\n-- opaque = true\nSELECT 1;\n",
            "SET x = 1;\n-- [migrate]\n-- opaque = true\n",
            "/* [migrate] */\n",
        ] {
            assert!(check(text).1.starts_with("error[M117]: this is not read as a header"), "{text}");
        }
        assert_eq!(check("-- [migrated] by hand\nSELECT '[migrate]';\n").1, "");
    }

    #[test]
    fn a_file_without_header_has_the_defaults() {
        assert_eq!(check("-- Adds users.\nCREATE TABLE users ();\n"), (Header::default(), String::new()));
        assert_eq!(check(""), (Header::default(), String::new()));
    }

    #[test]
    fn reads_the_header_below_a_comment_and_above_another() {
        let (header, problems) = check(
            "-- Adds users é.\r\n-- [migrate]\r\n-- requires = [\"organization\"]\r\n-- transaction = \"never\"\r\n\
             -- lock_timeout = \"500ms\"\r\n-- opaque = true\r\n--\r\n-- More words, not TOML.\r\nSELECT 1;\r\n",
        );
        assert_eq!(problems, "");
        assert_eq!(header.requires[0].value, "organization");
        assert_eq!(header.transaction, TransactionChoice::Never);
        assert!(header.opaque.is_some());
        assert_eq!(header.lock_timeout.map(LockTimeout::millis), Some(500));
    }

    #[test]
    fn problems_point_into_the_file() {
        let (_, problems) =
            check("-- Why.\n-- [migrate]\n-- require = [\"a\"]\n-- transaction = \"nver\"\nSELECT 1;\n");
        insta::assert_snapshot!(problems, @r#"
        error[M114]: `transaction` is one of "auto", "always", "never"
         --> V1__a.sql:4:18
          |
        4 | -- transaction = "nver"
          |                  ^^^^^^
          |
          = help: did you mean "never"?

        error[M111]: unknown key `require` in `migrate`
         --> V1__a.sql:3:4
          |
        3 | -- require = ["a"]
          |    ^^^^^^^
          |
          = help: did you mean `requires`?
        "#);
        let (_, problems) = check("-- [migrate]\n-- requires = organization\nSELECT 1;\n");
        insta::assert_snapshot!(problems, @"
        error[M110]: not TOML: string values must be quoted, expected literal string
         --> V1__a.sql:2:15
          |
        2 | -- requires = organization
          |               ^^^^^^^^^^^^
          |
          = help: see https://toml.io for the format
        ");
    }
}

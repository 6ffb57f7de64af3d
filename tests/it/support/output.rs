use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;
use std::sync::LazyLock;

use regex::Regex;

/// What a command printed and how it ended. Shown with everything that changes from run to run made equal.
pub struct Output {
    shown: String,
    /// Standard output, as it was.
    pub stdout: String,
    /// Standard error, as it was.
    pub stderr: String,
    /// Exit code; `None` after a signal.
    pub code: Option<i32>,
    signal: Option<i32>,
    sandbox: String,
}

impl Output {
    pub fn new(shown: &str, stdout: &[u8], stderr: &[u8], status: ExitStatus, sandbox: &Path) -> Self {
        Self {
            shown: shown.to_owned(),
            stdout: String::from_utf8(stdout.to_vec()).unwrap(),
            stderr: String::from_utf8(stderr.to_vec()).unwrap(),
            code: status.code(),
            signal: status.signal(),
            sandbox: sandbox.display().to_string(),
        }
    }

    /// Fails the test unless the command ended with this exit code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }
}

/// Each is as narrow as it can be, so that a changed message does not slip through.
static VOLATILE: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"\bin \d+(\.\d+)? ?(ns|µs|ms|s|min)( \d+ ?s)?\b", "in [time]"),
        (r" +\d+(\.\d+)? (ms|s)  by\b", "  [time]  by"),
        (r#""(duration|elapsed)_ms": ?\d+(\.\d+)?"#, r#""${1}_ms": [time]"#),
        (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(Z|UTC|[+-]\d\d(:?\d\d)?))?", "[timestamp]"),
        (r"\b(127\.0\.0\.1|localhost):\d+\b", "$1:[port]"),
        (r"\.s\.PGSQL\.\d+\b", ".s.PGSQL.[port]"),
        (r"(, since \[timestamp\]) \(\d+ s\)", "$1 ([time])"),
        (r"\btransaction open for \d+(\.\d+)? (ms|s|min \d+ s)", "transaction open for [time]"),
        (r"\bpg_terminate_backend\(\d+\)", "pg_terminate_backend([pid])"),
        (r"\(PostgreSQL \d+\)", "(PostgreSQL [major])"),
        (r#""postgresql": \d+"#, r#""postgresql": [major]"#),
        (r"\b(pid|process) \d+\b", "$1 [pid]"),
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "[id]"),
        (r"/tmp/pgm-\w+", "[server]"),
    ]
    .map(|(pattern, replacement)| (Regex::new(pattern).unwrap(), replacement))
    .into()
});

/// The text without what changes from run to run.
pub fn normalised(text: &str, sandbox: &str) -> String {
    let text = text.replace(&format!("{sandbox}/project"), "[project]").replace(&format!("{sandbox}/home"), "[home]");
    VOLATILE.iter().fold(text, |text, (pattern, replacement)| pattern.replace_all(&text, *replacement).into_owned())
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |text: &str| {
            let mut text = normalised(text, &self.sandbox);
            if !text.is_empty() && !text.ends_with('\n') {
                text.push_str("[no line break]\n");
            }
            text
        };
        write!(f, "$ {}\n{}--- stderr\n{}", self.shown, text(&self.stdout), text(&self.stderr))?;
        match (self.code, self.signal) {
            (Some(code), _) => write!(f, "--- exit {code}"),
            (None, signal) => write!(f, "--- killed by signal {}", signal.unwrap_or_default()),
        }
    }
}

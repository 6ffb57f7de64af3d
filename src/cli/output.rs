use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::context::found_root;
use super::global::{Colour, Format, Global};
use crate::diagnostic::Diagnostic;
use crate::report::{self, Annotation, Detail, Paint};

/// Where and how a command prints, resolved once.
#[derive(Debug, Clone)]
pub struct Output {
    /// The format of the result.
    pub format: Format,
    /// Colours of the result.
    pub paint: Paint,
    /// How much of a plan to show.
    pub detail: Detail,
    /// Colours of the talk.
    talk: Paint,
    /// Whether to talk at all.
    quiet: bool,
    /// Whether a progress bar may be drawn.
    pub bar: bool,
    /// Whether GitHub Actions reads along.
    annotates: bool,
    /// In CI, where the project is in the repository; empty where it is its root, or there is none.
    pub directory: PathBuf,
}

/// A full disk behind standard output.
static LOST: AtomicBool = AtomicBool::new(false);

impl Output {
    /// Decides from the arguments, the environment and what the streams are connected to.
    pub fn new(global: &Global) -> Self {
        let paint = |terminal: bool| match global.color {
            Colour::Always => Paint::Colour,
            Colour::Auto if terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) => Paint::Colour,
            Colour::Auto | Colour::Never => Paint::Plain,
        };
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            format: global.format,
            paint: paint(io::stdout().is_terminal()),
            detail: if global.verbose { Detail::Statements } else { Detail::Locks },
            talk: paint(io::stderr().is_terminal()),
            quiet: global.quiet,
            bar: io::stderr().is_terminal() && !global.quiet && !global.no_progress && !dumb,
            annotates: std::env::var_os("GITHUB_ACTIONS").is_some_and(|v| v == "true"),
            directory: in_repository(global),
        }
    }

    /// The same without remarks, for what a command does by the way. A progress bar may still be drawn.
    pub fn silent(&self) -> Self {
        Self { quiet: true, ..self.clone() }
    }

    /// Prints a result on standard output. A reader that has gone away is no error.
    pub fn result(&self, text: &str) {
        match self.format {
            Format::Human | Format::Markdown => Self::document(&self.harmless(text, self.paint)),
            // They have escapes of their own.
            Format::Json | Format::Junit | Format::Mermaid | Format::Dot | Format::Svg => Self::document(text),
        }
    }

    /// Prints a text on standard output as it is.
    pub fn document(text: &str) {
        let mut stdout = io::stdout().lock();
        match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                LOST.store(true, Ordering::Relaxed);
                let _ = writeln!(io::stderr().lock(), "error[M006]: the result could not be written: {error}");
            }
            _ => {}
        }
    }

    /// Whether a result could not be written, though somebody is there to read it.
    pub fn is_lost() -> bool {
        LOST.load(Ordering::Relaxed)
    }

    /// Prints a remark on standard error, unless asked to be quiet.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.talk_of(text);
        }
    }

    fn talk_of(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{}", self.harmless(text, self.talk));
    }

    /// The text with nothing in it that a terminal or GitHub Actions takes for a command: rows and the server's messages can
    /// hold anything.
    fn harmless<'t>(&self, text: &'t str, paint: Paint) -> Cow<'t, str> {
        let text = report::printable(text, paint);
        // GitHub reads commands from lines that begin so, whatever stands before on them that is blank.
        let commands = |line: &str| line.trim_start().starts_with("::") || line.trim_start().starts_with("##[");
        if !self.annotates || !text.lines().any(commands) {
            return text;
        }
        let lines = text.lines().map(|line| if commands(line) { format!("| {line}") } else { line.to_owned() });
        Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
    }

    /// Prints diagnostics on standard error, and as annotations where GitHub Actions reads them.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic]) {
        if diagnostics.is_empty() {
            return;
        }
        self.talk_of(&report::to_human(diagnostics, self.talk));
        self.annotate(&report::annotations_of(diagnostics));
    }

    /// Prints why a plan is refused on standard error.
    pub fn refusal(&self, text: &str, diagnostics: &[Diagnostic]) {
        self.talk_of(text);
        self.annotate(&report::annotations_of(diagnostics));
    }

    /// Prints annotations on standard error, where GitHub Actions reads them: whatever the format of the result, which may
    /// go to a file.
    pub fn annotate(&self, annotations: &[Annotation]) {
        for annotation in annotations.iter().filter(|_| self.annotates) {
            let text = annotation.in_directory(&self.directory).to_string();
            let _ = writeln!(io::stderr().lock(), "{}", report::printable(&text, Paint::Plain));
        }
    }

    /// Colours of the talk on standard error.
    pub const fn talk(&self) -> Paint {
        self.talk
    }
}

/// The project's directory as seen from the root of what a CI system has checked out; empty where it is that, or lies
/// elsewhere, and outside of CI.
fn in_repository(global: &Global) -> PathBuf {
    // GitHub Actions, Gitea and Forgejo; GitLab.
    let variables = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"];
    let Some(root) = variables.into_iter().find_map(std::env::var_os) else { return PathBuf::new() };
    // That there is no project is for the command to say.
    let project = found_root(global).ok().flatten().and_then(|root| root.canonicalize().ok());
    let root = Path::new(&root).canonicalize().ok();
    let within = project.as_deref().zip(root.as_deref()).and_then(|(it, root)| it.strip_prefix(root).ok());
    within.map(Path::to_path_buf).unwrap_or_default()
}

//! Diagnostics: what is wrong, where, why and one way out, shown with the source line and a caret.
//!
//! Stages return every problem they find as a sorted list of [`Diagnostic`]s; only the command line prints them.

mod render;
mod source;
mod suggest;

use std::sync::Arc;

pub use render::render;
pub use source::{Place, Source};
pub use suggest::nearest;

use crate::model::Span;

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The command can't do what was asked.
    Error,
    /// The command goes on; somebody should look.
    Warning,
}

/// A place in a source text with what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The text the span points into.
    pub source: Arc<Source>,
    /// The bytes meant.
    pub span: Span,
    /// What is said of them; may be empty.
    pub text: String,
}

/// One problem: code, message, labelled places, facts, and at most one way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable code such as `M302`, listed in the README.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// Lower case, no final period, names in backticks.
    pub message: String,
    /// The first is the primary one.
    pub labels: Vec<Label>,
    /// Further facts, one line each.
    pub notes: Vec<String>,
    /// The one way out.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error with this code and message.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// A warning with this code and message.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Adds a labelled place; the first added is the primary one.
    #[must_use]
    pub fn label(mut self, source: &Arc<Source>, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { source: Arc::clone(source), span, text: text.into() });
        self
    }

    /// Adds a fact on a line of its own.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says the one way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Where the primary label points, if there is one.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.labels.first().map(|label| label.source.place(label.span.start()))
    }
}

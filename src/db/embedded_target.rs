use std::fmt;
use std::path::{Path, PathBuf};

/// The version of the bundled server.
pub const EMBEDDED_VERSION: &str = "17.5";

/// The PostgreSQL that comes with this program, with its data in a project's `.migrate/pg`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedTarget {
    root: PathBuf,
}

impl EmbeddedTarget {
    /// The embedded server of the project at this root.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// `.migrate`: everything this program keeps in a project. Git ignores it.
    pub fn folder(&self) -> PathBuf {
        self.root.join(".migrate")
    }

    /// `.migrate/pg`: the server's data.
    pub fn data(&self) -> PathBuf {
        self.folder().join("pg")
    }
}

impl fmt::Display for EmbeddedTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "embedded PostgreSQL {EMBEDDED_VERSION} in .migrate/pg")
    }
}

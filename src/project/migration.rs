use std::sync::Arc;

use super::{Header, MigrationKind};
use crate::diagnostic::Source;
use crate::model::{Checksum, MigrationId, Version};

/// One migration as it stands on disk.
#[derive(Debug, Clone)]
pub struct Migration {
    /// The file name without `.sql`.
    pub id: MigrationId,
    /// How often and in which order it runs.
    pub kind: MigrationKind,
    /// Present unless repeatable.
    pub version: Option<Version>,
    /// The words after `__`.
    pub name: String,
    /// Its text, with the path relative to the project.
    pub source: Arc<Source>,
    /// SHA-256 of the file's bytes.
    pub checksum: Checksum,
    /// Its `-- [migrate]` header; those that have none share one.
    pub header: Arc<Header>,
    /// Its `.down.sql`, if there is one.
    pub down: Option<Box<Down>>,
}

/// What reverts a migration.
#[derive(Debug, Clone)]
pub struct Down {
    /// Its text, with the path relative to the project.
    pub source: Arc<Source>,
    /// Its `-- [migrate]` header; those that have none share one.
    pub header: Arc<Header>,
}

impl Migration {
    /// Sorts by version, repeatables last, then by id: the order in which files are meant to run.
    #[must_use]
    pub fn order_key(&self) -> (bool, Option<&Version>, &MigrationId) {
        (self.version.is_none(), self.version.as_ref(), &self.id)
    }
}

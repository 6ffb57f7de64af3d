use std::fmt;
use std::sync::Arc;

/// What identifies a migration in the ledger, in headers and in output: its file name without `.sql`,
/// such as `V0003__users_extended` or `R__reporting_views`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MigrationId(Arc<str>);

impl MigrationId {
    /// The id of the file with this stem.
    #[must_use]
    pub fn new(stem: &str) -> Self {
        Self(Arc::from(stem))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MigrationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

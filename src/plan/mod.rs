//! Decides what `up` would do: which migrations, in which order, how, and whether at all. Pure.

mod alone;
mod approved;
mod bodies;
mod build;
mod control;
mod gap;
mod late;
mod live;
mod misread;
mod missing;
mod new_value;
mod partitioned;
mod segment;
mod standing;
mod step;
mod unprovided;
mod words;

pub use approved::{ApprovedPlan, ledger_digest};
pub use build::{PlanInput, build, nothing_pending, select_to};
pub use gap::{BlockedWork, Gap};
pub use late::LatePolicy;
pub use live::wanted;
pub use missing::{MissingObject, Need};
pub use standing::Standing;
pub use step::{Chunk, Interrupted, Mode, PlannedStatement, Reason, Segment, SegmentKind, Step};
pub use unprovided::{Unprovided, unprovided};
pub use words::{most_telling, object as object_in_words, summary, words_for};

use crate::diagnostic::Diagnostic;
use crate::model::Checksum;

impl Plan {
    /// Every reason to refuse as a diagnostic, the missing objects among them.
    #[must_use]
    pub fn problems(&self) -> Vec<Diagnostic> {
        self.refusals.iter().cloned().chain(self.gap.iter().flat_map(Gap::diagnostics)).collect()
    }
}

/// What `up` would do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// In the order in which they run.
    pub steps: Vec<Step>,
    /// Why it would refuse; empty if it would run.
    pub refusals: Vec<Diagnostic>,
    /// What is missing in the database, if that is among the reasons.
    pub gap: Option<Gap>,
    /// What a person should know though it stops nothing.
    pub notes: Vec<String>,
    /// What will fail later, when somebody uses it.
    pub warnings: Vec<Diagnostic>,
    /// How many migrations are applied already.
    pub applied: usize,
    /// Identifies the plan: its steps and the ledger it was made for.
    pub hash: Checksum,
    /// The ledger it was made for.
    pub(crate) ledger_digest: Checksum,
}

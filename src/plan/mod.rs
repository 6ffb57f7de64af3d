//! Decides what `up` would do: which migrations, in which order, how, and whether at all. Pure.

mod adopt;
mod alone;
mod amendment;
mod approved;
mod baseline;
mod bodies;
mod build;
mod checks;
mod control;
mod copied;
mod down;
mod file;
mod gap;
mod late;
mod live;
mod misread;
mod missing;
mod new_value;
mod partitioned;
mod partly;
mod repair;
mod segment;
mod standing;
mod step;
mod taken;
mod together;
mod unprovided;
mod words;

pub use adopt::{Adopted, adopted};
pub use amendment::{Amendment, Field};
pub use approved::{ApprovedPlan, ledger_digest};
pub use baseline::{Baseline, baseline};
pub use build::{PlanInput, build, nothing_pending, select_to};
pub use copied::copy;
pub use down::{DownInput, down};
pub use file::{Asked, PlanFile, UnreadablePlan};
pub use gap::{BlockedWork, Gap};
pub use late::LatePolicy;
pub use live::{as_field, wanted};
pub use missing::{MissingObject, Need};
pub use partly::{Left, Partly};
pub use repair::{Interrupted as InterruptedPieces, NoRepair, Repairs, repairs};
pub use standing::Standing;
pub use step::{Chunk, Direction, Interrupted, Mode, PlannedStatement, Reason, Segment, SegmentKind, Step};
pub use unprovided::{Unprovided, unprovided};
pub use words::{most_telling, object as object_in_words, summary, words_for};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostic;
use crate::ledger::Intent;
use crate::model::Checksum;

impl Plan {
    /// Whether there is a reason to refuse.
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        !self.refusals.is_empty() || self.gap.is_some()
    }

    /// Every reason to refuse as a diagnostic, the missing objects among them.
    #[must_use]
    pub fn problems(&self) -> Vec<Diagnostic> {
        self.refusals.iter().cloned().chain(self.gap.iter().flat_map(Gap::diagnostics)).collect()
    }
}

/// When the migrations of a plan are committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Commits {
    /// Each as soon as it has run.
    Each,
    /// All at once, or none: `--single-transaction`.
    Together,
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
    /// How many are pending that it leaves out: those that `--to` doesn't ask for.
    pub left_out: usize,
    /// When its steps are committed.
    pub commits: Commits,
    /// What the database has of what the steps need and don't create, by object.
    pub facts: BTreeMap<String, String>,
    /// Identifies the plan: its steps and the ledger it was made for.
    pub hash: Checksum,
    /// The ledger it was made for.
    pub(crate) ledger_digest: Checksum,
    /// What that ledger held of migrations left half-way.
    pub(crate) intents: Vec<Intent>,
}

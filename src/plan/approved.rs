use super::{Plan, Step};
use crate::ledger::{Applied, Ledger};
use crate::model::Checksum;

/// A plan without refusals: the only thing that can be run.
#[derive(Debug, Clone)]
pub struct ApprovedPlan(Plan);

impl Plan {
    /// The plan as something that can be run, or itself when there is a reason to refuse.
    ///
    /// # Errors
    /// The plan, when it has refusals.
    pub fn approve(self) -> Result<ApprovedPlan, Box<Self>> {
        if self.is_refused() { Err(Box::new(self)) } else { Ok(ApprovedPlan(self)) }
    }

    /// The hash of these steps on this ledger.
    pub(super) fn hash_of(steps: &[Step], ledger: Checksum) -> Checksum {
        let pieces = steps.iter().flat_map(|step| [step.id.as_str().to_owned(), step.checksum.to_string()]);
        let pieces: Vec<String> = std::iter::once(ledger.to_string()).chain(pieces).collect();
        Checksum::of_pieces(pieces.iter().map(String::as_bytes))
    }
}

impl ApprovedPlan {
    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.0
    }

    /// Its steps, in the order in which they run.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0.steps
    }

    /// The plan's hash.
    #[must_use]
    pub const fn hash(&self) -> Checksum {
        self.0.hash
    }

    /// Whether this is the ledger the plan was made for.
    #[must_use]
    pub fn is_for(&self, ledger: &Ledger) -> bool {
        ledger_digest(&ledger.applied) == self.0.ledger_digest && ledger.intents == self.0.intents
    }
}

/// Identifies what is applied: the ids and file checksums, in order.
#[must_use]
pub fn ledger_digest(applied: &[Applied]) -> Checksum {
    let pieces: Vec<String> = applied.iter().flat_map(|a| [a.id.as_str().to_owned(), a.checksum.to_string()]).collect();
    Checksum::of_pieces(pieces.iter().map(String::as_bytes))
}

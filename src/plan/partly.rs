//! Migrations that a run has left half-way and that `up` can't simply go on with.

use std::collections::BTreeMap;

use super::segment::{File, segments};
use super::step::Segment;
use crate::diagnostic::Diagnostic;
use crate::ledger::{Intent, Ledger};
use crate::model::MigrationId;
use crate::project::{Migration, MigrationKind};
use crate::sql::{self, Surroundings};

/// What a run that stopped half-way has left of a migration, where `up` does not go on with it.
#[derive(Debug, Clone)]
pub struct Partly {
    /// Which, as the ledger calls it.
    pub id: MigrationId,
    /// The steps that were begun, in their order.
    pub steps: Vec<Intent>,
    /// Why `up` does not go on with it.
    pub left: Left,
}

/// How a migration stands that was left half-way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// It was being applied and has no file; perhaps this pending one, which begins with what is committed of it.
    Lost(Option<usize>),
    /// A repeatable that was being applied again, and whose file is now as it was before.
    Restored,
    /// It is applied and was being reverted: nothing else journals the steps of an applied migration.
    Reverted,
}

impl Partly {
    /// All of a database; `pending` are those that `up` goes on with.
    pub(super) fn all(migrations: &[Migration], ledger: &Ledger, pending: &[usize]) -> Vec<Self> {
        let mut begun: BTreeMap<&MigrationId, Vec<Intent>> = BTreeMap::new();
        for intent in &ledger.intents {
            begun.entry(&intent.migration).or_default().push(intent.clone());
        }
        let of = |(id, steps): (&MigrationId, Vec<Intent>)| {
            let left = match migrations.iter().position(|it| it.id == *id) {
                Some(index) if pending.contains(&index) => return None,
                Some(index) if migrations[index].kind == MigrationKind::Repeatable => Left::Restored,
                Some(_) => Left::Reverted,
                // Refused as an applied migration without a file.
                None if ledger.find(id).is_some() => return None,
                None => Left::Lost(successor(&steps, migrations, ledger, pending)),
            };
            Some(Self { id: id.clone(), steps, left })
        };
        begun.into_iter().filter_map(of).collect()
    }

    /// In words, as `status` tells it.
    #[must_use]
    pub const fn state(&self) -> &'static str {
        match self.left {
            Left::Lost(_) => "partly applied, not on disk",
            Left::Restored => "partly applied again",
            Left::Reverted => "partly reverted",
        }
    }

    /// Why nothing is applied before somebody has decided about it.
    pub(super) fn refusal(&self, migrations: &[Migration]) -> Diagnostic {
        let id = &self.id;
        let mut diagnostic = match self.left {
            Left::Lost(Some(file)) => {
                let path = &migrations[file].source.path;
                Diagnostic::error("M502", format!("`{id}` is partly applied here, and its file is now called `{path}`"))
                    .help(format!("give the file its old name back, or run `migrate repair {id}`"))
            }
            Left::Lost(None) => {
                Diagnostic::error("M502", format!("`{id}` is partly applied here, but is not in this project")).help(
                    format!(
                        "restore the file, or update this checkout if it is older than the database; if it is gone for \
                         good, take back what is committed of it, then `migrate repair {id}` forgets it"
                    ),
                )
            }
            Left::Restored => {
                Diagnostic::error("M506", format!("`{id}` is partly applied again, and its file is as it was before"))
                    .help(format!(
                        "bring the file's change back; if what is committed of it was taken back by hand, run `migrate \
                         repair {id} --interrupted from-start`"
                    ))
            }
            Left::Reverted => Diagnostic::error(
                "M523",
                format!("`{id}` is partly reverted: its `down` stopped half-way"),
            )
            .help(format!(
                "run `migrate down {id}` to finish it; if what it has done was put back by hand, run `migrate repair \
                     {id} --interrupted from-start`"
            )),
        };
        match self.steps.iter().filter(|it| it.finished).count() {
            0 => {}
            1 => diagnostic = diagnostic.note("its first step is committed"),
            count => diagnostic = diagnostic.note(format!("its first {count} steps are committed")),
        }
        for open in self.steps.iter().filter(|it| !it.finished) {
            let at = open.started_at.strftime("%Y-%m-%d %H:%M:%S UTC");
            diagnostic =
                diagnostic.note(format!("its step {}, begun at {at}, may have finished or not", open.step + 1));
        }
        diagnostic
    }
}

/// The pending file that begins with what is committed of a migration without one, and was not begun itself.
fn successor(steps: &[Intent], migrations: &[Migration], ledger: &Ledger, pending: &[usize]) -> Option<usize> {
    let is_begun = |id: &MigrationId| ledger.intents.iter().any(|it| it.migration == *id);
    pending.iter().copied().find(|index| {
        let Migration { id, source, header, .. } = &migrations[*index];
        if is_begun(id) {
            return false;
        }
        // Where its pieces are does not depend on what its names mean.
        let (scripts, _) = sql::parse_all(&[source], &Surroundings::default());
        let pieces = scripts
            .first()
            .map(|script| segments(&File { id, source, script, choice: header.transaction, among: None }));
        matches!(pieces, Some(Ok((_, pieces))) if goes_on(steps, &pieces))
    })
}

/// Whether a file of these pieces goes on after what is committed; where nothing is, with what was begun.
fn goes_on(steps: &[Intent], pieces: &[Segment]) -> bool {
    let is_same = |it: &Intent| pieces.get(it.step).is_some_and(|piece| piece.checksum == it.checksum);
    if steps.iter().any(|it| it.finished) {
        steps.iter().filter(|it| it.finished).all(is_same)
    } else {
        steps.iter().all(is_same)
    }
}

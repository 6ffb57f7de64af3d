use std::collections::{BTreeMap, BTreeSet};

use super::{Left, Partly};
use crate::diagnostic::Diagnostic;
use crate::ledger::{Applied, Ledger};
use crate::model::MigrationId;
use crate::project::{Migration, MigrationKind};
use crate::sql;

/// The project's files against the ledger.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Not applied, as indices into the project's migrations, in version order.
    pub pending: Vec<usize>,
    /// Those of `pending` that are repeatables applied before with other content.
    pub again: BTreeSet<usize>,
    /// Applied with other content than the file has now, comments and white space aside.
    pub changed: Vec<(usize, Applied)>,
    /// Applied, but not among the files.
    pub unknown: Vec<Applied>,
    /// Left half-way by a run, and not to be gone on with by `up`.
    pub partly: Vec<Partly>,
}

impl Standing {
    /// Compares files with the ledger. Reads no SQL but that of files whose bytes differ from what was applied.
    #[must_use]
    pub fn compare(migrations: &[Migration], ledger: &Ledger) -> Self {
        let mut applied: BTreeMap<&MigrationId, &Applied> = ledger.applied.iter().map(|a| (&a.id, a)).collect();
        let mut standing = Self::default();
        for (index, migration) in migrations.iter().enumerate() {
            let Some(row) = applied.remove(&migration.id) else {
                standing.pending.push(index);
                continue;
            };
            let same = row.checksum == migration.checksum
                || row.normalised_checksum == sql::normalised_checksum(&migration.source.text);
            match (same, migration.kind) {
                (true, _) => {}
                (false, MigrationKind::Repeatable) => {
                    standing.pending.push(index);
                    standing.again.insert(index);
                }
                (false, _) => standing.changed.push((index, row.clone())),
            }
        }
        // In the order in which they were applied.
        standing.unknown = ledger.applied.iter().filter(|a| applied.contains_key(&a.id)).cloned().collect();
        standing.partly = Partly::all(migrations, ledger, &standing.pending);
        standing
    }

    /// Whether the database is exactly as the files say.
    #[must_use]
    pub const fn is_current(&self) -> bool {
        self.pending.is_empty() && self.changed.is_empty() && self.unknown.is_empty() && self.partly.is_empty()
    }

    /// Why nothing may be applied on this standing.
    #[must_use]
    pub fn refusals(&self, migrations: &[Migration]) -> Vec<Diagnostic> {
        let reverted = self.partly.iter().filter(|it| it.left == Left::Reverted);
        self.discord(migrations).into_iter().chain(reverted.map(|it| it.refusal(migrations))).collect()
    }

    /// Why nothing may be applied or reverted: the files are not those that the ledger knows.
    pub(super) fn discord(&self, migrations: &[Migration]) -> Vec<Diagnostic> {
        let changed = self.changed.iter().map(|(index, row)| changed(&migrations[*index], row));
        let renamed = self.unknown.iter().filter_map(|row| Some(renamed(row, self.successor(migrations, row)?)));
        let mut refusals: Vec<Diagnostic> = changed.chain(renamed).collect();
        let gone: Vec<&Applied> = self.unknown.iter().filter(|row| self.successor(migrations, row).is_none()).collect();
        // Nothing known at all: more likely the wrong database than so many lost files.
        let stranger = self.unknown.len() > 1 && self.pending.len() == migrations.len();
        refusals.extend(missing_files(&gone, stranger));
        let lost = self.partly.iter().filter(|it| it.left != Left::Reverted);
        refusals.extend(lost.map(|it| it.refusal(migrations)));
        refusals
    }

    /// The pending file with the content of an applied migration that has no file.
    pub(super) fn successor<'a>(&self, migrations: &'a [Migration], row: &Applied) -> Option<&'a Migration> {
        self.pending
            .iter()
            .map(|index| &migrations[*index])
            .find(|m| m.checksum == row.checksum || sql::normalised_checksum(&m.source.text) == row.normalised_checksum)
    }
}

fn renamed(row: &Applied, file: &Migration) -> Diagnostic {
    Diagnostic::error(
        "M502",
        format!("`{}` is applied here, and its file is now called `{}`", row.id, file.source.path),
    )
    .note(format!("applied at {} by `{}`", shown(row.applied_at), row.applied_by))
    .help(format!("give the file its old name back, or run `migrate repair {}`", row.id))
}

/// One diagnostic for all applied migrations without a file, however many.
fn missing_files(gone: &[&Applied], stranger: bool) -> Option<Diagnostic> {
    const SHOWN: usize = 5;
    let first = gone.first()?;
    let message = match gone.len() {
        1 => format!("`{}` is applied here, but is not in this project", first.id),
        count => format!("{count} migrations are applied here, but are not in this project"),
    };
    let mut diagnostic = Diagnostic::error("M502", message);
    for row in gone.iter().take(SHOWN) {
        diagnostic =
            diagnostic.note(format!("`{}`, applied at {} by `{}`", row.id, shown(row.applied_at), row.applied_by));
    }
    if gone.len() > SHOWN {
        diagnostic = diagnostic.note(format!("and {} more; `migrate status` lists them", gone.len() - SHOWN));
    }
    Some(diagnostic.help(if stranger {
        "none of this project's migrations is applied here: is this the right database?"
    } else {
        "restore the files, or update this checkout: it is older than the database; if they are gone for good, `migrate \
         repair ID` forgets them"
    }))
}

fn changed(migration: &Migration, row: &Applied) -> Diagnostic {
    let path = &migration.source.path;
    Diagnostic::error("M501", format!("`{}` was changed after it was applied", migration.id))
        .note(format!("applied at {} by `{}`", shown(row.applied_at), row.applied_by))
        .note(format!("its file had sha256 {} then, and has {} now", row.checksum, migration.checksum))
        .help(format!("restore it (`git log -p -- {path}` shows what changed) and write the change as a new migration; if the database has \
             it as it is now, run `migrate repair {}`", migration.id))
}

/// A time to the second, as a person wants it in a message.
fn shown(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

//! Which of a project's migrations another runner has applied, by its history.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::ledger::{ForeignEntry, ForeignEvent};
use crate::model::Version;
use crate::project::Migration;

/// The files that stand for what the history says is applied, and why it can't be taken over.
#[must_use]
pub fn adopted(history: &[ForeignEntry], table: &str, migrations: &[Migration]) -> (BTreeSet<usize>, Vec<Diagnostic>) {
    let mut found = BTreeSet::new();
    let mut lost: Vec<&ForeignEntry> = Vec::new();
    let mut failed: Vec<&ForeignEntry> = Vec::new();
    for entry in history {
        let version = entry.version.as_deref().and_then(|text| Version::parse(text).ok());
        let file = migrations.iter().position(|it| match &version {
            Some(version) => it.version.as_ref() == Some(version),
            None => it.id.as_str() == id_of(&entry.name),
        });
        failed.retain(|it| it.name != entry.name);
        match (entry.event, file) {
            (ForeignEvent::Applied, Some(index)) => drop(found.insert(index)),
            (ForeignEvent::Applied, None) => lost.push(entry),
            (ForeignEvent::Reverted, file) => {
                found.retain(|it| Some(*it) != file);
                lost.retain(|it| it.version != entry.version);
            }
            (ForeignEvent::Baseline, _) => {
                let up_to = |it: &usize| migrations[*it].version.is_some() && migrations[*it].version <= version;
                found.extend((0..migrations.len()).filter(up_to));
            }
            (ForeignEvent::Failed, _) => failed.push(entry),
        }
    }
    let failed = failed.into_iter().map(|it| {
        Diagnostic::error("M518", format!("`{}` failed, by {table}", id_of(&it.name)))
            .help("finish it or take it back with the runner that began it, then adopt")
    });
    let lost = lost.into_iter().map(|it| {
        Diagnostic::error("M518", format!("`{}` is applied, by {table}, but is not in this project", id_of(&it.name)))
            .help("restore its file, or delete its row if it is gone for good")
    });
    (found, failed.chain(lost).collect())
}

/// The id that a file of this name has here: `db/V2__users.sql` is `V2__users`.
fn id_of(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.strip_suffix(".sql").unwrap_or(file)
}

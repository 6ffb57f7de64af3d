//! Which of a project's migrations another runner has applied, by its history.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::ledger::{ForeignEntry, ForeignEvent, ForeignHistory};
use crate::model::Version;
use crate::project::Migration;

/// What another runner's history means for a project.
#[derive(Debug, Default)]
pub struct Adopted {
    /// The files that stand for what it says is applied.
    pub found: BTreeSet<usize>,
    /// Why it can't be taken over.
    pub refusals: Vec<Diagnostic>,
    /// What is applied and has another content in the file than then.
    pub changed: Vec<Diagnostic>,
}

/// Finds the files of what the history says is applied.
#[must_use]
pub fn adopted(history: &ForeignHistory, migrations: &[Migration]) -> Adopted {
    let (tool, table) = (history.tool, &history.table);
    let mut found: BTreeMap<usize, Option<&str>> = BTreeMap::new();
    let mut lost: Vec<&ForeignEntry> = Vec::new();
    let mut failed: Vec<&ForeignEntry> = Vec::new();
    for entry in &history.entries {
        let version = entry.version.as_deref().and_then(|text| Version::parse(text).ok());
        let file = migrations.iter().position(|it| match &version {
            Some(version) => it.version.as_ref() == Some(version),
            None => it.id.as_str() == id_of(&entry.name),
        });
        let up_to = || {
            let is_before = |it: &usize| migrations[*it].version.is_some() && migrations[*it].version <= version;
            (0..migrations.len()).filter(is_before).map(|it| (it, None))
        };
        failed.retain(|it| it.name != entry.name);
        match (entry.event, file) {
            (ForeignEvent::Applied, Some(index)) => drop(found.insert(index, entry.checksum.as_deref())),
            (ForeignEvent::Applied | ForeignEvent::UpTo, None) => lost.push(entry),
            (ForeignEvent::Reverted, file) => {
                found.retain(|it, _| Some(*it) != file);
                lost.retain(|it| it.name != entry.name);
            }
            (ForeignEvent::Baseline, _) | (ForeignEvent::UpTo, Some(_)) => found.extend(up_to()),
            (ForeignEvent::Failed, _) => failed.push(entry),
        }
    }
    let failed = failed.into_iter().map(|it| {
        Diagnostic::error("M518", format!("`{}` failed, by {table}", id_of(&it.name))).help(tool.way_out_of_failure())
    });
    let lost = lost.into_iter().map(|it| {
        Diagnostic::error("M518", format!("`{}` is applied, by {table}, but is not in this project", id_of(&it.name)))
            .help("restore its file, or delete its row if it is gone for good")
    });
    let is_changed = |index: usize, checksum: Option<&str>| {
        let migration = &migrations[index];
        checksum.is_some_and(|it| !tool.agrees(it, migration)).then(|| {
            Diagnostic::error("M518", format!("`{}` was changed after it was applied, by {table}", migration.id))
                .note(format!("{} wrote another checksum than that of {}", tool.as_str(), migration.source.path))
                .help("restore the file as it was, or pass --force to take it as it is")
        })
    };
    Adopted {
        refusals: failed.chain(lost).collect(),
        changed: found.iter().filter_map(|(index, checksum)| is_changed(*index, *checksum)).collect(),
        found: found.into_keys().collect(),
    }
}

/// The id that a file of this name has here: `db/V2__users.sql` is `V2__users`.
fn id_of(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.strip_suffix(".sql").unwrap_or(file)
}

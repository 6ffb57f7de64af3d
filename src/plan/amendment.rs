use super::Partly;
use crate::ledger::{Applied, Change, Intent, Record};
use crate::model::{Checksum, MigrationId};
use crate::project::Migration;
use crate::sql;

/// A change of the ledger, with what a person should see of it beforehand.
#[derive(Debug, Clone)]
pub struct Amendment {
    /// The migration, by the id it has in the ledger until now.
    pub id: MigrationId,
    /// What is done, in one word: `accept`, `rename`, `forget`, `finish`, `repeat`, `baseline`.
    pub action: &'static str,
    /// Why it may be done, in words.
    pub because: String,
    /// What the ledger says of it before and after.
    pub fields: Vec<Field>,
    /// The change itself.
    pub change: Change,
}

/// One thing that the ledger says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What it is.
    pub name: &'static str,
    /// Nothing where there was no record.
    pub before: Option<String>,
    /// Nothing where there is no record any more.
    pub after: Option<String>,
}

impl Field {
    fn new(name: &'static str, before: Option<&str>, after: Option<&str>) -> Self {
        Self { name, before: before.map(str::to_owned), after: after.map(str::to_owned) }
    }
}

/// What the ledger holds of a file.
pub(super) fn record(migration: &Migration) -> Record {
    Record {
        id: migration.id.clone(),
        version: migration.version.as_ref().map(ToString::to_string),
        name: migration.name.clone(),
        checksum: migration.checksum,
        normalised_checksum: sql::normalised_checksum(&migration.source.text),
    }
}

impl Amendment {
    /// The edited file counts as what was applied.
    pub(super) fn accept(migration: &Migration, row: &Applied) -> Self {
        let (before, after) = (row.checksum.to_string(), migration.checksum.to_string());
        Self {
            id: row.id.clone(),
            action: "accept",
            because: "its file was changed after it was applied, and counts as it is now".to_owned(),
            fields: vec![Field::new("checksum", Some(&before), Some(&after))],
            change: Change::Accept(record(migration)),
        }
    }

    /// The renamed file counts as what was applied under its old name.
    pub(super) fn rename(migration: &Migration, row: &Applied) -> Self {
        let (before, after) = (row.checksum.to_string(), migration.checksum.to_string());
        let mut fields = vec![Field::new("id", Some(row.id.as_str()), Some(migration.id.as_str()))];
        if before != after {
            fields.push(Field::new("checksum", Some(&before), Some(&after)));
        }
        Self {
            id: row.id.clone(),
            action: "rename",
            because: format!("its file is now called {}", migration.source.path),
            fields,
            change: Change::Rename { from: row.id.clone(), to: record(migration) },
        }
    }

    /// The renamed file goes on after what is committed of it under its old name.
    pub(super) fn rename_steps(migration: &Migration, partly: &Partly) -> Self {
        Self {
            id: partly.id.clone(),
            action: "rename",
            because: format!("its file is now called {}, and goes on after what is committed", migration.source.path),
            fields: vec![Field::new("id", Some(partly.id.as_str()), Some(migration.id.as_str()))],
            change: Change::Rename { from: partly.id.clone(), to: record(migration) },
        }
    }

    /// What is partly applied and has no file any more is forgotten; what it did to the database stays.
    pub(super) fn forget_steps(partly: &Partly) -> Self {
        let checksum = Checksum::of_pieces(partly.steps.iter().map(|it| it.checksum.to_string()));
        Self {
            id: partly.id.clone(),
            action: "forget",
            because: "its file is gone; what it did to the database stays".to_owned(),
            fields: vec![Field::new("state", Some("partly applied"), None)],
            change: Change::Forget { id: partly.id.clone(), checksum },
        }
    }

    /// What was applied and has no file any more is forgotten; what it did to the database stays.
    pub(super) fn forget(row: &Applied) -> Self {
        let checksum = row.checksum.to_string();
        Self {
            id: row.id.clone(),
            action: "forget",
            because: "its file is gone; what it did to the database stays".to_owned(),
            fields: vec![Field::new("state", Some("applied"), None), Field::new("checksum", Some(&checksum), None)],
            change: Change::Forget { id: row.id.clone(), checksum: row.checksum },
        }
    }

    /// The file counts as applied without having run.
    pub(super) fn baseline(migration: &Migration, because: String) -> Self {
        let checksum = migration.checksum.to_string();
        Self {
            id: migration.id.clone(),
            action: "baseline",
            because,
            fields: vec![Field::new("state", None, Some("applied")), Field::new("checksum", None, Some(&checksum))],
            change: Change::Baseline(record(migration)),
        }
    }

    /// An interrupted piece has finished.
    pub(super) fn finish(intent: &Intent) -> Self {
        let piece = format!("piece {}", intent.step + 1);
        Self {
            id: intent.migration.clone(),
            action: "finish",
            because: format!("{piece} was begun at {} and has finished", intent.started_at),
            fields: vec![Field::new("piece", Some(&format!("{piece} begun")), Some(&format!("{piece} finished")))],
            change: Change::Finished { id: intent.migration.clone(), step: intent.step, checksum: intent.checksum },
        }
    }

    /// A piece is to run again.
    pub(super) fn repeat(intent: &Intent) -> Self {
        let piece = format!("piece {}", intent.step + 1);
        let state = if intent.finished { "finished" } else { "begun" };
        Self {
            id: intent.migration.clone(),
            action: "repeat",
            because: format!("{piece} was begun at {} and is to run again", intent.started_at),
            fields: vec![Field::new("piece", Some(&format!("{piece} {state}")), None)],
            change: Change::Undone { id: intent.migration.clone(), step: intent.step, checksum: intent.checksum },
        }
    }
}

//! What `repair` does to the ledger's records of a migration: its state tells which repair it needs.

use super::{Amendment, Left, Standing};
use crate::diagnostic::Diagnostic;
use crate::ledger::{Intent, Ledger};
use crate::model::{MigrationId, Version};
use crate::project::Migration;

/// What became of the pieces that an interrupted run has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interrupted {
    /// Those not known to have finished have.
    Finished,
    /// Those not known to have finished are to run again.
    Again,
    /// All are to run again, those that are committed too.
    FromStart,
}

/// The repairs of these migrations, and the ids of those that need none.
#[derive(Debug, Clone, Default)]
pub struct Repairs {
    /// In the order in which they were named.
    pub amendments: Vec<Amendment>,
    /// What is as it should be.
    pub fine: Vec<MigrationId>,
}

/// Why there is no repair for what was named.
#[derive(Debug)]
pub enum NoRepair {
    /// Neither a file nor the ledger has it.
    Unknown(String),
    /// It has to be said what became of its interrupted pieces.
    Undecided(Diagnostic),
}

/// Decides what to do about each of `named`: ids, names or versions, of files or of what was applied.
///
/// # Errors
/// At the first that can't be repaired.
pub fn repairs(
    named: &[String],
    migrations: &[Migration],
    ledger: &Ledger,
    standing: &Standing,
    interrupted: Option<Interrupted>,
) -> Result<Repairs, NoRepair> {
    let mut repairs = Repairs::default();
    for text in named {
        let version = Version::parse(text.trim_start_matches(['V', 'U'])).ok();
        // What was applied comes first: a renamed migration goes by its old name as well.
        let gone = standing.unknown.iter().find(|row| {
            let same = version.is_some() && row.version.as_deref().and_then(|it| Version::parse(it).ok()) == version;
            row.id.as_str() == text || row.name == *text || same
        });
        let file = migrations
            .iter()
            .position(|it| it.id.as_str() == text || it.name == *text || version.is_some() && it.version == version);
        let lost = standing.partly.iter().find(|it| it.id.as_str() == text);
        let lost = lost.and_then(|it| if let Left::Lost(file) = it.left { Some((it, file)) } else { None });
        let amendment = match (gone, lost, file) {
            (Some(row), ..) => {
                let successor = standing.successor(migrations, row);
                Some(successor.map_or_else(|| Amendment::forget(row), |file| Amendment::rename(file, row)))
            }
            (None, Some((lost, successor)), _) => Some(match successor {
                Some(file) => Amendment::rename_steps(&migrations[file], lost),
                None => Amendment::forget_steps(lost),
            }),
            (None, None, Some(index)) => {
                let pieces: Vec<&Intent> =
                    ledger.intents.iter().filter(|it| it.migration == migrations[index].id).collect();
                if !pieces.is_empty() {
                    repairs.amendments.extend(of_pieces(&migrations[index], &pieces, interrupted)?);
                    continue;
                }
                of_file(index, migrations, standing)
            }
            (None, None, None) => return Err(NoRepair::Unknown(text.clone())),
        };
        match amendment {
            Some(amendment) if repairs.amendments.iter().any(|it| it.change == amendment.change) => {}
            Some(amendment) => repairs.amendments.push(amendment),
            None => repairs.fine.extend(file.map(|index| migrations[index].id.clone())),
        }
    }
    Ok(repairs)
}

fn of_file(index: usize, migrations: &[Migration], standing: &Standing) -> Option<Amendment> {
    if let Some((_, row)) = standing.changed.iter().find(|(changed, _)| *changed == index) {
        return Some(Amendment::accept(&migrations[index], row));
    }
    let successor_of = |row: &&crate::ledger::Applied| {
        standing.successor(migrations, row).is_some_and(|file| file.id == migrations[index].id)
    };
    let row = standing.unknown.iter().find(successor_of);
    let lost = || standing.partly.iter().find(|it| it.left == Left::Lost(Some(index)));
    row.map(|row| Amendment::rename(&migrations[index], row))
        .or_else(|| lost().map(|it| Amendment::rename_steps(&migrations[index], it)))
}

fn of_pieces(
    migration: &Migration,
    pieces: &[&Intent],
    interrupted: Option<Interrupted>,
) -> Result<Vec<Amendment>, NoRepair> {
    let open = || pieces.iter().filter(|it| !it.finished);
    Ok(match interrupted {
        Some(Interrupted::Finished) => open().map(|it| Amendment::finish(it)).collect(),
        Some(Interrupted::Again) => open().map(|it| Amendment::repeat(it)).collect(),
        Some(Interrupted::FromStart) => pieces.iter().map(|it| Amendment::repeat(it)).collect(),
        None => {
            let message = format!("`{}` was interrupted: say what became of its pieces", migration.id);
            let mut diagnostic = Diagnostic::error("M512", message);
            for piece in pieces {
                let state = if piece.finished { "is committed" } else { "may have finished or not" };
                diagnostic =
                    diagnostic.note(format!("piece {}, begun at {}, {state}", piece.step + 1, piece.started_at));
            }
            return Err(NoRepair::Undecided(diagnostic.help(
                "look at the database, then give `--interrupted finished`, `again`, or `from-start`, which repeats \
                 what is committed too; `migrate up` decides by itself where the catalog tells",
            )));
        }
    })
}

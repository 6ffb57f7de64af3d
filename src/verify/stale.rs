use serde::Serialize;

use super::builtin::catalogue;
use super::finding::Report;
use crate::diagnostic::Place;
use crate::project::checks::{Accepted, DeclaredCheck};

/// An entry of `[verify] accept` that accepts nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// The entry.
    pub key: String,
    /// Why it can go.
    pub reason: String,
    /// Where it stands.
    pub at: Place,
}

/// The accepted keys that `report` is sure to have no finding for. Where a check was not evaluated, or not in full, its
/// keys may still be needed.
#[must_use]
pub fn stale(report: &Report, declared: &[DeclaredCheck], accepted: &[Accepted]) -> Vec<Stale> {
    let ids: Vec<&str> = catalogue().map(|check| check.id).chain(declared.iter().map(|it| it.id.as_str())).collect();
    let judge = |entry: &Accepted| {
        let reason = reason(report, &ids, &entry.key)?;
        Some(Stale { key: entry.key.clone(), reason, at: entry.source.place(entry.span.start()) })
    };
    accepted.iter().filter_map(judge).collect()
}

fn reason(report: &Report, ids: &[&str], key: &str) -> Option<String> {
    // An id may have a colon in it: the longest that fits is meant.
    let of = |id: &&&str| key.strip_prefix(**id).is_some_and(|rest| rest.starts_with(':'));
    let Some(id) = ids.iter().filter(of).max_by_key(|id| id.len()) else {
        return Some("no check has such findings: remove it".to_owned());
    };
    let result = report.results.iter().find(|result| result.check == *id)?;
    let in_full = result.broken.is_empty() && result.note.is_none();
    let found = result.findings.iter().any(|finding| finding.key == key);
    (in_full && !found).then(|| format!("`{id}` does not find this any more: remove it"))
}

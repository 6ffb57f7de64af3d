//! Declared checks: `checks/*.toml` and `checks/*.sql`, text to values, with every problem at its place.
//!
//! Pure: the caller reads the files. A `.sql` source is one check (its rows are violations); every other source is TOML.

mod declared;
mod forms;
mod settings;
mod sql_file;
mod toml_file;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use declared::{
    Claim, ColumnClaim, DeclaredCheck, DeclaredDefault, DeclaredQuery, EnumLabels, FixPolicy, ForeignKeyClaim,
    GrantClaim, PolicyClaim, RlsState, Severity, TriggerClaim,
};
pub use settings::{SequenceOverride, SequenceScope, SequenceSettings};

use super::document::{Keys, Problems};
use crate::diagnostic::{Diagnostic, Source};
use crate::model::Span;

/// Everything the checks' files declare.
#[derive(Debug, Clone, Default)]
pub struct Checks {
    /// The checks, by file and then in the file's order.
    pub declared: Vec<DeclaredCheck>,
    /// `[sequences]`.
    pub sequences: SequenceSettings,
    /// `[verify] accept`: keys of findings that are known and accepted.
    pub accept: Vec<Accepted>,
}

/// A key of `[verify] accept`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The finding's key.
    pub key: String,
    /// The file.
    pub source: Arc<Source>,
    /// Where it stands in the file.
    pub span: Span,
}

impl Accepted {
    /// The keys alone.
    #[must_use]
    pub fn keys(all: &[Self]) -> Vec<String> {
        all.iter().map(|accepted| accepted.key.clone()).collect()
    }
}

/// Reads all checks' files together, because an id must be unique across them.
///
/// Returns what could be read and every problem, in the order of the sources and then of their text.
pub fn parse(sources: &[Arc<Source>]) -> (Checks, Vec<Diagnostic>) {
    let mut checks = Checks::default();
    let mut problems = Vec::new();
    for source in sources {
        if is_sql(&source.path) {
            checks.declared.extend(sql_file::read(source, &mut problems));
        } else {
            toml_file::read(source, &mut checks, &mut problems);
        }
    }
    problems.extend(duplicates(&checks.declared));
    let order = |diagnostic: &Diagnostic| {
        let label = diagnostic.labels.first()?;
        let file = sources.iter().position(|source| Arc::ptr_eq(source, &label.source))?;
        Some((file, label.span.start()))
    };
    problems.sort_by_key(order);
    (checks, problems)
}

/// Reads `accept` of a table `[verify]`.
pub(super) fn accepted(table: &mut Keys<'_>, problems: &mut Problems<'_>) -> Vec<Accepted> {
    let source = Arc::clone(problems.source);
    let keys = table.texts("accept", problems);
    keys.iter().map(|key| Accepted { key: key.value.to_owned(), source: Arc::clone(&source), span: key.span }).collect()
}

fn is_sql(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("sql"))
}

fn duplicates(declared: &[DeclaredCheck]) -> Vec<Diagnostic> {
    let mut first: BTreeMap<&str, &DeclaredCheck> = BTreeMap::new();
    let mut problems = Vec::new();
    for check in declared {
        if let Some(earlier) = first.get(check.id.as_str()) {
            problems.push(
                Diagnostic::error("M124", format!("two checks have the id `{}`", check.id))
                    .label(&check.source, check.span, "second here")
                    .label(&earlier.source, earlier.span, "first here"),
            );
        } else {
            first.insert(&check.id, check);
        }
    }
    problems
}

#[cfg(test)]
mod tests;

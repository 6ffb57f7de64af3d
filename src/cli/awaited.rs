//! The migrations that declared checks wait for (`after`).

use crate::diagnostic::{Diagnostic, nearest};
use crate::ledger::Ledger;
use crate::model::Version;
use crate::project::Project;

/// Whether the migration that a check's `after` names, by id, version or name, is applied.
pub fn is_applied(ledger: &Ledger, text: &str) -> bool {
    ledger.applied.iter().any(|it| is_meant(text, it.id.as_str(), it.version.as_deref(), &it.name))
}

/// A warning for each check that waits for a migration of which neither the files nor the ledger know: it would never be
/// evaluated.
pub fn unknown(project: &Project, ledger: &Ledger) -> Vec<Diagnostic> {
    let migrations = &project.migrations;
    let is_known = |text: &str| {
        is_applied(ledger, text)
            || migrations
                .iter()
                .any(|it| is_meant(text, it.id.as_str(), it.version.as_ref().map(Version::as_str), &it.name))
    };
    let checks = project.checks.declared.iter();
    let awaited = checks.filter_map(|check| check.after.as_deref().map(|after| (check, after)));
    awaited
        .filter(|(_, after)| !is_known(after))
        .map(|(check, after)| {
            let message = format!("the check `{}` waits for `{after}`, and there is no such migration", check.id);
            let warning = Diagnostic::warning("M702", message).label(&check.source, check.span, "never evaluated");
            let known = migrations.iter().flat_map(|it| [it.id.as_str(), it.name.as_str()]);
            let help = nearest(after, known).map_or_else(
                || "name the migration by its id, its version or its name".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            warning.help(help)
        })
        .collect()
}

fn is_meant(text: &str, id: &str, version: Option<&str>, name: &str) -> bool {
    let parsed = |text: &str| Version::parse(text.trim_start_matches(['V', 'U'])).ok();
    let wanted = parsed(text);
    id == text || name == text || wanted.is_some() && version.and_then(parsed) == wanted
}

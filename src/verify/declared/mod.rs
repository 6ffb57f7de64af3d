//! Declared checks against the server: one file for each form of claim, each asking one set-based question.

mod column;
mod enums;
mod extensions;
mod foreign_keys;
mod grants;
mod near;
mod objects;
mod policies;
mod triggers;
mod unique;
mod violations;

use super::failure::Failure;
use super::finding::{CheckResult, Finding, Skipped};
use super::reader::Reader;
use super::select::Selection;
use super::{Progress, Request};
use crate::project::checks::{Claim, DeclaredCheck};

/// Evaluates the selected checks whose migration is applied; the others are named as skipped.
pub(super) async fn evaluate(
    reader: &Reader<'_>,
    declared: &[DeclaredCheck],
    request: &Request<'_>,
    selection: Selection<'_>,
) -> (Vec<CheckResult>, Vec<Skipped>) {
    let (mut results, mut skipped) = (Vec::new(), Vec::new());
    for check in declared.iter().filter(|check| selection.takes(&check.id)) {
        match &check.after {
            Some(migration) if !(request.applied)(migration) => {
                skipped.push(Skipped { check: check.id.clone(), reason: format!("{migration} is not applied") });
            }
            _ => results.push(result(reader, check).await),
        }
        (request.progress)(Progress::Checked);
    }
    (results, skipped)
}

async fn result(reader: &Reader<'_>, check: &DeclaredCheck) -> CheckResult {
    let title = check.message.as_deref().unwrap_or(&check.id);
    let mut result = CheckResult::new(&check.id, title, check.severity);
    result.at = Some(check.source.place(check.span.start()));
    for claim in &check.claims {
        if let Claim::Violations(query) = claim {
            match violations::violations(reader, check, query).await {
                Ok(found) => {
                    result.findings.extend(found.findings);
                    if found.more {
                        result.note = Some(format!("more than {} rows", check.limit));
                    }
                }
                Err(failure) => result.broken.push(violations::broken(check, query, &failure, &reader.role)),
            }
            continue;
        }
        match findings(reader, check, claim).await {
            Ok(found) => result.findings.extend(found),
            Err(failure) => result.broken.push(failure.broken(check.id.clone(), &reader.role)),
        }
    }
    result
}

async fn findings(reader: &Reader<'_>, check: &DeclaredCheck, claim: &Claim) -> Result<Vec<Finding>, Failure> {
    match claim {
        Claim::Exist(objects) => objects::exist(reader, check, objects).await,
        Claim::Absent(objects) => objects::absent(reader, check, objects).await,
        Claim::Enum(name, labels) => enums::labels(reader, check, name, labels).await,
        Claim::Extension(name, minimum) => extensions::extension(reader, check, name, minimum.as_deref()).await,
        Claim::Policies(claim) => policies::policies(reader, check, claim).await,
        Claim::Triggers(claim) => triggers::triggers(reader, check, claim).await,
        Claim::Column(claim) => column::column(reader, check, claim).await,
        Claim::Unique(table, columns) => unique::unique(reader, check, table, columns).await,
        Claim::AllowDuplicates(table, columns) => unique::allow_duplicates(reader, check, table, columns).await,
        Claim::ForeignKey(claim) => foreign_keys::foreign_key(reader, check, claim).await,
        Claim::Grant(claim) => grants::grants(reader, check, claim).await,
        Claim::Violations(query) => Ok(violations::violations(reader, check, query).await?.findings),
    }
}

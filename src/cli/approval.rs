//! Plan files: `plan --out` writes what is to be approved, `up --plan` runs exactly that or refuses.

use std::fs;
use std::path::Path;

use super::assemble::{Assembled, Wish};
use super::context::Context;
use super::{Stopped, exit, init};
use crate::db::Session;
use crate::diagnostic::Diagnostic;
use crate::ledger::Identity;
use crate::plan::{Asked, PlanFile};
use crate::report;

/// Writes the plan, unless it is refused: there is nothing to approve then.
pub async fn write(
    path: &Path,
    assembled: &Assembled,
    wish: Wish<'_>,
    context: &Context,
    session: &Session,
) -> Result<(), Stopped> {
    let file = of(assembled, wish, context, session).await?;
    fs::write(path, report::to_json(&file) + "\n").map_err(|error| init::failed(&path.display().to_string(), &error))
}

/// Reads a plan file.
pub fn read(path: &Path) -> Result<PlanFile, Stopped> {
    let shown = path.display();
    let text = fs::read_to_string(path).map_err(|error| {
        let diagnostic = Diagnostic::error("M005", format!("the plan `{shown}` can't be read: {error}"));
        Stopped::new(exit::USAGE, diagnostic)
    })?;
    PlanFile::parse(&text).map_err(|error| {
        let diagnostic = Diagnostic::error("M005", format!("the plan `{shown}` can't be used: {error}"))
            .help("make it anew with `migrate plan --out FILE`, and have it approved");
        Stopped::new(exit::USAGE, diagnostic)
    })
}

/// Why the plan made now is not the approved one, if it is not.
pub async fn refusal(
    approved: &PlanFile,
    assembled: &Assembled,
    wish: Wish<'_>,
    context: &Context,
    session: &Session,
) -> Result<Option<Diagnostic>, Stopped> {
    let now = of(assembled, wish, context, session).await?;
    let differences = approved.differences(&now, &assembled.ledger.applied);
    if differences.is_empty() {
        return Ok(None);
    }
    let mut diagnostic = Diagnostic::error("M510", "this is not the plan that was approved");
    diagnostic.notes.extend(differences);
    Ok(Some(diagnostic.help("make a new plan with `migrate plan --out FILE`, and have it approved")))
}

async fn of(assembled: &Assembled, wish: Wish<'_>, context: &Context, session: &Session) -> Result<PlanFile, Stopped> {
    let identity = Identity::read(session).await.map_err(|error| context.ledger_error(&error, session))?;
    let asked = Asked { to: wish.to.map(str::to_owned), late: wish.late, commits: wish.commits };
    let database = &session.server().database;
    Ok(PlanFile::new(&assembled.plan, asked, database, &identity, &context.project.config.ledger_schema))
}

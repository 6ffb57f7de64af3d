use std::collections::BTreeSet;

use clap::Args;

use super::amend::{self, Proposal};
use super::assemble::{self, Understood};
use super::context::Context;
use super::output::Output;
use super::{CommandResult, Stopped, exit};
use crate::catalog::{Catalog, Wanted};
use crate::db::Session;
use crate::ledger::Ledger;
use crate::plan::{self, Standing};
use crate::report;

/// `migrate baseline`.
#[derive(Debug, Args)]
pub struct BaselineArgs {
    /// The last migration that the database has: an id, a name or a version. It and all before it count as applied.
    id: String,
    /// Do so although the database lacks what they make.
    #[arg(long)]
    force: bool,
    /// Show what would change in the ledger, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Takes an existing database over: its migrations up to one count as applied, if what they make is there.
pub async fn run(args: &BaselineArgs, context: &Context, output: &Output) -> CommandResult {
    let mut session = context.connect(output).await?;
    let result = baseline(args, context, &mut session, output).await;
    amend::finish(result, context, session, output).await
}

async fn baseline(args: &BaselineArgs, context: &Context, session: &mut Session, output: &Output) -> CommandResult {
    loop {
        let proposal = propose(args, context, session, output).await?;
        if let Some(code) = proposal.carry_out(context, session, output).await? {
            return Ok(code);
        }
    }
}

async fn propose(
    args: &BaselineArgs,
    context: &Context,
    session: &Session,
    output: &Output,
) -> Result<Proposal, Stopped> {
    let project = &context.project;
    let target = assemble::find(&project.migrations, &args.id)?;
    let ledger = amend::read_ledger(context, session).await?;
    let standing = Standing::compare(&project.migrations, &ledger);
    let understood = assemble::understand(project, Some(session.server()))?;
    output.diagnostics(&understood.warnings);
    let selected = plan::select_to(project, &understood.graph, &standing.pending, target);
    let marked = Marked { ledger, standing, understood, selected, force: args.force, dry_run: args.dry_run };
    marked.propose(context, session).await
}

/// Migrations that are to count as applied.
#[derive(Debug)]
pub struct Marked {
    /// The ledger as it was read.
    pub ledger: Ledger,
    /// The files against it.
    pub standing: Standing,
    /// What the files tell.
    pub understood: Understood,
    /// The migrations: some of the pending ones.
    pub selected: BTreeSet<usize>,
    /// Whether they count although what they make is not there.
    pub force: bool,
    /// Only shown.
    pub dry_run: bool,
}

impl Marked {
    /// Looks up what they make.
    pub async fn propose(self, context: &Context, session: &Session) -> Result<Proposal, Stopped> {
        let project = &context.project;
        let pending: BTreeSet<usize> = self.standing.pending.iter().copied().collect();
        let through: BTreeSet<usize> =
            (0..project.migrations.len()).filter(|it| self.selected.contains(it) || !pending.contains(it)).collect();
        let made = assemble::made(project, &self.understood, &through);
        let wanted: Vec<Wanted> = made.iter().map(|it| Wanted::exactly(it.object.clone())).collect();
        let catalog = Catalog::read(session, &wanted, &[])
            .await
            .map_err(|error| Stopped::new(exit::CONNECTION, report::explain_catalog(&error)))?;
        let baseline = plan::baseline(project, &self.understood.graph, &self.selected, &made, &catalog);
        let mut refusals = self.standing.refusals(&project.migrations);
        if !self.force {
            refusals.extend(baseline.missing);
        }
        Ok(Proposal {
            ledger: self.ledger,
            amendments: baseline.amendments,
            notes: baseline.notes,
            refusals,
            dry_run: self.dry_run,
        })
    }
}

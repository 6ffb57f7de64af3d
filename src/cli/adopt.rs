use std::collections::BTreeSet;

use clap::{Args, ValueEnum};

use super::amend::{self, Proposal};
use super::baseline::Marked;
use super::context::Context;
use super::output::Output;
use super::{CommandResult, Stopped, assemble, exit};
use crate::db::Session;
use crate::diagnostic::Diagnostic;
use crate::ledger::{Stranger, Tool};
use crate::plan::{self, Adopted, Standing};

/// `migrate adopt`.
#[derive(Debug, Args)]
pub struct AdoptArgs {
    /// Whose history to take over [default: whichever is there].
    #[arg(long, value_enum, value_name = "TOOL")]
    from: Option<From>,
    /// Do so although the database lacks what the migrations make, or files were changed since they were applied.
    #[arg(long)]
    force: bool,
    /// Show what would change in the ledger, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// `--from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum From {
    /// `refinery_schema_history`.
    Refinery,
    /// `flyway_schema_history`.
    Flyway,
    /// `_sqlx_migrations`.
    Sqlx,
    /// `__diesel_schema_migrations`.
    Diesel,
    /// `_prisma_migrations`.
    Prisma,
    /// `schema_migrations` with a version and whether it is dirty.
    GolangMigrate,
    /// `schema_migrations` with a version for each migration.
    Dbmate,
    /// `goose_db_version`.
    Goose,
}

impl From {
    const fn tool(self) -> Tool {
        match self {
            Self::Refinery => Tool::Refinery,
            Self::Flyway => Tool::Flyway,
            Self::Sqlx => Tool::Sqlx,
            Self::Diesel => Tool::Diesel,
            Self::Prisma => Tool::Prisma,
            Self::GolangMigrate => Tool::GolangMigrate,
            Self::Dbmate => Tool::Dbmate,
            Self::Goose => Tool::Goose,
        }
    }
}

/// Takes over what another runner has applied; its own table stays as it is.
pub async fn run(args: &AdoptArgs, context: &Context, output: &Output) -> CommandResult {
    let mut session = context.connect(output).await?;
    let result = adopt(args, context, &mut session, output).await;
    amend::finish(result, context, session, output).await
}

async fn adopt(args: &AdoptArgs, context: &Context, session: &mut Session, output: &Output) -> CommandResult {
    loop {
        let proposal = propose(args, context, session, output).await?;
        if let Some(code) = proposal.carry_out(context, session, output).await? {
            return Ok(code);
        }
    }
}

async fn propose(args: &AdoptArgs, context: &Context, session: &Session, output: &Output) -> Result<Proposal, Stopped> {
    let project = &context.project;
    let tools = args.from.map_or_else(|| Tool::ALL.to_vec(), |from| vec![from.tool()]);
    let mut found = None;
    for tool in &tools {
        let history = tool.history(session, &project.config.ledger_schema).await;
        found = history.map_err(|error| context.ledger_error(&error, session))?;
        if found.is_some() {
            break;
        }
    }
    let Some(history) = found else { return Err(nothing_to_adopt(&tools, context, session).await) };
    let ledger = amend::read_ledger(context, session).await?;
    let standing = Standing::compare(&project.migrations, &ledger);
    let understood = assemble::understand(project, Some(session.server()))?;
    output.diagnostics(&understood.warnings);
    let Adopted { found: mut selected, refusals, changed } = plan::adopted(&history, &project.migrations);
    selected.retain(|it| standing.pending.contains(it));
    let marked = Marked { ledger, standing, understood, selected, force: args.force, dry_run: args.dry_run };
    let mut proposal = marked.propose(context, session).await?;
    proposal.refusals.extend(refusals);
    if args.force {
        proposal.notes.extend(changed.into_iter().map(|it| it.message));
    } else {
        proposal.refusals.extend(changed);
    }
    proposal.notes.push(format!("by {}, which stays as it is", history.table));
    Ok(proposal)
}

/// That there is no history to take over, with what there is instead.
async fn nothing_to_adopt(tools: &[Tool], context: &Context, session: &Session) -> Stopped {
    let refused =
        |message: String, help: &str| Stopped::new(exit::REFUSED, Diagnostic::error("M518", message).help(help));
    match Stranger::find(session).await {
        Err(error) => context.ledger_error(&error, session),
        Ok(Some(stranger)) => {
            let message = format!("the history of {} (`{}`) can't be taken over", stranger.tool, stranger.table);
            refused(message, stranger.way_out())
        }
        Ok(None) => {
            let tables: BTreeSet<String> = tools.iter().map(|tool| format!("`{}`", tool.table())).collect();
            let tables: Vec<String> = tables.into_iter().collect();
            refused(
                format!("there is no table {} in this database", tables.join(" or ")),
                "`migrate baseline ID` takes a database over without another runner's history",
            )
        }
    }
}

use clap::{Args, ValueEnum};

use super::amend::{self, Proposal};
use super::baseline::Marked;
use super::context::Context;
use super::output::Output;
use super::{CommandResult, Stopped, assemble, exit};
use crate::db::Session;
use crate::diagnostic::Diagnostic;
use crate::ledger::Tool;
use crate::plan::{self, Standing};

/// `migrate adopt`.
#[derive(Debug, Args)]
pub struct AdoptArgs {
    /// Whose history to take over [default: whichever is there].
    #[arg(long, value_enum, value_name = "TOOL")]
    from: Option<From>,
    /// Do so although the database lacks what the migrations make.
    #[arg(long)]
    force: bool,
    /// Show what would change in the ledger, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// `--from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum From {
    /// refinery's `refinery_schema_history`.
    Refinery,
    /// Flyway's `flyway_schema_history`.
    Flyway,
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
    let tools = match args.from {
        Some(From::Refinery) => vec![Tool::Refinery],
        Some(From::Flyway) => vec![Tool::Flyway],
        None => Tool::ALL.to_vec(),
    };
    let mut found = None;
    for tool in &tools {
        let history = tool.history(session, &project.config.ledger_schema).await;
        found = history.map_err(|error| context.ledger_error(&error, session))?;
        if found.is_some() {
            break;
        }
    }
    let Some((table, history)) = found else {
        let tables: Vec<String> = tools.iter().map(|tool| format!("`{}`", tool.table())).collect();
        let message = format!("there is no table {} in this database", tables.join(" or "));
        let help = "`migrate baseline ID` takes a database over without another runner's history";
        return Err(Stopped::new(exit::REFUSED, Diagnostic::error("M518", message).help(help)));
    };
    let ledger = amend::read_ledger(context, session).await?;
    let standing = Standing::compare(&project.migrations, &ledger);
    let understood = assemble::understand(project)?;
    output.diagnostics(&understood.warnings);
    let (mut selected, refusals) = plan::adopted(&history, &table, &project.migrations);
    selected.retain(|it| standing.pending.contains(it));
    let marked = Marked { ledger, standing, understood, selected, force: args.force, dry_run: args.dry_run };
    let mut proposal = marked.propose(context, session).await?;
    proposal.refusals.extend(refusals);
    proposal.notes.push(format!("by {table}, which stays as it is"));
    Ok(proposal)
}

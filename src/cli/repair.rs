use clap::{Args, ValueEnum};

use super::amend::{self, Proposal};
use super::context::Context;
use super::output::Output;
use super::{CommandResult, Stopped, assemble, exit};
use crate::db::Session;
use crate::plan::{self, InterruptedPieces, NoRepair, Standing};

/// `migrate repair`.
#[derive(Debug, Args)]
pub struct RepairArgs {
    /// What to repair: ids, names or versions. An applied migration whose file was edited is accepted as it is now, one
    /// whose file was renamed gets its new id, one whose file is gone is forgotten.
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// What became of the pieces that an interrupted run has begun.
    #[arg(long, value_enum, value_name = "FATE")]
    interrupted: Option<Fate>,
    /// Show what would change in the ledger, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// `--interrupted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Fate {
    /// Those not known to have finished have.
    Finished,
    /// Those not known to have finished are to run again.
    Again,
    /// All are to run again, those that are committed too.
    FromStart,
}

/// Brings the ledger in line with what a person knows; no migration runs.
pub async fn run(args: &RepairArgs, context: &Context, output: &Output) -> CommandResult {
    let mut session = context.connect(output).await?;
    let result = repair(args, context, &mut session, output).await;
    amend::finish(result, context, session, output).await
}

async fn repair(args: &RepairArgs, context: &Context, session: &mut Session, output: &Output) -> CommandResult {
    loop {
        let proposal = propose(args, context, session).await?;
        if let Some(code) = proposal.carry_out(context, session, output).await? {
            return Ok(code);
        }
    }
}

async fn propose(args: &RepairArgs, context: &Context, session: &Session) -> Result<Proposal, Stopped> {
    let migrations = &context.project.migrations;
    let ledger = amend::read_ledger(context, session).await?;
    let standing = Standing::compare(migrations, &ledger);
    let interrupted = args.interrupted.map(|fate| match fate {
        Fate::Finished => InterruptedPieces::Finished,
        Fate::Again => InterruptedPieces::Again,
        Fate::FromStart => InterruptedPieces::FromStart,
    });
    let repairs =
        plan::repairs(&args.ids, migrations, &ledger, &standing, interrupted).map_err(|error| match error {
            NoRepair::Unknown(text) => assemble::unknown(migrations, &text),
            NoRepair::Undecided(diagnostic) => Stopped::new(exit::USAGE, diagnostic),
        })?;
    let notes = repairs.fine.iter().map(|id| format!("`{id}` needs no repair")).collect();
    Ok(Proposal { ledger, amendments: repairs.amendments, notes, refusals: Vec::new(), dry_run: args.dry_run })
}

use clap::Args;

use super::context::Context;
use super::global::Format;
use super::output::Output;
use super::{CommandResult, exit};
use crate::ledger::Ledger;
use crate::plan::{Standing, copy};
use crate::report::Status;

/// `migrate status`.
#[derive(Debug, Args)]
pub struct StatusArgs {}

/// Compares the ledger with the files.
pub async fn run(_: &StatusArgs, context: &Context, output: &Output) -> CommandResult {
    let session = context.connect(output).await?;
    let ledger = Ledger::read(&session, &context.project.config.ledger_schema).await;
    let ledger = ledger.map_err(|error| context.ledger_error(&error, &session));
    context.close(session, output).await;
    let ledger = ledger?;
    let standing = Standing::compare(&context.project.migrations, &ledger);
    let refusals = standing.refusals(&context.project.migrations);
    output.diagnostics(copy(&ledger).as_slice());
    let target = context.target_name();
    let status = Status {
        target: &target,
        migrations: &context.project.migrations,
        ledger: &ledger,
        standing: &standing,
        refusals: &refusals,
    };
    output.result(&match output.format {
        Format::Json => status.json(),
        _ => status.human(output.paint),
    });
    Ok(if refusals.is_empty() { exit::OK } else { exit::REFUSED })
}

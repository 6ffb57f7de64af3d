use clap::Args;

use super::context::Context;
use super::global::Format;
use super::output::Output;
use super::{CommandResult, exit};
use crate::ledger::Ledger;
use crate::report::History;

/// `migrate history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {}

/// Shows everything that ever happened to migrations here.
pub async fn run(_: &HistoryArgs, context: &Context, output: &Output) -> CommandResult {
    let session = context.connect(output).await?;
    let entries = Ledger::history(&session, &context.project.config.ledger_schema).await;
    let entries = entries.map_err(|error| context.ledger_error(&error, &session));
    context.close(session, output).await;
    let entries = entries?;
    let target = context.target_name();
    let history = History { target: &target, entries: &entries };
    output.result(&match output.format {
        Format::Json => history.json(),
        _ => history.human(output.paint),
    });
    Ok(exit::OK)
}

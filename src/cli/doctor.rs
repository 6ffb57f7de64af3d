use clap::Args;

use super::context::Context;
use super::global::Format;
use super::output::Output;
use super::{CommandResult, exit};
use crate::ledger::{Health, Ledger, LedgerError};
use crate::report::Doctor;

/// `migrate doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {}

/// Examines the connection, the role's privileges, the ledger and the lease; changes nothing.
pub async fn run(_: &DoctorArgs, context: &Context, output: &Output) -> CommandResult {
    let session = context.connect(output).await?;
    let schema = &context.project.config.ledger_schema;
    let examined = async { Ok((Health::read(&session, schema).await?, Ledger::read(&session, schema).await)) };
    let (health, ledger) = match examined.await {
        Ok(examined) => examined,
        Err::<_, LedgerError>(error) => {
            let stopped = context.ledger_error(&error, &session);
            context.close(session, output).await;
            return Err(stopped);
        }
    };
    let target = context.target_name();
    let ledger = ledger.as_ref().map_err(ToString::to_string);
    let doctor = Doctor::examine(&target, session.server(), schema, &health, ledger);
    output.result(&match output.format {
        Format::Json => doctor.json(),
        _ => doctor.human(output.paint),
    });
    let code = if doctor.is_fine() { exit::OK } else { exit::VIOLATED };
    context.close(session, output).await;
    Ok(code)
}

use clap::Args;

use super::global::{Format, Global};
use super::output::Output;
use super::schema::Surroundings;
use super::{CommandResult, exit};
use crate::ledger::{Counter, Health, Ledger, LedgerError};
use crate::report::Doctor;

/// `migrate doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {}

/// Examines the connection, the role's privileges, the ledger and the lease; changes nothing.
pub async fn run(_: &DoctorArgs, global: &Global, output: &Output) -> CommandResult {
    // Neither migrations nor checks are looked at: what is wrong with them says nothing about the database.
    let context = Surroundings::find(global)?.context(global)?;
    let session = context.connect(output).await?;
    let schema = &context.project.config.ledger_schema;
    let examined = async {
        let health = Health::read(&session, schema).await?;
        let mut ledger = Ledger::read(&session, schema).await;
        let mut counters = Vec::new();
        if ledger.as_ref().is_ok_and(|it| it.installed) {
            match Counter::read(&session, schema).await {
                Ok(read) => counters = read,
                Err(error) => ledger = Err(error),
            }
        }
        Ok((health, ledger, counters))
    };
    let (health, ledger, counters) = match examined.await {
        Ok(examined) => examined,
        Err::<_, LedgerError>(error) => {
            let stopped = context.ledger_error(&error, &session);
            context.close(session, output).await;
            return Err(stopped);
        }
    };
    let target = context.target_name();
    let ledger = ledger.as_ref().map_err(ToString::to_string);
    let doctor = Doctor::examine(&target, session.server(), schema, &health, ledger, &counters);
    output.result(&match output.format {
        Format::Json => doctor.json(),
        _ => doctor.human(output.paint),
    });
    let code = if doctor.is_fine() { exit::OK } else { exit::VIOLATED };
    context.close(session, output).await;
    Ok(code)
}

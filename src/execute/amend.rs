use super::error::ExecuteError;
use super::event::Event;
use super::message::send;
use super::run::{Outcome, RunOptions, wait_for_lease};
use crate::db::Session;
use crate::ledger::{Change, Ledger, begin_run, claim, finish_run, install};
use crate::model::Checksum;

/// Makes these changes of the ledger in one transaction under the lease; `decided_on` is the ledger they were decided on.
///
/// # Errors
/// When the lease can't be had in time, the server refuses, or the connection breaks. Doing it again is harmless: what
/// is changed already is not found again.
pub async fn amend(
    session: &mut Session,
    decided_on: &Ledger,
    changes: &[Change],
    options: &RunOptions<'_>,
    emit: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome, ExecuteError> {
    install(session, options.schema).await?;
    claim(session, options.schema).await?;
    let lease = wait_for_lease(session, options, emit).await?;
    let ledger = Ledger::read(session, options.schema).await?;
    if (&ledger.applied, &ledger.intents) != (&decided_on.applied, &decided_on.intents) {
        lease.release(session).await?;
        return Ok(Outcome::Overtaken);
    }
    let wanted = Checksum::of_pieces(changes.iter().map(|it| it.sql(options.schema, 0)));
    let run = begin_run(session, &lease, wanted, options.holder).await?;
    let changes: Vec<String> = changes.iter().map(|it| it.sql(options.schema, run)).collect();
    let message = format!("BEGIN; {}; {}; COMMIT", lease.fence_sql(), changes.join("; "));
    let result = send(session, &message).await;
    if result.is_err() && !session.is_closed() {
        send(session, "ROLLBACK").await.map_err(|stopped| stopped.error)?;
    }
    let closed = async {
        finish_run(session, &lease, run, if result.is_ok() { "succeeded" } else { "failed" }).await?;
        lease.release(session).await
    }
    .await;
    result.map_err(|stopped| stopped.error)?;
    closed?;
    Ok(Outcome::Applied)
}

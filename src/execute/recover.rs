use tokio_postgres::types::Type;

use crate::db::Session;
use crate::ledger::Intent;
use crate::sql::ConcurrentIndex;

/// What is to be done about a statement that was begun and not known to have finished.
#[derive(Debug)]
pub(super) enum Recovery {
    /// The catalog shows that it finished.
    Finished(String),
    /// It left nothing, or what it left was removed.
    RunAgain(String),
    /// The catalog does not tell.
    Undecided(String),
}

/// Finds out from the catalog what an interrupted statement left, and removes an invalid index.
pub(super) async fn recover(
    session: &Session,
    intent: &Intent,
    index: Option<&ConcurrentIndex>,
    repeatable: bool,
) -> Result<Recovery, tokio_postgres::Error> {
    if repeatable {
        return Ok(Recovery::RunAgain("runs the interrupted statement again".to_owned()));
    }
    let Some(ConcurrentIndex { index: Some(name), table, .. }) = index else {
        return Ok(Recovery::Undecided(format!(
            "the run that began this statement at {} was interrupted, and the catalog does not tell whether it finished",
            intent.started_at
        )));
    };
    let row = session
        .client()
        .query_typed_opt(
            include_str!("index_state.sql"),
            &[
                (&table.schema.as_ref().map(crate::model::Ident::as_str), Type::TEXT),
                (&table.name.as_str(), Type::TEXT),
                (&name.name.as_str(), Type::TEXT),
            ],
        )
        .await?;
    let Some(row) = row else {
        return Ok(Recovery::RunAgain(format!("{name} was begun and is not there: builds it")));
    };
    let (valid, building, drop): (bool, bool, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    if valid {
        return Ok(Recovery::Finished(format!("{name} had been built: nothing to do")));
    }
    if building {
        return Ok(Recovery::Undecided(format!(
            "another session is still building {name}; wait for it and run this again"
        )));
    }
    session.client().batch_execute(&drop).await?;
    Ok(Recovery::RunAgain(format!("{name} was left invalid: dropped it, builds it again")))
}

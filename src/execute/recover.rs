use tokio_postgres::types::Type;

use crate::db::Session;
use crate::ledger::Intent;
use crate::model::ObjectName;
use crate::plan::Interrupted;
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
    interrupted: &Interrupted,
) -> Result<Recovery, tokio_postgres::Error> {
    match interrupted {
        Interrupted::Repeatable => Ok(Recovery::RunAgain("runs the interrupted statement again".to_owned())),
        Interrupted::Rebuilds => rebuilt(session).await,
        Interrupted::Removes(index) => removed(session, index).await,
        Interrupted::Detaches { parent, partition } => detached(session, parent, partition).await,
        Interrupted::Builds(ConcurrentIndex { index: Some(name), table, .. }) => built(session, name, table).await,
        Interrupted::Builds(_) | Interrupted::Unknown => Ok(Recovery::Undecided(format!(
            "the run that began this statement at {} was interrupted, and the catalog does not tell whether it finished",
            intent.started_at
        ))),
    }
}

async fn removed(session: &Session, index: &ObjectName) -> Result<Recovery, tokio_postgres::Error> {
    let row = session
        .client()
        .query_typed_one("SELECT pg_catalog.to_regclass($1) IS NULL", &[(&index.quoted(), Type::TEXT)])
        .await?;
    Ok(if row.try_get(0)? {
        Recovery::Finished(format!("{index} had been removed: nothing to do"))
    } else {
        Recovery::RunAgain(format!("{index} is still there: removes it"))
    })
}

async fn rebuilt(session: &Session) -> Result<Recovery, tokio_postgres::Error> {
    let mut left = Vec::new();
    for row in session.client().query_typed(include_str!("rebuilt.sql"), &[]).await? {
        let index: String = row.try_get(0)?;
        session.client().batch_execute(&format!("DROP INDEX CONCURRENTLY {index}")).await?;
        left.push(index);
    }
    Ok(Recovery::RunAgain(if left.is_empty() {
        "runs the interrupted REINDEX again".to_owned()
    } else {
        format!("dropped what the interrupted REINDEX had left ({}), runs it again", left.join(", "))
    }))
}

async fn detached(
    session: &Session,
    parent: &ObjectName,
    partition: &ObjectName,
) -> Result<Recovery, tokio_postgres::Error> {
    let (of, part) = (parent.quoted(), partition.quoted());
    let row = session
        .client()
        .query_typed_opt(
            "SELECT inhdetachpending FROM pg_catalog.pg_inherits
             WHERE inhparent = pg_catalog.to_regclass($1) AND inhrelid = pg_catalog.to_regclass($2)",
            &[(&of, Type::TEXT), (&part, Type::TEXT)],
        )
        .await?;
    let Some(row) = row else {
        return Ok(Recovery::Finished(format!("{partition} had been detached: nothing to do")));
    };
    if row.try_get(0)? {
        session.client().batch_execute(&format!("ALTER TABLE {of} DETACH PARTITION {part} FINALIZE")).await?;
        return Ok(Recovery::Finished(format!("{partition} was being detached: finished it")));
    }
    Ok(Recovery::RunAgain(format!("{partition} is still attached: detaches it")))
}

async fn built(session: &Session, name: &ObjectName, table: &ObjectName) -> Result<Recovery, tokio_postgres::Error> {
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

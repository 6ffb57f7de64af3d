use std::time::Duration;

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, Row};

use super::decide::{Definition, Standing, decide};
use super::discover::Sequence;
use super::fix::{self, Behind, Method, SequenceFix, SequenceOutcome};
use super::state;
use crate::model::LockTimeout;
use crate::verify::fix_options::{ExplicitIds, FixOptions};

/// How long a transaction that holds other sequences may wait for one more: far less than `deadlock_timeout`, so that no
/// writer is ever chosen to end a deadlock with it.
const PATIENCE: Duration = Duration::from_millis(50);

/// Whether the sequence may be moved in one transaction with others: its turn must be short, for it holds up the writers of
/// all of them.
pub(super) fn may_share(sequence: &Sequence, options: &FixOptions) -> bool {
    sequence.rights.own
        && sequence.value_sql.is_none()
        && sequence.read().all(|feed| feed.sorted)
        && options.explicit_ids == ExplicitIds::Committed
        && !options.dry_run
}

/// Moves several sequences in one transaction, by lock, read again, set, as each alone would be. `None` when anything stood
/// in the way; then nothing was done.
///
/// # Errors
/// When the connection is lost.
pub(super) async fn fix(
    client: &Client,
    behind: &[Behind<'_>],
    options: &FixOptions,
) -> Result<Option<Vec<SequenceFix>>, Error> {
    let patience = LockTimeout::new(options.lock_timeout.duration().min(PATIENCE));
    let options = FixOptions { lock_timeout: patience, ..*options };
    match tried(client, behind, &options).await {
        Ok(Some(fixes)) => Ok(Some(fixes)),
        Err(error) if client.is_closed() => Err(error),
        Ok(None) | Err(_) => client.batch_execute("ROLLBACK").await.map(|()| None),
    }
}

async fn tried(
    client: &Client,
    behind: &[Behind<'_>],
    options: &FixOptions,
) -> Result<Option<Vec<SequenceFix>>, Error> {
    client.batch_execute(&fix::begin(behind[0].sequence, options)).await?;
    let current = definitions(client, behind).await?;
    if current.len() != behind.len() {
        return Ok(None);
    }
    let holds: Vec<String> = current.iter().map(|it| fix::hold(it, &it.definition)).collect();
    client.batch_execute(&holds.join(";\n")).await?;
    let rows: Vec<String> = current.iter().enumerate().map(|(index, it)| state::state_sql(it, index)).collect();
    let rows = client.query_typed(&format!("VALUES {}", rows.join(",\n")), &[]).await?;
    let (mut fixes, mut sets) = (Vec::new(), Vec::new());
    for ((row, sequence), behind) in rows.iter().zip(&current).zip(behind) {
        let Some((_, state)) = state::parse_row(row)? else { return Ok(None) };
        let mut fix = SequenceFix {
            sequence: sequence.name.path(),
            method: Some(Method::Locked),
            statements: behind.statements.to_vec(),
            tries: 1,
            outcome: SequenceOutcome::Fixed,
            after: Vec::new(),
        };
        match decide(&sequence.definition, state.reading, state.extreme, sequence.column_range()) {
            Standing::Behind(target) => {
                fix.statements = fix::statements(sequence, target);
                sets.push(fix::set(sequence, target));
            }
            other => fix.outcome = fix::unmoved(other),
        }
        fixes.push(fix);
    }
    sets.push("COMMIT".to_owned());
    client.batch_execute(&sets.join(";\n")).await?;
    Ok(Some(fixes))
}

/// The sequences with their definitions as they are now, without those that are gone.
async fn definitions(client: &Client, behind: &[Behind<'_>]) -> Result<Vec<Sequence>, Error> {
    let sql = "SELECT s.seqincrement, s.seqmin, s.seqmax, s.seqcycle, x.position \
               FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) WITH ORDINALITY x(oid, name, position) \
               JOIN pg_catalog.pg_sequence s ON s.seqrelid = x.oid AND s.seqrelid = pg_catalog.to_regclass(x.name) \
               ORDER BY x.position";
    let oids: Vec<u32> = behind.iter().map(|it| it.sequence.oid).collect();
    let names: Vec<String> = behind.iter().map(|it| it.sequence.name.quoted()).collect();
    let rows = client.query_typed(sql, &[(&oids, Type::OID_ARRAY), (&names, Type::TEXT_ARRAY)]).await?;
    let read =
        |(row, it): (&Row, &Behind<'_>)| Ok(Sequence { definition: Definition::read(row)?, ..it.sequence.clone() });
    rows.iter().zip(behind).map(read).collect()
}

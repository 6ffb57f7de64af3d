use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, Row};

use super::decide::{Definition, Standing, decide};
use super::discover::Sequence;
use super::fix::{self, Behind, Method, SequenceFix, SequenceOutcome};
use super::state;
use crate::model::{Ident, LockTimeout};
use crate::verify::fix_options::{ExplicitIds, FixOptions};

/// Whether the sequence may be moved in one transaction with others: its turn must be short, for it holds up the writers of
/// all of them, and no session may keep values of it, which only a new file throws away.
pub(super) fn may_share(sequence: &Sequence, options: &FixOptions) -> bool {
    sequence.rights.own
        && !sequence.cached
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
    let patience = LockTimeout::new(options.lock_timeout.duration().min(fix::PATIENCE));
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
    let current = holdable(client, behind).await?;
    if current.len() != behind.len() {
        return Ok(None);
    }
    let holds: Vec<&str> = current.iter().map(|(_, hold)| hold.as_str()).collect();
    client.batch_execute(&holds.join(";\n")).await?;
    // Somebody may have altered one before it was held.
    if holdable(client, behind).await? != current {
        return Ok(None);
    }
    let rows: Vec<String> = current.iter().enumerate().map(|(index, (it, _))| state::state_sql(it, index)).collect();
    let rows = client.query_typed(&format!("VALUES {}", rows.join(",\n")), &[]).await?;
    let (mut fixes, mut sets) = (Vec::new(), Vec::new());
    for ((row, (sequence, hold)), behind) in rows.iter().zip(&current).zip(behind) {
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
                let set = fix::set(sequence, target);
                fix.statements = vec!["BEGIN".to_owned(), hold.clone(), set.clone(), "COMMIT".to_owned()];
                sets.push(set);
            }
            other => fix.outcome = fix::unmoved(other),
        }
        fixes.push(fix);
    }
    sets.push("COMMIT".to_owned());
    client.batch_execute(&sets.join(";\n")).await?;
    Ok(Some(fixes))
}

/// The sequences with their definitions as they are now, and what holds each; without those that are gone or of which
/// sessions may keep values by now.
///
/// To give a sequence to the owner it has takes ACCESS EXCLUSIVE and changes nothing (`ATExecChangeOwner` in
/// `src/backend/commands/tablecmds.c`). The other way to hold it ([`fix::hold`]) writes a new file for it, which takes seven
/// times as long, but makes no reader wait: a dump that has read the sequence keeps its lock to the end.
async fn holdable(client: &Client, behind: &[Behind<'_>]) -> Result<Vec<(Sequence, String)>, Error> {
    let sql = "SELECT s.seqincrement, s.seqmin, s.seqmax, s.seqcycle, pg_catalog.pg_get_userbyid(c.relowner)::text \
               FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) WITH ORDINALITY x(oid, name, position) \
               JOIN pg_catalog.pg_sequence s ON s.seqrelid = x.oid AND s.seqrelid = pg_catalog.to_regclass(x.name) \
               JOIN pg_catalog.pg_class c ON c.oid = x.oid \
               WHERE s.seqcache = 1 \
               ORDER BY x.position";
    let oids: Vec<u32> = behind.iter().map(|it| it.sequence.oid).collect();
    let names: Vec<String> = behind.iter().map(|it| it.sequence.name.quoted()).collect();
    let rows = client.query_typed(sql, &[(&oids, Type::OID_ARRAY), (&names, Type::TEXT_ARRAY)]).await?;
    let read = |(row, it): (&Row, &Behind<'_>)| {
        let sequence = Sequence { definition: Definition::read(row)?, ..it.sequence.clone() };
        let owner = Ident::exact(row.try_get::<_, &str>(4)?);
        let hold = format!("ALTER SEQUENCE {} OWNER TO {}", sequence.name.quoted(), owner.quoted());
        Ok((sequence, hold))
    };
    rows.iter().zip(behind).map(read).collect()
}

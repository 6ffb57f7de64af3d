use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::decide::{Standing, decide};
use super::discover::{self, Only};
use super::fix::{self, Behind, SequenceFix};
use super::state;
use crate::model::ObjectName;
use crate::verify::reader::{Reader, Snapshot};
use crate::verify::{Failure, FixOptions, Limits, VerifyError};

/// Moves a sequence past the values of a column that is about to draw from it again: the default must not hand out what is
/// used, not for the moment until the sequences are looked at. `None` where it is ahead.
///
/// # Errors
/// When the connection is lost; the inner error says why it can't be told where the sequence stands.
pub(in crate::verify) async fn lead(
    client: &Client,
    sequence: &ObjectName,
    column: &ObjectName,
    options: &FixOptions,
) -> Result<Result<Option<SequenceFix>, Failure>, VerifyError> {
    let reader = Reader::open(client, Snapshot::Each, Limits::default()).await?;
    let read = behind(&reader, sequence, column).await;
    let role = reader.role.clone();
    reader.close().await?;
    let (sequence, statements) = match read {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(Ok(None)),
        Err(failure) => return Ok(Err(failure)),
    };
    let behind = Behind { sequence: &sequence, statements: &statements };
    Ok(Ok(Some(fix::fix(client, &role, behind, options).await?)))
}

/// The sequence with what moves it, where it is behind the column.
async fn behind(
    reader: &Reader<'_>,
    name: &ObjectName,
    column: &ObjectName,
) -> Result<Option<(discover::Sequence, Vec<String>)>, Failure> {
    let quoted = name.quoted();
    let rows = reader.rows("", "SELECT pg_catalog.to_regclass($1)::pg_catalog.oid", &[(&quoted, Type::TEXT)]).await?;
    let oid: Option<u32> = rows.first().map_or(Ok(None), |row| row.try_get(0)).map_err(|error| Failure::of(&error))?;
    let gone = || Failure::said(format!("{} is gone", name.path()));
    let these = [oid.ok_or_else(gone)?];
    let found = discover::discover(reader, Some(Only { sequences: &these, late: &[] })).await?;
    let mut sequence = found.into_iter().next().ok_or_else(gone)?;
    sequence.value_sql = Some(greatest(&sequence, column));
    let rows = reader.rows("", &format!("VALUES {}", state::state_sql(&sequence, 0)), &[]).await?;
    let state = rows.first().map_or(Ok(None), state::parse_row).map_err(|error| Failure::of(&error))?;
    let (_, state) = state.ok_or_else(|| Failure::said(format!("{} gives no state", name.path())))?;
    match decide(&sequence.definition, state.reading, state.extreme, sequence.column_range()) {
        Standing::InSync => Ok(None),
        Standing::Behind(target) => {
            let statements = fix::statements(&sequence, target);
            Ok(Some((sequence, statements)))
        }
        Standing::Exhausted | Standing::Overflow => {
            Err(Failure::said(format!("the values of {} reach the end of the range of {}", column.path(), name.path())))
        }
    }
}

/// The column's most advanced value within the range of the sequence.
fn greatest(sequence: &discover::Sequence, column: &ObjectName) -> String {
    let definition = &sequence.definition;
    let (pick, within, limit) =
        if definition.increment > 0 { ("max", "<=", definition.maximum) } else { ("min", ">=", definition.minimum) };
    let table = ObjectName { member: None, ..column.clone() }.quoted();
    let name = column.member.as_ref().unwrap_or(&column.name).quoted();
    format!("SELECT pg_catalog.{pick}({name}) FROM {table} WHERE {name} {within} '{limit}'::int8")
}

use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use super::decide::{Definition, Reading};
use super::discover::{Feed, Sequence};
use crate::verify::failure::Failure;
use crate::verify::finding::Broken;
use crate::verify::reader::Reader;

/// Sequences asked for in one statement: 10,000 took 0.99 s at 50, 1.94 s one by one, and 7.3 s with 1.5 GB of
/// server memory at 1,000.
const BATCH: usize = 50;

/// Past every sequence's range, and far enough from the end of 128 bits to calculate with.
const BEYOND: i128 = 1 << 80;

/// A sequence's state and its columns' most advanced used value within its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    pub(super) reading: Reading,
    pub(super) extreme: Option<i128>,
}

/// The states in the order of `sequences`; what can't be read says why.
pub(super) async fn states(
    reader: &Reader<'_>,
    sequences: &[Sequence],
    scan_bytes: i64,
    progress: &(dyn Fn(usize) + Sync),
) -> Vec<Result<State, Broken>> {
    let mut states: Vec<Option<Result<State, Broken>>> =
        sequences.iter().map(|s| unreadable(s, &reader.role, scan_bytes).map(Err)).collect();
    let mut batch: Vec<usize> = Vec::new();
    let mut weight = 0;
    let open: Vec<usize> = (0..sequences.len()).filter(|index| states[*index].is_none()).collect();
    for index in open {
        let own = weight_of(&sequences[index]);
        // A declared query runs alone: its cost and its failures are its own.
        let alone = sequences[index].value_sql.is_some();
        if !batch.is_empty() && (alone || batch.len() == BATCH || weight + own > reader.lock_budget) {
            read_batch(reader, sequences, &batch, &mut states).await;
            progress(batch.len());
            batch.clear();
            weight = 0;
        }
        batch.push(index);
        weight += own;
        if alone {
            read_batch(reader, sequences, &batch, &mut states).await;
            progress(batch.len());
            batch.clear();
            weight = 0;
        }
    }
    read_batch(reader, sequences, &batch, &mut states).await;
    progress(batch.len());
    let silent = |sequence: &Sequence| Failure::said("not read".to_owned()).broken(sequence.name.path(), &reader.role);
    states.into_iter().zip(sequences).map(|(state, s)| state.unwrap_or_else(|| Err(silent(s)))).collect()
}

fn weight_of(sequence: &Sequence) -> i64 {
    1 + sequence.read().map(|feed| feed.locks).sum::<i64>()
}

/// Reads one batch; when it fails, each of its sequences alone, so that one locked table hides no other.
async fn read_batch(
    reader: &Reader<'_>,
    sequences: &[Sequence],
    batch: &[usize],
    states: &mut [Option<Result<State, Broken>>],
) {
    if batch.is_empty() {
        return;
    }
    let sql = batch.iter().map(|index| state_sql(&sequences[*index], *index)).collect::<Vec<_>>().join("\nUNION ALL ");
    let failure = match reader.rows("", &sql, &[]).await.and_then(|rows| parse(&rows)) {
        Ok(found) => {
            for (index, state) in found {
                if let Some(slot) = states.get_mut(index) {
                    *slot = Some(Ok(state));
                }
            }
            return;
        }
        Err(failure) => failure,
    };
    if let [index] = *batch {
        states[index] = Some(Err(broken(&sequences[index], &failure, &reader.role)));
        return;
    }
    for index in batch {
        Box::pin(read_batch(reader, sequences, &[*index], states)).await;
    }
}

fn broken(sequence: &Sequence, failure: &Failure, role: &str) -> Broken {
    let mut broken = failure.broken(sequence.name.path(), role);
    // A declared query may name what never was.
    if failure.is(&SqlState::UNDEFINED_TABLE) && sequence.value_sql.is_none() {
        broken.reason = format!("{} any more: it was dropped meanwhile", broken.reason);
        broken.help = Some("verify again".to_owned());
    }
    if failure.is(&SqlState::QUERY_CANCELED) {
        broken.help = Some("an index on the column makes its greatest value cheap to find".to_owned());
    }
    broken
}

fn parse(rows: &[Row]) -> Result<Vec<(usize, State)>, Failure> {
    rows.iter().map(parse_row).collect::<Result<_, _>>().map_err(|error| Failure::of(&error))
}

pub(super) fn parse_row(row: &Row) -> Result<(usize, State), tokio_postgres::Error> {
    let index: i32 = row.try_get(0)?;
    let reading = Reading { last_value: row.try_get(1)?, is_called: row.try_get(2)? };
    let extreme: Option<&str> = row.try_get(3)?;
    // Only a declared query can return what is no whole number (NaN, infinity): no sequence gets past that.
    let extreme = extreme.map(|text| text.parse().unwrap_or(BEYOND));
    Ok((usize::try_from(index).unwrap_or(usize::MAX), State { reading, extreme }))
}

/// One row: `index`, `last_value`, `is_called`, the most advanced used value as text.
pub(super) fn state_sql(sequence: &Sequence, index: usize) -> String {
    let ascending = sequence.definition.increment > 0;
    let mut extremes: Vec<String> = sequence.read().map(|feed| extreme(&sequence.definition, feed)).collect();
    extremes.extend(sequence.value_sql.as_ref().map(|sql| format!("(SELECT * FROM (\n{sql}\n) q)")));
    let integers = sequence.value_sql.is_none() && sequence.read().all(|feed| !feed.numeric);
    let extreme = match extremes.as_slice() {
        [] => "NULL".to_owned(),
        [only] if integers => format!("{only}::text"),
        several => {
            // Fractions of numeric columns: the greatest whole number not above them is what a sequence can meet.
            let (whole, most) = if ascending { ("floor", "greatest") } else { ("ceil", "least") };
            let numeric = several.iter().map(|one| format!("{one}::numeric")).collect::<Vec<_>>().join(", ");
            format!("pg_catalog.{whole}({most}({numeric}))::text")
        }
    };
    let name = sequence.name.quoted();
    format!("SELECT {index}::int4, s.last_value::int8, s.is_called, {extreme} FROM {name} s")
}

/// The most advanced value of one column within the sequence's range. Where the column type's range ends first, a
/// condition would only cost time; values before the range's start are behind every next value and change nothing.
///
/// `ONLY` is left out on purpose: partitions and inheriting tables draw from the parent's sequence.
fn extreme(definition: &Definition, feed: &Feed) -> String {
    let (column, table) = (feed.column.quoted(), feed.table.quoted());
    let ascending = definition.increment > 0;
    let (pick, within, limit) =
        if ascending { ("max", "<=", definition.maximum) } else { ("min", ">=", definition.minimum) };
    let whole = feed.range.is_some_and(|(low, high)| {
        let limit = i128::from(limit);
        if ascending { high <= limit } else { low >= limit }
    });
    let condition = if whole {
        String::new()
    } else {
        let kind = if feed.numeric { "numeric" } else { "int8" };
        format!(" WHERE {column} {within} '{limit}'::{kind}")
    };
    format!("(SELECT pg_catalog.{pick}({column}) FROM {table}{condition})")
}

/// The reason why a sequence can't be verified at all, known before it is asked.
fn unreadable(sequence: &Sequence, role: &str, scan_bytes: i64) -> Option<Broken> {
    let broken = |reason: String, help: String| {
        Some(Broken { object: sequence.name.path(), reason, help: Some(help), sqlstate: None, at: None })
    };
    let usage = |name: &crate::model::ObjectName| {
        name.schema.as_ref().map_or_else(String::new, |schema| format!("GRANT USAGE ON SCHEMA {schema} TO {role}"))
    };
    let name = sequence.name.path();
    if !sequence.rights.schema {
        return broken(format!("no USAGE on the schema of {name}"), usage(&sequence.name));
    }
    if !sequence.rights.read {
        return broken(format!("no SELECT on {name}"), format!("GRANT SELECT ON SEQUENCE {name} TO {role}"));
    }
    for feed in sequence.read() {
        let table = feed.table.path();
        if !feed.schema_usable {
            return broken(format!("no USAGE on the schema of {table}"), usage(&feed.table));
        }
        if !feed.readable {
            let help = format!("GRANT SELECT ({}) ON {table} TO {role}", feed.column);
            return broken(format!("no SELECT on {table}.{}", feed.column), help);
        }
        if feed.filtered {
            return broken(
                format!("row security hides rows of {table} from {role}"),
                format!("run as the table's owner, or `ALTER ROLE {role} BYPASSRLS`"),
            );
        }
        if !feed.indexed && feed.bytes > scan_bytes {
            let mebibytes = feed.bytes >> 20;
            return broken(
                format!("no index starts with {table}.{}: its maximum would read {mebibytes} MiB", feed.column),
                format!("CREATE INDEX CONCURRENTLY ON {table} ({})", feed.column),
            );
        }
    }
    None
}

use std::cell::RefCell;

use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use super::decide::{Definition, Reading};
use super::discover::{Feed, Sequence};
use crate::verify::VerifyError;
use crate::verify::failure::Failure;
use crate::verify::finding::Broken;
use crate::verify::reader::{Helper, Reader, Snapshot};

/// Sequences asked for in one statement: the server plans them together, and at 200 that begins to cost more than the round
/// trips it saves.
const BATCH: usize = 50;

/// Relations that one connection reads, indexes included, before another takes its place: a backend forgets none, and keeps
/// about 6 kB for each.
const RELATIONS: i64 = 64_000;

/// Past every sequence's range, and far enough from the end of 128 bits to calculate with.
const BEYOND: i128 = 1 << 80;

/// A sequence's state and its columns' most advanced used value within its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    pub(super) reading: Reading,
    pub(super) extreme: Option<i128>,
}

/// What is left to read, by whoever is free.
struct Queue<'s> {
    sequences: &'s [Sequence],
    batches: RefCell<std::vec::IntoIter<Vec<usize>>>,
    states: RefCell<Vec<Option<Result<State, Broken>>>>,
    /// Told how many sequences each batch was about.
    progress: &'s (dyn Fn(usize) + Sync),
}

/// The states in the order of `sequences`; what can't be read says why. `helper` reads along on a connection of its own.
///
/// # Errors
/// When the helper's connection is lost.
pub(super) async fn states(
    reader: &Reader<'_>,
    helper: Option<Helper<'_>>,
    sequences: &[Sequence],
    scan_bytes: i64,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Result<State, Broken>>, VerifyError> {
    let states: Vec<Option<Result<State, Broken>>> =
        sequences.iter().map(|s| unreadable(s, &reader.role, scan_bytes).map(Err)).collect();
    let open = (0..sequences.len()).filter(|index| states[*index].is_none());
    let lock_budget = if helper.is_some() { reader.lock_budget / 2 } else { reader.lock_budget };
    let open = open.map(|index| (index, weight_of(&sequences[index]), sequences[index].value_sql.is_some()));
    let batches = batches(open, lock_budget);
    let queue = Queue { sequences, batches: RefCell::new(batches.into_iter()), states: RefCell::new(states), progress };
    if let Some(helper) = helper {
        let ((), lost) = tokio::join!(queue.read(reader, RELATIONS), queue.help(helper));
        lost?;
    }
    // All of it, or what was left where no connection was to be had.
    queue.read(reader, i64::MAX).await;
    let silent = |sequence: &Sequence| Failure::said("not read".to_owned()).broken(sequence.name.path(), &reader.role);
    let states = queue.states.into_inner();
    Ok(states.into_iter().zip(sequences).map(|(state, s)| state.unwrap_or_else(|| Err(silent(s)))).collect())
}

/// Items about one sequence each, in their order, by as many as one statement may read. Each comes with the locks that it
/// takes and with whether it must be alone, because its cost and its failures are its own.
pub(super) fn batches<T>(items: impl Iterator<Item = (T, i64, bool)>, lock_budget: i64) -> Vec<Vec<T>> {
    let mut batches: Vec<Vec<T>> = Vec::new();
    let mut weight = 0;
    let mut closed = true;
    for (item, own, alone) in items {
        match batches.last_mut() {
            Some(batch) if !closed && !alone && batch.len() < BATCH && weight + own <= lock_budget => {
                batch.push(item);
                weight += own;
            }
            _ => {
                batches.push(vec![item]);
                weight = own;
            }
        }
        closed = alone;
    }
    batches
}

impl Queue<'_> {
    fn is_empty(&self) -> bool {
        self.batches.borrow().len() == 0
    }

    /// Reads batch by batch, until none is left or so many `relations` were read.
    async fn read(&self, reader: &Reader<'_>, mut relations: i64) {
        while relations > 0 {
            let batch = self.batches.borrow_mut().next();
            let Some(batch) = batch else { return };
            relations -= batch.iter().map(|index| weight_of(&self.sequences[*index])).sum::<i64>();
            self.read_batch(reader, &batch).await;
            (self.progress)(batch.len());
        }
    }

    /// Reads on a second connection, and on a new one when that has read so many relations.
    async fn help(&self, mut helper: Helper<'_>) -> Result<(), VerifyError> {
        while !self.is_empty() {
            let limits = helper.limits;
            let Some(second) = helper.connect().await else { break };
            let reader = Reader::open(second.client(), Snapshot::Each, limits).await?;
            self.read(&reader, RELATIONS).await;
            reader.close().await?;
            if !self.is_empty() {
                helper.disconnect().await;
            }
        }
        Ok(())
    }

    /// Reads one batch; when it fails, each of its sequences alone, so that one locked table hides no other.
    async fn read_batch(&self, reader: &Reader<'_>, batch: &[usize]) {
        let one = |index: &usize| state_sql(&self.sequences[*index], *index);
        let sql = format!("VALUES {}", batch.iter().map(one).collect::<Vec<_>>().join(",\n"));
        let failure = match reader.rows("", &sql, &[]).await.and_then(|rows| parse(&rows)) {
            Ok(found) => {
                let mut states = self.states.borrow_mut();
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
            self.states.borrow_mut()[index] = Some(Err(broken(&self.sequences[index], &failure, &reader.role)));
            return;
        }
        for index in batch {
            Box::pin(self.read_batch(reader, &[*index])).await;
        }
    }
}

pub(super) fn weight_of(sequence: &Sequence) -> i64 {
    1 + sequence.read().map(|feed| feed.locks).sum::<i64>()
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
    rows.iter().filter_map(|row| parse_row(row).transpose()).collect::<Result<_, _>>().map_err(|e| Failure::of(&e))
}

/// One row of [`state_sql`]; `None` where it has no state.
pub(super) fn parse_row(row: &Row) -> Result<Option<(usize, State)>, tokio_postgres::Error> {
    let index: i32 = row.try_get(0)?;
    let reading: Option<Vec<i64>> = row.try_get(1)?;
    let extreme: Option<&str> = row.try_get(2)?;
    // Only a declared query can return what is no whole number (NaN, infinity): no sequence gets past that.
    let extreme = extreme.map(|text| text.parse().unwrap_or(BEYOND));
    let (Ok(index), Some(&[last_value, is_called])) = (usize::try_from(index), reading.as_deref()) else {
        return Ok(None);
    };
    let reading = Reading { last_value, is_called: is_called != 0 };
    Ok(Some((index, State { reading, extreme })))
}

/// One row for `VALUES`: `index`, `last_value` and `is_called` as numbers, the most advanced used value as text.
///
/// Subqueries in a row are planned in 60 % of the time that the same take as branches of a `UNION ALL`.
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
    format!("({index}::int4, (SELECT ARRAY[s.last_value, s.is_called::int4::int8] FROM {name} s), {extreme})")
}

/// The most advanced value of one column within the sequence's range. Where the column type's range ends first, only nulls
/// are left out; values before the range's start are behind every next value and change nothing.
///
/// Where an index is known to give that value first, it is asked for as such: `max()` is planned with an index and without,
/// and for a partitioned table that is twice for each partition.
///
/// `ONLY` is left out on purpose: partitions and inheriting tables draw from the parent's sequence.
fn extreme(definition: &Definition, feed: &Feed) -> String {
    let (column, table) = (feed.column.quoted(), feed.table.quoted());
    let ascending = definition.increment > 0;
    let (pick, order, within, limit) =
        if ascending { ("max", "DESC", "<=", definition.maximum) } else { ("min", "ASC", ">=", definition.minimum) };
    // NaN is past the end of every numeric column.
    let whole = !feed.numeric
        && feed.range.is_some_and(|(low, high)| {
            let limit = i128::from(limit);
            if ascending { high <= limit } else { low >= limit }
        });
    let condition = if whole {
        format!("{column} IS NOT NULL")
    } else {
        let kind = if feed.numeric { "numeric" } else { "int8" };
        format!("{column} {within} '{limit}'::{kind}")
    };
    if feed.sorted {
        format!("(SELECT {column} FROM {table} WHERE {condition} ORDER BY {column} {order} LIMIT 1)")
    } else {
        format!("(SELECT pg_catalog.{pick}({column}) FROM {table} WHERE {condition})")
    }
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

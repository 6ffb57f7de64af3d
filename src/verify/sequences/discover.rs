use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::decide::Definition;
use crate::model::{Ident, ObjectKind, ObjectName};
use crate::verify::failure::Failure;
use crate::verify::reader::{CATALOG, Reader};

/// A sequence, what may be done to it, and the columns it feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    /// Its oid.
    pub oid: u32,
    /// Its name.
    pub name: ObjectName,
    /// Its definition.
    pub definition: Definition,
    /// The columns it feeds; none for a standalone sequence.
    pub feeds: Vec<Feed>,
    /// A declared query that returns the highest used value.
    pub value_sql: Option<String>,
    /// Sessions draw several values at once (`CACHE`).
    pub(super) cached: bool,
    pub(super) rights: Rights,
}

/// What the current role may do to a sequence.
#[expect(clippy::struct_excessive_bools, reason = "four privileges, each held or not")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rights {
    pub(super) schema: bool,
    pub(super) read: bool,
    pub(super) call: bool,
    pub(super) own: bool,
}

/// One column a sequence feeds.
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of the catalog's own")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The table, or the root of its partitions.
    pub table: ObjectName,
    /// Its oid.
    pub table_oid: u32,
    /// The column.
    pub column: Ident,
    /// How it is fed: `default`, `identity`, `owned`, `domain`, `late-bound`.
    pub how: Vec<String>,
    /// The range of the column's type; `None` where none ends before that of a sequence: `numeric`.
    pub range: Option<(i128, i128)>,
    pub(super) treatment: Treatment,
    pub(super) numeric: bool,
    pub(super) indexed: bool,
    /// An index has its values in the order of `ORDER BY`.
    pub(super) sorted: bool,
    pub(super) locks: i64,
    pub(super) bytes: i64,
    pub(super) filtered: bool,
    pub(super) schema_usable: bool,
    pub(super) readable: bool,
}

/// What is done about one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// Its greatest value is read.
    Read,
    /// Its values aren't the sequence's numbers: only a declared query can tell.
    Expression,
    /// It owns the sequence and does not draw from it.
    Unused,
    /// It draws from this sequence or from another one of the name.
    Ambiguous,
    /// A view: its table is read instead.
    View,
    /// A foreign table: its values live elsewhere.
    Foreign,
    /// Another session's.
    Temporary,
}

impl Treatment {
    pub(super) const fn why_not(self) -> Option<&'static str> {
        match self {
            Self::Read => None,
            Self::Expression => Some("the default is an expression: declare `value_sql` for the sequence"),
            Self::Unused => Some("the column owns the sequence and has no default that draws from it"),
            Self::Ambiguous => {
                Some("the default names its sequence without a schema, and several schemas have one of that name")
            }
            Self::View => Some("a view"),
            Self::Foreign => Some("a foreign table"),
            Self::Temporary => Some("a temporary table"),
        }
    }
}

impl Sequence {
    /// The range its values must fit: that of its narrowest column.
    pub(super) fn column_range(&self) -> Option<(i128, i128)> {
        let ranges = self.read().filter_map(|feed| feed.range);
        ranges.reduce(|(a_low, a_high), (low, high)| (a_low.max(low), a_high.min(high)))
    }

    /// The columns whose values tell how far the sequence must be.
    pub(super) fn read(&self) -> impl Iterator<Item = &Feed> {
        self.feeds.iter().filter(|feed| feed.treatment == Treatment::Read)
    }
}

/// Some of the sequences.
#[derive(Debug, Clone, Copy)]
pub(in crate::verify) struct Only<'a> {
    /// These.
    pub(in crate::verify) sequences: &'a [u32],
    /// The tables with a default that names its sequence as text.
    pub(in crate::verify) late: &'a [u32],
}

/// Every sequence with its columns, or `only` these, by name.
pub(super) async fn discover(reader: &Reader<'_>, only: Option<Only<'_>>) -> Result<Vec<Sequence>, Failure> {
    // The planner's estimates are right for a few.
    let settings = if only.is_some() { "" } else { CATALOG };
    let (these, late) = (only.map(|only| only.sequences), only.map(|only| only.late));
    let parameters = [(&these as _, Type::OID_ARRAY), (&late as _, Type::OID_ARRAY)];
    let sql = concat!(include_str!("late_bound.sql"), include_str!("discover.sql"));
    let rows = reader.rows(settings, sql, &parameters).await?;
    let mut sequences: Vec<Sequence> = Vec::new();
    for row in &rows {
        let (sequence, feed) = read(row).map_err(|error| Failure::of(&error))?;
        match sequences.last_mut() {
            Some(last) if last.oid == sequence.oid => last.feeds.extend(feed),
            _ => sequences.push(Sequence { feeds: feed.into_iter().collect(), ..sequence }),
        }
    }
    Ok(sequences)
}

/// The columns whose defaults draw from a sequence that their text does not tell.
pub(super) async fn untold(reader: &Reader<'_>) -> Result<Vec<String>, Failure> {
    let all = (&None::<Vec<u32>> as _, Type::OID_ARRAY);
    let sql = concat!(include_str!("late_bound.sql"), include_str!("untold.sql"));
    let rows = reader.rows(CATALOG, sql, &[all.clone(), all]).await?;
    rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(|error| Failure::of(&error))
}

fn read(row: &Row) -> Result<(Sequence, Option<Feed>), tokio_postgres::Error> {
    // Null where it was dropped meanwhile: the functions look at the catalog as it is, and reading it will tell.
    let held = |right| Ok::<_, tokio_postgres::Error>(row.try_get::<_, Option<bool>>(right)?.unwrap_or(true));
    let name = |schema: &str, name: &str, kind| ObjectName::qualified(kind, Ident::exact(schema), Ident::exact(name));
    let sequence = Sequence {
        oid: row.try_get("sequence_oid")?,
        name: name(row.try_get("sequence_schema")?, row.try_get("sequence_name")?, ObjectKind::Sequence),
        definition: Definition {
            increment: row.try_get("increment")?,
            minimum: row.try_get("minimum")?,
            maximum: row.try_get("maximum")?,
            cycles: row.try_get("cycles")?,
        },
        feeds: Vec::new(),
        value_sql: None,
        cached: row.try_get::<_, i64>("cache")? > 1,
        rights: Rights {
            schema: held("sequence_schema_usable")?,
            read: held("sequence_readable")?,
            call: held("sequence_callable")?,
            own: held("sequence_owned")?,
        },
    };
    let Some(table_oid) = row.try_get::<_, Option<u32>>("relation_oid")? else { return Ok((sequence, None)) };
    let base_type: Option<&str> = row.try_get("base_type")?;
    let digits: Option<i32> = row.try_get("digits")?;
    let feed = Feed {
        table: name(row.try_get("relation_schema")?, row.try_get("relation_name")?, ObjectKind::Table),
        table_oid,
        column: Ident::exact(row.try_get("column_name")?),
        how: row.try_get("how")?,
        range: base_type.and_then(integer_range).or(digits.and_then(decimal_range)),
        treatment: match row.try_get("treatment")? {
            "read" => Treatment::Read,
            "unused" => Treatment::Unused,
            "ambiguous" => Treatment::Ambiguous,
            "view" => Treatment::View,
            "foreign" => Treatment::Foreign,
            "temporary" => Treatment::Temporary,
            _ => Treatment::Expression,
        },
        numeric: base_type == Some("numeric"),
        indexed: row.try_get("indexed")?,
        sorted: row.try_get("sorted")?,
        locks: row.try_get("locks")?,
        bytes: row.try_get("bytes")?,
        filtered: row.try_get("filtered")?,
        schema_usable: held("relation_schema_usable")?,
        readable: held("column_readable")?,
    };
    Ok((sequence, Some(feed)))
}

fn integer_range(base_type: &str) -> Option<(i128, i128)> {
    match base_type {
        "int2" => Some((i16::MIN.into(), i16::MAX.into())),
        "int4" => Some((i32::MIN.into(), i32::MAX.into())),
        "int8" => Some((i64::MIN.into(), i64::MAX.into())),
        _ => None,
    }
}

/// The range of `numeric` with so many digits before its point.
fn decimal_range(digits: i32) -> Option<(i128, i128)> {
    let end = 10_i128.checked_pow(u32::try_from(digits.max(0)).ok()?)?;
    Some((1 - end, end - 1))
}

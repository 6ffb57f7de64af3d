use super::discover::{Feed, Sequence};
use crate::verify::finding::Fix;

/// Makes room where a range ends: that of the sequence, and that of its columns where theirs end no later. For a person to
/// judge: a rewrite takes long, and columns that refer to these want the same.
pub(super) fn widen(sequence: &Sequence) -> Fix {
    let (minimum, maximum) = (i128::from(sequence.definition.minimum), i128::from(sequence.definition.maximum));
    let ascending = sequence.definition.increment > 0;
    let is_narrow = |feed: &&Feed| {
        feed.range.is_some_and(|(low, high)| {
            if ascending { high <= maximum && high < i64::MAX.into() } else { low >= minimum && low > i64::MIN.into() }
        })
    };
    let column = |feed: &Feed| {
        let wide = if feed.numeric { "numeric" } else { "bigint" };
        format!("ALTER TABLE {} ALTER COLUMN {} TYPE {wide}", feed.table.quoted(), feed.column.quoted())
    };
    let mut statements: Vec<String> = sequence.read().filter(is_narrow).map(column).collect();
    let lock = if statements.is_empty() {
        "SHARE ROW EXCLUSIVE on the sequence"
    } else {
        "ACCESS EXCLUSIVE on the table, which is rewritten, for ALTER COLUMN TYPE"
    };
    let end = if ascending { "NO MAXVALUE" } else { "NO MINVALUE" };
    let at_end = if ascending { maximum == i128::from(i64::MAX) } else { minimum == i128::from(i64::MIN) };
    if !at_end {
        statements.push(format!("ALTER SEQUENCE {} AS bigint {end}", sequence.name.quoted()));
    }
    if statements.is_empty() { Fix::None } else { Fix::Sql { statements, lock: lock.to_owned() } }
}

//! Values added to an enum, which no statement of the same transaction can use.
//!
//! Source: PostgreSQL 18 documentation, "ALTER TYPE", notes: "it cannot be used until after the transaction has been
//! committed" (`check_safe_enum_use` in `src/backend/utils/adt/enum.c`).

use crate::diagnostic::Source;
use crate::model::{ObjectKind, ObjectName};
use crate::sql::{Action, Statement};

/// The first use of a value that one of the statements before it adds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// Which statement uses it.
    pub at: usize,
    /// The type with the value.
    pub value: ObjectName,
    /// The text shows that it is this value, and no other string of the same letters.
    pub certain: bool,
}

/// Looks for it among statements that are to share a transaction.
pub(super) fn first_use(source: &Source, statements: &[Statement]) -> Option<Use> {
    let mut made: Vec<&ObjectName> = Vec::new();
    let mut added: Vec<&ObjectName> = Vec::new();
    for (at, statement) in statements.iter().enumerate() {
        let names = |value: &ObjectName| {
            let requires = |it: &&crate::sql::Effect| it.action == Action::Requires && same_value(&it.object, value);
            let certain = statement.effects.iter().any(|it| requires(&it));
            // From 17 on it may be used at once if the type is new as well.
            let decided = certain && !made.iter().any(|it| same_type(it, value));
            (certain || mentions(source, statement, value)).then(|| Use { at, value: value.clone(), certain: decided })
        };
        // Putting a value beside a new one does not read it.
        if statement.tag != "ALTER TYPE"
            && let Some(found) = added.iter().find_map(|value| names(value))
        {
            return Some(found);
        }
        for effect in statement.effects.iter().filter(|it| it.action == Action::Creates) {
            let object = &effect.object;
            match object.kind {
                ObjectKind::Enum | ObjectKind::Type => made.push(object),
                // The values that come with `CREATE TYPE` may be used at once.
                ObjectKind::EnumLabel if !statement.tag.starts_with("CREATE ") => added.push(object),
                _ => {}
            }
        }
    }
    None
}

fn same_type(a: &ObjectName, b: &ObjectName) -> bool {
    a.name == b.name && (a.schema.is_none() || b.schema.is_none() || a.schema == b.schema)
}

fn same_value(a: &ObjectName, b: &ObjectName) -> bool {
    a.kind == ObjectKind::EnumLabel && a.member == b.member && same_type(a, b)
}

/// Whether the value stands in a statement between quotes, or as an element of an array, or anywhere in its data.
fn mentions(source: &Source, statement: &Statement, value: &ObjectName) -> bool {
    let Some(label) = &value.member else { return false };
    let escaped = label.as_str().replace('\'', "''");
    let text = &source.text[statement.span.range()];
    let quoted = text.match_indices(&escaped).any(|(at, it)| {
        let before = text[..at].ends_with(['\'', '"', '{', ',', '$']);
        before && text[at + it.len()..].starts_with(['\'', '"', '}', ',', '$'])
    });
    quoted || statement.data.is_some_and(|data| source.text[data.range()].contains(label.as_str()))
}

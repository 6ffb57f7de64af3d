use tokio_postgres::Row;

use crate::model::{Ident, Interned, ObjectKind, ObjectName};

/// Reads a row of `named.sql` or `all_names.sql`: an object with the kind it really has, its full name, and for a
/// routine its identity arguments; `None` for a kind this program does not know.
pub(super) fn object(row: &Row) -> Result<Option<ObjectName>, tokio_postgres::Error> {
    let what: &str = row.try_get("what")?;
    let detail: Option<&str> = row.try_get("detail")?;
    let Some(kind) = kind_of(what, detail.unwrap_or_default()) else { return Ok(None) };
    let text = |column: &str| row.try_get::<_, Option<&str>>(column);
    let mut object = ObjectName {
        kind,
        schema: text("schema")?.map(Ident::exact),
        name: Ident::exact(text("name")?.unwrap_or_default()),
        member: text("member")?.map(Ident::exact),
        arguments: None,
    };
    let arguments = text("arguments")?;
    if what != "key" {
        object.arguments = arguments.map(Interned::new);
    } else if let Some(columns) = arguments {
        let columns: Vec<Ident> = columns.split('\u{1f}').map(Ident::exact).collect();
        object = object.unique_key(&columns);
    }
    Ok(Some(object))
}

/// What is special about something that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trait {
    /// It is a partitioned table.
    Partitioned,
    /// It is an index that `CREATE INDEX CONCURRENTLY` has not finished.
    Invalid,
    /// It is a constraint with which one of the same name may be merged.
    Merging,
}

/// What is special about the object of a row of `named.sql`.
pub(super) fn trait_of(row: &Row) -> Result<Option<Trait>, tokio_postgres::Error> {
    Ok(match (row.try_get("what")?, row.try_get("detail")?) {
        ("relation", Some("p")) => Some(Trait::Partitioned),
        ("relation", Some("invalid index")) => Some(Trait::Invalid),
        ("constraint", Some("merging")) => Some(Trait::Merging),
        _ => None,
    })
}

fn kind_of(what: &str, detail: &str) -> Option<ObjectKind> {
    Some(match (what, detail) {
        ("relation", "r" | "p") => ObjectKind::Table,
        ("relation", "v") => ObjectKind::View,
        ("relation", "m") => ObjectKind::MaterializedView,
        ("relation", "f") => ObjectKind::ForeignTable,
        ("relation", "S") => ObjectKind::Sequence,
        ("relation", "i" | "I" | "invalid index") | ("key", _) => ObjectKind::Index,
        ("type", "e") => ObjectKind::Enum,
        ("type", "d") => ObjectKind::Domain,
        ("relation", "c") | ("type", _) => ObjectKind::Type,
        ("routine", "p") => ObjectKind::Procedure,
        ("routine", "a") => ObjectKind::Aggregate,
        ("routine", _) => ObjectKind::Function,
        ("schema", _) => ObjectKind::Schema,
        ("column", _) => ObjectKind::Column,
        ("constraint", _) => ObjectKind::Constraint,
        ("trigger", _) => ObjectKind::Trigger,
        ("policy", _) => ObjectKind::Policy,
        ("rule", _) => ObjectKind::Rule,
        ("enum label", _) => ObjectKind::EnumLabel,
        ("operator", _) => ObjectKind::Operator,
        ("operator class", _) => ObjectKind::OperatorClass,
        ("operator family", _) => ObjectKind::OperatorFamily,
        ("collation", _) => ObjectKind::Collation,
        ("conversion", _) => ObjectKind::Conversion,
        ("text search configuration", _) => ObjectKind::TextSearchConfiguration,
        ("text search dictionary", _) => ObjectKind::TextSearchDictionary,
        ("text search parser", _) => ObjectKind::TextSearchParser,
        ("text search template", _) => ObjectKind::TextSearchTemplate,
        ("statistics", _) => ObjectKind::Statistics,
        ("role", _) => ObjectKind::Role,
        ("extension" | "available extension", _) => ObjectKind::Extension,
        ("language", _) => ObjectKind::Language,
        ("access method", _) => ObjectKind::AccessMethod,
        ("foreign-data wrapper", _) => ObjectKind::ForeignDataWrapper,
        ("foreign server", _) => ObjectKind::ForeignServer,
        ("user mapping", _) => ObjectKind::UserMapping,
        ("publication", _) => ObjectKind::Publication,
        ("subscription", _) => ObjectKind::Subscription,
        ("event trigger", _) => ObjectKind::EventTrigger,
        ("tablespace", _) => ObjectKind::Tablespace,
        ("database", _) => ObjectKind::Database,
        _ => return None,
    })
}

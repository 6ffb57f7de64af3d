use std::collections::BTreeSet;

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::{column, objects};
use crate::diagnostic::nearest;
use crate::model::{Ident, ObjectName};
use crate::project::checks::{DeclaredCheck, Severity};
use crate::verify::failure::Failure;
use crate::verify::finding::{Finding, Fix};
use crate::verify::reader::Reader;

/// One unique index, as the query answers it.
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the catalog's own")]
struct Unique {
    index: String,
    partitioned: bool,
    constraint: Option<String>,
    primary: bool,
    partial: bool,
    plain: bool,
    why_not: String,
    columns: BTreeSet<String>,
}

/// `unique`: a valid, immediate, non-partial unique index on exactly these columns, whatever it is called.
pub(super) async fn unique(
    reader: &Reader<'_>,
    check: &DeclaredCheck,
    table: &ObjectName,
    columns: &[Ident],
) -> Result<Vec<Finding>, Failure> {
    let wrong = wrong_names(reader, check, table, columns).await?;
    if !wrong.is_empty() {
        return Ok(wrong);
    }
    let wanted: BTreeSet<&str> = columns.iter().map(Ident::as_str).collect();
    let indexes = indexes(reader, table).await?;
    let same: Vec<&Unique> = indexes.iter().filter(|index| index.is_on(&wanted)).collect();
    if same.iter().any(|index| index.plain) {
        return Ok(Vec::new());
    }
    let list = list(columns);
    let beside = match same.first() {
        Some(index) => format!(": {} is {}", index.index, index.why_not),
        None => String::new(),
    };
    let quoted = columns.iter().map(Ident::quoted).collect::<Vec<_>>().join(", ");
    let fix = Fix::Sql {
        statements: vec![format!("CREATE UNIQUE INDEX CONCURRENTLY ON {} ({quoted})", table.quoted())],
        lock: "SHARE UPDATE EXCLUSIVE on the table; fails on duplicates".to_owned(),
    };
    let evidence = format!("no unique index on ({list}) that holds for every row at once{beside}");
    let facet = format!("unique({list})");
    Ok(vec![Finding::new(&check.id, table.to_string(), &facet, evidence).severity(check.severity).fix(fix)])
}

/// `allow_duplicates`: no unique index whose key is part of these columns, whatever it is called.
///
/// One that is partial forbids only some rows, which may be meant: a warning at most.
pub(super) async fn allow_duplicates(
    reader: &Reader<'_>,
    check: &DeclaredCheck,
    table: &ObjectName,
    columns: &[Ident],
) -> Result<Vec<Finding>, Failure> {
    let wrong = wrong_names(reader, check, table, columns).await?;
    if !wrong.is_empty() {
        return Ok(wrong);
    }
    let allowed: BTreeSet<&str> = columns.iter().map(Ident::as_str).collect();
    let indexes = indexes(reader, table).await?;
    let forbidding = indexes.iter().filter(|index| {
        !index.columns.is_empty() && index.columns.iter().all(|column| allowed.contains(column.as_str()))
    });
    Ok(forbidding.map(|index| forbidden(check, table, columns, index)).collect())
}

fn forbidden(check: &DeclaredCheck, table: &ObjectName, columns: &[Ident], index: &Unique) -> Finding {
    let key = index.columns.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let what = match (&index.constraint, index.primary) {
        (Some(_), true) => "primary key",
        (Some(_), false) => "constraint",
        (None, _) if index.partial => "partial unique index",
        (None, _) => "unique index",
    };
    let name = index.constraint.as_ref().unwrap_or(&index.index);
    let statement = match &index.constraint {
        Some(name) => format!("ALTER TABLE {} DROP CONSTRAINT {}", table.quoted(), Ident::exact(name).quoted()),
        None if index.partitioned => format!("DROP INDEX {}", index.index),
        None => format!("DROP INDEX CONCURRENTLY {}", index.index),
    };
    let lock = if statement.contains("CONCURRENTLY") { "SHARE UPDATE EXCLUSIVE" } else { "ACCESS EXCLUSIVE" };
    let severity = if index.partial { check.severity.min(Severity::Warning) } else { check.severity };
    let evidence = format!("{what} {name} on ({key}) forbids rows that agree on ({})", list(columns));
    let fix = Fix::Sql { statements: vec![statement], lock: format!("{lock} on the table") };
    Finding::new(&check.id, table.to_string(), name, evidence).severity(severity).fix(fix)
}

fn list(columns: &[Ident]) -> String {
    columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Unique {
    fn is_on(&self, wanted: &BTreeSet<&str>) -> bool {
        self.columns.len() == wanted.len() && self.columns.iter().all(|column| wanted.contains(column.as_str()))
    }
}

/// Findings where the table or one of the columns does not exist.
async fn wrong_names(
    reader: &Reader<'_>,
    check: &DeclaredCheck,
    table: &ObjectName,
    columns: &[Ident],
) -> Result<Vec<Finding>, Failure> {
    let missing = objects::exist(reader, check, std::slice::from_ref(table)).await?;
    if !missing.is_empty() {
        return Ok(missing);
    }
    let known = column::columns(reader, table).await?;
    let unknown = columns.iter().filter(|column| !known.iter().any(|name| name == column.as_str()));
    let found = unknown.map(|column| {
        let near = nearest(column.as_str(), known.iter().map(String::as_str));
        let near = near.map(|near| format!("; did you mean {}?", Ident::exact(near))).unwrap_or_default();
        let object = format!("column {}.{column}", table.path());
        Finding::new(&check.id, object, "", format!("does not exist{near}")).severity(check.severity)
    });
    Ok(found.collect())
}

async fn indexes(reader: &Reader<'_>, table: &ObjectName) -> Result<Vec<Unique>, Failure> {
    let (schema, name) = (table.schema.as_ref().map_or("", |schema| schema.as_str()), table.name.as_str());
    let parameters = [(&schema as _, Type::TEXT), (&name as _, Type::TEXT)];
    let rows = reader.rows("", include_str!("unique.sql"), &parameters).await?;
    Ok(rows.iter().map(index).collect::<Result<_, _>>()?)
}

fn index(row: &Row) -> Result<Unique, tokio_postgres::Error> {
    Ok(Unique {
        index: row.try_get("index")?,
        partitioned: row.try_get("partitioned")?,
        constraint: row.try_get("constraint")?,
        primary: row.try_get::<_, Option<bool>>("is_primary")?.unwrap_or(false),
        partial: row.try_get("partial")?,
        plain: row.try_get("plain")?,
        why_not: row.try_get("why_not")?,
        columns: row.try_get::<_, Vec<String>>("columns")?.into_iter().collect(),
    })
}

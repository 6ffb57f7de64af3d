use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::objects;
use crate::diagnostic::nearest;
use crate::model::{Ident, ObjectKind, ObjectName};
use crate::project::checks::{ColumnClaim, DeclaredCheck, DeclaredDefault, FixPolicy};
use crate::verify::defaults::{self, DefaultRepair, DefaultStep, is_now, named, nextval, same};
use crate::verify::failure::Failure;
use crate::verify::finding::{Finding, Fix};
use crate::verify::reader::Reader;

/// The column on one table, as the query answers it.
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the catalog's own")]
struct Place {
    table: ObjectName,
    data_type: Option<String>,
    type_matches: bool,
    not_null: bool,
    expression: Option<String>,
    identity: bool,
    draws: bool,
}

/// `column`: its type, nullability and default, and the default on every partition.
pub(super) async fn column(
    reader: &Reader<'_>,
    check: &DeclaredCheck,
    claim: &ColumnClaim,
) -> Result<Vec<Finding>, Failure> {
    let table = ObjectName { kind: ObjectKind::Table, member: None, ..claim.column.clone() };
    let places = places(reader, claim, &table).await?;
    let Some(root) = places.first() else {
        return objects::exist(reader, check, std::slice::from_ref(&table)).await;
    };
    let found = |facet: &str, evidence: String| {
        Finding::new(&check.id, claim.column.to_string(), facet, evidence).severity(check.severity)
    };
    let Some(data_type) = &root.data_type else {
        let near = near_column(reader, &table, claim).await?;
        return Ok(vec![found("", format!("does not exist{near}"))]);
    };
    let mut findings = Vec::new();
    if !root.type_matches {
        let wanted = claim.data_type.as_deref().unwrap_or_default();
        findings.push(found("type", format!("is of type {data_type}, not {wanted}")));
    }
    if claim.not_null.is_some_and(|wanted| wanted != root.not_null) {
        let evidence = if root.not_null { "is NOT NULL" } else { "allows nulls" };
        findings.push(found("not_null", evidence.to_owned()).fix(nullability(&table, claim, root.not_null)));
    }
    if let Some(wanted) = &claim.default {
        findings.extend(
            default(reader, claim, wanted, &places).await?.map(|(evidence, fix)| found("default", evidence).fix(fix)),
        );
    }
    Ok(findings)
}

async fn places(reader: &Reader<'_>, claim: &ColumnClaim, table: &ObjectName) -> Result<Vec<Place>, Failure> {
    let (schema, name) = parts(table);
    let column = claim.column.member.as_ref().map(Ident::as_str);
    let sequence = match &claim.default {
        Some(DeclaredDefault::Sequence(sequence)) => Some(parts(sequence)),
        _ => None,
    };
    let (sequence_schema, sequence_name) = sequence.unzip();
    let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 6] = [
        (&schema, Type::TEXT),
        (&name, Type::TEXT),
        (&column, Type::TEXT),
        (&sequence_schema, Type::TEXT),
        (&sequence_name, Type::TEXT),
        (&claim.data_type, Type::TEXT),
    ];
    let rows = reader.rows("", include_str!("column.sql"), &parameters).await?;
    Ok(rows.iter().map(place).collect::<Result<_, _>>()?)
}

fn place(row: &Row) -> Result<Place, tokio_postgres::Error> {
    Ok(Place {
        table: defaults::table(row.try_get("schema")?, row.try_get("name")?),
        data_type: row.try_get("type")?,
        type_matches: row.try_get::<_, Option<bool>>("type_matches")?.unwrap_or(false),
        not_null: row.try_get::<_, Option<bool>>("not_null")?.unwrap_or(false),
        expression: row.try_get("expression")?,
        identity: row.try_get::<_, Option<bool>>("identity")?.unwrap_or(false),
        draws: row.try_get("draws")?,
    })
}

fn parts(name: &ObjectName) -> (&str, &str) {
    (name.schema.as_ref().map_or("", |schema| schema.as_str()), name.name.as_str())
}

impl Place {
    fn has(&self, wanted: &DeclaredDefault) -> bool {
        match (wanted, &self.expression) {
            (DeclaredDefault::Sequence(_), _) if self.identity => self.draws,
            (_, None) => false,
            (DeclaredDefault::Sequence(_), Some(expression)) => self.draws && expression.starts_with("nextval("),
            (DeclaredDefault::Now, Some(expression)) => is_now(expression),
            (DeclaredDefault::Expression(wanted), Some(expression)) => same(wanted, expression),
        }
    }
}

/// The evidence that the default is not as declared, on the table or its partitions, with the fix.
async fn default(
    reader: &Reader<'_>,
    claim: &ColumnClaim,
    wanted: &DeclaredDefault,
    places: &[Place],
) -> Result<Option<(String, Fix)>, Failure> {
    let (root, partitions) = match places {
        [root, partitions @ ..] if claim.partitions_same => (root, partitions),
        [root, ..] => (root, &places[..0]),
        [] => return Ok(None),
    };
    let wrong: Vec<&Place> = partitions.iter().filter(|place| !place.has(wanted)).collect();
    if root.has(wanted) && wrong.is_empty() {
        return Ok(None);
    }
    let (text, expression) = match wanted {
        DeclaredDefault::Sequence(sequence) => (format!("the next value of {}", sequence.path()), nextval(sequence)),
        DeclaredDefault::Now => ("the transaction's time".to_owned(), "pg_catalog.now()".to_owned()),
        DeclaredDefault::Expression(expression) => (expression.clone(), format!("({expression})")),
    };
    let mut evidence = match (&root.expression, root.has(wanted)) {
        (_, true) => String::new(),
        (None, false) => format!("has no default, and should have {text}"),
        (Some(found), false) => format!("has default {found}, and should have {text}"),
    };
    if !wrong.is_empty() {
        let of = format!("{} of {} partitions", wrong.len(), partitions.len());
        let names = named(wrong.iter().map(|place| &place.table));
        evidence = if evidence.is_empty() {
            format!("{of} have not {text} as their default ({names})")
        } else {
            format!("{evidence}; so it is on {of} ({names})")
        };
    }
    let mut steps = Vec::new();
    if !root.has(wanted) {
        steps.push(DefaultStep::on_root(&claim.column, &expression));
    }
    steps.extend(wrong.iter().map(|place| DefaultStep::new(&place.table, &claim.column, &expression)));
    let mut repair = DefaultRepair::new(&claim.column, steps);
    if let DeclaredDefault::Sequence(sequence) = wanted {
        repair.draws = Some(sequence.clone());
        match sequence_state(reader, sequence, &claim.column).await? {
            None => {
                let evidence = format!("{evidence}; that sequence does not exist");
                return Ok(Some((evidence, Fix::None)));
            }
            Some(ownable) => repair.owns = ownable.then(|| sequence.clone()),
        }
    }
    let identity = places.iter().any(|place| place.identity);
    let fix = match claim.fix {
        FixPolicy::Automatic if !identity => repair.automatic(),
        _ => repair.shown(),
    };
    Ok(Some((evidence, fix)))
}

/// Whether the sequence belongs to no column and may belong to this one; `None` where it does not exist.
async fn sequence_state(
    reader: &Reader<'_>,
    sequence: &ObjectName,
    column: &ObjectName,
) -> Result<Option<bool>, Failure> {
    let ((schema, name), (table_schema, table)) = (parts(sequence), parts(column));
    let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 4] =
        [(&schema, Type::TEXT), (&name, Type::TEXT), (&table_schema, Type::TEXT), (&table, Type::TEXT)];
    let rows = reader.rows("", include_str!("sequence.sql"), &parameters).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(!row.try_get::<_, bool>("owned")? && row.try_get("ownable")?))
}

fn nullability(table: &ObjectName, claim: &ColumnClaim, is_not_null: bool) -> Fix {
    let column = claim.column.member.as_ref().map(Ident::quoted).unwrap_or_default();
    let (action, lock) = if is_not_null {
        ("DROP", "ACCESS EXCLUSIVE on the table, catalog only")
    } else {
        ("SET", "ACCESS EXCLUSIVE on the table while every row is read")
    };
    Fix::Sql {
        statements: vec![format!("ALTER TABLE {} ALTER COLUMN {column} {action} NOT NULL", table.quoted())],
        lock: lock.to_owned(),
    }
}

async fn near_column(reader: &Reader<'_>, table: &ObjectName, claim: &ColumnClaim) -> Result<String, Failure> {
    let wanted = claim.column.member.as_ref().map_or("", |member| member.as_str());
    let columns = columns(reader, table).await?;
    Ok(nearest(wanted, columns.iter().map(String::as_str))
        .map_or_else(String::new, |near| format!("; did you mean {}?", Ident::exact(near))))
}

/// The names of a relation's columns.
pub(super) async fn columns(reader: &Reader<'_>, table: &ObjectName) -> Result<Vec<String>, Failure> {
    let (schema, name) = parts(table);
    let parameters = [(&schema as _, Type::TEXT), (&name as _, Type::TEXT)];
    let rows = reader.rows("", include_str!("columns.sql"), &parameters).await?;
    Ok(rows.iter().map(|row| row.try_get("name")).collect::<Result<_, _>>()?)
}

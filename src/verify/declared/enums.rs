use tokio_postgres::types::Type;

use super::objects;
use crate::model::ObjectName;
use crate::project::checks::{DeclaredCheck, EnumLabels};
use crate::verify::failure::Failure;
use crate::verify::finding::{Finding, Fix};
use crate::verify::reader::Reader;

/// `enums`: exactly these labels in this order, or this many.
pub(super) async fn labels(
    reader: &Reader<'_>,
    check: &DeclaredCheck,
    name: &ObjectName,
    wanted: &EnumLabels,
) -> Result<Vec<Finding>, Failure> {
    let schema = name.schema.as_ref().map_or("", |schema| schema.as_str());
    let parameters = [(&schema as _, Type::TEXT), (&name.name.as_str() as _, Type::TEXT)];
    let rows = reader.rows("", include_str!("enums.sql"), &parameters).await?;
    let Some(row) = rows.first() else {
        return objects::exist(reader, check, std::slice::from_ref(name)).await;
    };
    let labels: Vec<String> = row.try_get::<_, Option<Vec<String>>>("labels")?.unwrap_or_default();
    let (evidence, missing) = match wanted {
        EnumLabels::Count(count) if labels.len() == *count => return Ok(Vec::new()),
        EnumLabels::Count(count) => (format!("has {} labels, not {count}", labels.len()), Vec::new()),
        EnumLabels::Exactly(wanted) if *wanted == labels => return Ok(Vec::new()),
        EnumLabels::Exactly(wanted) => difference(wanted, &labels),
    };
    let statements: Vec<String> = missing.iter().map(|(label, before)| add(name, label, before.as_deref())).collect();
    let fix = if statements.is_empty() {
        Fix::None
    } else {
        Fix::Sql { statements, lock: "a new label can be used only after its transaction".to_owned() }
    };
    Ok(vec![Finding::new(&check.id, name.to_string(), "labels", evidence).severity(check.severity).fix(fix)])
}

/// What differs, and the missing labels, each with the wanted one that follows it and is there.
fn difference(wanted: &[String], found: &[String]) -> (String, Vec<(String, Option<String>)>) {
    let missing: Vec<(String, Option<String>)> = wanted
        .iter()
        .enumerate()
        .filter(|(_, label)| !found.contains(label))
        .map(|(at, label)| (label.clone(), wanted[at..].iter().find(|next| found.contains(next)).cloned()))
        .collect();
    let extra: Vec<&String> = found.iter().filter(|label| !wanted.contains(label)).collect();
    let list = |labels: Vec<&String>| labels.iter().map(|label| format!("'{label}'")).collect::<Vec<_>>().join(", ");
    let mut parts = Vec::new();
    if !missing.is_empty() {
        parts.push(format!("lacks {}", list(missing.iter().map(|(label, _)| label).collect())));
    }
    if !extra.is_empty() {
        parts.push(format!("has {} besides", list(extra)));
    }
    if parts.is_empty() {
        parts.push(format!("has the labels in another order: {}", list(found.iter().collect())));
    }
    (parts.join("; "), missing)
}

fn add(name: &ObjectName, label: &str, before: Option<&str>) -> String {
    let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let place = before.map(|next| format!(" BEFORE {}", literal(next))).unwrap_or_default();
    format!("ALTER TYPE {} ADD VALUE {}{place}", name.quoted(), literal(label))
}

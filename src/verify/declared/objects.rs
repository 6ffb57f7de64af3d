use tokio_postgres::types::Type;

use super::near;
use crate::model::{Ident, ObjectKind, ObjectName};
use crate::project::checks::DeclaredCheck;
use crate::verify::failure::Failure;
use crate::verify::finding::Finding;
use crate::verify::reader::Reader;

/// `schemas`, `tables`, `views`, `functions`, …: each exists and is of exactly its kind.
pub(super) async fn exist(
    reader: &Reader<'_>,
    check: &DeclaredCheck,
    wanted: &[ObjectName],
) -> Result<Vec<Finding>, Failure> {
    let found = look_up(reader, wanted).await?;
    let mut findings = Vec::new();
    for (object, found) in wanted.iter().zip(found) {
        let evidence = match found {
            None => format!("does not exist{}", near::suggestion(reader, object).await?),
            Some(found) if is_a(object.kind, &found) => continue,
            Some(found) => format!("is a {found}, not a {}", object.kind),
        };
        findings.push(Finding::new(&check.id, object.to_string(), "", evidence).severity(check.severity));
    }
    Ok(findings)
}

/// `absent`: none of these exists.
pub(super) async fn absent(
    reader: &Reader<'_>,
    check: &DeclaredCheck,
    unwanted: &[ObjectName],
) -> Result<Vec<Finding>, Failure> {
    let found = look_up(reader, unwanted).await?;
    let present = unwanted
        .iter()
        .zip(found)
        .filter(|(object, found)| found.as_ref().is_some_and(|found| is_a(object.kind, found)));
    Ok(present
        .map(|(object, _)| Finding::new(&check.id, object.to_string(), "absent", "exists").severity(check.severity))
        .collect())
}

/// A finding for each of `tables` that is not there or is no table, and the others.
pub(super) async fn tables<'t>(
    reader: &Reader<'_>,
    check: &DeclaredCheck,
    tables: &'t [ObjectName],
) -> Result<(Vec<Finding>, Vec<&'t ObjectName>), Failure> {
    let findings = exist(reader, check, tables).await?;
    let missing = |table: &&ObjectName| !findings.iter().any(|finding| finding.object == table.to_string());
    let present = tables.iter().filter(missing).collect();
    Ok((findings, present))
}

fn is_a(wanted: ObjectKind, found: &str) -> bool {
    match wanted {
        ObjectKind::Type => matches!(found, "type" | "enum" | "domain" | "composite type"),
        ObjectKind::Function => matches!(found, "function" | "procedure" | "aggregate"),
        wanted => wanted.as_str() == found,
    }
}

/// The kind of what stands under each name; `None` where nothing does.
pub(super) async fn look_up(reader: &Reader<'_>, names: &[ObjectName]) -> Result<Vec<Option<String>>, Failure> {
    let numbers: Vec<i32> = (0..).take(names.len()).collect();
    let kinds: Vec<&str> = names.iter().map(|name| lookup_kind(name.kind)).collect();
    let schemas: Vec<Option<&str>> = names.iter().map(|name| name.schema.as_ref().map(Ident::as_str)).collect();
    let own: Vec<&str> = names.iter().map(|name| name.name.as_str()).collect();
    let members: Vec<Option<&str>> = names.iter().map(|name| name.member.as_ref().map(Ident::as_str)).collect();
    let arguments: Vec<Option<String>> = names.iter().map(|n| n.arguments.as_deref().map(argument_list)).collect();
    let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 6] = [
        (&numbers, Type::INT4_ARRAY),
        (&kinds, Type::TEXT_ARRAY),
        (&schemas, Type::TEXT_ARRAY),
        (&own, Type::TEXT_ARRAY),
        (&members, Type::TEXT_ARRAY),
        (&arguments, Type::TEXT_ARRAY),
    ];
    let rows = reader.rows("", include_str!("objects.sql"), &parameters).await?;
    Ok(rows.iter().map(|row| row.try_get("found")).collect::<Result<_, _>>()?)
}

const fn lookup_kind(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Enum | ObjectKind::Domain => "type",
        kind => kind.as_str(),
    }
}

/// The types of an argument list between unit separators: a comma inside parentheses or quotes parts nothing.
fn argument_list(arguments: &str) -> String {
    let (mut depth, mut quoted) = (0_u32, false);
    let mut list = String::new();
    for c in arguments.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        list.push(if c == ',' && depth == 0 && !quoted { '\u{1f}' } else { c });
    }
    list.split('\u{1f}').map(str::trim).collect::<Vec<_>>().join("\u{1f}")
}

#[cfg(test)]
mod tests {
    use super::argument_list;

    #[test]
    fn argument_lists_part_at_outer_commas() {
        assert_eq!(argument_list("uuid, numeric(10, 2),\"a,b\""), "uuid\u{1f}numeric(10, 2)\u{1f}\"a,b\"");
        assert_eq!(argument_list(""), "");
    }
}

use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use sha2::{Digest, Sha256};

use crate::diagnostic::Source;
use crate::project::checks::{DeclaredCheck, DeclaredQuery};
use crate::verify::failure::Failure;
use crate::verify::finding::{Broken, Finding};
use crate::verify::reader::Reader;

const BEFORE: &str = "SELECT pg_catalog.row_to_json(q)::text FROM (\n";

/// The rows of a declared query, as findings, and whether there are more than its limit.
pub(super) struct Violations {
    pub(super) findings: Vec<Finding>,
    pub(super) more: bool,
}

/// `violations`: a query that returns no row.
///
/// It is one statement whatever it holds (the extended protocol takes no second), in a read-only transaction with a
/// timeout, and never more than one row beyond the limit is fetched.
pub(super) async fn violations(
    reader: &Reader<'_>,
    check: &DeclaredCheck,
    query: &DeclaredQuery,
) -> Result<Violations, Failure> {
    let timeout = check.timeout.map(|timeout| format!("SET LOCAL statement_timeout = {}", timeout.millis()));
    let limit = check.limit.saturating_add(1);
    let sql = format!("{BEFORE}{}\n) q LIMIT {limit}", query.sql);
    let rows = reader.rows(timeout.as_deref().unwrap_or_default(), &sql, &[]).await?;
    let mut findings = Vec::new();
    for row in rows.iter().take(check.limit) {
        let json: &str = row.try_get(0)?;
        let shown = serde_json::from_str::<Shown>(json).map_or_else(|_| json.to_owned(), |shown| shown.0);
        let mut finding = Finding::new(&check.id, shown, "", check.message.clone().unwrap_or_default());
        // The row itself would make keys of any length.
        finding.key = format!("{}:row#{}", check.id, hash(json));
        findings.push(finding.severity(check.severity));
    }
    // A limit of 0 shows no row and still tells that there are some.
    let more = rows.len() > check.limit;
    if findings.is_empty() && more {
        let evidence = "the query returns rows";
        findings.push(Finding::new(&check.id, check.id.clone(), "rows", evidence).severity(check.severity));
    }
    Ok(Violations { findings, more })
}

/// The failed query as broken, with the place the server points at.
pub(super) fn broken(check: &DeclaredCheck, query: &DeclaredQuery, failure: &Failure, role: &str) -> Broken {
    let mut broken = failure.broken(check.id.clone(), role);
    let position = failure.position.and_then(|position| position.checked_sub(BEFORE.chars().count() + 1));
    broken.at = position.and_then(|characters| {
        let at = query.sql.char_indices().map(|(at, _)| at).chain([query.sql.len()]).nth(characters)?;
        Some(if let Some(offset) = query.offset {
            check.source.place(offset + at).to_string()
        } else {
            let place = Source::new("", query.sql.clone()).place(at);
            format!("{}:{}", place.line, place.column)
        })
    });
    broken
}

/// The first 48 bits of the text's SHA-256: enough to tell one check's accepted rows apart.
fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(6).fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// A row as `name = value, …`, in the query's order, which a map would lose.
struct Shown(String);

impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Columns;
        impl<'de> Visitor<'de> for Columns {
            type Value = Shown;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shown, A::Error> {
                let mut shown = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, serde_json::Value>()? {
                    let value = match value {
                        serde_json::Value::String(text) => text,
                        other => other.to_string(),
                    };
                    shown.push(format!("{name} = {value}"));
                }
                Ok(Shown(if shown.is_empty() { "a row without columns".to_owned() } else { shown.join(", ") }))
            }
        }
        deserializer.deserialize_map(Columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_the_query_s_order() {
        let shown: Shown = serde_json::from_str(r#"{"z":"a","b":1,"a":null,"z":{"k":[1]}}"#).unwrap();
        let empty: Shown = serde_json::from_str("{}").unwrap();
        assert_eq!(empty.0, "a row without columns");
        assert_eq!(shown.0, r#"z = a, b = 1, a = null, z = {"k":[1]}"#);
    }
}

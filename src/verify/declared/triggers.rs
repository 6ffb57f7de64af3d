use tokio_postgres::types::Type;

use super::{objects, policies};
use crate::diagnostic::nearest;
use crate::model::{Ident, ObjectName};
use crate::project::checks::{DeclaredCheck, TriggerClaim};
use crate::verify::failure::Failure;
use crate::verify::finding::{Finding, Fix};
use crate::verify::reader::Reader;

struct Trigger {
    name: Ident,
    schema: Ident,
    function: Ident,
    enabled: bool,
}

/// `triggers`: each function has a trigger on each table, enabled or not as declared.
pub(super) async fn triggers(
    reader: &Reader<'_>,
    check: &DeclaredCheck,
    claim: &TriggerClaim,
) -> Result<Vec<Finding>, Failure> {
    let (mut findings, present) = objects::tables(reader, check, &claim.on).await?;
    let (schemas, names) = policies::names(&present);
    let parameters = [(&schemas as _, Type::TEXT_ARRAY), (&names as _, Type::TEXT_ARRAY)];
    let rows = reader.rows("", include_str!("triggers.sql"), &parameters).await?;
    for (number, table) in (1_i32..).zip(&present) {
        let mut triggers = Vec::new();
        for row in &rows {
            if row.try_get::<_, i32>("number")? == number {
                triggers.push(Trigger {
                    name: Ident::exact(row.try_get("trigger")?),
                    schema: Ident::exact(row.try_get("function_schema")?),
                    function: Ident::exact(row.try_get("function_name")?),
                    enabled: row.try_get("enabled")?,
                });
            }
        }
        findings.extend(claim.functions.iter().filter_map(|wanted| finding(check, claim, table, wanted, &triggers)));
    }
    Ok(findings)
}

fn finding(
    check: &DeclaredCheck,
    claim: &TriggerClaim,
    table: &ObjectName,
    wanted: &ObjectName,
    triggers: &[Trigger],
) -> Option<Finding> {
    let calls = |trigger: &&Trigger| {
        trigger.function == wanted.name && wanted.schema.as_ref().is_none_or(|schema| *schema == trigger.schema)
    };
    let calling: Vec<&Trigger> = triggers.iter().filter(calls).collect();
    let facet = format!("trigger {}", wanted.path());
    let found =
        |evidence: String| Finding::new(&check.id, table.to_string(), &facet, evidence).severity(check.severity);
    if calling.is_empty() {
        let near = nearest(wanted.name.as_str(), triggers.iter().map(|trigger| trigger.function.as_str()));
        let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        return Some(found(format!("no trigger calls {}(){near}", wanted.path())));
    }
    let enabled = claim.enabled?;
    let wrong = match enabled {
        true if calling.iter().any(|trigger| trigger.enabled) => return None,
        false if calling.iter().all(|trigger| !trigger.enabled) => return None,
        true => &calling[0].name,
        false => &calling.iter().find(|trigger| trigger.enabled)?.name,
    };
    let (state, action) = if enabled { ("disabled", "ENABLE") } else { ("enabled", "DISABLE") };
    let fix = Fix::Sql {
        statements: vec![format!("ALTER TABLE {} {action} TRIGGER {}", table.quoted(), wrong.quoted())],
        lock: "SHARE ROW EXCLUSIVE on the table".to_owned(),
    };
    Some(found(format!("trigger {wrong}, which calls {}(), is {state}", wanted.path())).fix(fix))
}

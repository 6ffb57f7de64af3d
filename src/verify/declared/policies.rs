use tokio_postgres::types::Type;

use super::objects;
use crate::model::ObjectName;
use crate::project::checks::{DeclaredCheck, PolicyClaim, RlsState};
use crate::verify::failure::Failure;
use crate::verify::finding::{Finding, Fix};
use crate::verify::reader::Reader;

/// `policies`: how many, and that row security is on, without which they do nothing.
pub(super) async fn policies(
    reader: &Reader<'_>,
    check: &DeclaredCheck,
    claim: &PolicyClaim,
) -> Result<Vec<Finding>, Failure> {
    let (mut findings, present) = objects::tables(reader, check, &claim.on).await?;
    let (schemas, names) = names(&present);
    let parameters = [(&schemas as _, Type::TEXT_ARRAY), (&names as _, Type::TEXT_ARRAY)];
    let rows = reader.rows("", include_str!("policies.sql"), &parameters).await?;
    let mut counts = Vec::new();
    for (table, row) in present.iter().zip(&rows) {
        let (enabled, forced): (bool, bool) = (row.try_get(0)?, row.try_get(1)?);
        let count: i64 = row.try_get(2)?;
        counts.push((table.path(), count));
        let missing = match claim.rls {
            Some(_) if !enabled => ("row security is off", "ENABLE"),
            Some(RlsState::Forced) if !forced => ("row security does not bind the table's owner", "FORCE"),
            _ => continue,
        };
        let fix = Fix::Sql {
            statements: vec![format!("ALTER TABLE {} {} ROW LEVEL SECURITY", table.quoted(), missing.1)],
            lock: "ACCESS EXCLUSIVE on the table, catalog only".to_owned(),
        };
        let policies = if count == 1 { "policy" } else { "policies" };
        let evidence = format!("{}, with {count} {policies}", missing.0);
        findings.push(Finding::new(&check.id, table.to_string(), "rls", evidence).severity(check.severity).fix(fix));
    }
    let total: i64 = counts.iter().map(|(_, count)| count).sum();
    if claim.total.is_some_and(|wanted| i64::try_from(wanted) != Ok(total)) {
        let each = counts.iter().map(|(table, count)| format!("{table} {count}")).collect::<Vec<_>>().join(", ");
        let wanted = claim.total.unwrap_or_default();
        let evidence = format!("{total} policies, not {wanted}: {each}");
        let object = claim.on.iter().map(ObjectName::path).collect::<Vec<_>>().join(", ");
        findings.push(Finding::new(&check.id, object, "policies", evidence).severity(check.severity));
    }
    Ok(findings)
}

/// Schemas and names for a query's parameters.
pub(super) fn names<'n>(tables: &[&'n ObjectName]) -> (Vec<&'n str>, Vec<&'n str>) {
    tables.iter().map(|table| (table.schema.as_ref().map_or("", |schema| schema.as_str()), table.name.as_str())).unzip()
}

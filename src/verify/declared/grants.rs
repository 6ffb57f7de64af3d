use tokio_postgres::types::Type;

use super::{objects, policies};
use crate::model::ObjectName;
use crate::project::checks::{DeclaredCheck, GrantClaim};
use crate::verify::failure::Failure;
use crate::verify::finding::{Finding, Fix};
use crate::verify::reader::Reader;

/// `grants`: a role's privileges on tables, views or sequences, however it comes by them.
pub(super) async fn grants(
    reader: &Reader<'_>,
    check: &DeclaredCheck,
    claim: &GrantClaim,
) -> Result<Vec<Finding>, Failure> {
    let found = objects::look_up(reader, &claim.on).await?;
    let mut findings = Vec::new();
    let mut present: Vec<&ObjectName> = Vec::new();
    for (object, found) in claim.on.iter().zip(found) {
        if found.is_some() {
            present.push(object);
        } else {
            findings.push(Finding::new(&check.id, object.path(), "", "does not exist").severity(check.severity));
        }
    }
    let (schemas, names) = policies::names(&present);
    let role = claim.role.as_str();
    let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 4] = [
        (&role, Type::TEXT),
        (&schemas, Type::TEXT_ARRAY),
        (&names, Type::TEXT_ARRAY),
        (&claim.privileges, Type::TEXT_ARRAY),
    ];
    for row in &reader.rows("", include_str!("grants.sql"), &parameters).await? {
        let number: i32 = row.try_get("number")?;
        let privilege: String = row.try_get("privilege")?;
        let index = usize::try_from(number - 1).unwrap_or(usize::MAX);
        let Some(object) = present.get(index) else { continue };
        let (evidence, fix) = if row.try_get("no_role")? {
            (format!("role {} does not exist", claim.role), Fix::None)
        } else {
            let statement = format!("GRANT {privilege} ON {} TO {}", object.quoted(), claim.role.quoted());
            let fix = Fix::Sql { statements: vec![statement], lock: "none on rows".to_owned() };
            (format!("role {} has no {privilege}", claim.role), fix)
        };
        let facet = format!("{privilege} to {}", claim.role);
        findings.push(Finding::new(&check.id, object.path(), &facet, evidence).severity(check.severity).fix(fix));
    }
    Ok(findings)
}

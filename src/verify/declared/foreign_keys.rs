use tokio_postgres::types::Type;

use super::objects;
use crate::model::{Ident, ObjectName};
use crate::project::checks::{DeclaredCheck, ForeignKeyClaim};
use crate::verify::failure::Failure;
use crate::verify::finding::Finding;
use crate::verify::reader::Reader;

/// `foreign_keys`: a key from these columns to that table, with its action.
pub(super) async fn foreign_key(
    reader: &Reader<'_>,
    check: &DeclaredCheck,
    claim: &ForeignKeyClaim,
) -> Result<Vec<Finding>, Failure> {
    let tables = [claim.table.clone(), claim.references.clone()];
    let (missing, _) = objects::tables(reader, check, &tables).await?;
    if !missing.is_empty() {
        return Ok(missing);
    }
    let part = |name: &ObjectName| name.schema.as_ref().map_or_else(String::new, |schema| schema.as_str().to_owned());
    let (schema, name) = (part(&claim.table), claim.table.name.as_str());
    let (to_schema, to_name) = (part(&claim.references), claim.references.name.as_str());
    let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 4] =
        [(&schema, Type::TEXT), (&name, Type::TEXT), (&to_schema, Type::TEXT), (&to_name, Type::TEXT)];
    let rows = reader.rows("", include_str!("foreign_keys.sql"), &parameters).await?;
    let list = claim.columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let found = |evidence: String| {
        let facet = format!("foreign key ({list})");
        vec![Finding::new(&check.id, claim.table.to_string(), &facet, evidence).severity(check.severity)]
    };
    for row in &rows {
        let columns: Vec<String> = row.try_get("columns")?;
        if !columns.iter().map(String::as_str).eq(claim.columns.iter().map(Ident::as_str)) {
            continue;
        }
        let (name, on_delete): (String, String) = (row.try_get("name")?, row.try_get("on_delete")?);
        if let Some(wanted) = claim.on_delete.as_ref().filter(|wanted| **wanted != on_delete) {
            return Ok(found(format!("{name} is ON DELETE {on_delete}, not {wanted}")));
        }
        if !row.try_get::<_, bool>("validated")? {
            return Ok(found(format!("{name} is NOT VALID: old rows were never checked")));
        }
        return Ok(Vec::new());
    }
    Ok(found(format!("no foreign key from ({list}) to {}", claim.references.path())))
}

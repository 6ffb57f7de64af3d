use tokio_postgres::types::Type;

use crate::model::Ident;
use crate::project::checks::DeclaredCheck;
use crate::verify::failure::Failure;
use crate::verify::finding::{Finding, Fix};
use crate::verify::reader::Reader;

/// `extensions`: installed, at this version or later.
pub(super) async fn extension(
    reader: &Reader<'_>,
    check: &DeclaredCheck,
    name: &Ident,
    minimum: Option<&str>,
) -> Result<Vec<Finding>, Failure> {
    let sql = "SELECT extversion FROM pg_catalog.pg_extension WHERE extname = $1";
    let rows = reader.rows("", sql, &[(&name.as_str(), Type::TEXT)]).await?;
    let version: Option<String> = rows.first().map(|row| row.try_get(0)).transpose()?;
    let (evidence, statement) = match (version, minimum) {
        (None, _) => ("is not installed".to_owned(), format!("CREATE EXTENSION {}", name.quoted())),
        (Some(found), Some(minimum)) if parts(&found) < parts(minimum) => (
            format!("is at version {found}, older than {minimum}"),
            format!("ALTER EXTENSION {} UPDATE", name.quoted()),
        ),
        (Some(_), _) => return Ok(Vec::new()),
    };
    let fix = Fix::Sql { statements: vec![statement], lock: "what the extension's script takes".to_owned() };
    let object = format!("extension {name}");
    Ok(vec![Finding::new(&check.id, object, "", evidence).severity(check.severity).fix(fix)])
}

/// A version's numbers; extensions' versions are free text, nearly all of them dotted numbers.
fn parts(version: &str) -> Vec<u64> {
    version
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().unwrap_or(u64::MAX))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn versions_compare_by_number() {
        assert!(parts("1.10") > parts("1.9"));
        assert!(parts("3.4.0dev") >= parts("3.4"));
    }
}

use tokio_postgres::types::Type;

use crate::diagnostic::nearest;
use crate::model::{Ident, ObjectName};
use crate::verify::failure::Failure;
use crate::verify::reader::Reader;

/// What may have been meant by a name that does not exist, as the end of a sentence, or nothing.
///
/// The same name in another schema goes before a similar one in the same schema.
pub(super) async fn suggestion(reader: &Reader<'_>, wanted: &ObjectName) -> Result<String, Failure> {
    let kind = wanted.kind.as_str();
    let rows = reader.catalog(include_str!("names.sql"), &[(&kind, Type::TEXT)]).await?;
    let mut names = Vec::new();
    for row in &rows {
        let (schema, name) = (Ident::exact(row.try_get("schema")?), Ident::exact(row.try_get("name")?));
        names.push((ObjectName::qualified(wanted.kind, schema, name), row.try_get::<_, String>("kind")?));
    }
    let same_name = || names.iter().filter(|(name, _)| name.name == wanted.name);
    let elsewhere = same_name().find(|(name, _)| name.schema == wanted.schema).or_else(|| same_name().next());
    let found = elsewhere.or_else(|| {
        let same_schema = names.iter().filter(|(name, _)| name.schema == wanted.schema);
        let near = nearest(wanted.name.as_str(), same_schema.map(|(name, _)| name.name.as_str()))?;
        names.iter().find(|(name, _)| name.schema == wanted.schema && name.name.as_str() == near)
    });
    if found.is_some_and(|(name, _)| name.schema == wanted.schema && name.name == wanted.name) {
        return Ok("; it exists with other arguments".to_owned());
    }
    Ok(found.map_or_else(String::new, |(name, kind)| format!("; did you mean {kind} {}?", name.path())))
}

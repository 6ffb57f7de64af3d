use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::verify::failure::Failure;
use crate::verify::reader::Reader;

/// What the open transaction has touched, and which checks may have something to say of it.
#[derive(Debug, Default)]
pub struct Suspects {
    /// Tables and sequences, with the tables that those are partitions of.
    pub(in crate::verify) touched: Vec<u32>,
    /// Ids of built-in checks. Not among them are those which a sound migration leaves violated for the next one to
    /// complete (an index to attach, a view to fill), and those that time alone violates.
    pub(in crate::verify) checks: Vec<String>,
    /// The sequences among them, and those that their columns draw from.
    pub(in crate::verify) sequences: Vec<u32>,
}

/// Asks what is worth asking: by oids alone, so that it takes a few milliseconds however large the catalog is.
pub(in crate::verify) async fn suspects(reader: &Reader<'_>) -> Result<Suspects, Failure> {
    let rows = reader.rows("", include_str!("touched.sql"), &[]).await?;
    let touched: Vec<u32> =
        rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(|error| Failure::of(&error))?;
    if touched.is_empty() {
        return Ok(Suspects::default());
    }
    let rows = reader.rows("", include_str!("suspects.sql"), &[(&touched, Type::OID_ARRAY)]).await?;
    let read = |row: &Row| Ok((row.try_get("checks")?, row.try_get("sequences")?));
    let (checks, sequences) = match rows.first() {
        Some(row) => read(row).map_err(|error: tokio_postgres::Error| Failure::of(&error))?,
        None => (Vec::new(), Vec::new()),
    };
    Ok(Suspects { touched, checks, sequences })
}

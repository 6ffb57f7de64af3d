use tokio_postgres::Row;

use super::read::{check_version, checksum, is_absent};
use super::{Identity, LedgerError, identity};
use crate::db::Session;
use crate::model::{Checksum, Ident, MigrationId};

/// Which migrations are applied and with which content, as one digest.
///
/// The server makes it, so that a run with nothing to do gets one row and not one for each migration. Where it differs
/// from that of the files, [`super::Ledger::read`] tells in what: perhaps in nothing but comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(Checksum);

impl Fingerprint {
    /// That of the ledger; `None` when it does not exist, is empty, holds steps of a migration left
    /// half-way, or was written in another database than this.
    ///
    /// # Errors
    /// As for [`super::Ledger::read`].
    pub async fn read(session: &Session, schema: &Ident) -> Result<Option<Self>, LedgerError> {
        let query = include_str!("fingerprint.sql").replace("{schema}", &schema.quoted());
        match identity::rows(session, &query).await {
            Ok(rows) => rows.first().map_or(Ok(None), |row| Self::from_row(schema, row)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn from_row(schema: &Ident, row: &Row) -> Result<Option<Self>, LedgerError> {
        let (version, digest): (Option<i64>, Option<String>) = (row.try_get("version")?, row.try_get("digest")?);
        version.map_or(Ok(()), |version| check_version(schema, version))?;
        if let Some(database_oid) = row.try_get("database_oid")? {
            let written = Identity { database_oid, system_identifier: row.try_get("system_identifier")? };
            let here =
                Identity { database_oid: row.try_get("here_oid")?, system_identifier: row.try_get("here_identifier")? };
            if !written.agrees_with(&here) {
                return Ok(None);
            }
        }
        digest.map(|digest| checksum("", &digest).map(Self)).transpose()
    }

    /// That of a ledger that has exactly these, with files of these checksums.
    #[must_use]
    pub fn of<'a>(applied: impl IntoIterator<Item = (&'a MigrationId, Checksum)>) -> Self {
        let mut applied: Vec<_> = applied.into_iter().map(|(id, checksum)| (id.as_str(), checksum)).collect();
        applied.sort_unstable();
        let lines: Vec<String> = applied.iter().map(|(id, checksum)| format!("{id} {checksum}")).collect();
        Self(Checksum::of(lines.join("\n").as_bytes()))
    }
}

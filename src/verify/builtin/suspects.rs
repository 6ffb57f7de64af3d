use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::diagnostic::Source;
use crate::model::ObjectKind;
use crate::project::checks::SequenceOverride;
use crate::sql::{self, Effect};
use crate::verify::failure::Failure;
use crate::verify::reader::Reader;

/// What the open transaction has touched, and which checks may have something to say of it.
#[derive(Debug, Default)]
pub struct Suspects {
    /// Tables and sequences, with the tables that those are partitions of.
    pub(in crate::verify) touched: Vec<u32>,
    /// Ids of built-in checks. Never among them are those which a sound migration leaves violated for the next one to
    /// complete (an index to attach, a view to fill), and those that time alone violates.
    pub(in crate::verify) checks: Vec<String>,
    /// Sequences that may be behind their data.
    pub(in crate::verify) sequences: Vec<u32>,
    /// Tables with a default that names its sequence as text.
    pub(in crate::verify) late: Vec<u32>,
}

/// The tables with a default that names its sequence as text, as far as a run knows them. Nothing in the catalog leads from
/// a sequence to them: they are looked for once (6 ms among 10,000 defaults), and then only among what is touched.
#[derive(Debug, Default)]
pub struct LateBound(Mutex<Option<Vec<u32>>>);

impl LateBound {
    /// Those known, with `touched` among them from now on; all are looked for when asked for the first time.
    async fn with(&self, touched: &[u32], reader: &Reader<'_>) -> Result<Vec<u32>, Failure> {
        let known = self.lock().clone();
        let mut tables = if let Some(known) = known { known } else { Self::find(reader).await? };
        tables.extend(touched);
        tables.sort_unstable();
        tables.dedup();
        *self.lock() = Some(tables.clone());
        Ok(tables)
    }

    async fn find(reader: &Reader<'_>) -> Result<Vec<u32>, Failure> {
        let sql = "SELECT DISTINCT adrelid FROM pg_catalog.pg_attrdef \
                   WHERE pg_catalog.strpos(adbin::text, ':funcid 1574 ') > 0 \
                     AND (pg_catalog.strpos(adbin::text, ':funcid 1079 ') > 0 \
                          OR pg_catalog.strpos(adbin::text, ':consttype 2205 ') = 0)";
        let rows = reader.rows("", sql, &[]).await?;
        rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(|error| Failure::of(&error))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<u32>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was touched, and what there is about it to look at.
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of the catalog's own")]
struct Touched {
    relations: Vec<u32>,
    sequences: Vec<u32>,
    filled: Vec<u32>,
    empty: Vec<u32>,
    late: Vec<u32>,
    unsecured: bool,
    triggers: bool,
    partitions: bool,
    published: bool,
}

/// Asks what is worth asking of what `migration`, a text, has done in the open transaction: by oids alone, so that it takes
/// a few milliseconds however large the catalog is.
pub(in crate::verify) async fn suspects(
    reader: &Reader<'_>,
    declared: &[SequenceOverride],
    late_bound: &LateBound,
    migration: &str,
) -> Result<Suspects, Failure> {
    let rows = reader.rows("", include_str!("touched.sql"), &[]).await?;
    let Some(mut touched) = rows.first().map(read).transpose().map_err(|error| Failure::of(&error))? else {
        return Ok(Suspects::default());
    };
    // To look through all relations or types takes milliseconds where there are many tables.
    let text = migration.to_ascii_lowercase();
    let grants = text.contains("grant") || text.contains("revoke");
    let mut checks = checks(reader, &touched).await?;
    if text.contains("domain") {
        touched.sequences.extend(domains(reader).await?);
    }
    // Only a sequence that was touched itself can fall behind a table that was not.
    let late = if touched.sequences.is_empty() && touched.late.is_empty() && !grants {
        Vec::new()
    } else {
        late_bound.with(&touched.late, reader).await?
    };
    let refused = refused(reader, &touched, &late, grants).await?;
    if !refused.is_empty() {
        checks.push("sequence.grant".to_owned());
    }
    let sequences = sequences(reader, &touched, declared, &late).await?;
    Ok(Suspects { touched: [touched.relations, touched.sequences, refused].concat(), checks, sequences, late })
}

fn read(row: &Row) -> Result<Touched, tokio_postgres::Error> {
    Ok(Touched {
        relations: row.try_get("relations")?,
        sequences: row.try_get("sequences")?,
        filled: row.try_get("filled")?,
        empty: row.try_get("empty")?,
        late: row.try_get("late")?,
        unsecured: row.try_get("unsecured")?,
        triggers: row.try_get("triggers")?,
        partitions: row.try_get("partitions")?,
        published: row.try_get("published")?,
    })
}

/// Sequences from which somebody may not draw who may insert into what was touched, or who was given or left a privilege by
/// the transaction where it `grants`.
async fn refused(reader: &Reader<'_>, touched: &Touched, late: &[u32], grants: bool) -> Result<Vec<u32>, Failure> {
    let changed = [touched.relations.as_slice(), &touched.sequences].concat();
    let parameters = [(&changed as _, Type::OID_ARRAY), (&late as _, Type::OID_ARRAY), (&grants as _, Type::BOOL)];
    let sql = concat!(include_str!("../sequences/late_bound.sql"), include_str!("suspects/grant.sql"));
    let rows = reader.rows("", sql, &parameters).await?;
    rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(|error| Failure::of(&error))
}

async fn domains(reader: &Reader<'_>) -> Result<Vec<u32>, Failure> {
    let rows = reader.rows("", include_str!("suspects/domains.sql"), &[]).await?;
    rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(|error| Failure::of(&error))
}

async fn checks(reader: &Reader<'_>, touched: &Touched) -> Result<Vec<String>, Failure> {
    let candidates = [
        ("rls.mismatch", touched.unsecured, include_str!("suspects/rls.sql")),
        ("fk.not_enforced", touched.triggers, include_str!("suspects/foreign_keys.sql")),
        ("unique.not_enforced", touched.triggers, include_str!("suspects/foreign_keys.sql")),
        ("default.partition_drift", touched.partitions, include_str!("suspects/drift.sql")),
        ("default.missing_but_sequence_exists", true, include_str!("suspects/missing.sql")),
        ("table.replica_identity", touched.published, include_str!("suspects/replica_identity.sql")),
    ];
    let asked: Vec<String> = candidates
        .iter()
        .filter(|(_, worth_it, _)| *worth_it)
        .map(|(id, _, sql)| format!("CASE WHEN EXISTS (\n{sql}) THEN '{id}' END"))
        .collect();
    if touched.relations.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT pg_catalog.array_remove(ARRAY[{}], NULL)", asked.join(",\n"));
    let rows = reader.rows("", &sql, &[(&touched.relations, Type::OID_ARRAY)]).await?;
    rows.first().map_or(Ok(Vec::new()), |row| row.try_get(0)).map_err(|error| Failure::of(&error))
}

async fn sequences(
    reader: &Reader<'_>,
    touched: &Touched,
    declared: &[SequenceOverride],
    late: &[u32],
) -> Result<Vec<u32>, Failure> {
    if touched.filled.is_empty() && touched.sequences.is_empty() {
        return Ok(Vec::new());
    }
    let reads = declared.iter().flat_map(|it| read_by(&it.value_sql).into_iter().map(|read| (it.name.quoted(), read)));
    let (readers, read): (Vec<String>, Vec<Option<String>>) = reads.unzip();
    let declared: Vec<String> = declared.iter().map(|it| it.name.quoted()).collect();
    let parameters = [
        (&touched.sequences as _, Type::OID_ARRAY),
        (&late as _, Type::OID_ARRAY),
        (&touched.filled as _, Type::OID_ARRAY),
        (&touched.empty as _, Type::OID_ARRAY),
        (&declared as _, Type::TEXT_ARRAY),
        (&readers as _, Type::TEXT_ARRAY),
        (&read as _, Type::TEXT_ARRAY),
    ];
    let sql = concat!(include_str!("../sequences/late_bound.sql"), include_str!("suspects/sequences.sql"));
    let rows = reader.rows("", sql, &parameters).await?;
    let read = |row: &Row| Ok((row.try_get("sequence")?, row.try_get("behind")?));
    let candidates: Vec<(u32, Option<String>)> =
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|error: tokio_postgres::Error| Failure::of(&error))?;
    let compared: Vec<String> = candidates
        .iter()
        .filter_map(|(sequence, behind)| Some(format!("CASE WHEN {} THEN {sequence} END", behind.as_ref()?)))
        .collect();
    let mut suspects: Vec<u32> = candidates.iter().filter(|it| it.1.is_none()).map(|it| it.0).collect();
    if compared.is_empty() {
        return Ok(suspects);
    }
    let sql = format!("SELECT pg_catalog.array_remove(ARRAY[{}]::oid[], NULL)", compared.join(",\n"));
    // What can't be read is for the check itself to say.
    match reader.rows("", &sql, &[]).await {
        Ok(rows) => {
            for row in &rows {
                suspects.extend(row.try_get::<_, Vec<u32>>(0).map_err(|error| Failure::of(&error))?);
            }
        }
        Err(_) => suspects = candidates.iter().map(|it| it.0).collect(),
    }
    Ok(suspects)
}

/// The relations that a query names; `None` among them where its text does not tell all that it reads.
fn read_by(query: &str) -> BTreeSet<Option<String>> {
    let (script, problems) = sql::parse(&Source::new("value_sql", query));
    let unclear = !problems.is_empty() || script.statements.iter().any(|it| it.opaque.is_some());
    let effects = script.statements.iter().flat_map(|it| &it.effects);
    let name = |effect: &Effect| match effect.object.kind {
        ObjectKind::Table | ObjectKind::View => Some(Some(effect.object.quoted())),
        ObjectKind::Function => Some(None),
        _ => None,
    };
    let mut read: BTreeSet<_> = effects.filter_map(name).collect();
    if unclear || read.is_empty() {
        read.insert(None);
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_query_reads_is_told_by_its_text_or_not_at_all() {
        let read =
            |query| read_by(query).into_iter().map(|it| it.unwrap_or_else(|| "?".to_owned())).collect::<Vec<_>>();
        assert_eq!(read("SELECT max(substr(code, 2)::bigint) FROM app.coded"), ["\"app\".\"coded\""]);
        assert_eq!(
            read("SELECT greatest((SELECT max(n) FROM a.x), (SELECT 1 FROM a.y))"),
            ["\"a\".\"x\"", "\"a\".\"y\""]
        );
        assert_eq!(read("SELECT app.highest()"), ["?"]);
        assert_eq!(read("SELECT max(app.number(code)) FROM app.coded"), ["?", "\"app\".\"coded\""]);
        assert_eq!(read("SELECT max("), ["?"]);
    }
}

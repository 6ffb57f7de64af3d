//! Column defaults: lost ones, partitions that drifted from their parent, sequences that lost their column.

mod expression;
mod fix;
mod repair;

use tokio_postgres::Row;
use tokio_postgres::types::Type;

pub use fix::{DefaultFix, DefaultOutcome, StepFix, fix_defaults};
pub use repair::{DefaultRepair, DefaultStep};

pub(super) use expression::{is_now, same};
pub(super) use repair::nextval;

use super::failure::Failure;
use super::finding::{Finding, Fix, Severity};
use super::reader::Reader;
use crate::model::{Ident, ObjectKind, ObjectName};

/// How many partitions evidence names.
const NAMED: usize = 3;

/// One partition whose default is not its root's.
struct Drifted {
    table: ObjectName,
    expression: Option<String>,
}

/// One root column and the partitions that differ from it.
struct Drift {
    relation: u32,
    column: ObjectName,
    not_null: bool,
    expression: Option<String>,
    members: i64,
    drifted: Vec<Drifted>,
}

impl Drift {
    fn concerns_most(&self) -> bool {
        i64::try_from(self.drifted.len()).is_ok_and(|count| 2 * count > self.members)
    }
}

/// `default.partition_drift`: one finding for each column of a root, whatever the number of partitions.
pub(super) async fn drift(reader: &Reader<'_>, ledger: &str) -> Result<Vec<Finding>, Failure> {
    let rows = reader.catalog(include_str!("drift.sql"), &[(&ledger, Type::TEXT)]).await?;
    let mut drifts: Vec<Drift> = Vec::new();
    for row in &rows {
        let (drift, member) = drifted(row).map_err(|error| Failure::of(&error))?;
        match drifts.last_mut() {
            Some(last) if last.column == drift.column => last.drifted.push(member),
            _ => drifts.push(Drift { drifted: vec![member], ..drift }),
        }
    }
    Ok(drifts.iter().map(drift_finding).collect())
}

fn drifted(row: &Row) -> Result<(Drift, Drifted), tokio_postgres::Error> {
    let root = table(row.try_get("root_schema")?, row.try_get("root_name")?);
    let drift = Drift {
        relation: row.try_get("root_oid")?,
        column: root.member(ObjectKind::Column, Ident::exact(row.try_get("column_name")?)),
        not_null: row.try_get("not_null")?,
        expression: row.try_get("root_expression")?,
        members: row.try_get("members")?,
        drifted: Vec::new(),
    };
    let member =
        Drifted { table: table(row.try_get("schema")?, row.try_get("name")?), expression: row.try_get("expression")? };
    Ok((drift, member))
}

fn drift_finding(drift: &Drift) -> Finding {
    let count = drift.drifted.len();
    let of = format!("{count} of {} partitions", drift.members);
    let without = drift.drifted.iter().filter(|member| member.expression.is_none()).count();
    let names = named(drift.drifted.iter().map(|member| &member.table));
    let (severity, evidence) = match &drift.expression {
        None if drift.not_null && drift.concerns_most() => (
            Severity::Error,
            format!("the parent has no default and {of} have one: inserts through the parent fail ({names})"),
        ),
        None => (Severity::Warning, format!("the parent has no default and {of} have one ({names})")),
        Some(expression) if without == count => (
            Severity::Warning,
            format!("the parent's default {expression} is missing on {of}: direct inserts go without ({names})"),
        ),
        Some(expression) => {
            let none = if without > 0 { format!(", {without} of them none") } else { String::new() };
            let evidence = format!("{of} have another default than the parent's {expression}{none} ({names})");
            (Severity::Warning, evidence)
        }
    };
    let mut finding = Finding::new("default.partition_drift", drift.column.path(), "", evidence)
        .severity(severity)
        .fix(drift_fix(drift));
    finding.relation = Some(drift.relation);
    finding
}

/// Automatic only where nothing is overwritten and the partitions leave no doubt: a default of a partition's own may be
/// meant.
fn drift_fix(drift: &Drift) -> Fix {
    let step = |table: &ObjectName, expression: &str| DefaultStep::new(table, &drift.column, expression);
    let Some(expression) = &drift.expression else {
        let mut found: Vec<&str> = drift.drifted.iter().filter_map(|member| member.expression.as_deref()).collect();
        found.sort_unstable();
        found.dedup();
        let [only] = found[..] else { return Fix::None };
        // A few partitions' own default says nothing of the others.
        if !drift.concerns_most() {
            return Fix::None;
        }
        let everywhere = i64::try_from(drift.drifted.len()) == Ok(drift.members);
        let repair = DefaultRepair::new(&drift.column, vec![DefaultStep::on_root(&drift.column, only)]);
        return if drift.not_null && everywhere { repair.automatic() } else { repair.shown() };
    };
    let (missing, own): (Vec<_>, Vec<_>) = drift.drifted.iter().partition(|member| member.expression.is_none());
    if missing.is_empty() {
        let steps = own.iter().map(|member| step(&member.table, expression)).collect();
        return DefaultRepair::new(&drift.column, steps).shown();
    }
    let steps = missing.iter().map(|member| step(&member.table, expression)).collect();
    DefaultRepair::new(&drift.column, steps).automatic()
}

/// `default.missing_but_sequence_exists`.
pub(super) async fn missing(reader: &Reader<'_>, ledger: &str) -> Result<Vec<Finding>, Failure> {
    let sql = concat!(include_str!("../sequences/late_bound.sql"), include_str!("missing.sql"));
    let all = None::<Vec<u32>>;
    let rows = reader.catalog(sql, &[(&ledger, Type::TEXT), (&all, Type::OID_ARRAY)]).await?;
    rows.iter().map(missing_finding).collect::<Result<_, _>>().map_err(|error| Failure::of(&error))
}

fn missing_finding(row: &Row) -> Result<Finding, tokio_postgres::Error> {
    let root = table(row.try_get("schema")?, row.try_get("name")?);
    let column = root.member(ObjectKind::Column, Ident::exact(row.try_get("column_name")?));
    let sequence = sequence(row)?;
    let schemas: Option<Vec<String>> = row.try_get("schemas")?;
    let names: Option<Vec<String>> = row.try_get("names")?;
    let partitions: Vec<ObjectName> =
        schemas.unwrap_or_default().iter().zip(names.unwrap_or_default()).map(|(s, n)| table(s, &n)).collect();
    let owned: bool = row.try_get("owned")?;
    let why = if owned { "belongs to it" } else { "is named for it and used by nothing" };
    let beside =
        if partitions.is_empty() { String::new() } else { format!("; nor have {} partitions one", partitions.len()) };
    let (severity, what, end) = if row.try_get("required")? {
        (Severity::Error, "NOT NULL without default", "")
    } else {
        (Severity::Warning, "without default", ": inserts leave it null")
    };
    let evidence = format!("{what}, and sequence {} {why}{beside}{end}", sequence.path());
    let mut steps = vec![DefaultStep::on_root(&column, &nextval(&sequence))];
    steps.extend(partitions.iter().map(|partition| DefaultStep::new(partition, &column, &nextval(&sequence))));
    let mut repair = DefaultRepair::new(&column, steps);
    repair.draws = Some(sequence.clone());
    if !owned && row.try_get("ownable")? {
        repair.owns = Some(sequence);
    }
    let mut finding = Finding::new("default.missing_but_sequence_exists", column.path(), "", evidence)
        .severity(severity)
        .fix(repair.automatic());
    finding.relation = Some(row.try_get("relation")?);
    Ok(finding)
}

/// `sequence.ownership`.
pub(super) async fn ownership(reader: &Reader<'_>, ledger: &str) -> Result<Vec<Finding>, Failure> {
    let rows = reader.catalog(include_str!("ownership.sql"), &[(&ledger, Type::TEXT)]).await?;
    rows.iter().map(ownership_finding).collect::<Result<_, _>>().map_err(|error| Failure::of(&error))
}

fn ownership_finding(row: &Row) -> Result<Finding, tokio_postgres::Error> {
    let root = table(row.try_get("schema")?, row.try_get("name")?);
    let column = root.member(ObjectKind::Column, Ident::exact(row.try_get("column_name")?));
    let sequence = sequence(row)?;
    let evidence = format!("feeds {} alone, is named for it, and belongs to no column", column.path());
    let mut finding = Finding::new("sequence.ownership", sequence.path(), "", evidence).severity(Severity::Warning);
    let mut repair = DefaultRepair::new(&column, Vec::new());
    repair.owns = Some(sequence);
    finding.fix = repair.automatic();
    finding.relation = Some(row.try_get("relation")?);
    Ok(finding)
}

fn sequence(row: &Row) -> Result<ObjectName, tokio_postgres::Error> {
    let (schema, name) = (row.try_get("sequence_schema")?, row.try_get("sequence_name")?);
    Ok(ObjectName::qualified(ObjectKind::Sequence, Ident::exact(schema), Ident::exact(name)))
}

pub(super) fn table(schema: &str, name: &str) -> ObjectName {
    ObjectName::qualified(ObjectKind::Table, Ident::exact(schema), Ident::exact(name))
}

/// The first few names and how many more there are.
pub(super) fn named<'a>(tables: impl ExactSizeIterator<Item = &'a ObjectName>) -> String {
    let count = tables.len();
    let mut text = tables.take(NAMED).map(ObjectName::path).collect::<Vec<_>>().join(", ");
    if count > NAMED {
        text = format!("{text} and {} more", count - NAMED);
    }
    text
}

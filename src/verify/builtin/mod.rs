//! The built-in checks: a catalogue of data. One more is one `.sql` file here and one entry in [`CATALOGUE`].

use std::collections::BTreeSet;

use tokio_postgres::Row;

use super::Scope;
use super::defaults;
use super::failure::Failure;
use super::finding::{CheckResult, Finding, Fix, Severity};
use super::reader::Reader;
use super::select::Selection;

/// One built-in check.
#[derive(Debug, Clone, Copy)]
pub struct Builtin {
    /// Its id, as `--check` and keys name it.
    pub id: &'static str,
    /// What must be true, in one line.
    pub title: &'static str,
    /// What goes wrong otherwise.
    pub why: &'static str,
    /// What a violation means, where the evaluation does not say.
    pub severity: Severity,
    evaluate: Evaluate,
}

/// How a built-in check is evaluated.
#[derive(Debug, Clone, Copy)]
enum Evaluate {
    /// A query to the catalog whose rows are findings: `object`, `evidence`, `severity` or null, `statements`,
    /// `lock`, `relation`.
    Query(&'static str),
    /// Partitions' defaults against their root's.
    Drift,
    /// Columns without the default their sequence is there for.
    Missing,
    /// Sequences that lost the column they belong to.
    Ownership,
    /// From the survey of sequences, which reads data and runs on its own.
    Sequences,
}

/// Every built-in check, in the order of output.
pub const CATALOGUE: &[Builtin] = &[
    // First, because what is being built right now is not part of the snapshot that all share.
    Builtin {
        id: "index.invalid",
        title: "every index is valid",
        why: "an index left behind by an interrupted CREATE INDEX CONCURRENTLY costs every write and serves no query",
        severity: Severity::Error,
        evaluate: Evaluate::Query(include_str!("index_invalid.sql")),
    },
    Builtin {
        id: "sequence.behind",
        title: "every sequence is ahead of its column",
        why: "the next insert draws an id that exists and fails with a duplicate key",
        severity: Severity::Error,
        evaluate: Evaluate::Sequences,
    },
    Builtin {
        id: "sequence.headroom",
        title: "every sequence has room left in its own range and its column's",
        why: "at the end of the range every insert fails, and widening a column rewrites its table",
        severity: Severity::Warning,
        evaluate: Evaluate::Sequences,
    },
    Builtin {
        id: "default.partition_drift",
        title: "partitions have their parent's defaults",
        why: "the parent's default rules inserts through the parent, the partition's own only direct ones",
        severity: Severity::Error,
        evaluate: Evaluate::Drift,
    },
    Builtin {
        id: "default.missing_but_sequence_exists",
        title: "no column has lost the default its sequence is there for",
        why: "every insert that leaves the column out fails with a null violation",
        severity: Severity::Error,
        evaluate: Evaluate::Missing,
    },
    Builtin {
        id: "sequence.ownership",
        title: "sequences named for a column belong to it",
        why: "pg_dump -t, DROP TABLE and TRUNCATE RESTART IDENTITY leave out a sequence that no column owns",
        severity: Severity::Info,
        evaluate: Evaluate::Ownership,
    },
    Builtin {
        id: "rls.mismatch",
        title: "row security is on wherever policies are",
        why: "policies do nothing while row security is off",
        severity: Severity::Error,
        evaluate: Evaluate::Query(include_str!("rls_mismatch.sql")),
    },
    Builtin {
        id: "trigger.disabled",
        title: "foreign keys are enforced",
        why: "a key whose triggers are disabled looks valid and lets orphans in",
        severity: Severity::Error,
        evaluate: Evaluate::Query(include_str!("trigger_disabled.sql")),
    },
];

/// The catalogue's entry for `id`, as an empty result.
pub(super) fn result(id: &str) -> CheckResult {
    let entry = CATALOGUE.iter().find(|check| check.id == id);
    entry.map_or_else(|| CheckResult::new(id, id, Severity::Error), |b| CheckResult::new(b.id, b.title, b.severity))
}

/// Evaluates the selected built-in checks that ask only the catalog.
pub(super) async fn evaluate(reader: &Reader<'_>, selection: Selection<'_>, scope: Scope) -> Vec<CheckResult> {
    let touched = touched(reader, scope).await;
    let mut results = Vec::new();
    for check in CATALOGUE.iter().filter(|check| selection.takes(check.id)) {
        let found = match check.evaluate {
            Evaluate::Query(sql) => reader.catalog(sql, &[]).await.and_then(|rows| findings(check, &rows)),
            Evaluate::Drift => defaults::drift(reader).await,
            Evaluate::Missing => defaults::missing(reader).await,
            Evaluate::Ownership => defaults::ownership(reader).await,
            Evaluate::Sequences => continue,
        };
        let mut result = result(check.id);
        match (&found, &touched) {
            (Ok(found), Ok(touched)) => {
                result.findings.clone_from(found);
                if let Some(touched) = touched {
                    result.findings.retain(|finding| finding.relation.is_none_or(|oid| touched.contains(&oid)));
                }
            }
            (Err(failure), _) | (_, Err(failure)) => result.broken.push(failure.broken(check.id, &reader.role)),
        }
        results.push(result);
    }
    results
}

/// The relations in scope; `None` is all of them.
pub(super) async fn touched(reader: &Reader<'_>, scope: Scope) -> Result<Option<BTreeSet<u32>>, Failure> {
    if scope == Scope::Everything {
        return Ok(None);
    }
    let rows = reader.catalog(include_str!("touched.sql"), &[]).await?;
    rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map(Some).map_err(|error| Failure::of(&error))
}

fn findings(check: &Builtin, rows: &[Row]) -> Result<Vec<Finding>, Failure> {
    rows.iter().map(|row| finding(check, row)).collect::<Result<_, _>>().map_err(|error| Failure::of(&error))
}

fn finding(check: &Builtin, row: &Row) -> Result<Finding, tokio_postgres::Error> {
    let severity = match row.try_get::<_, Option<&str>>("severity")? {
        Some("error") => Severity::Error,
        Some("warning") => Severity::Warning,
        Some("info") => Severity::Info,
        _ => check.severity,
    };
    let statements: Option<Vec<String>> = row.try_get("statements")?;
    let fix = match statements {
        Some(statements) if !statements.is_empty() => {
            Fix::Sql { statements, lock: row.try_get::<_, Option<String>>("lock")?.unwrap_or_default() }
        }
        _ => Fix::None,
    };
    let object: String = row.try_get("object")?;
    let evidence: String = row.try_get("evidence")?;
    let mut finding = Finding::new(check.id, object, "", evidence).severity(severity).fix(fix);
    finding.relation = row.try_get("relation")?;
    Ok(finding)
}

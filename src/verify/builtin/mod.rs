//! The built-in checks: a catalogue of data. One more is an entry in one of the themes and, in the directory that its id
//! begins with, the query and two examples; `docs/checks.md` is made from the same.

mod access;
mod schema;
mod storage;
mod suspects;
mod values;

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::Request;
use super::defaults;
use super::failure::Failure;
use super::finding::{CheckResult, Finding, Fix, Severity, Skipped};
use super::reader::Reader;
use super::select::Selection;

/// One built-in check.
#[derive(Debug, Clone, Copy)]
pub struct Builtin {
    /// Its id, as `--check` and keys name it: what it is about, a dot, what is wrong.
    pub id: &'static str,
    /// What must be true, in one line.
    pub title: &'static str,
    /// What goes wrong otherwise.
    pub why: &'static str,
    /// What a violation means, where the evaluation does not say.
    pub severity: Severity,
    /// The first major version of PostgreSQL that it is for.
    pub since: i32,
    /// What to do about a violation.
    pub fix: &'static str,
    /// The strongest lock that this takes; empty where it takes none on a table.
    pub lock: &'static str,
    /// SQL that brings a violation about, statement by statement in an empty database. Its first line names the objects
    /// found: `-- finds: public.t, public.u`. A statement after `-- fails:` is one that the server refuses.
    pub violated: &'static str,
    /// The same without a violation, with what could be mistaken for one.
    pub holds: &'static str,
    evaluate: Evaluate,
}

/// How a built-in check is evaluated.
#[derive(Debug, Clone, Copy)]
enum Evaluate {
    /// A query to the catalog whose rows are findings, each object in one row: `object`, `evidence`, `statements` of the
    /// fix or null, `relation` (the table or sequence) or null. It may use what `scope.sql` defines; $2, where
    /// `late_bound.sql` stands in it, is null.
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

/// A [`Builtin`] whose query and examples are in files of this name.
macro_rules! builtin {
    ($path:literal, $evaluate:expr, $($field:ident: $value:expr),+ $(,)?) => {
        $crate::verify::builtin::Builtin {
            evaluate: $evaluate,
            violated: include_str!(concat!($path, ".bad.sql")),
            holds: include_str!(concat!($path, ".good.sql")),
            $($field: $value),+
        }
    };
    ($path:literal, $($field:ident: $value:expr),+ $(,)?) => {
        builtin!($path, $crate::verify::builtin::Evaluate::Query(include_str!(concat!($path, ".sql"))), $($field: $value),+)
    };
}
use builtin;
pub use suspects::LateBound;
pub(super) use suspects::suspects;

/// The themes in the order of output. `index.invalid` comes first, because what is being built right now is not part of
/// the snapshot of the reader that asks.
const THEMES: [&[Builtin]; 4] = [schema::CHECKS, values::CHECKS, access::CHECKS, storage::CHECKS];

/// Every built-in check, in the order of output.
pub fn catalogue() -> impl Iterator<Item = &'static Builtin> {
    THEMES.into_iter().flatten()
}

impl Builtin {
    /// Whether it runs without being asked for: an error does, and what `--fix-defaults` mends, because every restore
    /// table by table loses it.
    pub const fn is_default(&self) -> bool {
        matches!(self.severity, Severity::Error) || matches!(self.evaluate, Evaluate::Ownership)
    }

    fn result(&self) -> CheckResult {
        CheckResult::new(self.id, self.title, self.severity)
    }
}

/// The catalogue's entry for `id`, as an empty result.
pub(super) fn result(id: &str) -> CheckResult {
    catalogue().find(|check| check.id == id).map_or_else(|| CheckResult::new(id, id, Severity::Error), Builtin::result)
}

/// The selected built-in checks that ask only the catalog. Those that are for a later version of the server are named as
/// skipped.
pub(super) fn due(selection: Selection<'_>, major: i32) -> (Vec<&'static Builtin>, Vec<Skipped>) {
    let (mut due, mut skipped) = (Vec::new(), Vec::new());
    for check in catalogue().filter(|check| selection.takes_builtin(check)) {
        if major < check.since {
            let reason = format!("for PostgreSQL {} and later, the server is {major}", check.since);
            skipped.push(Skipped { check: check.id.to_owned(), reason });
        } else if !matches!(check.evaluate, Evaluate::Sequences) {
            due.push(check);
        }
    }
    (due, skipped)
}

/// Evaluates one of the [`due`].
pub(super) async fn evaluate(reader: &Reader<'_>, request: &Request<'_>, check: &Builtin) -> CheckResult {
    let found = match check.evaluate {
        Evaluate::Query(sql) => ask(reader, check, sql, request.ledger_schema).await,
        Evaluate::Drift => defaults::drift(reader, request.ledger_schema).await,
        Evaluate::Missing => defaults::missing(reader, request.ledger_schema).await,
        Evaluate::Ownership => defaults::ownership(reader, request.ledger_schema).await,
        Evaluate::Sequences => Ok(Vec::new()),
    };
    let mut result = check.result();
    match found {
        Ok(found) => result.findings = found,
        Err(failure) => result.broken.push(failure.broken(check.id, &reader.role)),
    }
    result
}

async fn ask(reader: &Reader<'_>, check: &Builtin, query: &str, ledger: &str) -> Result<Vec<Finding>, Failure> {
    let sql = format!("{}{query}\n) q ORDER BY q.object COLLATE pg_catalog.\"C\"", include_str!("scope.sql"));
    let parameters = [(&ledger as _, Type::TEXT), (&None::<Vec<u32>> as _, Type::OID_ARRAY)];
    let rows = reader.catalog(&sql, &parameters).await?;
    rows.iter().map(|row| finding(check, row)).collect::<Result<_, _>>().map_err(|error| Failure::of(&error))
}

fn finding(check: &Builtin, row: &Row) -> Result<Finding, tokio_postgres::Error> {
    let (object, evidence): (String, String) = (row.try_get("object")?, row.try_get("evidence")?);
    let mut finding = Finding::new(check.id, object, "", evidence).severity(check.severity);
    let statements: Option<Vec<String>> = row.try_get("statements")?;
    if let Some(statements) = statements.filter(|statements| !statements.is_empty()) {
        finding = finding.fix(Fix::Sql { statements, lock: check.lock.to_owned() });
    }
    finding.relation = row.try_get("relation")?;
    Ok(finding)
}

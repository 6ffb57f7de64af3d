use std::collections::BTreeMap;

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::tree::Tree;
use super::{Kind, Snapshot, Step};
use crate::db::{DbError, Session};
use crate::ledger::has_own_schema;
use crate::model::Ident;

/// One question to the catalog: what all begin with, and its own part.
macro_rules! question {
    ($file:literal) => {
        concat!(include_str!("sql/ours.sql"), include_str!(concat!("sql/", $file, ".sql")))
    };
}

/// The questions that are asked once.
const QUESTIONS: [&str; 8] = [
    question!("others"),
    question!("types"),
    question!("relations"),
    question!("columns"),
    question!("attached"),
    question!("routines"),
    question!("privileges"),
    question!("comments"),
];

/// How many views are asked for at once. Writing a view down locks the tables that it reads until the end of the transaction
/// or savepoint, and the server's table of locks has room for some thousands.
const VIEWS: usize = 1000;

/// One snapshot for all questions; names in full, because nothing is on the path; constants as `pg_dump` has them written.
/// Nested loops are off because the planner's estimates lead it into ones that take minutes on large catalogs.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL search_path = ''; \
    SET LOCAL quote_all_identifiers = off; SET LOCAL standard_conforming_strings = on; SET LOCAL timezone = 'UTC'; \
    SET LOCAL datestyle = 'ISO, DMY'; \
    SET LOCAL intervalstyle = 'postgres'; SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; \
    SET LOCAL enable_nestloop = off; SET LOCAL jit = off; SET LOCAL lock_timeout = '10s'; \
    SET LOCAL statement_timeout = 0";

impl Snapshot {
    /// Reads the schema of a database but for the ledger's own; needs no privilege and changes nothing.
    ///
    /// The server's own functions write the definitions: those for views lock each for a moment like a reader.
    ///
    /// # Errors
    /// When the connection breaks, a view stays locked for 10 seconds, or an object is dropped meanwhile.
    pub async fn read(session: &Session, ledger: &Ident) -> Result<Self, DbError> {
        let client = session.client();
        client.batch_execute(BEGIN).await?;
        let left_out = if has_own_schema(client, ledger.as_str()).await? { ledger.as_str() } else { "" };
        let answers = answers(session, left_out).await;
        // After an error as well, so that the session can be used for something else.
        let ended = client.batch_execute("ROLLBACK").await;
        let (rows, views) = answers?;
        ended?;
        let mut tree = Tree::default();
        for row in &rows {
            add(&mut tree, row, &views)?;
        }
        Ok(Self { major: session.server().major(), entries: tree.entries() })
    }
}

/// What views are made of, by their OIDs.
type Views = BTreeMap<i64, String>;

async fn answers(session: &Session, left_out: &str) -> Result<(Vec<Row>, Views), DbError> {
    let client = session.client();
    let mut rows = Vec::new();
    for question in QUESTIONS {
        rows.extend(client.query_typed(question, &[(&left_out, Type::TEXT)]).await?);
    }
    let mut wanted: Vec<i64> = Vec::new();
    for row in &rows {
        if row.try_get::<_, Option<&str>>("member_kind")? == Some(Kind::Query.word()) {
            wanted.push(row.try_get("place")?);
        }
    }
    let mut views = Views::new();
    for some in wanted.chunks(VIEWS) {
        client.batch_execute("SAVEPOINT pgmigrate_views").await?;
        for row in client.query_typed(include_str!("sql/views.sql"), &[(&some, Type::INT8_ARRAY)]).await? {
            let definition: Option<String> = row.try_get("definition")?;
            views.insert(row.try_get("oid")?, definition.ok_or_else(gone)?);
        }
        // A savepoint's locks are given back only when it is undone.
        client.batch_execute("ROLLBACK TO SAVEPOINT pgmigrate_views").await?;
    }
    Ok((rows, views))
}

fn add(tree: &mut Tree, row: &Row, views: &Views) -> Result<(), DbError> {
    let kind = |column: &str| -> Result<Option<Kind>, DbError> {
        let Some(word) = row.try_get::<_, Option<&str>>(column)? else { return Ok(None) };
        let unknown = || DbError::Driver { cause: format!("unknown kind `{word}`") };
        Kind::of(word).map(Some).ok_or_else(unknown)
    };
    let name =
        |column: &str| row.try_get::<_, Option<Vec<&str>>>(column).map(|parts| dotted(&parts.unwrap_or_default()));
    let mut path = Vec::new();
    if let Some(kind) = kind("kind")? {
        let suffix: Option<&str> = row.try_get("suffix")?;
        path.push(Step::new(kind, name("object")? + suffix.unwrap_or_default()));
    }
    let below: Vec<&str> = row.try_get("below")?;
    path.extend(below.chunks(2).map(|parts| Step::new(Kind::Partition, dotted(parts))));
    for (kind, name) in [(kind("member_kind")?, name("member")?), (kind("detail_kind")?, name("detail")?)] {
        path.extend(kind.map(|kind| Step::new(kind, name)));
    }
    let place: i64 = row.try_get("place")?;
    if path.last().is_some_and(|step| step.kind == Kind::Query) {
        tree.add(path, 0, views.get(&place).map(String::as_str));
        return Ok(());
    }
    let definition: Option<&str> = row.try_get("definition")?;
    let written = [Kind::Constraint, Kind::Index, Kind::Trigger, Kind::Rule, Kind::Function, Kind::Procedure];
    if definition.is_none() && path.last().is_some_and(|step| written.contains(&step.kind)) {
        return Err(gone());
    }
    // A partition's columns have no order of their own that anybody uses.
    let place = if below.is_empty() { place } else { 0 };
    tree.add(path, place, definition);
    Ok(())
}

/// The functions that write definitions look at the catalog of this moment, not at that of the transaction's beginning.
fn gone() -> DbError {
    DbError::Driver { cause: "something was dropped while the schema was read; try again".to_owned() }
}

fn dotted(parts: &[&str]) -> String {
    parts.iter().map(|part| Ident::exact(part).to_string()).collect::<Vec<_>>().join(".")
}

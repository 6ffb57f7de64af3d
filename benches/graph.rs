//! How long it takes to know a project: loading, parsing, inferring and planning against parsing alone.
//!
//! `cargo bench --bench graph` prints one line for each size, each measured in a process of its own: times are medians of
//! five rounds in the same process, memory is the peak of the whole process (`VmHWM`: the program's own mapped pages, some
//! 6 MiB, counted) in the first round, less the bytes of the files, which are all held at once.

#![allow(clippy::expect_used, clippy::print_stdout, clippy::cast_precision_loss, missing_docs)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pgmigrate::catalog::Catalog;
use pgmigrate::diagnostic::Source;
use pgmigrate::graph::{self, External, Node};
use pgmigrate::ledger::Ledger;
use pgmigrate::plan::{self, Commits, LatePolicy, PlanInput, Standing};
use pgmigrate::project::Project;
use pgmigrate::sql;

const SIZES: [usize; 3] = [100, 1_000, 10_000];
const ROUNDS: usize = 5;

fn main() {
    let size = std::env::var("GRAPH_BENCH_SIZE").ok().and_then(|it| it.parse().ok());
    if let Some(size) = size {
        return measure(size);
    }
    println!(
        "migrations  SQL MB  parse ms  whole ms  whole/parse  µs/migration  load  infer  plan  MiB beyond the text"
    );
    for size in SIZES {
        let this = std::env::current_exe().expect("this program has a path");
        let status = Command::new(this).env("GRAPH_BENCH_SIZE", size.to_string()).status().expect("it runs");
        assert!(status.success(), "{size} migrations could not be measured");
    }
}

fn measure(size: usize) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let bytes = write_project(directory.path(), size);
    let first = round(directory.path(), size);
    let beyond = peak_kib().saturating_sub(bytes / 1024) / 1024;
    let mut rounds: Vec<[Duration; 4]> = (1..ROUNDS).map(|_| round(directory.path(), size)).collect();
    rounds.push(first);
    rounds.sort_by_key(|it| it.iter().sum::<Duration>());
    let [load, parse, infer, plan] = rounds[ROUNDS / 2].map(|it| it.as_secs_f64() * 1000.0);
    let whole = load + parse + infer + plan;
    println!(
        "{size:>10}  {:>6.1}  {parse:>8.1}  {whole:>8.1}  {:>11.2}  {:>12.1}  {load:>4.0}  {infer:>5.0}  {plan:>4.0}  {beyond:>19}",
        bytes as f64 / 1e6,
        whole / parse,
        whole * 1000.0 / size as f64,
    );
}

fn round(directory: &Path, size: usize) -> [Duration; 4] {
    let start = Instant::now();
    let (project, problems) = Project::load(directory);
    assert_eq!(problems, []);
    assert_eq!(project.migrations.len(), size);
    let load = start.elapsed();

    let start = Instant::now();
    let sources: Vec<&Arc<Source>> = project.migrations.iter().map(|it| &it.source).collect();
    let (scripts, problems) = sql::parse_all(&sources, &sql::Surroundings::default());
    assert_eq!(problems, []);
    let parse = start.elapsed();

    let start = Instant::now();
    let nodes: Vec<Node<'_>> = project
        .migrations
        .iter()
        .zip(&scripts)
        .map(|(it, script)| Node {
            id: &it.id,
            name: &it.name,
            version: it.version.as_ref(),
            source: &it.source,
            script,
            requires: &[],
            provides: &[],
        })
        .collect();
    let (graph, problems) = graph::infer(&nodes, &External::default());
    assert_eq!(problems, []);
    let infer = start.elapsed();

    let start = Instant::now();
    let (ledger, catalog) = (Ledger::default(), Catalog::default());
    let standing = Standing::compare(&project.migrations, &ledger);
    let selected: BTreeSet<usize> = standing.pending.iter().copied().collect();
    let claims = graph::claims(&nodes, graph.order());
    let plan = plan::build(&PlanInput {
        project: &project,
        scripts: &scripts,
        graph: &graph,
        reduced: &graph.reduced(),
        ledger: &ledger,
        standing: &standing,
        catalog: &catalog,
        selected: &selected,
        claims: &claims,
        late: LatePolicy::Proven,
        commits: Commits::Each,
    });
    assert_eq!(plan.steps.len(), size);
    assert!(plan.gap.is_none(), "{:?}", plan.gap);
    [load, parse, infer, start.elapsed()]
}

/// The most memory this process has had, in KiB; 0 where the system doesn't say.
fn peak_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    line.and_then(|it| it.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// About 2 KB for each migration, of the kinds real projects have: most add to tables made long before. Real projects
/// have some 0.65 KB for each: this is three times as much to read and to know of each.
fn write_project(directory: &Path, size: usize) -> usize {
    let migrations = directory.join("migrations");
    std::fs::create_dir(&migrations).expect("it can be made");
    let mut bytes = 0;
    for at in 0..size {
        let text = if at % 4 == 0 { new_tables(at) } else { change(at) };
        bytes += text.len();
        std::fs::write(migrations.join(format!("V{:06}__step_{at}.sql", at + 1)), text).expect("it can be written");
    }
    bytes
}

const ABOUT_TABLES: &str = "--
-- Every account belongs to one ledger and is never deleted: a closed one keeps its entries, so that the
-- balances of earlier years stay as they were printed. Entries are written once; what was wrong is
-- corrected by a second entry with the opposite amount, which names the first one in its note.
-- The trigger writes such an entry of its own whenever an account gets another name.

";

const ABOUT_CHANGES: &str = "--
-- Support needs the extra columns to mark accounts by hand until the import is rebuilt. They are NOT NULL with
-- an empty default, which PostgreSQL adds without writing the table anew. The marks are small numbers,
-- set by the nightly job; nobody else writes them.

";

fn new_tables(at: usize) -> String {
    let mut text = format!(
        "-- Ledger {at} with its entries.\n{ABOUT_TABLES}CREATE TYPE state_{at} AS ENUM ('open', 'held', 'closed');\n"
    );
    writeln!(
        text,
        "CREATE TABLE account_{at} (\n    id bigserial PRIMARY KEY,\n    name text NOT NULL,\n    state state_{at} NOT NULL \
         DEFAULT 'open',\n    email text NOT NULL UNIQUE,\n    settings jsonb NOT NULL DEFAULT '{{}}'::jsonb,\n    \
         created_at timestamptz NOT NULL DEFAULT now(),\n    updated_at timestamptz NOT NULL DEFAULT now(),\n    \
         CONSTRAINT name_is_there CHECK (length(name) > 0)\n);"
    )
    .expect("a string");
    let parent = at.saturating_sub(400) / 4 * 4;
    writeln!(
        text,
        "CREATE TABLE entry_{at} (\n    id bigserial PRIMARY KEY,\n    account_id bigint NOT NULL REFERENCES account_{at} (id) \
         ON DELETE CASCADE,\n    parent_id bigint REFERENCES account_{parent} (id),\n    amount numeric(20, 4) NOT NULL,\n    \
         note text,\n    booked_on date NOT NULL DEFAULT current_date,\n    CHECK (amount <> 0),\n    \
         CONSTRAINT note_says_something CHECK (note IS NULL OR (length(trim(note)) BETWEEN 1 AND 500 AND note NOT LIKE '%\\t%'))\n);\n\
         CREATE INDEX entry_{at}_account ON entry_{at} (account_id, booked_on DESC);\n\
         CREATE INDEX account_{at}_lower_name ON account_{at} (lower(name)) WHERE state <> 'closed';"
    )
    .expect("a string");
    writeln!(
        text,
        "CREATE FUNCTION touch_{at}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n    NEW.updated_at := now();\n    IF \
         NEW.name IS DISTINCT FROM OLD.name THEN\n        -- An entry of one unit, so that the auditors find the place.\n        INSERT INTO entry_{at} (account_id, amount, note) VALUES (NEW.id, 1, \
         'renamed');\n    END IF;\n    -- Whoever writes the row need not know of any of this.\n    RETURN NEW;\nEND;\n$$;\nCREATE TRIGGER touch BEFORE UPDATE ON account_{at} FOR EACH ROW \
         EXECUTE FUNCTION touch_{at}();"
    )
    .expect("a string");
    writeln!(text, "COMMENT ON TABLE account_{at} IS 'Accounts of ledger {at}.';").expect("a string");
    text
}

fn change(at: usize) -> String {
    let table = at / 4 * 4;
    let far = (at / 2) / 4 * 4;
    let mut text = format!("-- What ledger {table} has wanted since.\n{ABOUT_CHANGES}");
    for column in 0..4 {
        writeln!(
            text,
            "ALTER TABLE account_{table} ADD COLUMN extra_{at}_{column} text NOT NULL DEFAULT '';\nALTER TABLE entry_{far} ADD \
             COLUMN mark_{at}_{column} integer, ADD CONSTRAINT mark_{at}_{column}_is_small CHECK (mark_{at}_{column} < 1000);"
        )
        .expect("a string");
    }
    writeln!(
        text,
        "CREATE VIEW balance_{at} AS\nSELECT a.id, a.name, a.state, sum(e.amount) AS balance, count(*) FILTER (WHERE \
         e.note IS NOT NULL) AS noted,\n       CASE WHEN \
         sum(e.amount) > 0 THEN 'credit' WHEN sum(e.amount) < 0 THEN 'debit' ELSE 'even' END AS side\nFROM account_{table} a\nJOIN entry_{table} e ON e.account_id = a.id\nLEFT JOIN \
         entry_{far} f ON f.id = e.id AND f.mark_{at}_1 > 0\nWHERE a.state = 'open' AND e.booked_on > current_date - interval '30 \
         days'\nGROUP BY a.id, a.name, a.state;"
    )
    .expect("a string");
    writeln!(
        text,
        "INSERT INTO account_{table} (name, email) VALUES\n    ('first of {at}', 'first.{at}@example.com'),\n    ('second of \
         {at}', 'second.{at}@example.com'),\n    ('third of {at}', 'third.{at}@example.com'),\n    ('fourth of {at}', 'fourth.{at}@example.com'),\n    ('fifth of \
         {at}', 'fifth.{at}@example.com'),\n    ('sixth of {at}', 'sixth.{at}@example.com');\n-- Large amounts are looked at by \
         hand.\nUPDATE entry_{far} SET \
         mark_{at}_2 = 1 WHERE amount > 100 AND note IS NOT NULL;\nDELETE FROM entry_{table} WHERE amount = 0;\nGRANT SELECT ON \
         balance_{at} TO PUBLIC;"
    )
    .expect("a string");
    text
}

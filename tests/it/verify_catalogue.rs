//! The catalogue of built-in checks: each on its examples, with its fix, and as `docs/checks.md`.
//! `UPDATE_DOCS=1 cargo test --test it verify_catalogue` renews the document.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use pgmigrate::project::checks::SequenceSettings;
use pgmigrate::verify::{self, Builtin, CheckResult, Fix, FixOptions, LateBound, Severity, Verdict, catalogue};
use pgmigrate::verify::{fix_defaults, fix_sequences};

use crate::verify_support::{Database, database, everything, shown};

/// The statements of an example, each with whether the server must refuse it.
fn statements(example: &str) -> Vec<(String, bool)> {
    let (mut statements, mut open) = (Vec::new(), String::new());
    for line in example.lines() {
        open.push_str(line);
        open.push('\n');
        if line.ends_with(';') && open.matches("$$").count() % 2 == 0 {
            let statement = std::mem::take(&mut open);
            statements.push((statement.clone(), statement.contains("-- fails: ")));
        }
    }
    assert!(open.is_empty(), "an example ends with a statement: {open}");
    statements
}

async fn play(db: &Database, example: &str) {
    for (statement, fails) in statements(example) {
        let result = db.session.client().batch_execute(&statement).await;
        assert_eq!(result.is_err(), fails, "{statement}: {result:?}");
    }
}

/// The objects that a bad example's first line names.
fn named(check: &Builtin) -> Vec<&'static str> {
    let first = check.violated.lines().next().unwrap();
    first.strip_prefix("-- finds: ").unwrap_or_else(|| panic!("{}: {first}", check.id)).split(", ").collect()
}

async fn run(db: &mut Database, check: &Builtin) -> CheckResult {
    let report = db.verify(&[check.id]).await;
    assert!(report.results.iter().all(|result| result.broken.is_empty()), "{}", shown(&report));
    report.results.into_iter().next().unwrap_or_else(|| panic!("{} was not evaluated", check.id))
}

/// Runs what the check says mends its findings; whether it says anything.
async fn mend(db: &mut Database, check: &Builtin, found: &CheckResult) -> bool {
    let mut mended = false;
    for finding in &found.findings {
        match &finding.fix {
            Fix::None => {}
            Fix::Sql { statements, lock } => {
                assert_eq!(lock, check.lock, "{}", check.id);
                for statement in statements {
                    db.sql(statement).await;
                }
                mended = true;
            }
            Fix::Automatic { flag, lock, .. } => {
                assert_eq!(lock, check.lock, "{}", check.id);
                assert!(check.fix.contains(flag), "{}", check.id);
                mended = true;
            }
        }
    }
    let report = db.verify(&[check.id]).await;
    fix_sequences(&mut db.session, &report, &FixOptions::default()).await.unwrap();
    fix_defaults(&mut db.session, &report, &FixOptions::default()).await.unwrap();
    mended
}

/// The examples of the checks whose id begins with one of `themes`.
async fn examples(themes: &[&str]) {
    for check in catalogue().filter(|check| themes.iter().any(|theme| check.id.split('.').next() == Some(theme))) {
        let mut db = database().await;
        let major: i32 = db.text("SELECT current_setting('server_version_num')::int / 10000").await.parse().unwrap();
        if major < check.since {
            let report = db.verify(&[check.id]).await;
            assert_eq!(report.skipped[0].check, check.id);
            continue;
        }
        play(&db, check.violated).await;
        let found = run(&mut db, check).await;
        assert_eq!(found.verdict, Verdict::Violated, "{}: the example violates it", check.id);
        assert_eq!(found.severity, check.severity, "{}: {:?}", check.id, found.findings);
        let objects: Vec<&str> = found.findings.iter().map(|finding| finding.object.as_str()).collect();
        assert_eq!(objects, named(check), "{}: {:?}", check.id, found.findings);
        let keys: BTreeSet<&str> = found.findings.iter().map(|finding| finding.key.as_str()).collect();
        assert_eq!(keys.len(), objects.len(), "{}: each finding has a key of its own", check.id);
        if mend(&mut db, check, &found).await {
            let left = run(&mut db, check).await;
            assert_eq!(left.verdict, Verdict::Holds, "{} after {:?}: {:?}", check.id, found.findings, left.findings);
        }
        let mut db = database().await;
        play(&db, check.holds).await;
        let found = run(&mut db, check).await;
        assert_eq!(found.verdict, Verdict::Holds, "{}: {:?}", check.id, found.findings);
        // A database with prepared transactions can't be dropped.
        for gid in db.text("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()").await.lines() {
            db.sql(&format!("ROLLBACK PREPARED '{gid}'")).await;
        }
    }
}

const THEMES: [&[&str]; 5] = [
    &["index", "constraint"],
    &["fk", "unique", "trigger", "partition"],
    &["sequence", "default"],
    &["rls", "grant", "owner", "function", "fdw", "table"],
    &["collation", "matview", "autovacuum", "transaction", "extension", "identifier"],
];

#[tokio::test]
async fn examples_of_indexes_and_constraints() {
    examples(THEMES[0]).await;
}

#[tokio::test]
async fn examples_of_keys_triggers_and_partitions() {
    examples(THEMES[1]).await;
}

#[tokio::test]
async fn examples_of_sequences_and_defaults() {
    examples(THEMES[2]).await;
}

#[tokio::test]
async fn examples_of_access_and_tables() {
    examples(THEMES[3]).await;
}

#[tokio::test]
async fn examples_of_the_rest() {
    examples(THEMES[4]).await;
}

/// Makes everything in the schema `public` an extension's.
const HAND_OVER: &str = r"
DO $$
DECLARE member text;
BEGIN
    FOR member IN
        SELECT format('%s %s', CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                                            WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, oid::regclass)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
        UNION ALL
        SELECT format('ROUTINE %s', oid::regprocedure) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
        UNION ALL
        SELECT format('DOMAIN %s', oid::regtype) FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'd'
    LOOP
        EXECUTE 'ALTER EXTENSION plpgsql ADD ' || member;
    END LOOP;
END
$$";

#[tokio::test]
async fn objects_of_extensions_are_no_findings() {
    for check in catalogue()
        .filter(|check| !["collation.version", "extension.version", "transaction.prepared"].contains(&check.id))
    {
        let mut db = database().await;
        if db.text("SHOW server_version_num").await.parse::<i32>().unwrap() / 10000 < check.since {
            continue;
        }
        play(&db, check.violated).await;
        db.sql(HAND_OVER).await;
        let found = run(&mut db, check).await;
        assert!(found.findings.is_empty(), "{}: {:?}", check.id, found.findings);
    }
}

#[tokio::test]
async fn temporary_objects_are_no_findings() {
    // The others' examples have what can't be temporary.
    let themes = [
        "rls",
        "fk",
        "unique",
        "trigger",
        "identifier",
        "autovacuum",
        "default",
        "sequence",
        "owner",
        "function",
        "constraint",
    ];
    for check in catalogue().filter(|check| themes.contains(&check.id.split('.').next().unwrap())) {
        let mut db = database().await;
        if db.text("SHOW server_version_num").await.parse::<i32>().unwrap() / 10000 < check.since {
            continue;
        }
        db.sql("SET search_path = pg_temp").await;
        play(&db, check.violated).await;
        let found = run(&mut db, check).await;
        assert!(found.findings.is_empty(), "{}: {:?}", check.id, found.findings);
    }
}

#[test]
fn the_catalogue_is_complete() {
    let ids: BTreeSet<&str> = catalogue().map(|check| check.id).collect();
    assert_eq!(ids.len(), catalogue().count());
    for check in catalogue() {
        let (theme, problem) = check.id.split_once('.').unwrap();
        assert!(!problem.is_empty() && THEMES.iter().any(|themes| themes.contains(&theme)), "{}", check.id);
        for text in [check.title, check.why, check.fix] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text}", check.id);
        }
        assert!(!named(check).is_empty() && !statements(check.violated).is_empty(), "{}", check.id);
        assert!(!statements(check.holds).is_empty(), "{}", check.id);
    }
}

fn document() -> String {
    let mut text = String::from(
        "# Built-in checks\n\n\
         <!-- Made from the catalogue in src/verify/builtin: `UPDATE_DOCS=1 cargo test --test it verify_catalogue`. -->\n\n\
         `migrate verify` and the end of `migrate up` evaluate the checks that are errors, those marked `*`, and the \
         project's own. `migrate verify --check 'index.*'` evaluates what is named, on by default or not, and \
         `[verify] builtin = \"warnings\"` (or `\"all\"`) in `migrate.toml` widens the default.\n\n\
         Findings are about the users' objects: not the system's, not temporary ones, not those of extensions, not the \
         ledger. Partitions are told of together, by the name of the partitioned table.\n",
    );
    for (severity, title) in [(Severity::Error, "Errors"), (Severity::Warning, "Warnings"), (Severity::Info, "Hints")] {
        write!(text, "\n## {title}\n\n| check | what must be true |\n|---|---|\n").unwrap();
        for check in catalogue().filter(|check| check.severity == severity) {
            let star = if check.is_default() && severity != Severity::Error { " `*`" } else { "" };
            let anchor = check.id.replace('.', "");
            writeln!(text, "| [`{}`](#{anchor}){star} | {} |", check.id, check.title).unwrap();
        }
    }
    for check in catalogue() {
        write!(text, "\n## `{}`\n\n", check.id).unwrap();
        let since = if check.since > 14 { format!(" PostgreSQL {} and later.", check.since) } else { String::new() };
        writeln!(text, "{}: {}.{since}\n", capital(&check.severity.to_string()), check.title).unwrap();
        writeln!(text, "**Why**: {}.\n", check.why).unwrap();
        let lock = if check.lock.is_empty() { "no lock on a table" } else { check.lock };
        writeln!(text, "**Fix**: {}. Lock: {lock}.\n", check.fix).unwrap();
        writeln!(text, "Violated by:\n\n```sql\n{}```\n\nHolds:\n\n```sql\n{}```", check.violated, check.holds)
            .unwrap();
    }
    text
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

#[test]
fn the_document_is_the_catalogue() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks.md");
    let document = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &document).unwrap();
    }
    let shown = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(shown == document, "docs/checks.md is not what the catalogue says: run with UPDATE_DOCS=1");
}

/// The checks that a transaction may violate by itself find their examples before it commits, and nothing else does.
#[tokio::test]
async fn before_a_commit_the_examples_are_found_too() {
    const BEFORE_COMMIT: [&str; 8] = [
        "default.missing_but_sequence_exists",
        "default.partition_drift",
        "fk.not_enforced",
        "rls.mismatch",
        "sequence.behind",
        "sequence.grant",
        "table.replica_identity",
        "unique.not_enforced",
    ];
    let settings = SequenceSettings::default();
    for id in BEFORE_COMMIT {
        let check = catalogue().find(|check| check.id == id).unwrap();
        for (example, verdict) in [(check.violated, Verdict::Violated), (check.holds, Verdict::Holds)] {
            if example.contains("CONCURRENTLY") || example.contains("-- fails: ") {
                continue;
            }
            let db = database().await;
            db.sql("BEGIN").await;
            play(&db, example).await;
            let report = verify::run_touched(db.session.client(), &everything(&settings), &LateBound::default(), "")
                .await
                .unwrap();
            assert!(report.results.iter().all(|result| result.broken.is_empty()), "{id}: {}", shown(&report));
            let found = report.results.iter().find(|result| result.check == id);
            assert_eq!(found.map_or(Verdict::Holds, |it| it.verdict), verdict, "{id}: {}", shown(&report));
            if verdict == Verdict::Violated {
                let objects: Vec<&str> = found.unwrap().findings.iter().map(|it| it.object.as_str()).collect();
                assert_eq!(objects, named(check), "{id}");
            }
            db.sql("ROLLBACK").await;
        }
    }
}

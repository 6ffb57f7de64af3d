//! Each built-in check on a bad example and a good one, and the checks as a whole.

use std::collections::BTreeSet;

use pgmigrate::project::checks::SequenceSettings;
use pgmigrate::verify::{self, CATALOGUE, Limits, Scope, Verdict, VerifyError};

use crate::verify_support::{database, everything, shown};

#[test]
fn the_catalogue_is_consistent() {
    let ids: BTreeSet<&str> = CATALOGUE.iter().map(|check| check.id).collect();
    assert_eq!(ids.len(), CATALOGUE.len());
    for check in CATALOGUE {
        assert!(check.id.contains('.'), "{}", check.id);
        assert!(!check.title.ends_with('.') && !check.why.ends_with('.'), "{}", check.id);
    }
}

#[tokio::test]
async fn an_empty_database_holds() {
    let mut db = database().await;
    let report = db.verify(&[]).await;
    assert_eq!(shown(&report), "Holds");
    assert_eq!(report.results.len(), CATALOGUE.len());
}

#[tokio::test]
async fn policies_without_row_security_are_found() {
    let mut db = database().await;
    db.sql(
        "CREATE TABLE bad (id int); CREATE POLICY p ON bad USING (true);
         CREATE TABLE good (id int); CREATE POLICY p ON good USING (true); ALTER TABLE good ENABLE ROW LEVEL SECURITY;
         CREATE TABLE plain (id int);",
    )
    .await;
    insta::assert_snapshot!(shown(&db.verify(&["rls.mismatch"]).await), @"
    Violated
    rls.mismatch Violated error
      error public.bad: 1 policy exists, and row security is off: no row is filtered [sql]
    ");
    db.sql("ALTER TABLE bad ENABLE ROW LEVEL SECURITY").await;
    assert_eq!(shown(&db.verify(&["rls.mismatch"]).await), "Holds");
}

#[tokio::test]
async fn foreign_keys_with_disabled_triggers_are_found() {
    let mut db = database().await;
    db.sql(
        "CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int REFERENCES parent);
         CREATE TABLE good (id int REFERENCES parent);
         ALTER TABLE child DISABLE TRIGGER ALL;",
    )
    .await;
    let report = db.verify(&["trigger.disabled"]).await;
    insta::assert_snapshot!(shown(&report), @"
    Violated
    trigger.disabled Violated error
      error public.child.child_id_fkey: foreign key to public.parent is not enforced: its triggers on public.child are disabled [sql]
    ");
    db.sql("ALTER TABLE child ENABLE TRIGGER ALL").await;
    assert_eq!(shown(&db.verify(&["trigger.disabled"]).await), "Holds");
}

#[tokio::test]
async fn an_index_left_by_a_failed_build_is_found() {
    let mut db = database().await;
    db.sql("CREATE TABLE t (id int); INSERT INTO t VALUES (1), (1); CREATE INDEX good ON t (id)").await;
    assert_eq!(shown(&db.verify(&["index.invalid"]).await), "Holds");
    let failed = db.session.client().batch_execute("CREATE UNIQUE INDEX CONCURRENTLY bad ON t (id)").await;
    assert!(failed.is_err());
    insta::assert_snapshot!(shown(&db.verify(&["index.invalid"]).await), @"
    Violated
    index.invalid Violated error
      error public.bad: index on public.t is not valid: old rows may break its uniqueness [sql]
    ");
}

#[tokio::test]
async fn an_index_being_built_is_not_found() {
    let mut db = database().await;
    db.sql("CREATE TABLE t (id int); INSERT INTO t VALUES (1)").await;
    let writer = db.connect().await;
    writer.client().batch_execute("BEGIN; INSERT INTO t VALUES (2)").await.unwrap();
    let builder = db.connect().await;
    let building = tokio::spawn(async move {
        builder.client().batch_execute("CREATE INDEX CONCURRENTLY slow ON t (id)").await.unwrap();
    });
    let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
    while db.text(invalid).await == "0" {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(shown(&db.verify(&["index.invalid"]).await), "Holds");
    // Another role sees that something is built, and not what.
    let mut other = db.as_role("verify_other").await;
    assert_eq!(shown(&other.verify(&["index.invalid"]).await), "Holds");
    writer.client().batch_execute("COMMIT").await.unwrap();
    building.await.unwrap();
}

#[tokio::test]
async fn an_accepted_finding_is_shown_and_not_counted() {
    let mut db = database().await;
    db.sql("CREATE TABLE bad (id int); CREATE POLICY p ON bad USING (true)").await;
    let toml = "[verify]\naccept = [\"rls.mismatch:public.bad\"]\n";
    insta::assert_snapshot!(shown(&db.verify_with(toml, &["rls.*"], Limits::default()).await), @"
    Holds
    rls.mismatch Holds error
      error public.bad: 1 policy exists, and row security is off: no row is filtered [accepted]
    ");
}

#[tokio::test]
async fn a_misspelt_selection_is_an_error() {
    let mut db = database().await;
    let settings = SequenceSettings::default();
    let select = ["rls.mismach".to_owned()];
    let request = verify::Request { select: &select, ..everything(&settings) };
    let error = verify::run(&mut db.session, &[], &request).await.unwrap_err();
    assert!(matches!(&error, VerifyError::NoSuchCheck { near: Some(near), .. } if near == "rls.mismatch"), "{error}");
}

#[tokio::test]
async fn checks_inside_a_transaction_see_it_report_only_what_it_touched_and_leave_no_trace() {
    let db = database().await;
    db.sql("CREATE TABLE old (id serial PRIMARY KEY); INSERT INTO old VALUES (5); CREATE POLICY p ON old USING (true)")
        .await;
    let client = db.session.client();
    client.batch_execute("BEGIN; SET LOCAL search_path = public").await.unwrap();
    client
        .batch_execute(
            "CREATE TABLE new (id serial PRIMARY KEY); INSERT INTO new VALUES (5); CREATE POLICY p ON new USING (true)",
        )
        .await
        .unwrap();
    let settings = SequenceSettings::default();
    let request = everything(&settings);
    let report = verify::run_within(client, &[], &request, Scope::Touched).await.unwrap();
    insta::assert_snapshot!(shown(&report), @"
    Violated
    sequence.behind Violated error
      error public.new_id_seq: maximum of public.new.id is 5, next value is 1 [--fix-sequences]
    rls.mismatch Violated error
      error public.new: 1 policy exists, and row security is off: no row is filtered [sql]
    ");
    assert_eq!(db.text("SHOW search_path").await, "public");
    client.batch_execute("INSERT INTO new VALUES (6); COMMIT").await.unwrap();
    assert_eq!(db.text("SELECT count(*) FROM new").await, "2");
}

#[tokio::test]
async fn the_example_project_holds_after_its_migrations() {
    let mut db = database().await;
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |folder: &str| {
        let entries = std::fs::read_dir(root.join(folder)).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
        paths.sort();
        paths
    };
    for migration in read("migrations") {
        let sql = std::fs::read_to_string(migration).unwrap();
        let alone = sql.contains("CONCURRENTLY");
        for statement in if alone { sql.split_inclusive(';').collect() } else { vec![sql.as_str()] } {
            db.sql(statement).await;
        }
    }
    let sources: Vec<_> = read("checks")
        .iter()
        .map(|path| {
            pgmigrate::diagnostic::Source::new(path.display().to_string(), std::fs::read_to_string(path).unwrap())
        })
        .collect();
    let (checks, problems) = pgmigrate::project::checks::parse(&sources);
    assert!(problems.is_empty(), "{problems:#?}");
    let settings = SequenceSettings::default();
    let report = verify::run(&mut db.session, &checks.declared, &everything(&settings)).await.unwrap();
    assert_eq!(shown(&report), "Holds");
    assert!(report.results.iter().all(|result| result.verdict == Verdict::Holds));
    assert_eq!(report.results.len(), CATALOGUE.len() + checks.declared.len());
    insta::assert_snapshot!(serde_json::to_string_pretty(&report.results[0]).unwrap(), @r#"
    {
      "check": "index.invalid",
      "title": "every index is valid",
      "verdict": "holds",
      "severity": "error",
      "findings": [],
      "broken": [],
      "note": null
    }
    "#);
}

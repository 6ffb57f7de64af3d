//! The built-in checks as a whole, and what they must not take for a violation.

use pgmigrate::project::checks::SequenceSettings;
use pgmigrate::verify::{self, LateBound, Limits, Severity, Verdict, VerifyError, catalogue};

use crate::verify_support::{database, everything, shown};

fn defaults() -> usize {
    catalogue().filter(|check| check.is_default()).count()
}

#[tokio::test]
async fn an_empty_database_holds() {
    let mut db = database().await;
    let report = db.verify(&[]).await;
    assert_eq!(shown(&report), "Holds");
    assert_eq!(report.results.len(), defaults());
    let report = db.verify(&["*"]).await;
    assert_eq!(shown(&report), "Holds");
    assert_eq!(report.results.len() + report.skipped.len(), catalogue().count());
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
async fn a_table_whose_indexes_are_being_rebuilt_is_not_found() {
    let mut db = database().await;
    db.sql("CREATE TABLE t (id int PRIMARY KEY, a int); CREATE INDEX ON t (a)").await;
    let writer = db.connect().await;
    writer.client().batch_execute("BEGIN; INSERT INTO t VALUES (2)").await.unwrap();
    let builder = db.connect().await;
    let building = tokio::spawn(async move {
        builder.client().batch_execute("REINDEX TABLE CONCURRENTLY t").await.unwrap();
    });
    while db.text("SELECT count(*) FROM pg_index WHERE NOT indisvalid").await != "2" {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(shown(&db.verify(&["index.*"]).await), "Holds");
    writer.client().batch_execute("COMMIT").await.unwrap();
    building.await.unwrap();
}

#[tokio::test]
async fn a_partition_being_detached_is_not_found() {
    let mut db = database().await;
    db.sql("CREATE TABLE t (id int) PARTITION BY LIST (id); CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1)").await;
    let reader = db.connect().await;
    reader.client().batch_execute("BEGIN; SELECT FROM t").await.unwrap();
    let other = db.connect().await;
    let detaching = tokio::spawn(async move {
        other.client().batch_execute("ALTER TABLE t DETACH PARTITION t_1 CONCURRENTLY").await.unwrap();
    });
    while db.text("SELECT count(*) FROM pg_locks WHERE locktype = 'virtualxid' AND NOT granted").await == "0" {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(shown(&db.verify(&["partition.*"]).await), "Holds");
    reader.client().batch_execute("COMMIT").await.unwrap();
    detaching.await.unwrap();
}

#[tokio::test]
async fn a_role_without_rights_sees_every_violation_in_the_catalog() {
    let mut db = database().await;
    let themes = ["rls", "trigger", "owner", "function", "constraint", "identifier", "autovacuum"];
    let checks: Vec<_> = catalogue().filter(|check| themes.contains(&check.id.split('.').next().unwrap())).collect();
    for check in checks.iter().filter(|check| check.since == 14) {
        let schema = check.id.replace('.', "_");
        db.sql(&format!("CREATE SCHEMA {schema}; SET search_path = {schema}; {}", check.violated)).await;
    }
    let ids: Vec<&str> = checks.iter().map(|check| check.id).collect();
    let seen = db.verify(&ids).await;
    assert!(seen.findings().count() > checks.len());
    let mut other = db.as_role("verify_other").await;
    assert_eq!(shown(&other.verify(&ids).await), shown(&seen));
}

#[tokio::test]
async fn a_selection_takes_what_is_off_by_default_and_the_setting_widens_the_default() {
    let mut db = database().await;
    db.sql("CREATE TABLE t (id int)").await;
    assert_eq!(shown(&db.verify(&[]).await), "Holds");
    let found = "Holds\ntable.no_primary_key Violated warning\n  \
        warning public.t: no primary key: nothing names one of its rows";
    assert_eq!(shown(&db.verify(&["table.*"]).await), found);
    let settings = SequenceSettings::default();
    let request = verify::Request { builtin: Severity::Warning, ..everything(&settings) };
    let report = verify::run(&mut db.session, &[], &request).await.unwrap();
    assert_eq!(shown(&report), found);
    assert!(!report.results.iter().any(|result| result.check == "extension.version"));
}

#[tokio::test]
async fn what_a_migration_does_to_a_partition_is_told_of_its_table() {
    let db = database().await;
    db.sql(
        "CREATE TABLE t (id int NOT NULL DEFAULT 1, day date) PARTITION BY RANGE (day);
         CREATE TABLE quiet (id int NOT NULL, day date) PARTITION BY RANGE (day);
         CREATE TABLE quiet_1 PARTITION OF quiet FOR VALUES FROM ('2000-01-01') TO ('2001-01-01');",
    )
    .await;
    let client = db.session.client();
    client.batch_execute("BEGIN; SET LOCAL search_path = public").await.unwrap();
    let attach = "CREATE TABLE t_1 (id int NOT NULL, day date);
        ALTER TABLE t ATTACH PARTITION t_1 FOR VALUES FROM ('2000-01-01') TO ('2001-01-01')";
    client.batch_execute(attach).await.unwrap();
    let settings = SequenceSettings::default();
    let report = verify::run_touched(client, &everything(&settings), &LateBound::default(), "").await.unwrap();
    insta::assert_snapshot!(shown(&report), @"
    Holds
    default.partition_drift Violated warning
      warning public.t.id: the parent's default 1 is missing on 1 of 1 partitions: direct inserts go without (public.t_1) [--fix-defaults]
    ");
    client.batch_execute("ROLLBACK").await.unwrap();
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
    let report = verify::run_touched(client, &request, &LateBound::default(), "").await.unwrap();
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
    assert_eq!(report.results.len(), defaults() + checks.declared.len());
    insta::assert_snapshot!(serde_json::to_string_pretty(&report.results[0]).unwrap(), @r#"
    {
      "check": "index.invalid",
      "title": "every index is valid",
      "verdict": "holds",
      "severity": "error",
      "findings": [],
      "broken": [],
      "note": null,
      "at": null
    }
    "#);
}

#[tokio::test]
async fn indexes_with_long_names_are_completed_each_with_its_own() {
    let mut db = database().await;
    let table = "a_table_whose_name_is_nearly_as_long_as_the_server_lets_it_be";
    db.sql(&format!(
        "CREATE TABLE {table} (a int, b int) PARTITION BY RANGE (a);
         CREATE TABLE {table}1 PARTITION OF {table} FOR VALUES FROM (0) TO (1);
         CREATE TABLE {table}2 PARTITION OF {table} FOR VALUES FROM (1) TO (2);"
    ))
    .await;
    for column in ["a", "b"] {
        db.sql(&format!(
            "CREATE INDEX on_{column} ON ONLY {table} ({column}); CREATE INDEX {column}_1 ON {table}1 ({column});
             ALTER INDEX on_{column} ATTACH PARTITION {column}_1"
        ))
        .await;
    }
    let report = db.verify(&["index.incomplete"]).await;
    assert_eq!(report.findings().count(), 2);
    for (_, finding) in report.findings() {
        let verify::Fix::Sql { statements, .. } = &finding.fix else { panic!("{finding:?}") };
        for statement in statements {
            db.sql(statement).await;
        }
    }
    assert_eq!(shown(&db.verify(&["index.*"]).await), "Holds");
}

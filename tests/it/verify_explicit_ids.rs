//! Repairs beside writers of explicit ids: what `--lock-tables` is for.

use std::time::Duration;

use pgmigrate::verify::{ExplicitIds, FixOptions, SequenceOutcome, fix_sequences};

use crate::support::{Database, Sandbox};
use crate::verify_support::{database, quick};

const BEHIND: &[&str] = &["sequence.behind"];

/// What an insert that draws its id comes to after a repair with these arguments, made while four imports held explicit
/// ids in open transactions.
fn inserted_after(arguments: &[&str]) -> Result<Vec<String>, String> {
    let database = Database::new();
    database.psql("CREATE TABLE t (id serial PRIMARY KEY, name text); INSERT INTO t VALUES (42)");
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/.keep", "");
    std::thread::scope(|scope| {
        let import = |from: u32| {
            let sql = format!(
                "BEGIN; INSERT INTO public.t SELECT {from} + i FROM generate_series(1, 50) i; SELECT pg_sleep(0.4); \
                 INSERT INTO public.t SELECT {from} + i FROM generate_series(51, 60) i; COMMIT"
            );
            database.psql(&sql);
        };
        // Up to here, so that the next value is one of theirs.
        let imports = [42, 142, 242, 342].map(|from| scope.spawn(move || import(from)));
        database.wait_until(
            "4 = (SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass AND mode = 'RowExclusiveLock')",
        );
        scope.spawn(|| sandbox.migrate(arguments).expect(0));
        for import in imports {
            import.join().unwrap();
        }
    });
    database.try_query("INSERT INTO t (name) VALUES ('drawn') RETURNING id")
}

#[test]
fn ids_of_open_imports_count_when_tables_are_locked() {
    let inserted = inserted_after(&["verify", "--check", "sequence.behind", "--fix-sequences"]);
    assert!(inserted.unwrap_err().contains("duplicate key"), "what the option is for");
    let inserted = inserted_after(&["verify", "--check", "sequence.behind", "--fix-sequences", "--lock-tables"]);
    assert_eq!(inserted, Ok(vec!["403".to_owned()]));
}

#[test]
fn a_dry_run_shows_the_locks_of_the_tables_before_that_of_the_sequence() {
    let database = Database::new();
    database.psql(
        "CREATE SEQUENCE s; CREATE TABLE a (id int DEFAULT nextval('s'), gone int); \
         CREATE TABLE b (id bigint DEFAULT nextval('s')); INSERT INTO b VALUES (7)",
    );
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/.keep", "");
    insta::assert_snapshot!(sandbox.migrate(&["verify", "--fix-sequences", "--lock-tables", "--dry-run"]), @r#"
    $ migrate verify --fix-sequences --lock-tables --dry-run
    BEGIN;
    LOCK TABLE "public"."a" IN SHARE MODE;
    LOCK TABLE "public"."b" IN SHARE MODE;
    ALTER SEQUENCE "public"."s" INCREMENT BY 1;
    SELECT pg_catalog.setval('"public"."s"'::pg_catalog.regclass, 7, true) FROM "public"."s" WHERE last_value <= 7;
    COMMIT;
    --- stderr
    --- exit 1
    "#);
    let output = sandbox.migrate(&["verify", "--fix-defaults", "--lock-tables"]).expect(2);
    assert!(output.stderr.contains("--fix-sequences"), "{output}");
}

/// A declared query reads what no column that is compared leads to.
#[tokio::test]
async fn the_table_behind_a_declared_query_is_locked_too() {
    let mut db = database().await;
    db.sql(
        "CREATE SEQUENCE number; CREATE TABLE invoice (number text DEFAULT 'A' || nextval('number'));
         INSERT INTO invoice VALUES ('A3')",
    )
    .await;
    let declared = "[[sequences.override]]\nname = \"public.number\"\n\
                    value_sql = \"SELECT max(substr(number, 2)::bigint) FROM public.invoice\"\n";
    let report = db.verify_with(declared, BEHIND, pgmigrate::verify::Limits::default()).await;
    let import = db.connect().await;
    import.client().batch_execute("BEGIN; INSERT INTO invoice VALUES ('A90')").await.unwrap();
    let committing = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        import.client().batch_execute("COMMIT").await.unwrap();
    };
    let options = FixOptions { explicit_ids: ExplicitIds::InFlight, retries: 20, ..quick() };
    let (fixes, ()) = tokio::join!(fix_sequences(&mut db.session, &report, &options), committing);
    assert_eq!(fixes.unwrap()[0].outcome, SequenceOutcome::Fixed);
    assert_eq!(db.text("INSERT INTO invoice DEFAULT VALUES RETURNING number").await, "A91");
}

#[tokio::test]
async fn a_writer_that_draws_before_it_inserts_is_never_the_victim() {
    let mut db = database().await;
    db.sql("CREATE TABLE t (id serial PRIMARY KEY); INSERT INTO t VALUES (42)").await;
    let report = db.verify(BEHIND).await;
    let writer = db.connect().await;
    writer.client().batch_execute("BEGIN; SELECT nextval('t_id_seq')").await.unwrap();
    let write = async {
        // The fix holds the table and waits for the sequence by now; were it to wait for long, the server would end the writer
        // that completes the circle.
        let waits = "SELECT FROM pg_locks WHERE relation = 't_id_seq'::regclass AND NOT granted";
        while writer.client().query(waits, &[]).await.unwrap().is_empty() {}
        writer.client().batch_execute("SET deadlock_timeout = '300ms'; INSERT INTO t VALUES (7); COMMIT").await
    };
    let patient = pgmigrate::model::LockTimeout::new(Duration::from_secs(5));
    let options = FixOptions { explicit_ids: ExplicitIds::InFlight, lock_timeout: patient, ..FixOptions::default() };
    let (fixes, written) = tokio::join!(fix_sequences(&mut db.session, &report, &options), write);
    written.unwrap();
    assert_eq!(fixes.unwrap()[0].outcome, SequenceOutcome::Fixed);
    assert_eq!(db.text("SELECT nextval('t_id_seq')").await, "43");
}

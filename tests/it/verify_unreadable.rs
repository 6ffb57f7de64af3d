//! What can't be verified says so and why, and is never taken for sound.

use pgmigrate::verify::{FixOptions, Limits, Verdict, fix_sequences};

use crate::support::{PrivateServer, Sandbox};
use crate::verify_support::{database, quick, shown, table};

const BEHIND: &[&str] = &["sequence.behind"];

#[tokio::test]
async fn columns_without_numbers_of_their_own_are_told_and_not_compared() {
    let mut db = database().await;
    db.sql(
        "CREATE TABLE t (id serial PRIMARY KEY);
         CREATE SEQUENCE view_seq; CREATE VIEW v AS SELECT id FROM t; ALTER VIEW v ALTER id SET DEFAULT nextval('view_seq');
         CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER far FOREIGN DATA WRAPPER nothing;
         CREATE SEQUENCE foreign_seq; CREATE FOREIGN TABLE f (id int DEFAULT nextval('foreign_seq')) SERVER far;
         CREATE SEQUENCE temporary_seq; CREATE TEMPORARY TABLE tmp (id int DEFAULT nextval('temporary_seq'));
         INSERT INTO tmp VALUES (9);
         CREATE SEQUENCE tens_seq; CREATE DOMAIN tens AS int DEFAULT nextval('tens_seq') * 10;
         CREATE TABLE of_tens (id tens, v int); INSERT INTO of_tens (v) VALUES (1), (2);
         CREATE SEQUENCE owned_seq; CREATE TABLE owned (id int DEFAULT 1); ALTER SEQUENCE owned_seq OWNED BY owned.id;
         INSERT INTO owned VALUES (9);
         CREATE SEQUENCE path_seq; CREATE SCHEMA other; CREATE SEQUENCE other.path_seq;
         CREATE TABLE path (id int DEFAULT nextval('path_seq'::text)); INSERT INTO path VALUES (9);",
    )
    .await;
    let report = db.verify(BEHIND).await;
    assert_eq!(shown(&report), "Holds");
    let states = regex::Regex::new(r"pg_temp_\d+").unwrap().replace(&table(&report), "pg_temp").into_owned();
    insta::assert_snapshot!(states, @r#"
    public.path.id other.path_seq max - next 1 gap 0 NotChecked("the default names its sequence without a schema, and several schemas have one of that name")
    public.f.id public.foreign_seq max - next 1 gap 0 NotChecked("a foreign table")
    public.owned.id public.owned_seq max - next 1 gap 0 NotChecked("the column owns the sequence and has no default that draws from it")
    public.path.id public.path_seq max - next 1 gap 0 NotChecked("the default names its sequence without a schema, and several schemas have one of that name")
    public.t.id public.t_id_seq max - next 1 gap 0 InSync
    pg_temp.tmp.id public.temporary_seq max - next 1 gap 0 NotChecked("a temporary table")
    public.of_tens.id public.tens_seq max - next 3 gap 0 NotChecked("the default is an expression: declare `value_sql` for the sequence")
    public.v.id public.view_seq max - next 1 gap 0 NotChecked("a view")
    "#);
}

#[tokio::test]
async fn a_table_dropped_meanwhile_says_so_and_hides_no_other() {
    let mut db = database().await;
    db.sql(
        "CREATE TABLE a (id serial PRIMARY KEY); INSERT INTO a VALUES (5);
         CREATE TABLE gone (id serial PRIMARY KEY); INSERT INTO gone VALUES (5);",
    )
    .await;
    let other = db.connect().await;
    // The catalog still has it, and reading it waits for the end of this.
    other.client().batch_execute("BEGIN; DROP TABLE gone").await.unwrap();
    let waiting = tokio::spawn(async move {
        let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = \
                     (SELECT oid FROM pg_database WHERE datname = current_database())";
        while other.client().query_one(waits, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        other.client().batch_execute("COMMIT").await.unwrap();
    });
    let limits = Limits {
        lock_timeout: pgmigrate::model::LockTimeout::new(std::time::Duration::from_secs(20)),
        ..Limits::default()
    };
    let report = db.verify_with("", BEHIND, limits).await;
    waiting.await.unwrap();
    insta::assert_snapshot!(shown(&report), @r#"
    Violated
    sequence.behind Violated error
      error public.a_id_seq: maximum of public.a.id is 5, next value is 1 [--fix-sequences]
      broken public.gone_id_seq: relation "public.gone_id_seq" does not exist any more: it was dropped meanwhile (verify again)
    "#);
    let again = db.verify(BEHIND).await;
    assert_eq!(again.results[0].broken, []);
}

#[tokio::test]
async fn a_fix_that_does_not_end_changes_nothing() {
    let mut db = database().await;
    db.sql("CREATE TABLE t (id serial PRIMARY KEY); INSERT INTO t VALUES (42)").await;
    let report = db.verify(BEHIND).await;
    let fixes = fix_sequences(&mut db.session, &report, &FixOptions { dry_run: true, ..quick() }).await.unwrap();
    let (commit, rest) = fixes[0].statements.split_last().unwrap();
    assert_eq!(commit, "COMMIT");
    // setval by itself would stay: the new file that ALTER SEQUENCE has made goes with the transaction.
    db.sql(&format!("{}; ROLLBACK", rest.join("; "))).await;
    assert_eq!(db.text("SELECT last_value, is_called FROM t_id_seq").await, "1");
    assert_eq!(db.verify(BEHIND).await.verdict(), Verdict::Violated);
}

#[test]
fn a_standby_is_no_place_to_verify_sequences() {
    let server = PrivateServer::start_own();
    server.run("postgres", "CREATE TABLE t (id serial PRIMARY KEY); INSERT INTO t VALUES (5)");
    server.kill_immediately();
    std::fs::write(server.directory().join("data/standby.signal"), "").unwrap();
    server.restart();
    let sandbox = Sandbox::new().env("DATABASE_URL", &server.url("postgres"));
    sandbox.write("migrate.toml", "").write("migrations/.keep", "");
    insta::assert_snapshot!(sandbox.migrate(&["verify", "--fix-sequences", "--fix-defaults"]), @"
    $ migrate verify --fix-sequences --fix-defaults
    nothing to fix

    broken: these could not be evaluated, so nothing is known about them
      sequence.behind, sequence.headroom sequences: a standby shows sequences up to 32 values ahead of where they are
          help: verify sequences on the primary

    checks: 15 hold, 2 broken
    --- stderr
    --- exit 1
    ");
}

#[tokio::test]
async fn touched_sequences_are_those_of_a_migration_or_those_that_are_named() {
    let mut db = database().await;
    db.sql("CREATE TABLE t (id serial PRIMARY KEY); INSERT INTO t VALUES (5)").await;
    for (scope, everything, named) in [
        ("all", Verdict::Violated, Verdict::Violated),
        ("touched", Verdict::Holds, Verdict::Violated),
        ("off", Verdict::Holds, Verdict::Holds),
    ] {
        let toml = format!("[sequences]\ncheck = \"{scope}\"\n");
        assert_eq!(db.verify_with(&toml, &[], Limits::default()).await.verdict(), everything, "{scope}");
        assert_eq!(db.verify_with(&toml, BEHIND, Limits::default()).await.verdict(), named, "{scope}");
    }
}

#[tokio::test]
async fn names_of_sequences_in_texts_are_looked_up_and_a_bad_one_hides_no_other() {
    let mut db = database().await;
    db.sql(
        "CREATE SCHEMA a; CREATE SCHEMA b; CREATE SEQUENCE a.only; CREATE SEQUENCE a.twice; CREATE SEQUENCE b.twice;
         CREATE SEQUENCE a.\"Q\"\"q\"\"\";
         CREATE TABLE bad (id int DEFAULT nextval('no name'::text));
         CREATE TABLE far (id int DEFAULT nextval('elsewhere.a.only'::text));
         CREATE TABLE gone (id int DEFAULT nextval('a.gone'::text));
         CREATE TABLE one (id int DEFAULT nextval('Only'::text)); INSERT INTO one VALUES (5);
         CREATE TABLE two (id int DEFAULT nextval('twice'::text)); INSERT INTO two VALUES (6);
         CREATE TABLE quoted (id int DEFAULT nextval('\"Q\"\"q\"\"\"'::text)); INSERT INTO quoted VALUES (7);",
    )
    .await;
    let report = db.verify(&["sequence.behind"]).await;
    insta::assert_snapshot!(table(&report), @r#"
    public.quoted.id a."Q""q""" max 7 next 1 gap 7 Behind
    public.one.id a.only max 5 next 1 gap 5 Behind
    public.two.id a.twice max - next 1 gap 0 NotChecked("the default names its sequence without a schema, and several schemas have one of that name")
    public.two.id b.twice max - next 1 gap 0 NotChecked("the default names its sequence without a schema, and several schemas have one of that name")
    "#);
}

//! Sequences against their data, and their repair.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use pgmigrate::verify::{
    Finding, FixOptions, Limits, Method, Report, SequenceFix, SequenceOutcome, Verdict, confirm_sequences,
    fix_sequences,
};

use crate::verify_support::{Database, database, quick, shown, table};

const BEHIND: &[&str] = &["sequence.behind"];

const CASE_FIVE: &str = "
    CREATE TABLE cards (id serial PRIMARY KEY);
    CREATE TABLE card_submissions (id serial PRIMARY KEY);
    CREATE TABLE tags (id serial PRIMARY KEY);
    CREATE TABLE forum_categories (id serial PRIMARY KEY);
    CREATE TABLE card_modifications (id serial PRIMARY KEY);
    INSERT INTO cards SELECT generate_series(1, 42);
    INSERT INTO card_submissions SELECT generate_series(1, 35);
    INSERT INTO tags SELECT generate_series(1, 89);
    INSERT INTO forum_categories SELECT generate_series(1, 3);
    INSERT INTO card_modifications SELECT generate_series(1, 7);
    SELECT setval('cards_id_seq', 1), setval('card_submissions_id_seq', 1), setval('tags_id_seq', 1),
           setval('forum_categories_id_seq', 1), setval('card_modifications_id_seq', 5);";

fn outcomes(fixes: &[SequenceFix]) -> String {
    let line = |fix: &SequenceFix| format!("{} {:?} {:?}", fix.sequence, fix.method, fix.outcome);
    fixes.iter().map(line).collect::<Vec<_>>().join("\n")
}

async fn fix(database: &mut Database, report: &Report, options: &FixOptions) -> Vec<SequenceFix> {
    let mut fixes = fix_sequences(&mut database.session, report, options).await.unwrap();
    confirm_sequences(&mut fixes, &database.verify(BEHIND).await);
    fixes
}

#[tokio::test]
async fn sequences_behind_after_a_restore_are_shown_and_repaired() {
    let mut db = database().await;
    db.sql(CASE_FIVE).await;
    let report = db.verify(BEHIND).await;
    insta::assert_snapshot!(table(&report), @"
    public.card_modifications.id public.card_modifications_id_seq max 7 next 6 gap 2 Behind
    public.card_submissions.id public.card_submissions_id_seq max 35 next 2 gap 34 Behind
    public.cards.id public.cards_id_seq max 42 next 2 gap 41 Behind
    public.forum_categories.id public.forum_categories_id_seq max 3 next 2 gap 2 Behind
    public.tags.id public.tags_id_seq max 89 next 2 gap 88 Behind
    ");
    insta::assert_snapshot!(shown(&report), @"
    Violated
    sequence.behind Violated error
      error public.card_modifications_id_seq: maximum of public.card_modifications.id is 7, next value is 6 [--fix-sequences]
      error public.card_submissions_id_seq: maximum of public.card_submissions.id is 35, next value is 2 [--fix-sequences]
      error public.cards_id_seq: maximum of public.cards.id is 42, next value is 2 [--fix-sequences]
      error public.forum_categories_id_seq: maximum of public.forum_categories.id is 3, next value is 2 [--fix-sequences]
      error public.tags_id_seq: maximum of public.tags.id is 89, next value is 2 [--fix-sequences]
    ");
    let fixes = fix(&mut db, &report, &quick()).await;
    insta::assert_snapshot!(outcomes(&fixes), @"
    public.card_modifications_id_seq Some(Locked) Fixed
    public.card_submissions_id_seq Some(Locked) Fixed
    public.cards_id_seq Some(Locked) Fixed
    public.forum_categories_id_seq Some(Locked) Fixed
    public.tags_id_seq Some(Locked) Fixed
    ");
    assert_eq!(db.verify(BEHIND).await.verdict(), Verdict::Holds);
    db.sql("INSERT INTO cards DEFAULT VALUES; INSERT INTO tags DEFAULT VALUES").await;
    assert_eq!(db.text("SELECT max(id) FROM tags").await, "90");
    let again = db.verify(BEHIND).await;
    assert!(fix(&mut db, &again, &quick()).await.is_empty(), "a second run finds nothing to do");
}

#[tokio::test]
async fn a_dry_run_shows_the_statements_and_does_nothing() {
    let mut db = database().await;
    db.sql("CREATE TABLE t (id serial PRIMARY KEY); INSERT INTO t VALUES (42)").await;
    let report = db.verify(BEHIND).await;
    let fixes = fix(&mut db, &report, &FixOptions { dry_run: true, ..quick() }).await;
    insta::assert_snapshot!(fixes[0].statements.join(";\n"), @r#"
    BEGIN;
    ALTER SEQUENCE "public"."t_id_seq" INCREMENT BY 1;
    SELECT pg_catalog.setval('"public"."t_id_seq"'::pg_catalog.regclass, 42, true) FROM "public"."t_id_seq" WHERE last_value <= 42;
    COMMIT
    "#);
    assert_eq!(fixes[0].outcome, SequenceOutcome::Planned);
    assert_eq!(db.text("SELECT last_value FROM t_id_seq").await, "1");
    // The statements are harmless when somebody runs them after the sequence has moved on.
    db.sql("SELECT setval('t_id_seq', 500)").await;
    db.sql(&fixes[0].statements.join(";\n")).await;
    assert_eq!(db.text("SELECT last_value FROM t_id_seq").await, "500");
    db.sql("SELECT setval('t_id_seq', 1)").await;
    db.sql(&fixes[0].statements.join(";\n")).await;
    assert_eq!(db.text("SELECT nextval('t_id_seq')").await, "43");
}

#[tokio::test]
async fn what_the_usual_scripts_get_wrong() {
    let mut db = database().await;
    db.sql(
        "CREATE TABLE never_called (id serial PRIMARY KEY);
         INSERT INTO never_called VALUES (1);          -- last_value 1, is_called false: >= max(id), and collides
         CREATE TABLE empty (id serial PRIMARY KEY);   -- must not start at 2
         CREATE TABLE started (id int DEFAULT 0);
         CREATE SEQUENCE started_seq START 1000;
         ALTER TABLE started ALTER id SET DEFAULT nextval('started_seq');
         CREATE TABLE ahead (id serial PRIMARY KEY);   -- must not go back
         INSERT INTO ahead VALUES (5);
         SELECT setval('ahead_id_seq', 500);
         CREATE TABLE identity_always (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
         INSERT INTO identity_always OVERRIDING SYSTEM VALUE VALUES (9);",
    )
    .await;
    let report = db.verify(BEHIND).await;
    insta::assert_snapshot!(shown(&report), @"
    Violated
    sequence.behind Violated error
      error public.identity_always_id_seq: maximum of public.identity_always.id is 9, next value is 1 [--fix-sequences]
      error public.never_called_id_seq: maximum of public.never_called.id is 1, next value is 1 [--fix-sequences]
    ");
    fix(&mut db, &report, &quick()).await;
    let next = "SELECT nextval('never_called_id_seq') UNION ALL SELECT nextval('empty_id_seq') \
                UNION ALL SELECT nextval('started_seq') UNION ALL SELECT nextval('ahead_id_seq') \
                UNION ALL SELECT nextval('identity_always_id_seq')";
    assert_eq!(db.text(next).await, "2\n1\n1000\n501\n10");
}

#[tokio::test]
async fn every_way_to_feed_a_column_is_found() {
    let mut db = database().await;
    db.sql(
        "CREATE SCHEMA app; CREATE SCHEMA other;
         CREATE TABLE app.identity_default (id bigint GENERATED BY DEFAULT AS IDENTITY);
         INSERT INTO app.identity_default VALUES (10);
         CREATE SEQUENCE other.far_seq; CREATE TABLE app.far (id bigint DEFAULT nextval('other.far_seq'));
         INSERT INTO app.far VALUES (20);
         CREATE SEQUENCE app.shared_seq;
         CREATE TABLE app.shared_a (id int DEFAULT nextval('app.shared_seq'));
         CREATE TABLE app.shared_b (id bigint DEFAULT nextval('app.shared_seq'));
         INSERT INTO app.shared_a VALUES (3); INSERT INTO app.shared_b VALUES (30);
         CREATE SEQUENCE app.domain_seq; CREATE DOMAIN app.key AS bigint DEFAULT nextval('app.domain_seq');
         CREATE TABLE app.of_domain (id app.key); INSERT INTO app.of_domain VALUES (40);
         CREATE SEQUENCE app.late_seq;
         CREATE TABLE app.late (id bigint DEFAULT nextval('app.late_seq'::text)); INSERT INTO app.late VALUES (50);
         CREATE SEQUENCE app.num_seq; CREATE TABLE app.num (id numeric DEFAULT nextval('app.num_seq'));
         INSERT INTO app.num VALUES (60.7);
         CREATE TABLE app.part (id bigserial, d int) PARTITION BY RANGE (d);
         CREATE TABLE app.part_1 PARTITION OF app.part FOR VALUES FROM (0) TO (10) PARTITION BY LIST (d);
         CREATE TABLE app.part_1_1 PARTITION OF app.part_1 FOR VALUES IN (1);
         INSERT INTO app.part VALUES (70, 1);
         CREATE TABLE app.\"Quoted\" (\"Id\" serial); INSERT INTO app.\"Quoted\" VALUES (80);
         CREATE SEQUENCE app.down_seq INCREMENT -1; CREATE TABLE app.down (id int DEFAULT nextval('app.down_seq'));
         INSERT INTO app.down VALUES (-7);
         CREATE SEQUENCE app.even_seq INCREMENT 2 START 2 MINVALUE 2;
         CREATE TABLE app.even (id int DEFAULT nextval('app.even_seq')); INSERT INTO app.even VALUES (101);
         CREATE SEQUENCE app.code_seq;
         CREATE TABLE app.coded (code text DEFAULT 'C' || nextval('app.code_seq')); INSERT INTO app.coded VALUES ('C90');
         CREATE SEQUENCE app.cycle_seq MAXVALUE 3 CYCLE;
         CREATE TABLE app.cycled (id int DEFAULT nextval('app.cycle_seq')); INSERT INTO app.cycled VALUES (3);
         CREATE SEQUENCE app.alone_seq;
         CREATE SEQUENCE app.small_seq MAXVALUE 10;
         CREATE TABLE app.small (id int DEFAULT nextval('app.small_seq')); INSERT INTO app.small VALUES (10);
         CREATE SEQUENCE app.wide_seq;
         CREATE TABLE app.narrow (id smallint DEFAULT nextval('app.wide_seq')); INSERT INTO app.narrow VALUES (32767);",
    )
    .await;
    let report = db.verify(BEHIND).await;
    insta::assert_snapshot!(table(&report), @r#"
    app."Quoted"."Id" app."Quoted_Id_seq" max 80 next 1 gap 80 Behind
    -.- app.alone_seq max - next 1 gap 0 NotChecked("feeds no column")
    app.coded.code app.code_seq max - next 1 gap 0 NotChecked("the default is an expression: declare `value_sql` for the sequence")
    app.cycled.id app.cycle_seq max - next - gap 0 NotChecked("the sequence cycles, so it may meet used values")
    app.of_domain.id app.domain_seq max 40 next 1 gap 40 Behind
    app.down.id app.down_seq max -7 next -1 gap 7 Behind
    app.even.id app.even_seq max 101 next 2 gap 100 Behind
    app.identity_default.id app.identity_default_id_seq max 10 next 1 gap 10 Behind
    app.late.id app.late_seq max 50 next 1 gap 50 Behind
    app.num.id app.num_seq max 60 next 1 gap 60 Behind
    app.part.id app.part_id_seq max 70 next 1 gap 70 Behind
    app.shared_a.id app.shared_seq max 30 next 1 gap 30 Behind
    app.shared_b.id app.shared_seq max 30 next 1 gap 30 Behind
    app.small.id app.small_seq max 10 next 1 gap 0 Exhausted
    app.narrow.id app.wide_seq max 32767 next 1 gap 0 Overflow
    app.far.id other.far_seq max 20 next 1 gap 20 Behind
    "#);
    insta::assert_snapshot!(shown(&report), @r#"
    Violated
    sequence.behind Violated error
      error app."Quoted_Id_seq": maximum of app."Quoted"."Id" is 80, next value is 1 [--fix-sequences]
      error app.domain_seq: maximum of app.of_domain.id is 40, next value is 1 [--fix-sequences]
      error app.down_seq: minimum of app.down.id is -7, next value is -1 [--fix-sequences]
      error app.even_seq: maximum of app.even.id is 101, next value is 2 [--fix-sequences]
      error app.identity_default_id_seq: maximum of app.identity_default.id is 10, next value is 1 [--fix-sequences]
      error app.late_seq: maximum of app.late.id is 50, next value is 1 [--fix-sequences]
      error app.num_seq: maximum of app.num.id is 60, next value is 1 [--fix-sequences]
      error app.part_id_seq: maximum of app.part.id is 70, next value is 1 [--fix-sequences]
      error app.shared_seq: maximum of app.shared_a.id, app.shared_b.id is 30, next value is 1 [--fix-sequences]
      error app.small_seq: maximum of app.small.id is 10, next value is 1, and the sequence's range ends there [sql]
      error app.wide_seq: maximum of app.narrow.id is 32767, next value is 1, and the column type's range ends there [sql]
      error other.far_seq: maximum of app.far.id is 20, next value is 1 [--fix-sequences]
      note: not compared, because what they feed is computed or no whole number: app.code_seq; declare their `value_sql`
    "#);
    let fixes = fix(&mut db, &report, &quick()).await;
    assert!(fixes.iter().all(|fix| fix.outcome == SequenceOutcome::Fixed), "{}", outcomes(&fixes));
    let next = "SELECT nextval('app.even_seq') UNION ALL SELECT nextval('app.down_seq') \
                UNION ALL SELECT nextval('app.num_seq') UNION ALL SELECT nextval('app.part_id_seq')";
    assert_eq!(db.text(next).await, "102\n-8\n61\n71");
    let after = db.verify(BEHIND).await;
    let left: Vec<&str> = after.findings().map(|(_, finding): (&str, &Finding)| finding.object.as_str()).collect();
    assert_eq!(left, ["app.small_seq", "app.wide_seq"], "what has no room left needs a person");
}

#[tokio::test]
async fn values_outside_a_sequence_s_range_are_none_of_its_business() {
    let mut db = database().await;
    db.sql(
        "CREATE SEQUENCE low_seq MAXVALUE 1000; CREATE TABLE low (id int DEFAULT nextval('low_seq'));
         INSERT INTO low VALUES (-5), (7), (100000);
         CREATE SEQUENCE high_seq MINVALUE 100000; CREATE TABLE high (id bigint DEFAULT nextval('high_seq'));
         INSERT INTO high VALUES (3), (99999);
         CREATE SEQUENCE num_seq; CREATE TABLE num (id numeric DEFAULT nextval('num_seq'));
         INSERT INTO num VALUES ('NaN'), ('Infinity'), (4);",
    )
    .await;
    insta::assert_snapshot!(table(&db.verify(BEHIND).await), @"
    public.high.id public.high_seq max 99999 next 100000 gap 0 InSync
    public.low.id public.low_seq max 7 next 1 gap 7 Behind
    public.num.id public.num_seq max 4 next 1 gap 4 Behind
    ");
}

#[tokio::test]
async fn a_declared_query_tells_the_value_behind_an_expression() {
    let mut db = database().await;
    db.sql(
        "CREATE SCHEMA app; CREATE SEQUENCE app.code_seq;
         CREATE TABLE app.coded (code text DEFAULT 'C' || nextval('app.code_seq')); INSERT INTO app.coded VALUES ('C90');",
    )
    .await;
    let toml = "[[sequences.override]]\nname = \"app.code_seq\"\n\
                value_sql = \"SELECT max(substring(code FROM 2)::bigint) FROM app.coded\"\n\
                [[sequences.override]]\nname = \"app.gone_seq\"\nvalue_sql = \"SELECT 1\"\n";
    let report = db.verify_with(toml, BEHIND, Limits::default()).await;
    insta::assert_snapshot!(shown(&report), @"
    Violated
    sequence.behind Violated error
      error app.code_seq: maximum of its declared query is 90, next value is 1 [--fix-sequences]
      broken app.gone_seq: `[[sequences.override]]` names a sequence that does not exist
    ");
    fix(&mut db, &report, &quick()).await;
    assert_eq!(db.text("SELECT nextval('app.code_seq')").await, "91");
}

#[tokio::test]
async fn little_room_left_is_a_warning_and_then_an_error() {
    let mut db = database().await;
    db.sql(
        "CREATE TABLE fine (id serial); SELECT setval('fine_id_seq', 1000000000);
         CREATE TABLE near (id serial); SELECT setval('near_id_seq', 1700000000);
         CREATE TABLE full_ (id bigserial); ALTER TABLE full_ ALTER id TYPE int; SELECT setval('full__id_seq', 2147483600);",
    )
    .await;
    insta::assert_snapshot!(shown(&db.verify(&["sequence.headroom"]).await), @"
    Violated
    sequence.headroom Violated error
      error public.full__id_seq: 99 % of its range is used, which ends with its column's type [sql]
      warning public.near_id_seq: 79 % of its range is used, which ends with the sequence's own limit [sql]
    ");
}

#[tokio::test]
async fn what_a_role_may_not_read_is_broken_and_names_the_grant() {
    let db = database().await;
    db.sql(
        "CREATE TABLE open (id serial PRIMARY KEY); INSERT INTO open VALUES (5);
         CREATE TABLE closed (id serial PRIMARY KEY); INSERT INTO closed VALUES (5);
         CREATE SCHEMA hidden; CREATE TABLE hidden.t (id serial PRIMARY KEY);
         CREATE TABLE filtered (id serial PRIMARY KEY); INSERT INTO filtered VALUES (5);
         ALTER TABLE filtered ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON filtered USING (false);",
    )
    .await;
    let mut reader = db.as_role("verify_reader").await;
    db.sql(
        "GRANT SELECT ON open, filtered TO verify_reader;
         GRANT SELECT ON SEQUENCE open_id_seq, closed_id_seq, filtered_id_seq TO verify_reader;",
    )
    .await;
    let report = reader.verify(BEHIND).await;
    insta::assert_snapshot!(shown(&report), @"
    Violated
    sequence.behind Violated error
      error public.open_id_seq: maximum of public.open.id is 5, next value is 1 [--fix-sequences]
      broken hidden.t_id_seq: no USAGE on the schema of hidden.t_id_seq (GRANT USAGE ON SCHEMA hidden TO verify_reader)
      broken public.closed_id_seq: no SELECT on public.closed.id (GRANT SELECT (id) ON public.closed TO verify_reader)
      broken public.filtered_id_seq: row security hides rows of public.filtered from verify_reader (run as the table's owner, or `ALTER ROLE verify_reader BYPASSRLS`)
    ");
    let fixes = fix(&mut reader, &report, &quick()).await;
    insta::assert_snapshot!(outcomes(&fixes), @r#"public.open_id_seq None Refused { reason: "the role neither owns the sequence nor may draw from it", help: Some("run as its owner, or GRANT USAGE ON SEQUENCE public.open_id_seq TO verify_reader") }"#);
    db.sql("GRANT USAGE ON SEQUENCE open_id_seq TO verify_reader").await;
    let report = reader.verify(BEHIND).await;
    let fixes = fix(&mut reader, &report, &quick()).await;
    assert_eq!(fixes[0].method, Some(Method::Drawn), "without ownership the values are drawn");
    assert_eq!(fixes[0].outcome, SequenceOutcome::Fixed);
    assert_eq!(db.text("SELECT nextval('open_id_seq')").await, "6");
}

#[tokio::test]
async fn a_locked_table_is_broken_and_hides_no_other() {
    let mut db = database().await;
    db.sql(CASE_FIVE).await;
    let other = db.connect().await;
    other.client().batch_execute("BEGIN; LOCK TABLE tags IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let limits = Limits { lock_timeout: quick().lock_timeout, ..Limits::default() };
    let report = db.verify_with("", BEHIND, limits).await;
    insta::assert_snapshot!(shown(&report), @"
    Violated
    sequence.behind Violated error
      error public.card_modifications_id_seq: maximum of public.card_modifications.id is 7, next value is 6 [--fix-sequences]
      error public.card_submissions_id_seq: maximum of public.card_submissions.id is 35, next value is 2 [--fix-sequences]
      error public.cards_id_seq: maximum of public.cards.id is 42, next value is 2 [--fix-sequences]
      error public.forum_categories_id_seq: maximum of public.forum_categories.id is 3, next value is 2 [--fix-sequences]
      broken public.tags_id_seq: canceling statement due to lock timeout (another session holds a lock on it; try again)
    ");
    other.close().await.unwrap();
}

#[tokio::test]
async fn a_sequence_in_use_is_tried_again_and_then_left() {
    let mut db = database().await;
    db.sql("CREATE TABLE t (id serial PRIMARY KEY); INSERT INTO t VALUES (42)").await;
    let report = db.verify(BEHIND).await;
    let other = db.connect().await;
    other.client().batch_execute("BEGIN; SELECT nextval('t_id_seq')").await.unwrap();
    let fixes = fix(&mut db, &report, &quick()).await;
    assert_eq!(fixes[0].tries, 2);
    insta::assert_snapshot!(outcomes(&fixes), @r#"public.t_id_seq Some(Locked) Refused { reason: "no lock in 2 tries", help: Some("an open transaction has used the sequence or locks its table: wait for it, or raise `[up] lock_timeout`") }"#);
    let waiting = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        other.close().await.unwrap();
    });
    let fixes = fix(&mut db, &report, &FixOptions { retries: 10, ..quick() }).await;
    assert_eq!(fixes[0].outcome, SequenceOutcome::Fixed);
    waiting.await.unwrap();
}

#[tokio::test]
async fn nulls_and_the_order_of_an_index_hide_no_value() {
    for index in
        ["", "CREATE INDEX ON t (id);", "CREATE INDEX ON t (id DESC NULLS LAST);", "CREATE INDEX ON t (id DESC);"]
    {
        let mut db = database().await;
        db.sql(&format!("CREATE SEQUENCE s; CREATE TABLE t (id int DEFAULT nextval('s')); {index}")).await;
        db.sql("CREATE TABLE child () INHERITS (t); INSERT INTO t VALUES (NULL), (7); INSERT INTO child VALUES (NULL), (42)")
            .await;
        let report = db.verify(BEHIND).await;
        assert_eq!(report.sequences[0].max, Some(42), "{index}: {}", shown(&report));
    }
}

#[tokio::test]
async fn several_sequences_are_moved_in_one_transaction() {
    let mut db = database().await;
    db.sql(CASE_FIVE).await;
    let report = db.verify(BEHIND).await;
    let before = "SELECT max(xmin::text::int8) FROM pg_sequence";
    let defined = db.text(before).await;
    let fixes = fix(&mut db, &report, &FixOptions::default()).await;
    assert!(fixes.iter().all(|fix| fix.outcome == SequenceOutcome::Fixed), "{}", outcomes(&fixes));
    assert!(fixes.iter().all(|fix| fix.statements[1].contains(" OWNER TO ")), "{fixes:?}");
    // Their definitions and owners are as they were, and so are their files.
    assert_eq!(db.text(before).await, defined);
    assert_eq!(db.text("SELECT count(*) FROM pg_class WHERE relkind = 'S' AND relfilenode <> oid").await, "0");
}

#[tokio::test]
async fn a_dump_that_has_read_the_sequences_does_not_hold_up_the_fix() {
    let mut db = database().await;
    db.sql(CASE_FIVE).await;
    let report = db.verify(BEHIND).await;
    let dump = db.connect().await;
    dump.client().batch_execute("BEGIN; SELECT FROM cards_id_seq; SELECT FROM tags_id_seq").await.unwrap();
    let fixes = fix(&mut db, &report, &quick()).await;
    assert!(fixes.iter().all(|fix| fix.outcome == SequenceOutcome::Fixed), "{}", outcomes(&fixes));
    assert!(fixes.iter().all(|fix| fix.statements[1].contains(" INCREMENT BY 1")), "{fixes:?}");
}

/// They are used values by now.
#[tokio::test]
async fn values_that_a_session_keeps_are_thrown_away() {
    let mut db = database().await;
    for table in ["a", "b", "c"] {
        db.sql(&format!("CREATE TABLE {table} (id serial PRIMARY KEY)")).await;
    }
    db.sql("ALTER SEQUENCE a_id_seq CACHE 20; ALTER SEQUENCE b_id_seq CACHE 20").await;
    let writer = db.connect().await;
    let insert = "INSERT INTO a DEFAULT VALUES; INSERT INTO b DEFAULT VALUES; INSERT INTO c DEFAULT VALUES";
    writer.client().batch_execute(insert).await.unwrap();
    for table in ["a", "b", "c"] {
        db.sql(&format!("INSERT INTO {table} SELECT generate_series(2, 40)")).await;
    }
    let report = db.verify(BEHIND).await;
    let fixes = fix(&mut db, &report, &FixOptions::default()).await;
    assert_eq!(fixes.len(), 3, "{}", outcomes(&fixes));
    writer.client().batch_execute(insert).await.unwrap();
    assert_eq!(db.text("SELECT (SELECT max(id) FROM a), (SELECT max(id) FROM b), (SELECT max(id) FROM c)").await, "41");
}

#[tokio::test]
async fn a_writer_that_needs_two_sequences_is_never_the_victim_of_the_fix() {
    let mut db = database().await;
    db.sql("CREATE TABLE a (id serial PRIMARY KEY); CREATE TABLE b (id serial PRIMARY KEY);").await;
    db.sql("INSERT INTO a SELECT generate_series(1, 9); INSERT INTO b SELECT generate_series(1, 9);").await;
    let report = db.verify(BEHIND).await;
    let writer = db.connect().await;
    writer.client().batch_execute("BEGIN; SELECT nextval('b_id_seq')").await.unwrap();
    let write = async {
        // The fix holds the first and waits for the second by now.
        let waits = "SELECT FROM pg_locks WHERE relation = 'b_id_seq'::regclass AND NOT granted";
        while writer.client().query(waits, &[]).await.unwrap().is_empty() {}
        writer.client().batch_execute("SELECT nextval('a_id_seq'); COMMIT").await
    };
    let options = FixOptions::default();
    let (fixes, written) = tokio::join!(fix(&mut db, &report, &options), write);
    written.unwrap();
    insta::assert_snapshot!(outcomes(&fixes), @r"
    public.a_id_seq Some(Locked) Fixed
    public.b_id_seq Some(Locked) Fixed
    ");
    assert_eq!(db.verify(BEHIND).await.verdict(), Verdict::Holds);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_writers_meet_no_duplicate_key_after_the_fix_and_it_costs_none() {
    let mut db = database().await;
    db.sql("CREATE TABLE t (id serial PRIMARY KEY, w int); ALTER SEQUENCE t_id_seq CACHE 5").await;
    let (stop, inserted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let duplicates = Arc::new(AtomicU32::new(0));
    let mut writers = Vec::new();
    for writer in 0..3 {
        let session = db.connect().await;
        let (stop, inserted, duplicates) = (Arc::clone(&stop), Arc::clone(&inserted), Arc::clone(&duplicates));
        writers.push(tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                match session.client().batch_execute(&format!("INSERT INTO t (w) VALUES ({writer})")).await {
                    Ok(()) => inserted.fetch_add(1, Ordering::Relaxed),
                    Err(_) => duplicates.fetch_add(1, Ordering::Relaxed),
                };
            }
        }));
    }
    let until = std::time::Instant::now() + Duration::from_millis(2_500);
    let mut moved = 0;
    while std::time::Instant::now() < until {
        // Move the data ahead of the sequence by a gap, as a restore does, in ids no writer has reached.
        let gap = "INSERT INTO t SELECT max(id) + 100000, -1 FROM t";
        db.sql(gap).await;
        let report = db.verify(BEHIND).await;
        let fixes = fix(&mut db, &report, &FixOptions { retries: 50, ..quick() }).await;
        moved += fixes.iter().filter(|fix| fix.outcome == SequenceOutcome::Fixed).count();
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(moved > 0);
    assert!(inserted.load(Ordering::Relaxed) > 100);
    assert_eq!(duplicates.load(Ordering::Relaxed), 0, "{moved} fixes, {inserted:?} inserts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_value_is_handed_out_twice_while_writers_and_the_fix_race_through_a_gap() {
    let mut db = database().await;
    db.sql("CREATE TABLE t (id bigserial PRIMARY KEY); INSERT INTO t VALUES (10)").await;
    // Always the same report: it says behind, whatever has happened since.
    let stale = db.verify(BEHIND).await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut running = Vec::new();
    for _ in 0..3 {
        let (session, stop) = (db.connect().await, Arc::clone(&stop));
        running.push(tokio::spawn(async move {
            let mut drawn: Vec<i64> = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let row = session.client().query_one("SELECT nextval('t_id_seq')", &[]).await.unwrap();
                let id = row.get(0);
                drawn.push(id);
                session.client().execute("INSERT INTO t VALUES ($1) ON CONFLICT DO NOTHING", &[&id]).await.unwrap();
            }
            drawn
        }));
    }
    let until = std::time::Instant::now() + Duration::from_millis(2_500);
    let mut moved = 0;
    while std::time::Instant::now() < until {
        // Near, so that they meet in the gap, and far, so that the writers are not always through it first.
        db.sql(
            "INSERT INTO t SELECT last_value + gap FROM t_id_seq, (VALUES (3), (500)) v(gap) ON CONFLICT DO NOTHING",
        )
        .await;
        let fixes = fix(&mut db, &stale, &FixOptions { retries: 50, ..quick() }).await;
        moved += usize::from(fixes[0].outcome != SequenceOutcome::AlreadyAhead);
    }
    stop.store(true, Ordering::Relaxed);
    let mut drawn = Vec::new();
    for writer in running {
        drawn.extend(writer.await.unwrap());
    }
    let all = drawn.len();
    drawn.sort_unstable();
    drawn.dedup();
    assert_eq!(all - drawn.len(), 0, "values handed out twice, of {all}, in {moved} fixes");
    assert!(moved > 0 && all > 100, "{moved} fixes, {all} values");
}

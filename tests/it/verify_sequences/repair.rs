//! The repair: what it runs, and that nothing is left to do after it.

use pgmigrate::verify::{FixOptions, SequenceOutcome, Verdict};

use super::{BEHIND, CASE_FIVE, fix, outcomes};
use crate::verify_support::{database, quick, shown, table};

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

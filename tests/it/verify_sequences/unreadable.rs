//! Tables that can't be read now or by this role: their sequences are broken, and no others.

use pgmigrate::verify::{Limits, Method, SequenceOutcome};

use super::{BEHIND, CASE_FIVE, fix, outcomes};
use crate::verify_support::{database, quick, shown};

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

//! The repair while other sessions use the sequences: what it waits for, and that no value is handed out twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use pgmigrate::verify::{FixOptions, SequenceOutcome, Verdict};

use super::{BEHIND, CASE_FIVE, fix, outcomes};
use crate::verify_support::{database, quick};

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

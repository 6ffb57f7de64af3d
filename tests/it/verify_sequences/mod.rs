//! Sequences against their data, and their repair.

mod found;
mod repair;
mod sessions;
mod unreadable;

use pgmigrate::verify::{FixOptions, Report, SequenceFix, confirm_sequences, fix_sequences};

use crate::verify_support::Database;

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

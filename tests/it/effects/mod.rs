//! The effects read from SQL, held against what a server's catalogs say that the SQL did.
//!
//! The corpus has every form of statement that PostgreSQL 14 to 18 has, command by command of the manual's reference.
//! Remarks right before a statement: `since 15` and `until 17` say which servers run it, `opaque` that its effects can't
//! be known, `not seen: …` and `parts not seen` what nobody can know from its text.

mod catalog;
mod examine;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tokio_postgres::NoTls;

use crate::support::{Database, block_on};
use examine::{Outcome, examine};

/// The SQL files of a directory, in order.
fn scripts(directory: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let files = std::fs::read_dir(directory).unwrap().map(|it| it.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|it| it.extension().is_some_and(|it| it == "sql")).collect();
    files.sort();
    files
}

/// Roles, databases and tablespaces are the whole server's, so that two runs at once would see each other's.
static ALONE: Mutex<()> = Mutex::new(());

fn run(files: &[PathBuf]) -> Vec<Outcome> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let database = Database::new();
    block_on(async {
        let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        let mut outcomes = Vec::new();
        for file in files {
            let text = std::fs::read_to_string(file).unwrap();
            outcomes.push(examine(&client, &file.file_name().unwrap().to_string_lossy(), &text).await);
            client.simple_query("DISCARD ALL").await.unwrap();
        }
        outcomes
    })
}

#[test]
fn what_every_statement_does_is_among_its_effects() {
    for file in scripts("tests/it/effects/corpus") {
        for outcome in run(&[file]) {
            assert_eq!(outcome.failed, Vec::<String>::new(), "refused by the server");
            let wrong: Vec<String> = outcome.findings.into_iter().chain(outcome.misjudged).collect();
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
            assert!(outcome.ran > 40);
        }
    }
}

#[test]
fn what_the_example_does_is_among_its_effects() {
    let outcomes = run(&scripts("migrations"));
    for outcome in &outcomes {
        assert_eq!(outcome.failed, Vec::<String>::new(), "refused by the server");
        assert!(outcome.findings.is_empty(), "{}", outcome.findings.join("\n"));
    }
    assert!(outcomes.iter().map(|it| it.ran).sum::<usize>() > 100);
}

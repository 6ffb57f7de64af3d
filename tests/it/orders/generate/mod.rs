//! Small random projects: each statement is made of what the database holds at that point, and kept if it works.

mod keys;
mod objects;
mod rows;
mod tables;
mod writer;

use super::ground::Ground;
use super::project::File;
use writer::{Writer, read_model};

/// The project of this seed.
pub fn project(ground: &mut Ground, seed: u64) -> Vec<File> {
    let mut random = fastrand::Rng::with_seed(seed);
    let count = random.usize(8..=25);
    // Some projects are mostly about rows that refer to each other.
    let keys = [12, 12, 70][random.usize(..3)];
    ground.renew();
    let session = ground.session();
    let mut files = Vec::with_capacity(count);
    for number in 1..=count {
        let mut kept: Vec<String> = Vec::new();
        let opens = keys > 50 && number <= 3;
        let wanted = if opens { 4 } else { random.usize(1..=3) };
        session.must("DISCARD ALL");
        session.must("BEGIN");
        // What is made goes into the first schema that exists.
        let schemas = session.must("SELECT FROM pg_namespace WHERE nspname IN ('s1', 's2')").len();
        if schemas == 2 && random.u8(..4) == 0 {
            let path = ["s1, public", "s2, s1", "public, s1", "s2, public"][random.usize(..4)];
            kept.push(format!("SET search_path TO {path};"));
            session.must(&kept[0]);
        }
        let path_statements = kept.len();
        for _ in 0..30 {
            if kept.len() >= wanted + path_statements {
                break;
            }
            let model = read_model(session);
            let mut writer = Writer::new(&mut random, &model);
            let statement = if opens { writer.opening(number) } else { writer.statement(keys) };
            let Some(statement) = statement else { continue };
            session.must("SAVEPOINT it");
            match session.query(&statement) {
                Ok(_) => {
                    session.must("RELEASE it");
                    kept.push(format!("{statement};"));
                }
                Err(_) => drop(session.must("ROLLBACK TO it; RELEASE it")),
            }
        }
        // A deferred check may still fail.
        if session.query("COMMIT").is_err() || kept.len() == path_statements {
            continue;
        }
        files.push(File { stem: format!("V{number:04}__m"), text: format!("{}\n", kept.join("\n")) });
    }
    files
}

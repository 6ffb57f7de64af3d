//! Runs that are killed, cut off or outlived by their session, and what the next run makes of it.

mod connections;
mod lease;
mod signals;
mod statements;

use std::path::Path;
use std::process::Child;

use crate::support::{Database, Sandbox};

fn on(database: &Database) -> Sandbox {
    Sandbox::new().on(database)
}

/// `migrate up` in the background.
fn start(sandbox: &Sandbox) -> Child {
    let mut command = sandbox.command(Path::new(env!("CARGO_BIN_EXE_migrate")));
    command.arg("up").spawn().unwrap()
}

fn running(fragment: &str) -> String {
    format!(
        "EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                 AND state = 'active' AND query LIKE '%{fragment}%')"
    )
}

fn kill_when(sandbox: &Sandbox, database: &Database, condition: &str) {
    let mut run = start(sandbox);
    database.wait_until(condition);
    run.kill().unwrap();
    run.wait().unwrap();
}

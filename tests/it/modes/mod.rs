//! Which statements of a migration share a transaction: the file's own, and what PostgreSQL allows in one.

mod encoding;
mod enum_values;
mod lock_timeout;
mod outside;
mod own;

use crate::support::{Database, Sandbox};

fn on(database: &Database) -> Sandbox {
    Sandbox::new().on(database)
}

/// The pieces of a migration as `plan` counts them, and why; applied after that.
fn applied(database: &Database, text: &str) -> String {
    let sandbox = on(database);
    sandbox.write("migrations/V1__a.sql", text);
    let plan = sandbox.migrate(&["plan"]).expect(0);
    let line = plan.stdout.lines().find(|line| line.contains("V1__a")).unwrap().trim().to_owned();
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT count(*) FROM migrate.intents"), ["0"]);
    assert_eq!(database.query("SELECT id FROM migrate.applied"), ["V1__a"]);
    line
}

/// What is refused, before anything runs.
fn refused(text: &str) -> String {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__good.sql", "CREATE TABLE good (id int);\n").write("migrations/V2__bad.sql", text);
    let output = sandbox.migrate(&["up"]).expect(5);
    assert_eq!(database.query("SELECT to_regclass('good') IS NULL"), ["t"], "something ran:\n{output}");
    output.stderr
}

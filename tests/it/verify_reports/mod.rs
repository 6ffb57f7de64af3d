//! What `verify` prints, in every format.

mod accepted;
mod github;
mod junit;
mod many;
mod markdown;
mod sequences;

use crate::support::{Database, Sandbox};

fn on(database: &Database) -> Sandbox {
    let sandbox = Sandbox::new().on(database);
    sandbox.write("migrate.toml", "").write("migrations/.keep", "");
    sandbox
}

/// A little of everything, with names that mean something to Markdown, XML and GitHub.
fn awkward(database: &Database) -> Sandbox {
    database.psql(
        "CREATE TABLE \"a|b`c\\|<d>\" (id serial PRIMARY KEY); INSERT INTO \"a|b`c\\|<d>\" VALUES (7);
         CREATE TABLE known (id int); CREATE POLICY p ON known USING (true);
         CREATE TABLE kept (id serial); ALTER SEQUENCE kept_id_seq OWNED BY NONE;",
    );
    let sandbox = on(database);
    sandbox
        .write(
            "migrate.toml",
            "[verify]\naccept = [\n  \"rls.mismatch:public.known\",\n  \"rls.mismatch:public.gone\",\n  \"rsl.mismatch:public.known\",\n]\n",
        )
        .write(
            "checks/qa,1.toml",
            r#"
[[check]]
id = "qa.rows"
severity = "warning"
message = "@all: <b> is | bold"
violations = "SELECT E'x | y\nz' AS v"
[[check]]
id = "qa.division"
violations = "SELECT 1 / 0"
[[check]]
id = "qa.names"
tables = ["public.knwon"]
[[check]]
id = "qa.later"
after = "V9"
tables = ["public.later"]
[[check]]
id = "alone"
tables = ["public.known"]
"#,
        );
    sandbox
}

const SELECTED: &[&str] =
    &["verify", "--check", "sequence.*", "--check", "rls.mismatch", "--check", "qa.*", "--check", "alone"];

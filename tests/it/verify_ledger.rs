//! The ledger is the tool's own business: no check has anything to say of it.

use crate::support::{Database, Sandbox};

/// The objects that every built-in check together finds, as JSON has them.
fn found(sandbox: &Sandbox, url: &str) -> Vec<String> {
    let output = sandbox.migrate(&["--database-url", url, "verify", "--check", "*", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{output}"));
    let mut found = Vec::new();
    for result in report["results"].as_array().unwrap() {
        for part in result["findings"].as_array().unwrap().iter().chain(result["broken"].as_array().unwrap()) {
            found.push(format!("{} {}", result["check"].as_str().unwrap(), part["object"].as_str().unwrap()));
        }
    }
    for sequence in report["sequences"].as_array().unwrap() {
        found.push(sequence["sequence"].as_str().unwrap().to_owned());
    }
    found
}

/// A project whose tables have nothing that any check would find.
fn sound(config: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("migrate.toml", config).write(
        "migrations/V1__a.sql",
        "CREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO a SELECT generate_series(1, 1000);\n",
    );
    // A statement that runs alone leaves rows in the journal as well.
    sandbox.write("migrations/V2__b.sql", "CREATE INDEX CONCURRENTLY a_id ON a ((id + 1));\nVACUUM ANALYZE a;\n");
    sandbox
}

#[test]
fn nothing_is_found_about_the_ledger() {
    for config in ["", "[database]\nschema = \"deploy log\"\n"] {
        let database = Database::new();
        let sandbox = sound(config);
        sandbox.migrate(&["--database-url", &database.url(), "up"]).expect(0);
        assert_eq!(found(&sandbox, &database.url()), [""; 0], "{config}");
    }
}

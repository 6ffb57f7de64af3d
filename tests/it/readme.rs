//! The transcripts in README.md are what the program prints. `UPDATE_README=1 cargo test --test it readme` renews them.

use std::fmt::Write as _;
use std::path::Path;

use crate::cases::{contradicting_constraint, lost_defaults, not_null_without_default, sequences_behind};
use crate::example;
use crate::support::output::normalised;
use crate::support::{Database, Sandbox};

/// Brings about what a transcript starts from.
fn prepare(transcript: &str) -> (Sandbox, Vec<Database>) {
    let database = Database::named("inventory");
    if transcript == "missing-prerequisites" {
        let only = example::without(|file| !file.contains("V0024"));
        return (only.on(&database), vec![database]);
    }
    let sandbox = example::project().on(&database);
    if transcript == "explain" {
        return (sandbox, vec![database]);
    }
    sandbox.migrate(&["up"]).expect(0);
    if transcript == "comparison" {
        let uat = Database::named("uat");
        sandbox.migrate(&["up", "--database-url", &uat.url()]).expect(0);
        database.psql(&format!("{}; CREATE INDEX by_hand ON core.suppliers (name)", lost_defaults::BREAK));
        let sandbox = sandbox.env("UAT", &uat.url()).env("TEST", &database.url());
        return (sandbox, vec![database, uat]);
    }
    match transcript {
        "lost-defaults" => database.psql(lost_defaults::BREAK),
        "contradicting-constraint" => database.psql(contradicting_constraint::BREAK),
        "not-null-without-default" => database.psql(not_null_without_default::BREAK),
        "sequences-behind" => database.psql(sequences_behind::BREAK),
        unknown => panic!("no such transcript: {unknown}"),
    }
    (sandbox, vec![database])
}

/// The transcript with each of its commands run again.
fn rerun(name: &str, transcript: &str) -> String {
    let (sandbox, _databases) = prepare(name);
    let mut text = String::new();
    for command in transcript.lines().filter_map(|line| line.strip_prefix("$ migrate ")) {
        let arguments: Vec<&str> = command.split(' ').map(|word| word.trim_matches('\'')).collect();
        let output = sandbox.migrate(&arguments);
        let code = output.code.unwrap();
        write!(text, "$ migrate {command}\n{}{}", output.stdout, output.stderr).unwrap();
        writeln!(text, "# exit code {code}").unwrap();
    }
    let port = regex::Regex::new(r"127\.0\.0\.1:\d+").unwrap();
    port.replace_all(&text, "127.0.0.1:5432").into_owned()
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let mut renewed = String::new();
    let mut rest = readme.as_str();
    let mut count = 0;
    while let Some(at) = rest.find("<!-- transcript: ") {
        let block = &rest[at..];
        let name = block["<!-- transcript: ".len()..].split(' ').next().unwrap();
        let start = block.find("```console\n").unwrap() + "```console\n".len();
        let end = start + block[start..].find("```\n").unwrap();
        let printed = rerun(name, &block[start..end]);
        renewed.push_str(&rest[..at + start]);
        renewed.push_str(&printed);
        if std::env::var_os("UPDATE_README").is_none() {
            pretty_assert(name, &normalised(&block[start..end], "-"), &normalised(&printed, "-"));
        }
        rest = &block[end..];
        count += 1;
    }
    renewed.push_str(rest);
    let start = renewed.find("<!-- graph -->\n```mermaid\n").unwrap() + "<!-- graph -->\n```mermaid\n".len();
    let end = start + renewed[start..].find("```\n").unwrap();
    let drawn = example::project().migrate(&["graph", "--format", "mermaid"]).expect(0).stdout;
    if std::env::var_os("UPDATE_README").is_none() {
        pretty_assert("graph", &renewed[start..end], &drawn);
    }
    renewed.replace_range(start..end, &drawn);
    assert_eq!(count, 7, "a transcript for each of the five cases, one of the graph, and one of a comparison");
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(path, renewed).unwrap();
    }
}

fn pretty_assert(name: &str, shown: &str, printed: &str) {
    assert!(shown == printed, "README.md's transcript `{name}` shows\n\n{shown}\nbut the program prints\n\n{printed}");
}

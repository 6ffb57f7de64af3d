//! The lists of what PostgreSQL and its extensions bring with them, against the server at hand.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{Database, Sandbox};

const CATALOGUE: &str = include_str!("../../scripts/built-in-catalogue.sql");
const OBJECTS: &str = include_str!("../../src/sql/built_in/objects.txt");
const EXTENSIONS: &str = include_str!("../../src/sql/built_in/extensions.txt");

fn major(database: &Database) -> u32 {
    let number: u32 = database.query("SHOW server_version_num")[0].parse().unwrap();
    number / 10_000
}

/// A list's names for one major, by heading.
fn listed(list: &str, major: u32) -> BTreeMap<String, BTreeSet<String>> {
    let mut by_heading = BTreeMap::<String, BTreeSet<String>>::new();
    let mut heading = String::new();
    for line in list.lines().filter(|it| !it.is_empty()) {
        if let Some(words) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            words.clone_into(&mut heading);
            continue;
        }
        let (name, bounds) = line.split_once(' ').unwrap_or((line, "-"));
        let (since, until) = bounds.split_once('-').unwrap();
        if (since.parse().unwrap_or(0)..=until.parse().unwrap_or(u32::MAX)).contains(&major) {
            by_heading.entry(heading.clone()).or_default().insert(name.to_owned());
        }
    }
    by_heading
}

/// The server's names, by extension (empty for its own) and heading.
fn present(database: &Database) -> BTreeMap<String, BTreeMap<String, BTreeSet<String>>> {
    let mut found = BTreeMap::<String, BTreeMap<String, BTreeSet<String>>>::new();
    for row in database.query(CATALOGUE) {
        let fields: Vec<&str> = row.splitn(3, '|').collect();
        let [extension, kind, name] = fields[..] else { panic!("{row}") };
        let heading = if extension.is_empty() { kind.to_owned() } else { format!("{extension} {kind}") };
        let names = found.entry(extension.to_owned()).or_default().entry(heading).or_default();
        names.insert(name.to_owned());
    }
    found
}

#[test]
fn the_lists_are_what_this_server_has() {
    let database = Database::new();
    let major = major(&database);
    let own = present(&database).remove("").unwrap();
    let listed = listed(OBJECTS, major);
    assert_eq!(own.keys().collect::<Vec<_>>(), listed.keys().collect::<Vec<_>>());
    for (heading, names) in &own {
        // Minor releases bring functions for pg_upgrade's own use.
        let told = |name: &&String| !name.starts_with("binary_upgrade_");
        let unlisted: Vec<_> = names.difference(&listed[heading]).filter(told).collect();
        let absent: Vec<_> = listed[heading].difference(names).filter(told).collect();
        assert!(unlisted.is_empty() && absent.is_empty(), "{heading}: not listed {unlisted:?}, not there {absent:?}");
    }
    assert!(own["function"].len() > 2_000, "{}", own["function"].len());
}

#[test]
fn the_lists_are_what_the_extensions_of_this_server_bring() {
    let database = Database::new();
    let listed = listed(EXTENSIONS, major(&database));
    let known: BTreeSet<&str> = listed.keys().filter_map(|it| it.split(' ').next()).collect();
    for extension in &known {
        // One that this server comes without, or whose libraries the machine lacks, can't be compared.
        database.psql(&format!(
            "DO $$ BEGIN CREATE EXTENSION IF NOT EXISTS \"{extension}\" CASCADE;
                EXCEPTION WHEN undefined_file OR feature_not_supported OR invalid_parameter_value THEN NULL; END $$"
        ));
    }
    let mut present = present(&database);
    present.remove("");
    present.retain(|extension, _| known.contains(extension.as_str()));
    for (extension, brought) in &present {
        let own = format!("{extension} ");
        let expected: BTreeMap<_, _> = listed.iter().filter(|(heading, _)| heading.starts_with(&own)).collect();
        assert_eq!(brought.iter().collect::<BTreeMap<_, _>>(), expected, "{extension}");
    }
    // Packages come with all of them, or with none.
    assert!(present.len() >= 10 || present.is_empty(), "only {:?} of {known:?}", present.keys());
}

#[test]
fn what_only_other_versions_have_built_in_is_missing_and_says_so() {
    let database = Database::new();
    let (call, help) = if major(&database) < 18 {
        ("uuidv7()", "it is built in from PostgreSQL 18")
    } else {
        ("pg_start_backup('x')", "it is built in up to PostgreSQL 14")
    };
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__t.sql", format!("SELECT now();\nSELECT {call};\n"));
    let name = call.split('(').next().unwrap();
    for command in ["plan", "up"] {
        let output = sandbox.migrate(&[command]).to_string();
        assert!(output.contains(&format!("function {name}()")) && output.contains(help), "{output}");
        assert!(!output.contains("now"), "{output}");
    }
    assert_eq!(database.query("SELECT to_regnamespace('migrate') IS NULL"), ["t"], "something ran");
}

#[test]
fn what_this_version_has_built_in_is_there() {
    let database = Database::new();
    let call = match major(&database) {
        18.. => "uuidv7()",
        16.. => "any_value(1)",
        15 => "range_agg(int4multirange(int4range(1, 2)))",
        _ => "pg_is_in_backup()",
    };
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__t.sql", format!("SELECT {call};\nSELECT pg_catalog.{call};\n"));
    let output = sandbox.migrate(&["up"]);
    assert_eq!(output.code, Some(0), "{output}");
}

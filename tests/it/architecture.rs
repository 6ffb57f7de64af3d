//! The invariants that ARCHITECTURE.md promises, read off the sources.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, lowest first: a module uses only those before it.
const FLOORS: [&str; 15] = [
    "model",
    "diagnostic",
    "project",
    "sql",
    "graph",
    "db",
    "catalog",
    "ledger",
    "snapshot",
    "verify",
    "plan",
    "execute",
    "report",
    "cli",
    "main",
];

/// No clock, no files, no network, no async.
const PURE: [&str; 5] = ["model", "diagnostic", "sql", "graph", "plan"];

/// Where each crate may be named.
const WALLS: [(&str, &[&str]); 6] = [
    ("squawk_", &["sql"]),
    ("petgraph", &["graph"]),
    ("clap", &["cli"]),
    ("tokio_postgres", &["db", "catalog", "ledger", "snapshot", "verify", "execute"]),
    ("pglite_oxide", &["db"]),
    ("indicatif", &["cli"]),
];

/// A source file without comments, strings' contents kept, tests cut off.
struct SourceFile {
    path: PathBuf,
    floor: String,
    code: String,
    lines: usize,
}

fn sources() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut directories = vec![root.clone()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(read(&root, path));
            }
        }
    }
    files.retain(|file| file.floor != "lib");
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.len() > 50, "the sources were not found");
    files
}

fn read(root: &Path, path: PathBuf) -> SourceFile {
    let text = fs::read_to_string(&path).unwrap();
    let relative = path.strip_prefix(root).unwrap();
    let first = relative.components().next().unwrap().as_os_str().to_string_lossy();
    let floor = first.trim_end_matches(".rs").to_owned();
    let is_test = relative.components().any(|c| c.as_os_str() == "tests" || c.as_os_str() == "tests.rs")
        || relative.to_string_lossy().ends_with("_tests.rs");
    let program = text.split("#[cfg(test)]\nmod ").next().unwrap();
    let lines = program.lines().count();
    let code = program.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    SourceFile { floor, code: if is_test { String::new() } else { code }, lines: if is_test { 0 } else { lines }, path }
}

fn report(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

/// Every `word` that follows `start` in the code.
fn words_after<'a>(code: &'a str, start: &str) -> Vec<&'a str> {
    code.match_indices(start)
        .map(|(at, _)| {
            let rest = &code[at + start.len()..];
            &rest[..rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())]
        })
        .collect()
}

#[test]
fn modules_use_only_the_floors_below() {
    let position: BTreeMap<&str, usize> = FLOORS.iter().enumerate().map(|(at, floor)| (*floor, at)).collect();
    let mut violations = Vec::new();
    for file in sources() {
        let Some(own) = position.get(file.floor.as_str()) else {
            violations.push(format!("{}: `{}` is no floor", file.path.display(), file.floor));
            continue;
        };
        for start in ["crate::", "pgmigrate::"] {
            for used in words_after(&file.code, start) {
                if position.get(used).is_some_and(|at| at > own) {
                    violations.push(format!("{}: `{}` uses `{used}` above it", file.path.display(), file.floor));
                }
            }
        }
        assert!(!file.code.contains("use crate::{"), "{}: write one `use` for each module", file.path.display());
    }
    report(&violations);
}

#[test]
fn each_crate_stays_behind_its_wall() {
    let mut violations = Vec::new();
    for file in sources() {
        for (name, allowed) in WALLS {
            let named = file.code.match_indices(name).any(|(at, _)| {
                let before = file.code[..at].chars().next_back();
                let after = file.code[at + name.len()..].trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
                before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '"') && after.starts_with("::")
            });
            if named && !allowed.contains(&file.floor.as_str()) {
                violations.push(format!("{}: names `{name}`, which belongs to {allowed:?}", file.path.display()));
            }
        }
    }
    report(&violations);
}

#[test]
fn pure_floors_have_no_clock_no_files_and_no_async() {
    const IMPURE: [&str; 9] = [
        "std::fs",
        "std::env::",
        "std::net",
        "std::process",
        "Instant::now",
        "SystemTime",
        "tokio::",
        "async fn",
        ".await",
    ];
    let mut violations = Vec::new();
    for file in sources().iter().filter(|file| PURE.contains(&file.floor.as_str())) {
        for word in IMPURE.iter().filter(|word| file.code.contains(**word)) {
            violations.push(format!("{}: `{word}` in a pure module", file.path.display()));
        }
    }
    report(&violations);
}

#[test]
fn reports_are_never_async_and_only_the_command_line_prints() {
    let mut violations = Vec::new();
    for file in sources() {
        if file.floor == "report" && (file.code.contains("async ") || file.code.contains(".await")) {
            violations.push(format!("{}: async", file.path.display()));
        }
        let prints = ["println!", "eprintln!", "print!(", "io::stdout", "io::stderr"];
        for word in prints.iter().filter(|word| file.floor != "cli" && file.code.contains(**word)) {
            violations.push(format!("{}: prints with `{word}`", file.path.display()));
        }
    }
    report(&violations);
}

/// A database in another encoding can't read what it has no letters for, not even in a comment.
#[test]
fn queries_are_ascii() {
    let files =
        walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).into_iter().map(Result::unwrap);
    let queries = files.filter(|it| it.path().extension().is_some_and(|it| it == "sql"));
    let (mut seen, mut violations) = (0, Vec::new());
    for query in queries.filter(|it| !it.path().components().any(|it| it.as_os_str() == "tests")) {
        seen += 1;
        let text = fs::read_to_string(query.path()).unwrap();
        let lines = text.lines().enumerate().filter(|(_, line)| !line.is_ascii());
        violations.extend(lines.map(|(at, line)| format!("{}:{}: {line}", query.path().display(), at + 1)));
    }
    assert!(seen > 100, "only {seen} queries");
    report(&violations);
}

#[test]
fn nothing_iterates_in_the_order_of_a_hash() {
    let hashed = |file: &SourceFile| file.code.contains("HashMap") || file.code.contains("HashSet");
    report(&sources().iter().filter(|f| hashed(f)).map(|f| f.path.display().to_string()).collect::<Vec<_>>());
}

#[test]
fn files_stay_short_enough_to_hold_one_thing() {
    let long = |file: &SourceFile| (file.lines > 400).then(|| format!("{}: {} lines", file.path.display(), file.lines));
    report(&sources().iter().filter_map(long).collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_unfinished() {
    let marks = ["todo!", "unimplemented!", "FIXME", "XXX"];
    let found = |file: &SourceFile| {
        marks.iter().find(|mark| file.code.contains(**mark)).map(|mark| format!("{}: {mark}", file.path.display()))
    };
    report(&sources().iter().filter_map(found).collect::<Vec<_>>());
}

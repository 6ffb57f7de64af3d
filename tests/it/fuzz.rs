//! Whatever the files hold, reading them ends soon, without a panic, and with places that are in the text.
//!
//! `PROPTEST_CASES` sets how many cases each test runs.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use pgmigrate::diagnostic::{Diagnostic, Source};
use pgmigrate::graph::{self, Claim, External, MigrationGraph, Node};
use pgmigrate::model::Span;
use pgmigrate::project::Project;
use pgmigrate::sql::{self, Script};
use proptest::prelude::*;

use crate::boundaries;

/// No case takes longer, on a machine however busy.
const LIMIT: Duration = Duration::from_secs(20);

fn config(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|it| it.parse().ok()).unwrap_or(cases);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Reads a text and checks what holds for every text.
fn read(text: &str) -> Script {
    let source = Source::new("t.sql", text);
    let started = Instant::now();
    let (script, problems) = sql::parse(&source);
    sql::normalised_checksum(text);
    assert!(started.elapsed() < LIMIT, "{:?} for {} bytes:\n{text}", started.elapsed(), text.len());
    check(&source, &script, &problems);
    script
}

fn check(source: &Arc<Source>, script: &Script, problems: &[Diagnostic]) {
    let inside = |span: Span| {
        assert!(span.start() <= span.end() && source.text.get(span.range()).is_some(), "{span:?} of:\n{}", source.text);
    };
    let mut end = 0;
    for statement in &script.statements {
        inside(statement.span);
        assert!(end <= statement.span.start(), "statements overlap at {end}:\n{}", source.text);
        assert!(statement.span.start() < statement.span.end());
        end = statement.span.end();
        statement.effects.iter().for_each(|it| inside(it.span));
        statement.moves.iter().for_each(|it| inside(it.span));
    }
    problems.iter().flat_map(|it| &it.labels).for_each(|it| inside(it.span));
    // Rendering looks at every place.
    let renderer = annotate_snippets::Renderer::plain();
    for it in problems {
        assert!(!pgmigrate::diagnostic::render(it, &renderer).is_empty());
    }
}

/// Loads, parses and infers a project of these files.
fn run(files: &[Vec<u8>]) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("migrations")).unwrap();
    for (at, text) in files.iter().enumerate() {
        std::fs::write(folder.path().join(format!("migrations/V{}__m.sql", at + 1)), text).unwrap();
    }
    let started = Instant::now();
    let (project, _) = Project::load(folder.path());
    let read = |source| {
        let (script, problems) = sql::parse(source);
        check(source, &script, &problems);
        script
    };
    let scripts: Vec<Script> = project.migrations.iter().map(|it| read(&it.source)).collect();
    let (graph, claims) = infer(&project, &scripts);
    for claim in claims {
        assert!(project.migrations[claim.node].source.text.get(claim.span.range()).is_some_and(|it| !it.is_empty()));
    }
    let order = graph.order();
    assert_eq!(order.len(), project.migrations.len());
    let all = (0..order.len()).collect();
    for prerequisite in graph.prerequisites(&all) {
        for (migration, span) in prerequisite.places {
            assert!(project.migrations[migration].source.text.get(span.range()).is_some());
        }
    }
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
}

fn infer(project: &Project, scripts: &[Script]) -> (MigrationGraph, Vec<Claim>) {
    let nodes: Vec<Node<'_>> = project
        .migrations
        .iter()
        .zip(scripts)
        .map(|(it, script)| Node {
            id: &it.id,
            name: &it.name,
            version: it.version.as_ref(),
            source: &it.source,
            script,
            requires: &[],
            provides: &it.header.provides,
        })
        .collect();
    let (graph, _) = graph::infer(&nodes, &External::default());
    let claims = graph::claims(&nodes, graph.order());
    (graph, claims)
}

/// This repository's SQL, cut into tokens of a kind.
fn corpus() -> &'static [Vec<String>] {
    static CORPUS: OnceLock<Vec<Vec<String>>> = OnceLock::new();
    CORPUS.get_or_init(|| {
        let mut files = Vec::new();
        boundaries::files(Path::new(env!("CARGO_MANIFEST_DIR")), &mut files);
        let token = regex::Regex::new(r"(?s)\w+|\s+|--[^\n]*|.").unwrap();
        files.iter().map(|(_, text)| token.find_iter(text).map(|it| it.as_str().to_owned()).collect()).collect()
    })
}

const SOUP: &[&str] = &[
    "SELECT",
    "INSERT",
    "INTO",
    "VALUES",
    "UPDATE",
    "SET",
    "DELETE",
    "FROM",
    "WHERE",
    "CREATE",
    "ALTER",
    "DROP",
    "TABLE",
    "VIEW",
    "INDEX",
    "FUNCTION",
    "PROCEDURE",
    "SCHEMA",
    "TYPE",
    "ENUM",
    "AS",
    "ON",
    "BEGIN",
    "ATOMIC",
    "END",
    "CASE",
    "WHEN",
    "THEN",
    "DO",
    "RULE",
    "TRIGGER",
    "LANGUAGE",
    "plpgsql",
    "sql",
    "RETURNS",
    "COPY",
    "stdin",
    "FROM stdin;\n",
    "COPY t FROM stdin;\n1\n\\.\n",
    "\n\\echo x\n",
    "WITH",
    "UNION",
    "NOT",
    "NULL",
    "AND",
    "OR",
    "BETWEEN",
    "IN",
    "IS",
    "ARRAY",
    "ROW",
    "CAST",
    "EXECUTE",
    "PERFORM",
    "IF",
    "LOOP",
    "DECLARE",
    "RETURN",
    "REFERENCES",
    "CHECK",
    "DEFAULT",
    "PRIMARY",
    "KEY",
    "search_path",
    "set_config",
    "nextval",
    "public",
    "t",
    "a",
    "\"T\"",
    "now",
    "1",
    "1.5e3",
    "0x",
    "1a",
    "'x'",
    "''",
    "'",
    "\"",
    "\"\"",
    "E'",
    "E'\\''",
    "U&'",
    "U&\"d\\0061\"",
    "N'",
    "B'1'",
    "$$",
    "$a$",
    "$1",
    "$",
    "--",
    "/*",
    "*/",
    "\n",
    "\r\n",
    "\n\\.\n",
    "\n\\i x\n",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ";",
    ";",
    ",",
    ".",
    "..",
    ":",
    "::",
    ":=",
    "=",
    "=>",
    "<",
    ">",
    "<>",
    "!",
    "@",
    "#",
    "%",
    "^",
    "&",
    "|",
    "||",
    "?",
    "~",
    "`",
    "\\",
    "+",
    "-",
    "*",
    "/",
    "\u{feff}",
    "\0",
    "é",
    "💣",
    "\u{a0}",
    "\u{2028}",
];

/// What happens to a stretch of tokens.
#[derive(Debug, Clone)]
enum Change {
    Delete(usize, usize),
    Repeat(usize, usize),
    Swap(usize, usize),
    Insert(usize, &'static str),
    Truncate(usize),
    /// Not at a token's boundary.
    CutBytes(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let at = 0..100_000_usize;
    prop_oneof![
        (at.clone(), 1..8_usize).prop_map(|(at, count)| Change::Delete(at, count)),
        (at.clone(), 1..30_usize).prop_map(|(at, count)| Change::Repeat(at, count)),
        (at.clone(), at.clone()).prop_map(|(a, b)| Change::Swap(a, b)),
        (at.clone(), proptest::sample::select(SOUP)).prop_map(|(at, what)| Change::Insert(at, what)),
        at.clone().prop_map(Change::Truncate),
        (at, 1..20_usize).prop_map(|(at, count)| Change::CutBytes(at, count)),
    ]
}

/// A stretch of real SQL with changes.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let stretch = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 10..600_usize);
    (stretch, proptest::collection::vec(change(), 0..6)).prop_map(|((file, from, length), changes)| {
        let file = file.get(corpus());
        let from = from.index(file.len());
        let mut tokens: Vec<&str> = file[from..file.len().min(from + length)].iter().map(String::as_str).collect();
        let mut cuts = Vec::new();
        for change in changes {
            let count = tokens.len().max(1);
            match change {
                Change::Delete(at, many) => {
                    drop(tokens.drain(at % count..count.min(at % count + many).min(tokens.len())));
                }
                Change::Repeat(at, many) => {
                    let again = tokens.get(at % count..count.min(at % count + many)).unwrap_or_default().to_vec();
                    tokens.splice(at % count..at % count, again);
                }
                Change::Swap(a, b) if !tokens.is_empty() => tokens.swap(a % count, b % count),
                Change::Insert(at, what) => tokens.insert(at % count.min(tokens.len() + 1), what),
                Change::Truncate(at) => tokens.truncate(count - at % count.min(20)),
                Change::CutBytes(at, many) => cuts.push((at, many)),
                Change::Swap(..) => {}
            }
        }
        let mut bytes = tokens.concat().into_bytes();
        for (at, many) in cuts {
            let at = at % (bytes.len() + 1);
            bytes.drain(at..(at + many).min(bytes.len()));
        }
        bytes
    })
}

proptest! {
    #![proptest_config(config(900))]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        read(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_characters(text in proptest::collection::vec(any::<char>(), 0..200)) {
        read(&text.into_iter().collect::<String>());
    }

    #[test]
    fn any_tokens(tokens in proptest::collection::vec(proptest::sample::select(SOUP), 0..60), spaced in any::<bool>()) {
        read(&tokens.join(if spaced { " " } else { "" }));
    }

    #[test]
    fn damaged_sql(bytes in damaged()) {
        read(&String::from_utf8_lossy(&bytes));
    }
}

proptest! {
    #![proptest_config(config(300))]

    /// Data is never read as SQL: whatever it is, the statements around it stay the same.
    #[test]
    fn data_is_never_sql(lines in proptest::collection::vec(proptest::collection::vec(proptest::sample::select(SOUP), 0..12), 0..8)) {
        let data: String = lines.iter().map(|line| line.concat().replace(['\n', '\r', '\0'], " ") + "\n").collect();
        let data = data.lines().map(|line| if line == "\\." { "x\n".to_owned() } else { format!("{line}\n") }).collect::<String>();
        let head = "CREATE TABLE t (a text);\nCOPY t FROM stdin;\n";
        let source = Source::new("t.sql", format!("{head}{data}\\.\nSELECT 1;\n"));
        let (script, problems) = sql::parse(&source);
        prop_assert!(problems.is_empty(), "{problems:?}");
        let tags: Vec<&str> = script.statements.iter().map(|it| it.tag.as_str()).collect();
        prop_assert_eq!(tags, ["CREATE TABLE", "COPY", "SELECT"]);
        let found = script.statements[1].data.map(|it| &source.text[it.range()]);
        prop_assert_eq!(found, Some(data.as_str()));
    }
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn projects_of_damaged_files(files in proptest::collection::vec(damaged(), 1..5)) {
        run(&files);
    }
}

//! Where statements begin and end, and what is syntax at all: our reading against PostgreSQL's own.
//!
//! `Parse` of the extended protocol refuses syntax errors, and several commands at once, before it looks at any table.
//! So a statement it does not refuse for these reasons is exactly one whole statement.

use std::path::Path;
use std::sync::Arc;

use pgmigrate::diagnostic::Source;
use pgmigrate::model::Span;
use pgmigrate::sql;
use tokio_postgres::NoTls;

use crate::support::{Database, block_on};

const NASTY: &[&str] = &[
    "SELECT 1;;;SELECT 2; -- the last has no semicolon\nSELECT 3",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 1;",
    "CREATE OR REPLACE PROCEDURE p(a int) BEGIN ATOMIC INSERT INTO t VALUES (a); SELECT 1; END; SELECT 1;",
    "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES (1); DELETE FROM u; ); SELECT 1;",
    "CREATE RULE r AS ON UPDATE TO t DO INSTEAD NOTHING; SELECT 1;",
    "/* one /* two; */ ; */ SELECT 1 /* ; */ ; -- ;\nSELECT 2;",
    "DO $$ BEGIN PERFORM 1; END; $$; DO $a$ BEGIN EXECUTE $$ SELECT ';'; $$; END; $a$; SELECT $1$;$1$;",
    "SELECT E'\\';' , E'it\\'s; \\\\'; SELECT 'a''b;', '\\'; SELECT U&'\\0061;', U&\"\\0061;\" FROM t;",
    "SELECT \"a;b\", \"c\"\"d;\" FROM \"t;\"; SELECT 'a'\n ';b'; SELECT B'1', X'FF', N'x;';",
    "CREATE SCHEMA s CREATE TABLE t (a int) CREATE VIEW v AS SELECT 1 AS x CREATE INDEX i ON t (a); SELECT 1;",
    "CREATE SCHEMA s CREATE VIEW v AS SELECT 1 AS x; CREATE TABLE t (a int); SELECT 1;",
    "COPY t TO STDOUT; COPY t FROM '/x;y' WITH (FORMAT csv, DELIMITER ';'); SELECT 1;",
    "CREATE FUNCTION g() RETURNS text AS 'SELECT ''a;b''; SELECT 1;' LANGUAGE sql; SELECT 1;",
    "CREATE FUNCTION h(a int) RETURNS int RETURN a + 1; SELECT 1;",
    "PREPARE p AS SELECT 1; EXECUTE p; DEALLOCATE p; DECLARE c CURSOR FOR SELECT 1; BEGIN; END; SELECT (SELECT 1);",
    "CREATE TABLE \"begin\" (\"end\" int, \"case\" int); SELECT \"end\" FROM \"begin\"; ALTER TABLE t ADD atomic int;",
    "SELECT a FROM t WHERE a ? 'x' AND b @> '{}' AND c->>'y' = 'z' AND d #>> '{a,b}' = '1' AND e -- ;\n < 2; SELECT 1;",
    "EXPLAIN SELECT 1; ANALYZE; VACUUM; CHECKPOINT; LISTEN a; NOTIFY a, ';'; UNLISTEN *; RESET ALL; DISCARD ALL;",
    "\u{feff}SELECT 1;\r\nSELECT 'ä;ö', \"ü;\" FROM t;\r\n",
    "GRANT SELECT ON t TO PUBLIC; COMMENT ON TABLE t IS ';'; SECURITY LABEL ON TABLE t IS 'x;'; CALL p(); VALUES (1);",
    "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET b = 1 WHEN NOT MATCHED THEN INSERT VALUES (1); SELECT 1;",
    "WITH a AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM a; TABLE t; (SELECT 1) UNION (SELECT 2); SELECT 1;",
];

/// One disagreement with the server.
#[derive(Debug)]
struct Disagreement {
    what: &'static str,
    text: String,
    said: String,
}

/// What the server thinks of the syntax of one statement; `None` if nothing.
async fn refusal(client: &tokio_postgres::Client, text: &str) -> Option<String> {
    let error = client.prepare(text).await.err()?;
    let error = error.as_db_error()?;
    // Many other errors have SQLSTATE 42601 as well.
    let message = error.message();
    let syntax = ["syntax error at", "cannot insert multiple", "unterminated ", "trailing junk", "invalid Unicode"];
    syntax.iter().any(|it| message.starts_with(it)).then(|| message.to_owned())
}

/// Everything in which our reading of a file and the server's differ, and how many statements agree.
async fn compare(client: &tokio_postgres::Client, source: &Arc<Source>) -> (usize, Vec<Disagreement>) {
    let (script, problems) = sql::parse(source);
    let places = |code: &str| {
        let found = problems.iter().filter(|it| it.code == code);
        found.map(|it| (it.labels[0].span, it.message.clone())).collect::<Vec<_>>()
    };
    let errors = places("M201");
    // What psql alone understands is in no statement, but between them.
    let for_psql = [places("M202"), places("M203")].concat();
    let (mut found, mut agreed, mut end, mut lost_from) = (Vec::new(), 0, 0, 0);
    let shown = |text: &str| text.chars().take(300).collect::<String>();
    for (at, statement) in script.statements.iter().enumerate() {
        let (start, own_end) = (statement.span.start(), statement.span.end());
        let text = &source.text[statement.span.range()];
        let between = without_comments(&source.text[end..start]);
        if at == 0 || between.contains(';') {
            lost_from = end;
        }
        let next = script.statements.get(at + 1).map_or(source.text.len(), |it| it.span.start());
        // After an error the parser gives up to the next semicolon.
        let error = errors.iter().find(|(it, _)| (lost_from..next).contains(&it.start()));
        let psql = for_psql.iter().any(|(it, _)| (end..start).contains(&it.start()));
        let only_semicolons = between.chars().all(|it| it == ';' || it == '\u{feff}' || it.is_whitespace());
        let separated = at == 0 || between.contains(';');
        if error.is_none() && !psql && !(only_semicolons && separated) {
            found.push(Disagreement { what: "between statements", text: shown(text), said: between });
        }
        end = statement.data.map_or(own_end, Span::end);
        match (refusal(client, text).await, error) {
            (Some(said), None) => found.push(Disagreement { what: "refused by the server", text: shown(text), said }),
            (None, Some((place, said))) if (start..=own_end).contains(&place.start()) => {
                found.push(Disagreement { what: "refused by us", text: shown(text), said: said.clone() });
            }
            _ => agreed += 1,
        }
    }
    (agreed, found)
}

fn without_comments(text: &str) -> String {
    let line = regex::Regex::new(r"--[^\n\r]*").unwrap();
    let (mut out, mut depth, mut rest) = (String::new(), 0, text);
    while let Some(character) = rest.chars().next() {
        if depth == 0
            && let Some(found) = line.find(rest).filter(|it| it.start() == 0)
        {
            rest = &rest[found.end()..];
        } else if rest.starts_with("/*") {
            depth += 1;
            rest = &rest[2..];
        } else if depth > 0 && rest.starts_with("*/") {
            depth -= 1;
            rest = &rest[2..];
        } else {
            if depth == 0 {
                out.push(character);
            }
            rest = &rest[character.len_utf8()..];
        }
    }
    out
}

fn compare_all(texts: Vec<(String, String)>) -> (usize, Vec<(String, Disagreement)>) {
    let database = Database::new();
    let url = database.url();
    block_on(async {
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        let driver = tokio::spawn(connection);
        let (mut agreed, mut found) = (0, Vec::new());
        for (name, text) in texts {
            let (count, differences) = compare(&client, &Source::new(&name, text)).await;
            agreed += count;
            found.extend(differences.into_iter().map(|it| (name.clone(), it)));
        }
        drop(client);
        driver.await.unwrap().unwrap();
        (agreed, found)
    })
}

/// The SQL files below a folder, by path.
pub fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() && path.file_name().is_none_or(|it| it != "target" && it != ".git") {
            files(&path, found);
        } else if path.extension().is_some_and(|it| it == "sql")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            // This program's own SQL has places for names.
            found.push((path.display().to_string(), text.replace("{schema}", "s")));
        }
    }
}

#[test]
fn statements_are_postgresqls_statements() {
    let mut texts: Vec<_> = NASTY.iter().map(|it| ("nasty".to_owned(), (*it).to_owned())).collect();
    files(Path::new(env!("CARGO_MANIFEST_DIR")), &mut texts);
    // The beginning of other questions, and no statement by itself.
    texts.retain(|(path, _)| !path.ends_with("src/snapshot/sql/ours.sql"));
    let server = Database::new().query("SHOW server_version_num")[0].parse::<u32>().unwrap();
    if server < 180_000 {
        // These have statements of every major.
        texts.retain(|(path, _)| !path.contains("effects/corpus") && !path.contains("constraint/not_enforced"));
    }
    let (agreed, mut found) = compare_all(texts);
    if server < 150_000 {
        // `MERGE` came with 15.
        found.retain(|(_, it)| !it.text.starts_with("MERGE"));
    }
    assert!(found.is_empty(), "{found:#?}");
    assert!(agreed > 250, "{agreed}");
}

/// The same for a folder of one's own, such as PostgreSQL's regression tests: every disagreement, by kind.
#[test]
#[ignore = "needs a folder of SQL files in SQL_FOLDER"]
fn statements_of_a_folder_are_postgresqls_statements() {
    let mut texts = Vec::new();
    files(Path::new(&std::env::var_os("SQL_FOLDER").unwrap()), &mut texts);
    let count = texts.len();
    let (agreed, found) = compare_all(texts);
    for (name, it) in &found {
        println!("{}: {name}\n    {}\n    {}", it.what, it.said, it.text.replace('\n', "\n    "));
    }
    println!("{count} files, {agreed} statements agree, {} don't", found.len());
    assert!(found.is_empty());
}

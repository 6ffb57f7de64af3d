//! Text from rows, names and the server that would act on a terminal or a CI system.

use crate::support::{Database, Sandbox};

/// Hides what follows, goes back to the line's begin, turns the direction of writing.
const HOSTILE: &str = "\u{1b}[8m\r\u{202e}";

fn is_harmless(text: &str) {
    let acts = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    assert!(!text.contains(acts), "{text:?}");
    assert!(!text.lines().any(|line| line.trim_start().starts_with("::x")), "{text}");
}

#[test]
fn rows_and_names_are_shown_and_not_obeyed() {
    let database = Database::new();
    database.psql(&format!(
        "CREATE TABLE \"t{HOSTILE}\n::x::\" (id serial PRIMARY KEY); INSERT INTO \"t{HOSTILE}\n::x::\" VALUES (7);
         CREATE TABLE v (v text); INSERT INTO v VALUES (E'a{HOSTILE}\n::x::b\tc')"
    ));
    let sandbox = Sandbox::new().on(&database).env("GITHUB_ACTIONS", "true");
    sandbox
        .write("migrate.toml", "")
        .write("checks/qa.toml", "[[check]]\nid = \"qa.rows\"\nviolations = \"SELECT v FROM public.v\"\n")
        .write("migrations/.keep", "");
    let ours = regex::Regex::new("\u{1b}\\[(0|1|2|3[1-7]|9[1-7])m").unwrap();
    for color in ["never", "always"] {
        for format in ["human", "markdown"] {
            let arguments = ["verify", "--check", "qa.*", "--check", "sequence.behind", "--format", format];
            let output = sandbox.migrate(&[&arguments[..], &["--color", color]].concat()).expect(1);
            is_harmless(&ours.replace_all(&output.stdout, ""));
            is_harmless(&ours.replace_all(&output.stderr, "").replace("::error ", ""));
            assert_eq!(color == "always" && format == "human", output.stdout.contains('\u{1b}'), "{output}");
        }
    }
    let output = sandbox.migrate(&["verify", "--check", "qa.*"]).expect(1);
    assert!(output.stdout.contains(r"v = a\u{1b}[8m\r\u{202e}\n::x::b\tc"), "{output}");
    // A program reads what is there.
    let json = sandbox.migrate(&["verify", "--check", "qa.*", "--format", "json"]).expect(1).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["results"][0]["findings"][0]["object"], format!("v = a{HOSTILE}\n::x::b\tc"));
    // A snapshot is read again.
    let snapshot = sandbox.migrate(&["snapshot"]).expect(0).stdout;
    sandbox.write("a.snapshot", &snapshot);
    sandbox.migrate(&["diff", "a.snapshot", "database"]).expect(0);
}

#[test]
fn what_the_server_says_is_shown_and_not_obeyed() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database).env("GITHUB_ACTIONS", "true");
    sandbox.write(
        "migrations/V1__a.sql",
        "DO $$ BEGIN
           RAISE NOTICE E'n\\x1b[8m\\n::x::m';
           RAISE EXCEPTION E'a\\x1b[8m\\n::x::b' USING DETAIL = E'c\\r\\x1b[8m\\n::x::d', HINT = E'e\\n ::x::f';
         END $$;\n",
    );
    let output = sandbox.migrate(&["up"]).expect(6);
    is_harmless(&output.stderr);
    assert!(output.stderr.contains("notice V1__a: n\\u{1b}[8m\n|   ::x::m\n"), "{output}");
    assert!(output.stderr.contains(r"detail: c\r\u{1b}[8m"), "{output}");
    let annotations: Vec<&str> = output.stderr.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(annotations.len(), 1, "{output}");
    assert!(annotations[0].starts_with("::error file=migrations/V1__a.sql,line=1,"), "{output}");
}

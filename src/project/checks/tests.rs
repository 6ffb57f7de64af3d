use annotate_snippets::Renderer;

use super::*;
use crate::diagnostic::render;

fn problems(path: &str, text: &str) -> String {
    let (_, problems) = parse(&[Source::new(path, text)]);
    problems.iter().map(|problem| render(problem, &Renderer::plain())).collect::<Vec<_>>().join("\n\n")
}

fn clean(path: &str, text: &str) -> Checks {
    let (checks, problems) = parse(&[Source::new(path, text)]);
    assert!(problems.is_empty(), "{problems:#?}");
    checks
}

#[test]
fn every_form_is_read() {
    let checks = clean(
        "checks/all.toml",
        r#"
[[check]]
id = "sync.prerequisites"
after = "V0001"
schemas = ["auth"]
tables = ["public.organization", "public.\"User\""]
views = ["public.suppliers"]
functions = ["auth.uid()"]
enums = { "public.sync_type" = ["delta", "full"], "public.sync_action" = { count = 8 } }
absent = ["table public.old", "function app.f(uuid)"]
extensions = { pgcrypto = "1.3" }

[[check]]
id = "sync.rls"
severity = "warning"
policies = { on = ["public.sync_progress"], total = 4, rls = "forced" }
triggers = { on = ["public.sync_progress"], functions = ["touch"], enabled = true }

[[check]]
id = "mapping.default"
column = "global.m.mapping_code"
type = "integer"
not_null = true
default = { sequence = "global.m_seq" }
partitions = "same"
fix = "auto"

[[check]]
id = "qa.unique"
table = "public.qa"
unique = [["drop_number", "review_date"]]
allow_duplicates = [["drop_number"]]
foreign_keys = [{ columns = ["org_id"], references = "public.organization", on_delete = "cascade" }]
grants = [{ role = "app", privilege = ["select", "insert"], on = ["public.qa"] }]

[[check]]
id = "qa.both"
limit = 10
timeout = "10s"
message = "lost reviews"
violations = """SELECT 1;
"""

[sequences]
check = "touched"
headroom_warn = 0.5
[[sequences.override]]
name = "app.code_seq"
value_sql = "SELECT 1"
[verify]
accept = ["sequence.behind:public.t_id_seq"]
"#,
    );
    let kinds: Vec<usize> = checks.declared.iter().map(|check| check.claims.len()).collect();
    assert_eq!(kinds, [5, 2, 1, 4, 1]);
    assert_eq!(checks.sequences.check, SequenceScope::Touched);
    assert_eq!(checks.sequences.overrides.len(), 1);
    assert_eq!(Accepted::keys(&checks.accept), ["sequence.behind:public.t_id_seq"]);
    let Claim::Violations(query) = &checks.declared[4].claims[0] else { panic!() };
    assert_eq!(query.sql, "SELECT 1");
    let source = &checks.declared[4].source;
    assert!(source.text[query.offset.unwrap()..].starts_with("SELECT 1"));
    assert_eq!(checks.declared[1].severity, Severity::Warning);
}

#[test]
fn a_sql_file_is_a_check_with_its_header() {
    let text = "-- Rows the importer lost.\n-- [check]\n-- id = \"qa.lost\"\n-- limit = 3\n\nSELECT 1;\n";
    let checks = clean("checks/lost.sql", text);
    let check = &checks.declared[0];
    assert_eq!((check.id.as_str(), check.limit), ("qa.lost", 3));
    let Claim::Violations(query) = &check.claims[0] else { panic!() };
    assert_eq!(query, &DeclaredQuery { sql: "SELECT 1".to_owned(), offset: Some(text.find("SELECT").unwrap()) });
    assert_eq!(clean("checks/lost_rows.sql", "SELECT 1").declared[0].id, "lost_rows");
}

#[test]
fn a_misspelt_key_is_an_error_with_the_near_one() {
    insta::assert_snapshot!(problems("checks/a.toml", "[[check]]\nid = \"a\"\ntabels = [\"public.a\"]\n"), @r#"
    error[M111]: unknown key `tabels` in `check`
     --> checks/a.toml:3:1
      |
    3 | tabels = ["public.a"]
      | ^^^^^^
      |
      = help: did you mean `tables`?
    "#);
}

#[test]
fn a_sql_header_s_problems_point_into_the_file() {
    insta::assert_snapshot!(problems("checks/a.sql", "-- [check]\n-- severety = \"warning\"\nSELECT 1"), @r#"
    error[M111]: unknown key `severety` in `check`
     --> checks/a.sql:2:4
      |
    2 | -- severety = "warning"
      |    ^^^^^^^^
      |
      = help: did you mean `severity`?
    "#);
}

#[test]
fn syntax_errors_and_wrong_types_are_shown_at_their_place() {
    insta::assert_snapshot!(problems("checks/a.toml", "[[check]\nid = 1\n"), @"
    error[M110]: not TOML: unclosed array table, expected `]`
     --> checks/a.toml:1:9
      |
    1 | [[check]
      |         ^
      |
      = help: see https://toml.io for the format
    ");
    insta::assert_snapshot!(problems("checks/b.toml", "[[check]]\nid = 1\nlimit = \"x\"\ntimeout = \"2 weeks\"\n"), @r#"
    error[M112]: `id` wants a string
     --> checks/b.toml:2:6
      |
    2 | id = 1
      |      ^ found integer

    error[M112]: `limit` wants a whole number from 0
     --> checks/b.toml:3:9
      |
    3 | limit = "x"
      |         ^^^ found string

    error[M113]: `2 weeks` is not a duration such as "500ms", "2s", "5min" or "1h"
     --> checks/b.toml:4:11
      |
    4 | timeout = "2 weeks"
      |           ^^^^^^^^^
    "#);
}

#[test]
fn names_and_empty_checks_are_refused() {
    let text = "[[check]]\nid = \"a\"\n[[check]]\nid = \"b\"\ntables = [\"organization\"]\nunique = [[\"x\"]]\n";
    insta::assert_snapshot!(problems("checks/a.toml", text), @r#"
    error[M125]: check `a` claims nothing
     --> checks/a.toml:2:6
      |
    2 | id = "a"
      |      ^^^
      |
      = help: say what must be true: `tables`, `column`, `unique`, `violations`, …

    error[M116]: `organization` must be written `schema.name`
     --> checks/a.toml:5:11
      |
    5 | tables = ["organization"]
      |           ^^^^^^^^^^^^^^

    error[M125]: this is said of a table, and the check names no `table`
     --> checks/a.toml:6:10
      |
    6 | unique = [["x"]]
      |          ^^^^^^^
    "#);
}

#[test]
fn an_id_is_unique_across_files() {
    let first = Source::new("checks/a.toml", "[[check]]\nid = \"x\"\ntables = [\"a.b\"]\n");
    let second = Source::new("checks/b.sql", "-- [check]\n-- id = \"x\"\nSELECT 1");
    let (_, problems) = parse(&[first, second]);
    let text = problems.iter().map(|p| render(p, &Renderer::plain())).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(text, @r#"
    error[M124]: two checks have the id `x`
     --> checks/b.sql:2:9
      |
    2 | -- id = "x"
      |         ^^^ second here
      |
     ::: checks/a.toml:2:6
      |
    2 | id = "x"
      |      --- first here
    "#);
}

use crate::diagnostic::Source;
use crate::sql::parse;

fn problems(text: &str) -> Vec<String> {
    let source = Source::new("t.sql", text);
    parse(&source).1.iter().map(|it| format!("{} {} {}", it.code, it.place().unwrap(), it.message)).collect()
}

#[test]
fn syntax_errors_are_all_reported_at_their_place() {
    insta::assert_debug_snapshot!(problems("CREATE TABL t ();\nSELECT 1;\nCREATE TABLE t (a int,,b int);"), @r#"
    [
        "M201 t.sql:1:1 expected command, found `CREATE`",
        "M201 t.sql:3:23 unexpected comma",
    ]
    "#);
}

#[test]
fn psql_commands_and_data_blocks_are_named_and_not_read() {
    insta::assert_debug_snapshot!(problems("\\set x 1\nSELECT 1;\n  \\i other.sql\nCOPY t (a) FROM stdin;\nDROP TABLE t;\n\\.\nSELECT E'\\n';"), @r#"
    [
        "M202 t.sql:1:1 `\\set` is a command of psql, not SQL",
        "M202 t.sql:3:3 `\\i` is a command of psql, not SQL",
        "M203 t.sql:4:1 data blocks of `COPY … FROM stdin` are not supported yet",
    ]
    "#);
}

/// What nests, how it is closed, and what stands before and after it.
const NESTING: [(&str, &str, &str, &str); 15] = [
    ("(", ")", "SELECT ", ";"),
    ("ARRAY[", "]", "SELECT ", ";"),
    ("NOT ", "", "SELECT ", ";"),
    ("- ", "", "SELECT ", ";"),
    ("CASE WHEN ", " THEN 1 END", "SELECT ", ";"),
    ("(SELECT ", ")", "SELECT ", ";"),
    ("a.", "", "SELECT ", ";"),
    ("", "[1]", "SELECT a", ";"),
    ("", "()", "SELECT f", ";"),
    ("", "::int", "SELECT ", ";"),
    ("", " AT TIME ZONE 'x'", "SELECT ", ";"),
    ("EXPLAIN ", "", "", "SELECT 1;"),
    ("BEGIN x := 1; ", " END; ", "DO $$ ", " $$;"),
    ("IF a THEN x := 1; ", " END IF; ", "DO $$ BEGIN ", " END $$;"),
    ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; ", " END; ", "", ""),
];

#[test]
fn deep_nesting_is_refused_and_moderate_nesting_is_read() {
    for (open, close, before, after) in NESTING {
        for levels in [30, 300, 100_000] {
            let text = format!("{before}{}1{}{after}", open.repeat(levels), close.repeat(levels));
            let found = problems(&text);
            if levels == 100_000 {
                assert!(found[0].starts_with("M204"), "{open}{close} {found:?}");
            } else {
                assert!(!found.iter().any(|it| it.starts_with("M204")), "{open}{close} {levels} {found:?}");
            }
        }
    }
    assert_eq!(problems(&format!("SELECT {}1{};", "(".repeat(300), ")".repeat(300))), [] as [&str; 0]);
}

#[test]
fn what_is_never_closed_and_long_lists_are_survived() {
    assert!(problems(&"(".repeat(1024 * 1024))[0].starts_with("M204"));
    for unit in
        ["(", "[", "CASE ", "BEGIN ", "/*", "$a$ $b$ ", "'a' ", "NOT ", "SELECT ", "WITH a AS (", "DO $$ BEGIN "]
    {
        problems(&unit.repeat(64 * 1024 / unit.len()));
    }
    for (before, unit, after) in [
        ("SELECT 1 WHERE a IN (1", ", 1", ");"),
        ("INSERT INTO t VALUES (f(1))", ", (f(1))", ";"),
        ("SELECT CASE ", "WHEN a = 1 THEN 2 ", "END;"),
        ("SELECT 1", ", a AS b", ";"),
    ] {
        let text = format!("{before}{}{after}", unit.repeat(20_000));
        assert_eq!(problems(&text), [] as [&str; 0]);
    }
}

#[test]
fn zero_bytes_byte_order_marks_and_crlf() {
    assert!(problems("SELECT 1;\0")[0].starts_with("M205"));
    assert_eq!(problems("\u{feff}SELECT 1;\r\nSELECT 2;\r\n"), [] as [&str; 0]);
}

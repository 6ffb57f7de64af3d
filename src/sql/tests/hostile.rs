use proptest::prelude::*;

use crate::diagnostic::Source;
use crate::sql::{normalised_checksum, parse};

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

#[test]
fn deep_nesting_is_refused_and_moderate_nesting_is_read() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("NOT ", ""), ("- ", ""), ("CASE WHEN ", ""), ("1 + ", ""), ("(SELECT ", ")")]
    {
        for levels in [30, 300, 1_900, 200_000] {
            let text = format!("SELECT {}1{};", open.repeat(levels), close.repeat(levels));
            let found = problems(&text);
            if levels > 3_000 {
                assert!(found[0].starts_with("M204"), "{open} {found:?}");
            }
        }
    }
    let body = format!("DO $$ BEGIN {} $$;", "BEGIN ".repeat(100_000));
    assert!(problems(&body)[0].starts_with("M204"));
    assert_eq!(problems(&format!("SELECT {}1{};", "(".repeat(300), ")".repeat(300))), [] as [&str; 0]);
}

#[test]
fn zero_bytes_byte_order_marks_and_crlf() {
    assert!(problems("SELECT 1;\0")[0].starts_with("M205"));
    assert_eq!(problems("\u{feff}SELECT 1;\r\nSELECT 2;\r\n"), [] as [&str; 0]);
}

const REAL: &str = include_str!("real.sql");

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_survived(text in "\\PC*") {
        problems(&text);
        normalised_checksum(&text);
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        problems(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn damaged_sql_is_survived(cuts in proptest::collection::vec((0..REAL.len(), 0_usize..20, "[-a-z'\"$;(),.*\\\\ ]{0,4}"), 1..8)) {
        let mut text = REAL.to_owned();
        for (at, length, insert) in cuts {
            let mut start = at.min(text.len());
            while !text.is_char_boundary(start) { start -= 1; }
            let mut end = (start + length).min(text.len());
            while !text.is_char_boundary(end) { end -= 1; }
            text.replace_range(start..end.max(start), &insert);
        }
        problems(&text);
        normalised_checksum(&text);
    }
}

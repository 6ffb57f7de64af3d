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
    ]
    "#);
}

/// Each with its replacement, wherever a backslash stands that is not in a string.
#[test]
fn commands_of_psql_name_their_replacement() {
    let help = |text: &str| {
        let source = Source::new("t.sql", text);
        let found = parse(&source).1.into_iter().filter(|it| it.code.starts_with("M20"));
        found
            .map(|it| format!("{} {}: {}", it.place().unwrap(), it.message, it.help.unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    for accepted in [
        "\\restrict a'b\nSELECT 1; \\echo it's\nSELECT 2;\n\\unrestrict a'b",
        "SELECT E'\\i', $$\\i$$, '\\' -- \\i\n/* \\i */;",
    ] {
        assert_eq!(help(accepted), [""; 0], "{accepted}");
    }
    let texts = [
        "SELECT 1 \\gset\n",
        "SELECT 'SELECT 1' \\gexec",
        "\\if true\nSELECT 1;\n\\endif\n",
        "\\copy t FROM 'x'\n",
        "\\c other\n",
        "SELECT 1\n\\echo x\n;",
        "\\echo x \\\\ SELECT 1;\n",
        "\\.\n",
        "\\! rm -rf /\n",
        "COPY t FROM stdin; SELECT 1;\n1\n\\.\n",
        "COPY t FROM stdin WITH (FORMAT binary);\n1\n\\.\n",
        "COPY t TO stdout;",
        "COPY t FROM stdin",
    ];
    insta::assert_debug_snapshot!(texts.map(help).concat(), @r#"
    [
        "t.sql:1:10 `\\gset` is a command of psql, not SQL: write a DO block, with SELECT … INTO a variable",
        "t.sql:1:19 `\\gexec` is a command of psql, not SQL: write a DO block that loops over the query and runs EXECUTE",
        "t.sql:1:1 `\\if` is a command of psql, not SQL: write a DO block with IF",
        "t.sql:3:1 `\\endif` is a command of psql, not SQL: write a DO block with IF",
        "t.sql:1:1 `\\copy` is a command of psql, not SQL: write COPY … FROM stdin, its rows on the lines below, and a line `\\.`",
        "t.sql:1:1 `\\c` is a command of psql, not SQL: remove it; a project belongs to one database (pg_dump: leave out --create)",
        "t.sql:2:1 `\\echo` stands inside a statement: move it before or after the statement",
        "t.sql:1:1 SQL after `\\echo … \\\\` would be passed over: write it on a line of its own",
        "t.sql:1:1 `\\.` is a command of psql, not SQL: remove it; there is no COPY … FROM stdin before it",
        "t.sql:1:1 `\\!` is a command of psql, not SQL: remove it; a migration runs nothing but SQL",
        "t.sql:1:20 the data of `COPY … FROM stdin` begins on the next line, and this comes before it: move it after the line `\\.` that ends the data",
        "t.sql:1:1 binary data can't be in a file of SQL: write it as text: leave out BINARY, and dump the rows again",
        "t.sql:1:1 nobody reads what `COPY … TO stdout` writes: remove it",
        "t.sql:1:1 the data of `COPY … FROM stdin` has no end: end it with a line that is `\\.`; the data begins on the line after the `COPY`",
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

/// Each is accepted by PostgreSQL 18.
#[test]
fn rare_spellings_are_read() {
    for text in [
        "SET NAMES 'utf8'",
        "set local names Latin1; SELECT 1",
        "SET NAMES",
        "SET SESSION NAMES; SET NAMES DEFAULT;",
        "SET LOCAL TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "ALTER DATABASE d SET TIME ZONE 'UTC'; ALTER DATABASE d RESET TIME ZONE",
        "ALTER ROLE r IN DATABASE d SET NAMES 'utf8'",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET TIME ZONE 'UTC' AS 'SELECT 1'",
        "CREATE TRUSTED PROCEDURAL LANGUAGE l HANDLER h INLINE i VALIDATOR v",
        "COPY t FROM '/x' USING DELIMITERS ','",
        "ALTER SERVER s VERSION NULL OPTIONS (DROP host)",
        "SELECT a FROM t FOR READ ONLY",
        "SET ROLE TO DEFAULT; SET LOCAL role = DEFAULT",
        "CREATE USER MAPPING IF NOT EXISTS FOR user SERVER s; ALTER USER MAPPING FOR USER SERVER s OPTIONS (DROP a)",
        "CREATE PROCEDURE p(a VARIADIC int[], b OUT int) LANGUAGE sql AS 'SELECT a[1]'",
    ] {
        assert_eq!(problems(text), [""; 0], "{text}");
    }
    assert!(problems("SET NAMES 'utf8'; SET NAMES 'a' 'b'; SELECT 1")[0].starts_with("M201 t.sql:1:29 "));
}

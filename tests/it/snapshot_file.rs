//! The text of a snapshot, and what is read back from it.

use std::collections::BTreeMap;

use pgmigrate::diagnostic::{Source, render};
use pgmigrate::model::Ident;
use pgmigrate::snapshot::{Comparison, Entry, Kind, Snapshot};
use proptest::prelude::*;

fn parsed(text: &str) -> String {
    match Snapshot::parse(&Source::new("schema.snapshot", text)) {
        Ok(snapshot) => format!("{snapshot:?}"),
        Err(error) => render(&error, &annotate_snippets::Renderer::plain()),
    }
}

#[test]
fn what_is_no_snapshot_is_said_at_its_place() {
    let head = "migrate snapshot 1\nfrom PostgreSQL 17\n";
    let shown = [
        "CREATE TABLE t ();\n".to_owned(),
        String::new(),
        "migrate snapshot 2\nfrom PostgreSQL 17\n".to_owned(),
        "migrate snapshot\n".to_owned(),
        "migrate snapshot x\n".to_owned(),
        "migrate snapshot 1\n\n".to_owned(),
        format!("{head}\ntabel public.t\n"),
        format!("{head}\ntable public.t\n    column a: text\n"),
        format!("{head}\ntable public.t\n column a: text\n"),
        format!("{head}\ntable public.t\n  | text\n"),
        format!("{head}\ntable public.t\n  column a: text\n  column a: date\n"),
        format!("{head}\ntable public.\"t: x\n"),
        format!("{head}\ntable public.\"a\\x\"\n"),
        format!("{head}\n<<<<<<< HEAD\n"),
    ]
    .map(|text| parsed(&text));
    insta::assert_snapshot!(shown.join("\n\n"), @r#"
    error[M802]: this is no snapshot: it doesn't begin with `migrate snapshot`
     --> schema.snapshot:1:1
      |
    1 | CREATE TABLE t ();
      | ^^^^^^^^^^^^^^^^^^
      |
      = help: make one with `migrate snapshot -o FILE`

    error[M802]: this is no snapshot: it doesn't begin with `migrate snapshot`
    --> schema.snapshot:1:1
     = help: make one with `migrate snapshot -o FILE`

    error[M803]: this snapshot has format 2, and this `migrate` knows formats up to 1
     --> schema.snapshot:1:18
      |
    1 | migrate snapshot 2
      |                  ^
      |
      = help: use the `migrate` that wrote it, or make the snapshot anew with this one

    error[M802]: this is no snapshot: it doesn't begin with `migrate snapshot`
     --> schema.snapshot:1:1
      |
    1 | migrate snapshot
      | ^^^^^^^^^^^^^^^^
      |
      = help: make one with `migrate snapshot -o FILE`

    error[M802]: this is no format of snapshots
     --> schema.snapshot:1:18
      |
    1 | migrate snapshot x
      |                  ^

    error[M804]: the second line says the server's major version: `from PostgreSQL 17`
    --> schema.snapshot:2:1

    error[M804]: `tabel` is nothing that a snapshot tells of
     --> schema.snapshot:4:1
      |
    4 | tabel public.t
      | ^^^^^
      |
      = help: did you mean `table`?

    error[M804]: this line belongs to none of those above it
     --> schema.snapshot:5:1
      |
    5 |     column a: text
      | ^^^^

    error[M804]: this line belongs to none of those above it
     --> schema.snapshot:5:1
      |
    5 |  column a: text
      | ^

    error[M804]: this line continues no definition
     --> schema.snapshot:5:3
      |
    5 |   | text
      |   ^^^^^^

    error[M804]: this is told of twice
     --> schema.snapshot:6:3
      |
    6 |   column a: date
      |   ^^^^^^^^

    error[M804]: a quoted name is not closed
     --> schema.snapshot:4:7
      |
    4 | table public."t: x
      |       ^^^^^^^^^^^^

    error[M804]: this escapes nothing: a backslash itself is `\\`
     --> schema.snapshot:4:16
      |
    4 | table public."a\x"
      |                ^

    error[M804]: `<<<<<<<` is nothing that a snapshot tells of
     --> schema.snapshot:4:1
      |
    4 | <<<<<<< HEAD
      | ^^^^^^^
    "#);
}

/// Any name, made an identifier as the program does; quotes, colons, line breaks and all.
fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z\\\\\":\n\r\t |é\u{2028}\u{85}.-]{1,8}", any::<String>()]
        .prop_map(|it| Ident::exact(&it).to_string())
}

fn definition() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z\\\\\": \n\r\t|é\u{2028}]{0,12}", any::<String>()]
}

fn entries(depth: u32) -> BoxedStrategy<Vec<Entry>> {
    let kind = prop_oneof![
        Just(Kind::Table),
        Just(Kind::Partition),
        Just(Kind::PartitionBy),
        Just(Kind::Column),
        Just(Kind::Grant),
        Just(Kind::Grants),
        Just(Kind::Function),
        Just(Kind::Server),
        Just(Kind::OperatorClass),
    ];
    let below = if depth == 0 { Just(Vec::new()).boxed() } else { entries(depth - 1) };
    let named = prop_oneof![4 => name(), 1 => Just(String::new())];
    let entry = (kind, named, definition(), below).prop_map(|(kind, name, definition, entries)| Entry {
        kind,
        name,
        definition,
        entries,
    });
    prop::collection::vec(entry, 0..4)
        .prop_map(|entries| {
            let distinct: BTreeMap<_, _> = entries.into_iter().map(|it| ((it.kind, it.name.clone()), it)).collect();
            distinct.into_values().collect()
        })
        .boxed()
}

proptest! {
    #[test]
    fn the_text_says_all_there_is(entries in entries(3), major in 14_u32..30) {
        let snapshot = Snapshot { major, entries };
        let text = snapshot.to_text();
        prop_assert_eq!(Snapshot::parse(&Source::new("a", text.clone())).unwrap(), snapshot.clone());
        if !text.contains('\r') {
            let windows = text.replace('\n', "\r\n");
            prop_assert_eq!(Snapshot::parse(&Source::new("a", windows)).unwrap(), snapshot);
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(
        text in "(migrate snapshot 1\nfrom PostgreSQL 17\n)?(( ){0,4}(table|column|partition by|\\|)?[ :\"\\\\a-z{}u\n]{0,6}){0,8}"
    ) {
        // What it says is of no interest here.
        drop(parsed(&text));
    }

    #[test]
    fn a_snapshot_does_not_differ_from_itself(entries in entries(3)) {
        let snapshot = Snapshot { major: 15, entries };
        prop_assert_eq!(Comparison::of(&snapshot, &snapshot, &[]).differences, vec![]);
    }
}

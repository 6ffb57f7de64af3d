//! Unique keys that `ON CONFLICT` and foreign keys go by.

use super::graph;

/// What of the graph's text these migrations are to each other.
fn between(files: &[(&str, &str)], later: &str, earlier: &str) -> String {
    graph(files).lines().filter_map(|it| it.strip_prefix(&format!("{later} after {earlier}: "))).collect()
}

#[test]
fn on_conflict_with_a_condition_goes_by_a_partial_index_or_a_full_one() {
    const INSERT: &str = "INSERT INTO a VALUES (1) ON CONFLICT (i) WHERE d IS NULL DO UPDATE SET n = 'x';";
    let of = |index: &str, insert: &str| {
        let all =
            graph(&[("V1__a", "CREATE TABLE a (i int, n text, d date);"), ("V2__index", index), ("V3__i", insert)]);
        let lines = all.lines().filter(|it| it.starts_with("V3 after V2") || it.starts_with("missing"));
        lines.collect::<Vec<_>>().join("\n")
    };
    let partial = "CREATE UNIQUE INDEX ai ON a (i) WHERE d IS NULL;";
    let full = "CREATE UNIQUE INDEX ai ON a ((i));";
    assert_eq!(
        of(partial, INSERT),
        "V3 after V2: requires index \"(i) of some rows\" on public.a; rows table public.a"
    );
    assert_eq!(of(full, INSERT), "V3 after V2: requires index \"(i)\" on public.a; rows table public.a");
    let twice = of(&format!("{full} {}", partial.replace("ai", "ap")), INSERT);
    assert_eq!(
        twice,
        "V3 after V2: conflict index \"(i) of some rows\" on public.a; requires index \"(i)\" on public.a; rows table \
         public.a"
    );
    let without = INSERT.replace(" WHERE d IS NULL", "");
    assert_eq!(
        of(partial, &without),
        "V3 after V2: rows table public.a\nmissing index \"(i)\" on public.a at V3__i.sql:1:38"
    );
    assert_eq!(of("SELECT 1;", INSERT), "missing index \"(i)\" on public.a at V3__i.sql:1:38");
    let collated = "CREATE UNIQUE INDEX an ON a (n COLLATE \"C\");";
    assert_eq!(
        of(collated, "INSERT INTO a VALUES (1) ON CONFLICT (n) DO NOTHING;"),
        "V3 after V2: requires index \"(n)\" on public.a; rows table public.a"
    );
}

#[test]
fn a_partial_index_may_come_with_a_higher_number() {
    let files = [
        ("V1__a", "CREATE TABLE a (i int, d date);"),
        ("V2__i", "INSERT INTO a VALUES (1) ON CONFLICT (i) WHERE d IS NULL DO NOTHING;"),
        ("V3__index", "CREATE UNIQUE INDEX ai ON a (i) WHERE d IS NULL;"),
    ];
    assert_eq!(between(&files, "V2", "V3"), "requires index \"(i) of some rows\" on public.a; rows table public.a");
}

#[test]
fn one_of_two_indexes_over_the_same_columns_goes_after_the_other_has_come() {
    let files = [
        ("V1__t", "CREATE TABLE t (i int, j int); CREATE UNIQUE INDEX ux ON t (i); CREATE INDEX tj ON t (j);"),
        ("V2__insert", "INSERT INTO t VALUES (1) ON CONFLICT (i) DO NOTHING;"),
        ("V3__again", "CREATE UNIQUE INDEX ux2 ON t (i);"),
        ("V4__drop", "DROP INDEX ux;"),
        ("V5__u", "CREATE TABLE u (i int REFERENCES t (i));"),
        ("V6__other", "DROP INDEX tj;"),
    ];
    assert_eq!(between(&files, "V4", "V3"), "conflict index \"(i)\" on public.t");
    assert_eq!(between(&files, "V5", "V4"), "conflict index \"(i)\" on public.t");
    assert_eq!(between(&files, "V6", "V5"), "");
}

#[test]
fn an_index_on_the_table_only_keeps_its_order_with_partitions() {
    let files = [
        ("V1__p", "CREATE TABLE p (k int, v int) PARTITION BY LIST (k);"),
        ("V2__p1", "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"),
        ("V3__only", "CREATE INDEX pi ON ONLY p (v);"),
    ];
    assert_eq!(between(&files, "V3", "V2"), "conflict table public.p");
}

#[test]
fn a_query_may_be_grouped_by_a_key() {
    let files = [
        ("V1__a", "CREATE TABLE a (i int, n text);"),
        ("V2__key", "ALTER TABLE a ADD CONSTRAINT pk PRIMARY KEY (i);"),
        ("V3__v", "CREATE VIEW v AS SELECT i, n, count(*) FROM a GROUP BY i;"),
        ("V4__gone", "DROP VIEW v;"),
        ("V5__free", "ALTER TABLE a DROP CONSTRAINT pk;"),
    ];
    assert_eq!(between(&files, "V3", "V2"), "conflict index \"(primary key)\" on public.a");
    assert_eq!(between(&files, "V5", "V4"), "conflict index \"(primary key)\" on public.a");
    let without =
        [files[0], ("V2__v", "CREATE VIEW v AS SELECT i, count(*) FROM a GROUP BY i;"), ("V3__key", files[1].1)];
    assert_eq!(between(&without, "V3", "V2"), "");
}

#[test]
fn range_types_come_with_their_constructors() {
    let files = [
        ("V1__r", "CREATE TYPE tr AS RANGE (SUBTYPE = time);"),
        ("V2__t", "CREATE TABLE t (a time, b time, EXCLUDE USING gist (tr(a, b) WITH &&));"),
        ("V3__m", "CREATE TABLE u AS SELECT tr_multirange(tr('1:00', '2:00'));"),
    ];
    assert_eq!(between(&files, "V2", "V1"), "requires function public.tr()");
    assert_eq!(between(&files, "V3", "V1"), "requires function public.tr(); requires function public.tr_multirange()");
    assert!(!graph(&files).contains("missing"));
}

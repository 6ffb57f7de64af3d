use insta::assert_snapshot;

use super::effects;

#[test]
fn an_insert_writes_rows_and_needs_its_columns() {
    assert_snapshot!(effects("INSERT INTO t (a, b) SELECT x, f(y) FROM u ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING id;"), @r#"
    requires table t @ 1:13
    reads the shape of table t @ 1:13
    writes rows of table t @ 1:13
    requires table u @ 1:42
    reads rows of table u @ 1:42
    reads the shape of table u @ 1:42
    requires column u.x @ 1:29
    requires function f() @ 1:32
    calls function f() @ 1:32
    requires column u.y @ 1:34
    adds rows to table t @ 1:13
    requires column t.a @ 1:16
    requires column t.b @ 1:19
    requires index "(a)" on t @ 1:56
    updates column t.b @ 1:74
    requires column t.id @ 1:99
    "#);
}

#[test]
fn updates_and_deletes_read_what_they_join() {
    assert_snapshot!(effects("UPDATE t AS x SET a = u.b FROM s.u WHERE u.id = x.id; DELETE FROM t USING v WHERE v.id = t.id;"), @"
    requires table t @ 1:8
    reads the shape of table t @ 1:8
    writes rows of table t @ 1:8
    requires column t.a @ 1:19
    updates column t.a @ 1:19
    requires table s.u @ 1:32
    reads rows of table s.u @ 1:32
    reads the shape of table s.u @ 1:32
    requires column s.u.b @ 1:23
    requires column s.u.id @ 1:42
    requires column t.id @ 1:49
    requires table t @ 1:67
    reads the shape of table t @ 1:67
    writes rows of table t @ 1:67
    deletes rows of table t @ 1:67
    requires table v @ 1:75
    reads rows of table v @ 1:75
    reads the shape of table v @ 1:75
    requires column v.id @ 1:83
    requires column t.id @ 1:90
    ");
}

#[test]
fn merge_truncate_and_copy() {
    assert_snapshot!(effects("MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id);\nTRUNCATE a, b CASCADE;\nCOPY t (a) TO STDOUT;"), @"
    M203 nobody reads what `COPY … TO stdout` writes
    requires table t @ 1:12
    reads the shape of table t @ 1:12
    writes rows of table t @ 1:12
    requires column t.a @ 1:66
    updates column t.a @ 1:66
    requires column t.id @ 1:104
    adds rows to table t @ 1:12
    requires table s @ 1:20
    reads rows of table s @ 1:20
    reads the shape of table s @ 1:20
    requires column s.id @ 1:32
    requires column s.a @ 1:70
    requires table a @ 2:10
    reads the shape of table a @ 2:10
    writes rows of table a @ 2:10
    truncates table a @ 2:10
    requires table b @ 2:13
    reads the shape of table b @ 2:13
    writes rows of table b @ 2:13
    truncates table b @ 2:13
    requires table t @ 3:6
    reads rows of table t @ 3:6
    reads the shape of table t @ 3:6
    requires column t.a @ 3:9
    ");
}

#[test]
fn a_materialized_view_reads_rows_and_a_view_does_not() {
    assert_snapshot!(effects("CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE VIEW v AS SELECT a FROM t; REFRESH MATERIALIZED VIEW m;"), @r#"
    requires table t @ 1:45
    requires column t.a @ 1:38
    reads rows of table t @ 1:45
    reads the shape of table t @ 1:45
    creates materialized view public.m @ 1:26
    creates column public.m."*" @ 1:26
    requires table t @ 1:79
    requires column t.a @ 1:72
    creates view public.v @ 1:60
    creates column public.v."*" @ 1:60
    requires table m @ 1:108
    reads the shape of table m @ 1:108
    reads rows of table m @ 1:108
    writes rows of table m @ 1:108
    "#);
}

//! Tables with their columns, keys and indexes.

use insta::assert_snapshot;

use super::effects;

#[test]
fn a_table_brings_columns_keys_sequences_and_their_names() {
    assert_snapshot!(effects("CREATE TABLE t (id serial PRIMARY KEY, a int UNIQUE CHECK (a > 0), b app.money REFERENCES o (id), UNIQUE (a, b));"), @r#"
    creates table public.t @ 1:14
    creates column public.t.id @ 1:17
    creates sequence public.t_id_seq (of public.t) @ 1:17
    creates column public.t.a @ 1:40
    creates column public.t.b @ 1:68
    requires type app.money @ 1:70
    creates constraint t_pkey on public.t @ 1:27
    creates index public.t_pkey (of public.t) @ 1:27
    creates index "(id)" on public.t @ 1:27
    creates index "(primary key)" on public.t @ 1:27
    creates constraint t_a_key on public.t @ 1:46
    creates index public.t_a_key (of public.t) @ 1:46
    creates index "(a)" on public.t @ 1:46
    creates constraint t_a_check on public.t @ 1:53
    creates constraint t_b_fkey on public.t @ 1:80
    requires table o @ 1:91
    requires column o.id @ 1:94
    requires index "(id)" on o @ 1:91
    refers to index "(id)" on o @ 1:91
    creates constraint t_a_b_key on public.t @ 1:99
    creates index public.t_a_b_key (of public.t) @ 1:99
    creates index "(a, b)" on public.t @ 1:99
    "#);
}

#[test]
fn identity_sequences_and_nextval_in_defaults() {
    assert_snapshot!(effects("CREATE TABLE s.t (id bigint GENERATED ALWAYS AS IDENTITY, c int DEFAULT nextval('s.q'::regclass));"), @"
    requires schema s @ 1:14
    creates table s.t @ 1:14
    creates column s.t.id @ 1:19
    creates column s.t.c @ 1:59
    creates sequence s.t_id_seq (of s.t) @ 1:29
    requires table s.q @ 1:81
    ");
}

#[test]
fn partitions_and_children_read_their_parent() {
    assert_snapshot!(effects("CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES IN (1);\nCREATE TABLE c () INHERITS (a);\nCREATE TABLE l (LIKE a INCLUDING ALL);\nALTER TABLE s.p ATTACH PARTITION s.p2 DEFAULT;"), @r#"
    requires schema s @ 1:14
    creates table s.p1 (of s.p) @ 1:14
    requires table s.p @ 1:32
    reads the shape of table s.p @ 1:32
    reads rows of table s.p @ 1:32
    creates column s.p1."*" @ 1:14
    creates table public.c @ 2:14
    requires table a @ 2:29
    reads the shape of table a @ 2:29
    joins table public.c (of a) @ 2:29
    creates column public.c."*" @ 2:14
    creates table public.l @ 3:14
    requires table a @ 3:22
    reads the shape of table a @ 3:22
    reads the shape of index "*" on a @ 3:22
    creates column public.l."*" @ 3:14
    requires table s.p @ 4:13
    reads the shape of table s.p @ 4:13
    reads rows of table s.p @ 4:13
    requires table s.p2 @ 4:34
    joins table s.p2 (of s.p) @ 4:34
    reads rows of table s.p2 @ 4:34
    "#);
}

#[test]
fn alter_table_forms() {
    assert_snapshot!(effects("ALTER TABLE s.t ADD COLUMN c int REFERENCES z (y), DROP COLUMN d, ALTER COLUMN e SET NOT NULL, ADD CONSTRAINT k UNIQUE (c), DROP CONSTRAINT IF EXISTS x, RENAME TO u;"), @r#"
    requires table s.t @ 1:13
    alters table s.t @ 1:13
    creates column s.t.c @ 1:28
    creates constraint t_c_fkey on s.t @ 1:34
    requires table z @ 1:45
    requires column z.y @ 1:48
    requires index "(y)" on z @ 1:45
    refers to index "(y)" on z @ 1:45
    reads rows of table s.t @ 1:13
    requires column s.t.d @ 1:64
    drops column s.t.d @ 1:64
    requires column s.t.e @ 1:80
    alters column s.t.e @ 1:80
    requires column s.t.c @ 1:121
    creates constraint k on s.t @ 1:100
    creates index s.k (of s.t) @ 1:100
    creates index "(c)" on s.t @ 1:100
    requires later constraint x on s.t @ 1:151
    drops constraint x on s.t @ 1:151
    moves table s.t to u
    "#);
}

#[test]
fn indexes_are_named_as_postgresql_names_them() {
    assert_snapshot!(effects("CREATE UNIQUE INDEX ON s.t (a, lower(b)); CREATE INDEX i ON s.t USING gin (c gin_trgm_ops) WHERE d;"), @"
    requires table s.t @ 1:24
    reads rows of table s.t @ 1:24
    requires column s.t.a @ 1:29
    requires column s.t.b @ 1:38
    creates index s.t_a_lower_idx (of s.t) @ 1:24
    names index _a_lower_idx on s.t @ 1:24
    requires table s.t @ 1:61
    reads rows of table s.t @ 1:61
    requires column s.t.c @ 1:76
    requires operator class gin_trgm_ops @ 1:78
    requires column s.t.d @ 1:98
    creates index s.i (of s.t) @ 1:56
    names index _c_idx on s.t @ 1:56
    ");
}

#[test]
fn temporary_tables_leave_nothing() {
    assert_snapshot!(effects("CREATE TEMP TABLE x AS SELECT id FROM t; UPDATE u SET a = x.id FROM x; CREATE TEMPORARY TABLE y (id int REFERENCES t); DROP TABLE x;"), @r#"
    requires table t @ 1:39
    reads rows of table t @ 1:39
    reads the shape of table t @ 1:39
    requires column t.id @ 1:31
    requires table u @ 1:49
    reads the shape of table u @ 1:49
    writes rows of table u @ 1:49
    requires column u.a @ 1:55
    updates column u.a @ 1:55
    requires table t @ 1:116
    requires index "(primary key)" on t @ 1:116
    "#);
}

#[test]
fn foreign_keys_say_what_they_do_with_rows() {
    assert_snapshot!(effects("ALTER TABLE t ADD FOREIGN KEY (a, b) REFERENCES u (x, y) ON DELETE SET NULL (a) ON UPDATE CASCADE, ADD FOREIGN KEY (c) REFERENCES v ON DELETE CASCADE ON UPDATE NO ACTION, ADD FOREIGN KEY (d) REFERENCES w ON DELETE RESTRICT;\nALTER TABLE t ADD g int GENERATED ALWAYS AS (a + 1) STORED;"), @r#"
    requires table t @ 1:13
    alters table t @ 1:13
    requires column t.a @ 1:32
    requires column t.b @ 1:35
    creates constraint t_a_b_fkey on t @ 1:19
    requires table u @ 1:49
    requires column u.x @ 1:52
    requires column u.y @ 1:55
    requires index "(x, y)" on u @ 1:49
    refers to index "(x, y)" on u @ 1:49
    is cleared with rows of index "(x, y)" on u @ 1:58
    changes with index "(x, y)" on u @ 1:81
    reads rows of table t @ 1:13
    reads keys of table u @ 1:49
    requires column t.c @ 1:117
    creates constraint t_c_fkey on t @ 1:104
    requires table v @ 1:131
    requires index "(primary key)" on v @ 1:131
    refers to index "(primary key)" on v @ 1:131
    goes with rows of index "(primary key)" on v @ 1:133
    reads keys of table v @ 1:131
    requires column t.d @ 1:189
    creates constraint t_d_fkey on t @ 1:176
    requires table w @ 1:203
    requires index "(primary key)" on w @ 1:203
    refers to index "(primary key)" on w @ 1:203
    reads keys of table w @ 1:203
    requires table t @ 2:13
    alters table t @ 2:13
    creates column t.g @ 2:19
    requires column t.a @ 2:46
    updates column t.g @ 2:25
    "#);
}

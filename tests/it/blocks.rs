//! Blocks, dynamic SQL and routine bodies: every order that the inferred graph allows gives the same database.

use pgmigrate::diagnostic::Source;
use pgmigrate::graph::{self, External, MigrationGraph, Node};
use pgmigrate::model::{MigrationId, Version};
use pgmigrate::sql::{self, Script};

use crate::support::Database;

/// What a database holds, one line for each thing.
const CONTENTS: &str = "\
    WITH own AS (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 's')), \
        relation AS (SELECT c.* FROM pg_class c JOIN own ON own.oid = relnamespace) \
    SELECT format('relation %s %s %s', oid::regclass, relkind, relrowsecurity) AS line FROM relation \
    UNION ALL SELECT format('column %s %s %s %s', attrelid::regclass, attname, atttypid::regtype, \
        rank() OVER (PARTITION BY attrelid ORDER BY attnum)) \
        FROM pg_attribute JOIN relation ON relation.oid = attrelid WHERE attnum > 0 AND NOT attisdropped \
    UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(c.oid)) \
        FROM pg_constraint c JOIN own ON own.oid = connamespace \
    UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN relation ON relation.oid = indexrelid \
    UNION ALL SELECT format('label %s %s', enumtypid::regtype, enumlabel) FROM pg_enum \
    UNION ALL SELECT format('function %s %s', p.oid::regprocedure, prosrc) FROM pg_proc p JOIN own ON own.oid = pronamespace \
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal \
    UNION ALL SELECT format('rows %s %s', oid::regclass, \
        query_to_xml(format('SELECT t FROM %s t ORDER BY t::text', oid::regclass), true, true, '')) FROM relation WHERE relkind = 'r' \
    ORDER BY 1";

/// Tries every order of the files: each that the graph allows must give what the versions' order gives. Returns the
/// edges, and how many orders there are of each sort; of the forbidden ones, how many really fail or give something else.
pub fn orders(files: &[&str]) -> String {
    let ids: Vec<MigrationId> = (1..=files.len()).map(|it| MigrationId::new(&format!("V{it}__x"))).collect();
    let versions: Vec<Version> = (1..=files.len()).map(|it| Version::parse(&it.to_string()).unwrap()).collect();
    let sources: Vec<_> = files.iter().map(|text| Source::new("x.sql", *text)).collect();
    let scripts: Vec<Script> = sources.iter().map(|it| sql::parse(it).0).collect();
    let node = |it: usize| Node {
        id: &ids[it],
        name: "x",
        version: Some(&versions[it]),
        source: &sources[it],
        script: &scripts[it],
        requires: &[],
        provides: &[],
    };
    let nodes: Vec<Node<'_>> = (0..files.len()).map(node).collect();
    let (graph, problems) = graph::infer(&nodes, &External::default());
    assert_eq!(problems, []);

    let database = Database::new();
    let result = |order: &[usize]| {
        let migrations: Vec<&str> = order.iter().map(|it| files[*it]).collect();
        database.try_query(&format!("BEGIN; {} {CONTENTS}; ROLLBACK", migrations.concat()))
    };
    let expected = result(graph.order()).unwrap();
    let (mut allowed, mut forbidden, mut broken) = (0, 0, 0);
    for order in permutations(files.len()) {
        let found = result(&order);
        if follows(&graph, &order) {
            allowed += 1;
            assert_eq!(found.as_ref(), Ok(&expected), "order {order:?}");
        } else {
            forbidden += 1;
            broken += usize::from(found.as_ref() != Ok(&expected));
        }
    }
    let edges: Vec<String> = graph.reduced().iter().map(|it| format!("{} after {}", it.from + 1, it.to + 1)).collect();
    format!("{}: {allowed} orders work; {broken} of {forbidden} others don't", edges.join(", "))
}

fn follows(graph: &MigrationGraph, order: &[usize]) -> bool {
    order.iter().enumerate().all(|(at, node)| order[at + 1..].iter().all(|later| !graph.must_follow(*node, *later)))
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    for _ in 0..count {
        all = all
            .iter()
            .flat_map(|start| (0..count).filter(|it| !start.contains(it)).map(|it| [start.as_slice(), &[it]].concat()))
            .collect();
    }
    all
}

#[test]
fn a_constraint_found_in_the_catalog_is_dropped_within_its_table() {
    insta::assert_snapshot!(orders(&[
        "CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE t (u int REFERENCES u);",
        "DO $$ DECLARE c text; BEGIN SELECT conname INTO c FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'f'; EXECUTE 'ALTER TABLE t DROP CONSTRAINT ' || quote_ident(c); END $$;",
        "ALTER TABLE t ADD CONSTRAINT t_u_fkey FOREIGN KEY (u) REFERENCES u ON DELETE CASCADE;",
        "CREATE TABLE w ();",
    ]), @"
    2 after 1, 3 after 2: 4 orders work; 20 of 20 others don't
    ");
}

#[test]
fn a_list_of_tables_is_gone_through() {
    insta::assert_snapshot!(orders(&[
        "CREATE TABLE a (id int); CREATE TABLE b (id int);",
        "DO $$ DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['a', 'b'] LOOP EXECUTE format('ALTER TABLE %I ADD COLUMN x int', t); END LOOP; END $$;",
        "CREATE INDEX ON b (x);",
        "CREATE TABLE c (x int);",
    ]), @"
    2 after 1, 3 after 2: 4 orders work; 20 of 20 others don't
    ");
}

#[test]
fn numbered_partitions_are_known() {
    insta::assert_snapshot!(orders(&[
        "CREATE TABLE p (id int) PARTITION BY HASH (id);",
        "DO $$ BEGIN FOR i IN 0..3 LOOP EXECUTE format('CREATE TABLE p_%s PARTITION OF p FOR VALUES WITH (MODULUS 4, REMAINDER %s)', i, i); END LOOP; END $$;",
        "CREATE INDEX ON p_2 (id);",
        "CREATE TABLE q ();",
    ]), @"
    2 after 1, 3 after 2: 4 orders work; 20 of 20 others don't
    ");
}

#[test]
fn a_loop_over_a_schema_stays_in_it() {
    insta::assert_snapshot!(orders(&[
        "CREATE SCHEMA s; CREATE TABLE s.a (id int);",
        "DO $$ DECLARE r record; BEGIN FOR r IN SELECT tablename FROM pg_tables WHERE schemaname = 's' LOOP EXECUTE format('ALTER TABLE s.%I ENABLE ROW LEVEL SECURITY', r.tablename); END LOOP; END $$;",
        "CREATE TABLE s.b (id int);",
        "CREATE TABLE c ();",
    ]), @"
    2 after 1, 3 after 2: 4 orders work; 20 of 20 others don't
    ");
}

#[test]
fn what_the_catalog_is_asked_for_decides() {
    insta::assert_snapshot!(orders(&[
        "CREATE TABLE t (a int);",
        "ALTER TABLE t ADD COLUMN b int;",
        "DO $$ BEGIN IF EXISTS (SELECT FROM information_schema.columns WHERE table_name = 't' AND column_name = 'b') THEN CREATE TABLE seen (); END IF; END $$;",
        "CREATE TABLE u ();",
    ]), @"
    2 after 1, 3 after 2: 4 orders work; 20 of 20 others don't
    ");
}

#[test]
fn a_constraint_asked_for_by_name_may_be_anywhere() {
    insta::assert_snapshot!(orders(&[
        "CREATE TABLE t (a int); CREATE TABLE u (a int);",
        "ALTER TABLE t ADD CONSTRAINT k UNIQUE (a);",
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'k') THEN ALTER TABLE u ADD CONSTRAINT k CHECK (a > 0); END IF; END $$;",
        "ALTER TABLE u ADD COLUMN b int;",
    ]), @"
    2 after 1, 3 after 2, 4 after 3: 1 orders work; 21 of 23 others don't
    ");
}

#[test]
fn a_type_made_where_it_is_missing() {
    insta::assert_snapshot!(orders(&[
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'mood') THEN CREATE TYPE mood AS ENUM ('a'); END IF; END $$;",
        "CREATE TABLE m (m mood);",
        "DO $$ BEGIN IF to_regtype('mood') IS NOT NULL THEN ALTER TYPE mood RENAME VALUE 'a' TO 'b'; END IF; END $$;",
        "CREATE TYPE other AS ENUM ('a');",
    ]), @"
    2 after 1, 3 after 1: 8 orders work; 16 of 16 others don't
    ");
}

#[test]
fn calls_that_write_keep_their_order_and_calls_that_read_are_free() {
    insta::assert_snapshot!(orders(&[
        "CREATE TABLE t (a int); CREATE TABLE n (a bigint); CREATE TABLE o (a bigint);",
        "CREATE FUNCTION f() RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN SELECT count(*) INTO n FROM t; RETURN n; END $$;",
        "INSERT INTO n VALUES (f());",
        "INSERT INTO o VALUES (f());",
    ]), @"
    3 after 1, 3 after 2, 4 after 1, 4 after 2: 4 orders work; 20 of 20 others don't
    ");
}

#[test]
fn a_call_that_writes_before_a_read() {
    insta::assert_snapshot!(orders(&[
        "CREATE TABLE t (a int); CREATE TABLE n (a bigint);",
        "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'INSERT INTO ' || quote_ident('t') || ' VALUES (1)'; END $$;",
        "CALL p();",
        "INSERT INTO n SELECT count(*) FROM t;",
    ]), @"
    3 after 1, 3 after 2, 4 after 3: 2 orders work; 22 of 22 others don't
    ");
}

#[test]
fn a_call_creates_what_others_use() {
    insta::assert_snapshot!(orders(&[
        "CREATE FUNCTION make() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE made (id int); ALTER TABLE made RENAME id TO key; END $$;",
        "DO $$ BEGIN PERFORM make(); END $$;",
        "CREATE INDEX ON made (key);",
        "CREATE TABLE w ();",
    ]), @"
    2 after 1, 3 after 2: 4 orders work; 20 of 20 others don't
    ");
}

#[test]
fn a_rename_makes_room_inside_a_block() {
    insta::assert_snapshot!(orders(&[
        "CREATE TABLE a (x int);",
        "DO $$ BEGIN ALTER TABLE a RENAME TO b; CREATE TABLE a (y int); END $$;",
        "ALTER TABLE a ADD COLUMN z int;",
        "ALTER TABLE b ADD COLUMN w int;",
    ]), @"
    2 after 1, 3 after 2, 4 after 2: 2 orders work; 22 of 22 others don't
    ");
}

#[test]
fn an_index_runs_its_function_over_the_rows_that_are_there() {
    insta::assert_snapshot!(orders(&[
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1); CREATE TABLE factor (f int); INSERT INTO factor VALUES (2);",
        "CREATE FUNCTION times(a int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT a / f FROM public.factor $$;",
        "CREATE UNIQUE INDEX ON t (times(a));",
        "UPDATE factor SET f = 0;",
    ]), @"
    2 after 1, 3 after 2, 4 after 3: 1 orders work; 23 of 23 others don't
    ");
}

#[test]
fn a_trigger_runs_what_its_function_says() {
    insta::assert_snapshot!(orders(&[
        "CREATE TABLE t (a int); CREATE TABLE log (a int);",
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('INSERT INTO %I VALUES ($1)', 'log') USING NEW.a; RETURN NEW; END $$; CREATE TRIGGER note AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION note();",
        "INSERT INTO t VALUES (1);",
        "DELETE FROM log;",
    ]), @"
    2 after 1, 3 after 2, 4 after 3: 1 orders work; 20 of 23 others don't
    ");
}

#[test]
fn strings_that_nothing_is_known_of_are_a_barrier() {
    insta::assert_snapshot!(orders(&[
        "CREATE TABLE todo (sql text); INSERT INTO todo VALUES ('CREATE TABLE x ()');",
        "DO $$ DECLARE s text; BEGIN SELECT sql INTO s FROM todo; EXECUTE s; END $$;",
        "ALTER TABLE x ADD COLUMN a int;",
    ]), @"
    2 after 1, 3 after 2: 1 orders work; 5 of 5 others don't
    ");
}

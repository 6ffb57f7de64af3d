//! What statements set off beyond what they name: every order that the inferred graph allows gives the same database.

use crate::blocks::orders;

/// Migrations, with the edges of their graph.
const CASES: &[(&[&str], &str)] = &[
    (
        &[
            "CREATE TABLE p (id int); CREATE TABLE p1 () INHERITS (p);",
            "ALTER TABLE p ADD c int;",
            "INSERT INTO p1 (id, c) VALUES (1, 2);",
            "UPDATE p SET c = 3;",
        ],
        "2 after 1, 3 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE t (a int DEFAULT f()); CREATE TABLE c (LIKE t INCLUDING ALL);",
            "DROP TABLE t;",
            "DROP TABLE c;",
            "DROP FUNCTION f();",
        ],
        "2 after 1, 3 after 1, 4 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (e e); CREATE TABLE c AS SELECT * FROM t;",
            "DROP TABLE t;",
            "DROP TABLE c;",
            "DROP TYPE e;",
        ],
        "2 after 1, 3 after 1, 4 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (e e); CREATE VIEW v AS SELECT * FROM t; CREATE TABLE c AS SELECT * FROM v;",
            "DROP VIEW v; DROP TABLE t;",
            "DROP TABLE c;",
            "DROP TYPE e;",
        ],
        "2 after 1, 3 after 1, 4 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE DOMAIN e AS int; CREATE TABLE t (e e); CREATE TABLE c (LIKE t);",
            "INSERT INTO c VALUES (-1);",
            "ALTER DOMAIN e ADD CONSTRAINT x CHECK (value > 0) NOT VALID;",
            "DROP TABLE t;",
        ],
        "2 after 1, 3 after 2, 4 after 2",
    ),
    (
        &[
            "CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE p1 (id int); INSERT INTO p1 VALUES (1);",
            "ALTER TABLE p ATTACH PARTITION p1 FOR VALUES IN (1);",
            "CREATE TABLE n AS SELECT count(*) FROM p;",
            "UPDATE p1 SET id = 1 WHERE id = 1;",
        ],
        "2 after 1, 3 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE TABLE p (id int); CREATE TABLE p1 (id int); INSERT INTO p1 VALUES (1);",
            "ALTER TABLE p1 INHERIT p;",
            "CREATE TABLE n AS SELECT count(*) FROM p;",
            "CREATE TABLE m AS SELECT count(*) FROM p1;",
        ],
        "2 after 1, 3 after 2, 4 after 2",
    ),
    (
        &[
            "CREATE TABLE g (id int) PARTITION BY LIST (id); CREATE TABLE p PARTITION OF g FOR VALUES IN (1, 2) PARTITION BY LIST (id); CREATE TABLE p1 (id int); INSERT INTO p1 VALUES (1);",
            "ALTER TABLE p ATTACH PARTITION p1 FOR VALUES IN (1);",
            "CREATE TABLE n AS SELECT count(*) FROM g;",
            "CREATE TABLE w ();",
        ],
        "2 after 1, 3 after 2",
    ),
    (
        &[
            "CREATE TABLE l (a int); CREATE FUNCTION n() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO l VALUES (NEW.id); RETURN NEW; END $$; CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p DEFAULT;",
            "CREATE TRIGGER n AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION n();",
            "INSERT INTO p1 VALUES (1);",
            "DELETE FROM l;",
        ],
        "2 after 1, 3 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE TABLE l (a int); CREATE FUNCTION n() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO l VALUES (NEW.id); RETURN NEW; END $$; CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p DEFAULT;",
            "CREATE TRIGGER n AFTER INSERT ON p1 FOR EACH ROW EXECUTE FUNCTION n();",
            "INSERT INTO p VALUES (1);",
            "DELETE FROM l;",
        ],
        "2 after 1, 3 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a ON UPDATE CASCADE); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1);",
            "UPDATE a SET id = 2;",
            "CREATE TABLE n AS SELECT * FROM b;",
            "CREATE TABLE w ();",
        ],
        "2 after 1, 3 after 2",
    ),
    (
        &[
            "CREATE TABLE l (a int); CREATE FUNCTION n() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO l VALUES (OLD.a); RETURN OLD; END $$; CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a ON DELETE CASCADE); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1);",
            "CREATE TRIGGER n AFTER DELETE ON b FOR EACH ROW EXECUTE FUNCTION n();",
            "DELETE FROM a;",
            "UPDATE l SET a = 9;",
        ],
        "2 after 1, 3 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE TABLE a (id int PRIMARY KEY) PARTITION BY LIST (id); CREATE TABLE a1 PARTITION OF a DEFAULT; CREATE TABLE b (a int REFERENCES a ON DELETE CASCADE); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1);",
            "DELETE FROM a1;",
            "CREATE TABLE n AS SELECT * FROM b;",
            "CREATE TABLE w ();",
        ],
        "2 after 1, 3 after 2",
    ),
    (
        &[
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a ON DELETE CASCADE) PARTITION BY LIST (a); CREATE TABLE b1 PARTITION OF b DEFAULT; INSERT INTO a VALUES (1); INSERT INTO b VALUES (1);",
            "DELETE FROM a;",
            "CREATE TABLE n AS SELECT * FROM b1;",
            "CREATE TABLE w ();",
        ],
        "2 after 1, 3 after 2",
    ),
    (
        &[
            "CREATE TABLE t (a text); CREATE TABLE k (x int);",
            "CREATE FUNCTION format(a int) RETURNS text LANGUAGE sql AS $$ SELECT 'y' || count(*) FROM k $$;",
            "INSERT INTO t SELECT format(1);",
            "INSERT INTO k VALUES (1);",
        ],
        "2 after 1, 3 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE TABLE t (a text); CREATE TABLE k (x int);",
            "CREATE FUNCTION format(a int) RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO k VALUES (1); RETURN 'x'; END $$;",
            "DO $$ BEGIN PERFORM format(1); END $$;",
            "UPDATE k SET x = 2;",
        ],
        "3 after 1, 3 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE TABLE k (x int); CREATE FUNCTION format(a int) RETURNS text LANGUAGE sql AS $$ SELECT 'y' || count(*) FROM k $$;",
            "CREATE VIEW v AS SELECT format(1) AS f;",
            "CREATE TABLE c AS SELECT * FROM v;",
            "INSERT INTO k VALUES (1);",
        ],
        "2 after 1, 3 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE TABLE k (x int); CREATE FUNCTION format(a int) RETURNS text LANGUAGE sql AS $$ SELECT 'y' || count(*) FROM k $$;",
            "CREATE FUNCTION g() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN format(1); END $$;",
            "CREATE TABLE c AS SELECT g();",
            "INSERT INTO k VALUES (1);",
        ],
        "2 after 1, 3 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE TABLE k (x int); CREATE FUNCTION f(a int, b text) RETURNS boolean LANGUAGE sql AS $$ SELECT EXISTS (SELECT 1 FROM k) $$;",
            "CREATE OPERATOR = (LEFTARG = int, RIGHTARG = text, FUNCTION = f);",
            "CREATE TABLE c AS SELECT 1 = 'a'::text AS r;",
            "INSERT INTO k VALUES (1);",
        ],
        "2 after 1, 3 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE SCHEMA s; CREATE SEQUENCE q; CREATE TABLE t (a int DEFAULT nextval('q'), b int);",
            "ALTER SEQUENCE q SET SCHEMA s;",
            "INSERT INTO t (b) VALUES (1);",
            "SELECT setval('s.q', 9);",
        ],
        "2 after 1, 3 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE TABLE t (i int); CREATE UNIQUE INDEX ux ON t (i);",
            "INSERT INTO t VALUES (1) ON CONFLICT (i) DO NOTHING;",
            "CREATE UNIQUE INDEX ux2 ON t (i);",
            "DROP INDEX ux;",
        ],
        "2 after 1, 3 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE TABLE t (i int); CREATE UNIQUE INDEX ux ON t (i);",
            "CREATE UNIQUE INDEX ux2 ON t (i);",
            "DROP INDEX ux;",
            "CREATE TABLE u (i int REFERENCES t (i));",
        ],
        "2 after 1, 3 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE TABLE a (i int, n text, d date);",
            "CREATE UNIQUE INDEX ai ON a (i) WHERE d IS NULL;",
            "INSERT INTO a VALUES (1) ON CONFLICT (i) WHERE d IS NULL DO UPDATE SET n = 'x';",
            "DROP INDEX ai;",
        ],
        "2 after 1, 3 after 2, 4 after 3",
    ),
    (
        &[
            "CREATE TABLE a (i int, n text);",
            "CREATE UNIQUE INDEX an ON a (n COLLATE \"C\"); CREATE UNIQUE INDEX ai ON a ((i));",
            "INSERT INTO a VALUES (1, 'x') ON CONFLICT (n) DO NOTHING; INSERT INTO a VALUES (1, 'y') ON CONFLICT ((i)) DO NOTHING;",
        ],
        "2 after 1, 3 after 2",
    ),
    (
        &[
            "CREATE FUNCTION f(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 10 / $1; END'; CREATE TABLE t (i int); CREATE INDEX ix ON t (f(i));",
            "CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 10; END';",
            "INSERT INTO t VALUES (0);",
        ],
        "2 after 1, 3 after 2",
    ),
    (
        &[
            "CREATE SEQUENCE s; CREATE DOMAIN d AS int DEFAULT nextval('s'); CREATE TABLE t (v d, w int); CREATE TABLE u (v d, w int);",
            "INSERT INTO t (w) VALUES (1);",
            "INSERT INTO u (w) VALUES (2);",
        ],
        "2 after 1, 3 after 2",
    ),
    (
        &[
            "CREATE TABLE m (x int); INSERT INTO m VALUES (9); CREATE FUNCTION ok(int) RETURNS bool LANGUAGE sql AS 'SELECT $1 < max(x) FROM m'; CREATE DOMAIN d AS int CHECK (ok(VALUE));",
            "CREATE TABLE c AS SELECT 5::d AS v;",
            "UPDATE m SET x = 3;",
        ],
        "2 after 1, 3 after 2",
    ),
    (
        &[
            "CREATE TABLE a (i int); CREATE FUNCTION addcol(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('ALTER TABLE %I ADD COLUMN created int DEFAULT 1', t); END $$;",
            "SELECT addcol('a');",
            "INSERT INTO a VALUES (1, 2);",
        ],
        "2 after 1, 3 after 2",
    ),
    (
        &[
            "CREATE TABLE p (k int, v int) PARTITION BY LIST (k);",
            "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);",
            "CREATE INDEX pi ON ONLY p (v);",
            "CREATE INDEX p1i ON p1 (v);",
            "ALTER INDEX pi ATTACH PARTITION p1i;",
        ],
        "2 after 1, 3 after 2, 4 after 3, 5 after 4",
    ),
    (
        &[
            "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (v e, k int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.v = 'z' THEN NEW.k := 1; END IF; RETURN NEW; END $$; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();",
            "ALTER TYPE e RENAME VALUE 'b' TO 'z';",
            "INSERT INTO t (k) VALUES (1);",
        ],
        "2 after 1, 3 after 2",
    ),
    (
        &[
            "CREATE TABLE a (i int, n text);",
            "ALTER TABLE a ADD CONSTRAINT pk PRIMARY KEY (i);",
            "CREATE VIEW v AS SELECT i, n, count(*) FROM a GROUP BY i;",
            "DROP VIEW v;",
            "ALTER TABLE a DROP CONSTRAINT pk;",
        ],
        "2 after 1, 3 after 2, 4 after 3, 5 after 4",
    ),
    (
        &[
            "CREATE TYPE tr AS RANGE (SUBTYPE = time);",
            "CREATE TABLE t AS SELECT tr_multirange(tr('1:00', '2:00')) AS x;",
            "DROP TABLE t;",
            "DROP TYPE tr;",
        ],
        "2 after 1, 3 after 2, 4 after 3",
    ),
];

#[test]
fn what_is_set_off_is_in_order() {
    for (files, edges) in CASES {
        let found = orders(files);
        assert_eq!(found.split(':').next(), Some(*edges), "{files:?}");
    }
}

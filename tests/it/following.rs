//! Rows that follow those they refer to: an order is kept where a foreign key's action can show, and only there.

use crate::blocks::orders;

const TABLES: &str = "CREATE TABLE a (id int PRIMARY KEY, n int); CREATE TABLE b (a int REFERENCES a ON UPDATE CASCADE); \
     INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1);";
const READ: &str = "CREATE TABLE c AS SELECT a FROM b;";

/// What the first file has besides, what the third does, and whether that is kept in order with the second, which reads.
const CASES: &[(&str, &str, bool)] = &[
    ("", "UPDATE a SET n = 2;", false),
    ("", "UPDATE a SET id = 2;", true),
    ("", "UPDATE a SET (n, id) = (2, 2);", true),
    ("", "UPDATE a SET n = 2; UPDATE a SET n = 3; UPDATE a SET id = 2;", true),
    ("", "INSERT INTO a VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET n = 2;", false),
    ("", "INSERT INTO a VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET id = 2;", true),
    ("", "WITH u AS (UPDATE a SET id = 2 RETURNING id) INSERT INTO a SELECT 3 FROM u;", true),
    ("", "DO $$ BEGIN UPDATE a SET n = 2; END $$;", false),
    ("", "DO $$ BEGIN UPDATE a SET id = 2; END $$;", true),
    ("", "DO $$ BEGIN EXECUTE 'UPDATE a SET ' || (SELECT 'id') || ' = 2'; END $$;", true),
    ("CREATE VIEW v AS SELECT id AS x, n FROM a;", "UPDATE v SET x = 2;", true),
    ("ALTER TABLE a RENAME id TO x;", "UPDATE a SET x = 2;", true),
    ("ALTER TABLE a RENAME id TO x; ALTER TABLE a RENAME TO d;", "UPDATE d SET x = 2;", true),
    ("ALTER TABLE a RENAME id TO x; ALTER TABLE a RENAME TO d;", "UPDATE d SET n = 2;", false),
    ("ALTER TABLE b RENAME TO d; CREATE VIEW b AS SELECT a FROM d;", "UPDATE a SET id = 2;", true),
    // What a trigger does to the row counts as well.
    (
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := 2; RETURN NEW; END $$; \
         CREATE TRIGGER f BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f();",
        "UPDATE a SET n = 2;",
        true,
    ),
    (
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN SELECT 2 INTO NEW.id; RETURN NEW; END $$; \
         CREATE TRIGGER f BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f();",
        "UPDATE a SET n = 2;",
        true,
    ),
    (
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE r a; BEGIN r := NEW; r.id := 2; RETURN r; END $$; \
         CREATE TRIGGER f BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f();",
        "UPDATE a SET n = 2;",
        true,
    ),
    (
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := 3; RETURN NEW; END $$; \
         CREATE TRIGGER f BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f();",
        "UPDATE a SET n = 2;",
        false,
    ),
    ("", "DELETE FROM a WHERE id = 2;", false),
    ("", "TRUNCATE a CASCADE;", true),
    ("", "DO $$ BEGIN TRUNCATE a CASCADE; END $$;", true),
];

#[test]
fn rows_follow_the_columns_they_refer_to() {
    for (more, does, kept) in CASES {
        let edges = if *kept { "2 after 1, 3 after 2" } else { "2 after 1, 3 after 1" };
        let found = orders(&[&format!("{TABLES} {more}"), READ, does]);
        assert_eq!(found.split(':').next(), Some(edges), "{more} {does}");
    }
}

#[test]
fn rows_follow_through_several_tables() {
    let cases = [
        // Key to key.
        (
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int PRIMARY KEY REFERENCES a ON UPDATE CASCADE); \
             CREATE TABLE c (b int REFERENCES b ON UPDATE CASCADE);",
            "UPDATE a SET id = 2;",
            true,
        ),
        // The columns that follow are not the key.
        (
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON UPDATE CASCADE); \
             CREATE TABLE c (b int REFERENCES b ON UPDATE CASCADE);",
            "UPDATE a SET id = 2;",
            false,
        ),
        (
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int UNIQUE REFERENCES a ON DELETE SET NULL); \
             CREATE TABLE c (b int REFERENCES b (a) ON UPDATE CASCADE);",
            "DELETE FROM a;",
            true,
        ),
        (
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int PRIMARY KEY REFERENCES a ON DELETE CASCADE); \
             CREATE TABLE c (b int REFERENCES b ON DELETE CASCADE);",
            "DELETE FROM a;",
            true,
        ),
        // A key with two columns, and one that is computed.
        (
            "CREATE TABLE a (id int, n int, PRIMARY KEY (id, n)); CREATE TABLE b (a int); \
             CREATE TABLE c (b int, n int, FOREIGN KEY (b, n) REFERENCES a (id, n) ON UPDATE CASCADE);",
            "UPDATE a SET n = 2;",
            true,
        ),
        (
            "CREATE TABLE a (id int, n int GENERATED ALWAYS AS (id + 1) STORED UNIQUE); CREATE TABLE b (a int); \
             CREATE TABLE c (b int REFERENCES a (n) ON UPDATE CASCADE);",
            "UPDATE a SET id = 2;",
            true,
        ),
    ];
    for (tables, does, kept) in cases {
        let columns = if tables.contains("b int, n") { "1, 1" } else { "1" };
        let key = if tables.contains("GENERATED") { "INSERT INTO a VALUES (0);" } else { "" };
        let a = if key.is_empty() { format!("INSERT INTO a VALUES ({columns});") } else { key.to_owned() };
        let b = if tables.contains("b (id") { "1, 1" } else { "1" };
        let first = format!("{tables} {a} INSERT INTO b VALUES ({b}); INSERT INTO c VALUES ({columns});");
        let found = orders(&[&first, "CREATE TABLE d AS SELECT b FROM c;", does]);
        let edges = if kept { "2 after 1, 3 after 2" } else { "2 after 1, 3 after 1" };
        assert_eq!(found.split(':').next(), Some(edges), "{tables}");
    }
}

#[test]
fn foreign_keys_look_only_for_keys() {
    let more = "CREATE TABLE e (a int); INSERT INTO e VALUES (2);";
    let both = "CREATE TABLE p (id int PRIMARY KEY, n int) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p DEFAULT; \
         CREATE TABLE q (a int REFERENCES p);";
    let cases = [
        ("", "INSERT INTO b VALUES (1);", "UPDATE a SET n = 2;", false),
        (
            "INSERT INTO a VALUES (2, 1);",
            "ALTER TABLE e ADD FOREIGN KEY (a) REFERENCES a;",
            "UPDATE a SET n = 2;",
            false,
        ),
        (
            "INSERT INTO a VALUES (2, 1), (3, 1);",
            "ALTER TABLE e ADD FOREIGN KEY (a) REFERENCES a;",
            "DELETE FROM a WHERE id = 3;",
            true,
        ),
        ("", "INSERT INTO a VALUES (2, 1);", "ALTER TABLE e ADD FOREIGN KEY (a) REFERENCES a;", true),
        ("", "INSERT INTO a VALUES (2, 1);", "INSERT INTO b VALUES (2);", true),
        ("INSERT INTO a VALUES (3, 1);", "UPDATE a SET id = 2 WHERE id = 3;", "INSERT INTO b VALUES (2);", true),
        ("", "DO $$ BEGIN UPDATE a SET id = 2; END $$;", "INSERT INTO b VALUES (2);", true),
        ("CREATE VIEW v AS SELECT * FROM a;", "INSERT INTO v VALUES (2, 1);", "INSERT INTO b VALUES (2);", true),
        ("", "DELETE FROM b;", "DELETE FROM a;", true),
        (both, "INSERT INTO p1 VALUES (2, 1);", "INSERT INTO q VALUES (2);", true),
        (both, "INSERT INTO p VALUES (2, 1);", "INSERT INTO q VALUES (2);", true),
        // A policy and a rule read whole rows.
        (
            "CREATE TABLE l (n int); CREATE RULE r AS ON INSERT TO b DO ALSO INSERT INTO l SELECT n FROM a;",
            "INSERT INTO b VALUES (1);",
            "UPDATE a SET n = 2;",
            true,
        ),
    ];
    for (first, second, third, kept) in cases {
        let edges = if kept { "2 after 1, 3 after 2" } else { "2 after 1, 3 after 1" };
        let found = orders(&[&format!("{TABLES} {more} {first}"), second, third]);
        assert_eq!(found.split(':').next(), Some(edges), "{first} {second} {third}");
    }
}

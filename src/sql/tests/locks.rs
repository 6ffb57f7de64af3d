use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::diagnostic::Source;
use crate::sql::parse;

fn locks(text: &str) -> String {
    let (script, problems) = parse(&Source::new("t.sql", text));
    assert_eq!(problems, []);
    let mut out = String::new();
    for statement in &script.statements {
        let locks: Vec<String> = statement.locks.iter().map(|it| format!("{} {}", it.object.path(), it.mode)).collect();
        writeln!(out, "{} {:?}: {}", statement.tag, statement.transaction, locks.join(", ")).unwrap();
    }
    out
}

#[test]
fn statements_lock_what_was_there_before_the_file() {
    assert_snapshot!(locks("CREATE TABLE n (a int REFERENCES o); ALTER TABLE n ADD b int; CREATE INDEX ON n (b);"), @"
    CREATE TABLE Either: o SHARE ROW EXCLUSIVE
    ALTER TABLE Either: 
    CREATE INDEX Either:
    ");
}

#[test]
fn alter_table_takes_the_strongest_of_its_forms() {
    assert_snapshot!(locks("
        ALTER TABLE t ADD COLUMN a int;
        ALTER TABLE t VALIDATE CONSTRAINT c;
        ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES o (id);
        ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);
        ALTER TABLE t ALTER COLUMN a SET STATISTICS 10, SET (fillfactor = 70);
        ALTER TABLE t ATTACH PARTITION p DEFAULT;
        ALTER TABLE t DETACH PARTITION p;
        ALTER TABLE t DETACH PARTITION p CONCURRENTLY;
        ALTER TABLE t DISABLE TRIGGER g;
    "), @"
    ALTER TABLE Either: t ACCESS EXCLUSIVE
    ALTER TABLE Either: t SHARE UPDATE EXCLUSIVE
    ALTER TABLE Either: o SHARE ROW EXCLUSIVE, t SHARE ROW EXCLUSIVE
    ALTER TABLE Either: t ACCESS EXCLUSIVE
    ALTER TABLE Either: t SHARE UPDATE EXCLUSIVE
    ALTER TABLE Either: p ACCESS EXCLUSIVE, t SHARE UPDATE EXCLUSIVE
    ALTER TABLE Either: p ACCESS EXCLUSIVE, t ACCESS EXCLUSIVE
    ALTER TABLE Outside: p SHARE UPDATE EXCLUSIVE, t SHARE UPDATE EXCLUSIVE
    ALTER TABLE Either: t SHARE ROW EXCLUSIVE
    ");
}

#[test]
fn other_statements() {
    assert_snapshot!(locks("
        CREATE INDEX i ON t (a);
        CREATE INDEX CONCURRENTLY i ON t (a);
        DROP INDEX CONCURRENTLY i;
        CREATE TRIGGER g BEFORE INSERT ON t EXECUTE FUNCTION f();
        CREATE TABLE p1 PARTITION OF p DEFAULT;
        INSERT INTO t SELECT * FROM u;
        SELECT * FROM t FOR UPDATE;
        TRUNCATE t;
        DROP TABLE t;
        REFRESH MATERIALIZED VIEW CONCURRENTLY m;
        LOCK TABLE t IN SHARE MODE;
        VACUUM t;
        REINDEX TABLE CONCURRENTLY t;
        BEGIN; COMMIT; ROLLBACK;
        COMMENT ON TABLE t IS 'x';
    "), @"
    CREATE INDEX Either: t SHARE
    CREATE INDEX Outside: t SHARE UPDATE EXCLUSIVE
    DROP INDEX Outside: 
    CREATE TRIGGER Either: t SHARE ROW EXCLUSIVE
    CREATE TABLE Either: p ACCESS EXCLUSIVE
    INSERT Either: t ROW EXCLUSIVE, u ACCESS SHARE
    SELECT Either: t ROW SHARE
    TRUNCATE TABLE Either: t ACCESS EXCLUSIVE
    DROP TABLE Either: t ACCESS EXCLUSIVE
    REFRESH MATERIALIZED VIEW Either: m EXCLUSIVE
    LOCK TABLE Either: t SHARE
    VACUUM Outside: t SHARE UPDATE EXCLUSIVE
    REINDEX Outside: t SHARE UPDATE EXCLUSIVE
    BEGIN Control(Begin(None)): 
    COMMIT Control(Commit { chain: false }): 
    ROLLBACK Control(Rollback): 
    COMMENT Either: t SHARE UPDATE EXCLUSIVE
    ");
}

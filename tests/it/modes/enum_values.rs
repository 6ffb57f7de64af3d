//! New values of enums, which no statement may use in the transaction that adds them.

use super::{applied, on};
use crate::support::Database;

#[test]
fn a_new_value_of_an_enum_is_committed_before_it_is_used() {
    let database = Database::new();
    database.psql("CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (m mood)");
    let text = "ALTER TYPE mood ADD VALUE 'it''s ok';\nALTER TYPE mood ADD VALUE 'new' AFTER 'it''s ok';\n\
                CREATE TABLE u (m mood DEFAULT 'new');\nINSERT INTO t VALUES ('it''s ok');\nCOPY t FROM stdin;\nnew\n\\.\n";
    insta::assert_snapshot!(applied(&database, text), @"V1__a  5 statements in 2 steps, each committed: value 'new' can't be used in the transaction that adds it");
    assert_eq!(database.query("SELECT m FROM t ORDER BY m"), ["it's ok", "new"]);
    let database = Database::new();
    let text =
        "CREATE TYPE mood AS ENUM ('sad');\nALTER TYPE mood ADD VALUE 'ok';\nCREATE TABLE t AS SELECT 'ok'::mood;\n";
    insta::assert_snapshot!(applied(&database, text), @"V1__a  3 statements in 2 steps, each committed: value 'ok' can't be used in the transaction that adds it");
    let database = Database::new();
    database.psql("CREATE TYPE mood AS ENUM ('sad')");
    insta::assert_snapshot!(applied(&database, "ALTER TYPE mood ADD VALUE 'ok';\nCREATE TABLE ok (ok text DEFAULT 'no');\n"), @"V1__a  2 statements in one transaction");
}

#[test]
fn a_value_that_the_server_alone_sees_used_is_told_how() {
    let database = Database::new();
    database.psql(
        "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t AS SELECT 'o'::text AS a;
         CREATE FUNCTION f() RETURNS mood LANGUAGE sql AS $$ SELECT (a || 'k')::mood FROM t $$",
    );
    let sandbox = on(&database);
    let text = "ALTER TYPE mood ADD VALUE 'ok';\nCREATE TABLE u AS SELECT f();\n";
    sandbox.write("migrations/V1__a.sql", text);
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("a value added to an enum has to be committed first"), "{output}");
    assert_eq!(database.query("SELECT enum_range(NULL::mood)"), ["{sad}"]);
    sandbox.write("migrations/V1__a.sql", format!("-- [migrate]\n-- transaction = \"never\"\n{text}"));
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT f FROM u"), ["ok"]);
}

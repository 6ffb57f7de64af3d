//! The transactions that a file begins and ends itself.

use super::{applied, on, refused};
use crate::support::Database;

#[test]
fn a_file_that_is_one_transaction_shares_it_with_its_ledger_row() {
    let database = Database::new();
    insta::assert_snapshot!(applied(&database, "BEGIN;\nCREATE TABLE t (id int);\nSAVEPOINT s;\nINSERT INTO t VALUES (1);\nROLLBACK TO s;\nRELEASE s;\nCOMMIT;\n"), @"V1__a  7 statements in one transaction");
    assert_eq!(database.query("SELECT count(*) FROM t"), ["0"]);
    let database = Database::new();
    insta::assert_snapshot!(applied(&database, "SET lock_timeout = '3s';\nBEGIN;\nCREATE TABLE t AS SELECT current_setting('lock_timeout') AS it;\nCOMMIT;\nRESET lock_timeout;\n"), @"V1__a  5 statements in one transaction");
    assert_eq!(database.query("SELECT it FROM t"), ["3s"]);
}

#[test]
fn the_modes_a_file_gives_its_transaction_are_kept() {
    for text in [
        "START TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ WRITE, DEFERRABLE;\nCREATE TABLE t AS SELECT current_setting('transaction_isolation') AS it;\nCOMMIT;\n",
        "BEGIN;\nSET TRANSACTION ISOLATION LEVEL SERIALIZABLE -- here\n;\nCREATE TABLE t AS SELECT current_setting('transaction_isolation') AS it;\nEND;\n",
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nCREATE TABLE t AS SELECT current_setting('transaction_isolation') AS it;\n",
        "BEGIN ISOLATION LEVEL SERIALIZABLE;\nSELECT 1;\nCOMMIT AND CHAIN;\nCREATE TABLE t AS SELECT current_setting('transaction_isolation') AS it;\nCOMMIT;\n",
    ] {
        let database = Database::new();
        applied(&database, text);
        assert_eq!(database.query("SELECT it FROM t"), ["serializable"], "{text}");
    }
}

#[test]
fn several_transactions_of_a_file_are_committed_one_by_one() {
    let database = Database::new();
    let text = "BEGIN;\nCREATE TABLE t (id int, x xid8 DEFAULT pg_current_xact_id());\nINSERT INTO t VALUES (1);\nCOMMIT AND CHAIN;\n\
         INSERT INTO t VALUES (2);\nINSERT INTO t VALUES (3);\nCOMMIT;\nINSERT INTO t VALUES (4);\nINSERT INTO t VALUES (5);\n\
         START TRANSACTION;\nINSERT INTO t VALUES (6);\nEND;\n";
    insta::assert_snapshot!(applied(&database, text), @"V1__a  12 statements in 4 steps, each committed: it begins and ends transactions itself");
    assert_eq!(
        database.query("SELECT string_agg(id::text, ',' ORDER BY id) FROM t GROUP BY x ORDER BY 1"),
        ["1", "2,3", "4,5", "6"]
    );
}

#[test]
fn a_file_of_several_transactions_goes_on_where_it_failed() {
    let database = Database::new();
    let sandbox = on(&database);
    let text = |last: &str| {
        format!(
            "SET search_path = public;\nBEGIN;\nCREATE TABLE t (id int);\nCOMMIT;\nBEGIN;\nINSERT INTO t VALUES (1);\n{last};\nCOMMIT;\n"
        )
    };
    sandbox.write("migrations/V1__a.sql", text("SELECT 1 / 0"));
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M601]: `V1__a` failed: division by zero
     --> migrations/V1__a.sql:7:1
      |
    7 | SELECT 1 / 0;
      | ^^^^^^^^^^^^
      |
      = note: SQLSTATE 22012
      = note: the first of 2 steps of `V1__a` is committed; the next `migrate up` goes on after it
      = note: no migration was committed in this run
      = help: correct `migrations/V1__a.sql`, then run `migrate up` again
    --- exit 6
    ");
    assert_eq!(database.query("SELECT count(*) FROM t"), ["0"]);
    sandbox.write("migrations/V1__a.sql", text("SELECT 1"));
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT count(*) FROM t"), ["1"]);
}

#[test]
fn transaction_control_that_can_not_be_kept_is_refused() {
    insta::assert_snapshot!(refused("BEGIN;\nCREATE TABLE t (id int);\nBEGIN;\nCOMMIT;\n"), @"
    error[M504]: `V2__bad` begins a transaction inside of another
     --> migrations/V2__bad.sql:3:1
      |
    1 | BEGIN;
      | ----- begun here
    2 | CREATE TABLE t (id int);
    3 | BEGIN;
      | ^^^^^
      |
      = help: end the first one before it
    ");
    insta::assert_snapshot!(refused("CREATE TABLE t (id int);\nCOMMIT;\n"), @"
    error[M504]: `V2__bad` ends a transaction that it has not begun
     --> migrations/V2__bad.sql:2:1
      |
    2 | COMMIT;
      | ^^^^^^
      |
      = help: delete it: what is outside of BEGIN … COMMIT shares a transaction
    ");
    insta::assert_snapshot!(refused("BEGIN;\nCREATE TABLE t (id int);\n"), @"
    error[M504]: `V2__bad` begins a transaction that it doesn't end
     --> migrations/V2__bad.sql:1:1
      |
    1 | BEGIN;
      | ^^^^^
      |
      = help: write COMMIT at its end, or delete what begins it
    ");
    insta::assert_snapshot!(refused("BEGIN;\nCREATE TABLE t (id int);\nROLLBACK;\n"), @"
    error[M504]: `V2__bad` rolls back a transaction
     --> migrations/V2__bad.sql:3:1
      |
    3 | ROLLBACK;
      | ^^^^^^^^
      |
      = help: delete the transaction, nothing of it would remain; a part is undone by SAVEPOINT and ROLLBACK TO
    ");
    insta::assert_snapshot!(refused("BEGIN;\nCREATE TABLE t (id int);\nPREPARE TRANSACTION 'x';\n"), @"
    error[M504]: `V2__bad` commits in two phases
     --> migrations/V2__bad.sql:3:1
      |
    3 | PREPARE TRANSACTION 'x';
      | ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write COMMIT; what is only prepared is neither there nor recorded
    ");
    insta::assert_snapshot!(refused("BEGIN READ ONLY;\nSELECT 1;\nCOMMIT;\n"), @"
    error[M504]: `V2__bad` asks for a transaction that can't write
     --> migrations/V2__bad.sql:1:7
      |
    1 | BEGIN READ ONLY;
      |       ^^^^^^^^^
      |
      = help: delete READ ONLY: the migration's ledger row is written in the same transaction
    ");
    insta::assert_snapshot!(refused("BEGIN;\nSELECT 1;\nSET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nCOMMIT;\n"), @"
    error[M504]: `V2__bad` sets the modes of a transaction after its first statement
     --> migrations/V2__bad.sql:3:1
      |
    3 | SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: move it to the transaction's beginning
    ");
    insta::assert_snapshot!(refused("SAVEPOINT a;\nVACUUM;\nRELEASE a;\n"), @"
    error[M504]: `V2__bad` uses savepoint `a`, which is not in this transaction
     --> migrations/V2__bad.sql:3:1
      |
    3 | RELEASE a;
      | ^^^^^^^^^
      |
      = help: write BEGIN before the savepoint and COMMIT after this
    ");
    insta::assert_snapshot!(refused("BEGIN;\nCREATE INDEX CONCURRENTLY i ON good (id);\nCOMMIT;\n"), @"
    error[M505]: `V2__bad` asks for one transaction, which CREATE INDEX CONCURRENTLY can't run in
     --> migrations/V2__bad.sql:2:1
      |
    1 | BEGIN;
      | ----- begins the transaction
    2 | CREATE INDEX CONCURRENTLY i ON good (id);
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ can't run inside a transaction
      |
      = help: write COMMIT before it, and BEGIN after it if more follows
    ");
    insta::assert_snapshot!(refused("-- [migrate]\n-- transaction = \"always\"\nSELECT 1;\nBEGIN;\nSELECT 2;\nCOMMIT;\n"), @"
    error[M505]: `V2__bad` asks for one transaction and has several
     --> migrations/V2__bad.sql:4:1
      |
    4 | BEGIN;
      | ^^^^^ the second one begins here
      |
      = help: delete what begins and ends transactions, or leave `transaction` out of the header
    ");
    insta::assert_snapshot!(refused("BEGIN;\nCREATE TYPE x AS ENUM ('a');\nCOMMIT;\nBEGIN;\nALTER TYPE x ADD VALUE 'b';\nSELECT 'b'::x;\nCOMMIT;\n"), @"
    error[M505]: `V2__bad` uses value 'b' in the transaction that adds it to its type
     --> migrations/V2__bad.sql:6:1
      |
    6 | SELECT 'b'::x;
      | ^^^^^^^^^^^^^ not before it is committed
      |
      = help: write COMMIT and BEGIN before it
    ");
}

//! Which statements of a migration share a transaction: the file's own, and what PostgreSQL allows in one.

use std::fmt::Write as _;

use crate::support::database::query;
use crate::support::{Database, PrivateServer, Sandbox};

fn on(database: &Database) -> Sandbox {
    Sandbox::new().on(database)
}

/// The pieces of a migration as `plan` counts them, and why; applied after that.
fn applied(database: &Database, text: &str) -> String {
    let sandbox = on(database);
    sandbox.write("migrations/V1__a.sql", text);
    let plan = sandbox.migrate(&["plan"]).expect(0);
    let line = plan.stdout.lines().find(|line| line.contains("V1__a")).unwrap().trim().to_owned();
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT count(*) FROM migrate.intents"), ["0"]);
    assert_eq!(database.query("SELECT id FROM migrate.applied"), ["V1__a"]);
    line
}

/// What is refused, before anything runs.
fn refused(text: &str) -> String {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__good.sql", "CREATE TABLE good (id int);\n").write("migrations/V2__bad.sql", text);
    let output = sandbox.migrate(&["up"]).expect(5);
    assert_eq!(database.query("SELECT to_regclass('good') IS NULL"), ["t"], "something ran:\n{output}");
    output.stderr
}

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

/// Every statement that can't be in a transaction, each between two that can.
#[test]
fn what_can_be_in_no_transaction_runs_alone() {
    let database = Database::new();
    let name = format!("{}_made", database.name());
    database.psql(
        "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9);
         CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (19); CREATE TABLE q (id int); CREATE INDEX q_id ON q (id)",
    );
    let statements = [
        "VACUUM",
        "VACUUM (ANALYZE) q",
        "CREATE INDEX CONCURRENTLY q_again ON q (id)",
        "DROP INDEX CONCURRENTLY q_again",
        "REINDEX INDEX CONCURRENTLY q_id",
        "REINDEX TABLE CONCURRENTLY p",
        "REINDEX (CONCURRENTLY) TABLE q",
        "REINDEX SCHEMA public",
        "REINDEX TABLE p",
        "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY",
        "CLUSTER",
        "ALTER SYSTEM SET work_mem = '4MB'",
        "ALTER SYSTEM RESET work_mem",
        "DISCARD ALL",
        &format!("CREATE DATABASE {name}"),
        &format!("ALTER DATABASE {name} SET TABLESPACE pg_default"),
        &format!("DROP DATABASE {name}"),
        "DO $$ BEGIN INSERT INTO q VALUES (1); COMMIT; INSERT INTO q VALUES (2); ROLLBACK; END $$",
    ];
    let mut text = String::new();
    for (at, statement) in statements.iter().enumerate() {
        write!(text, "CREATE TABLE between_{at} (id int);\n{statement};\n").unwrap();
    }
    let line = applied(&database, &text);
    assert!(line.contains(&format!("{} statements in {} steps", statements.len() * 2, statements.len() * 2)), "{line}");
    assert_eq!(database.query("SELECT id FROM q"), ["1"]);
}

#[test]
fn tablespaces_are_made_and_removed_outside_of_transactions() {
    let database = Database::new();
    let name = format!("{}_made", database.name());
    let directory = PrivateServer::shared().directory().join(&name);
    database.psql(&format!("COPY (SELECT 1) TO PROGRAM 'mkdir {}'", directory.display()));
    let text = format!(
        "CREATE TABLE a (id int);\nCREATE TABLESPACE {name} LOCATION '{}';\nALTER TABLE a SET TABLESPACE {name};\n\
         ALTER TABLE a SET TABLESPACE pg_default;\nDROP TABLESPACE {name};\n",
        directory.display()
    );
    let line = applied(&database, &text);
    assert!(line.contains("5 statements in 4 steps"), "{line}");
    assert_eq!(database.query(&format!("SELECT count(*) FROM pg_tablespace WHERE spcname = '{name}'")), ["0"]);
}

/// Of a detachment that somebody else has begun.
#[test]
fn a_detachment_is_finalised_in_a_transaction() {
    let database = Database::new();
    database.psql("CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)");
    let reader = database.hold("SELECT * FROM p");
    let (url, detach) = (database.url(), "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY");
    let detaching = std::thread::spawn(move || query(&url, detach));
    database.wait_until("EXISTS (SELECT FROM pg_inherits WHERE inhdetachpending)");
    database.query(&format!(
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query = '{detach}'"
    ));
    assert!(detaching.join().unwrap().unwrap_err().contains("canceling statement"));
    drop(reader);
    let line = applied(&database, "ALTER TABLE p DETACH PARTITION p1 FINALIZE;\nDROP TABLE p1;\n");
    assert!(line.contains("2 statements in one transaction"), "{line}");
    assert_eq!(database.query("SELECT count(*) FROM pg_inherits"), ["0"]);
}

#[test]
fn a_subscription_without_a_slot_is_made_in_a_transaction() {
    let database = Database::new();
    let options = "WITH (connect = false, slot_name = NONE)";
    let line = applied(
        &database,
        &format!(
            "CREATE TABLE t (id int);\nCREATE SUBSCRIPTION s_{} CONNECTION 'dbname=nowhere' PUBLICATION p {options};\n",
            database.name()
        ),
    );
    assert!(line.contains("2 statements in one transaction"), "{line}");
    database.psql(&format!("DROP SUBSCRIPTION s_{}", database.name()));
}

/// From a server of its own: on one server it would wait for its own transaction.
#[test]
fn a_subscription_is_made_refreshed_and_removed_outside_of_transactions() {
    let publisher = PrivateServer::start_own();
    publisher.run("postgres", "ALTER SYSTEM SET wal_level = logical");
    publisher.kill_immediately();
    publisher.restart();
    publisher.run(
        "postgres",
        "CREATE TABLE t (id int); INSERT INTO t VALUES (1); CREATE TABLE u (id int); CREATE PUBLICATION p FOR TABLE t",
    );
    let database = Database::new();
    let sandbox = on(&database);
    let connection = format!("host=127.0.0.1 port={} user=postgres dbname=postgres sslmode=disable", publisher.port());
    sandbox
        .write(
            "migrations/V1__s.sql",
            format!("CREATE TABLE t (id int);\nCREATE SUBSCRIPTION s CONNECTION '{connection}' PUBLICATION p;\nCREATE TABLE u (id int);\n"),
        )
        .write("migrations/V1__s.down.sql", "DROP SUBSCRIPTION s;\nDROP TABLE t, u;\n");
    sandbox.migrate(&["up"]).expect(0);
    database.wait_until("EXISTS (SELECT FROM t)");
    publisher.run("postgres", "ALTER PUBLICATION p ADD TABLE u; INSERT INTO u VALUES (2)");
    sandbox.write(
        "migrations/V2__u.sql",
        "ALTER SUBSCRIPTION s REFRESH PUBLICATION;\nALTER SUBSCRIPTION s RENAME TO s_again;\n",
    );
    sandbox.write("migrations/V2__u.down.sql", "ALTER SUBSCRIPTION s_again RENAME TO s;\n");
    sandbox.migrate(&["up"]).expect(0);
    database.wait_until("EXISTS (SELECT FROM u)");
    sandbox.migrate(&["down", "1", "2"]).expect(0);
    assert_eq!(database.query("SELECT count(*) FROM pg_subscription"), ["0"]);
    assert_eq!(query(&publisher.url("postgres"), "SELECT count(*) FROM pg_replication_slots").unwrap(), ["0"]);
}

/// The procedure is in another file, and one only calls one that commits.
#[test]
fn procedures_that_commit_are_called_outside_of_transactions() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox
        .write(
            "migrations/V1__procedures.sql",
            "CREATE TABLE t (id int);\n\
             CREATE PROCEDURE in_batches() LANGUAGE plpgsql AS $$ BEGIN\n\
             FOR n IN 1..3 LOOP INSERT INTO t VALUES (n); COMMIT; END LOOP; END $$;\n\
             CREATE PROCEDURE outer_one() LANGUAGE plpgsql AS 'BEGIN CALL in_batches(); END';\n\
             CREATE PROCEDURE harmless() LANGUAGE plpgsql AS 'BEGIN INSERT INTO t VALUES (9); END';\n",
        )
        .write("migrations/V2__call.sql", "INSERT INTO t VALUES (0);\nCALL outer_one();\nINSERT INTO t VALUES (4);\n")
        .write("migrations/V3__block.sql", "DO $$ BEGIN CALL in_batches(); END $$;\n")
        .write("migrations/V4__harmless.sql", "CALL harmless();\nSELECT 1;\n");
    insta::assert_snapshot!(sandbox.migrate(&["plan"]), @"
    $ migrate plan
    plan: 4 migrations for modes_procedures_that_commit_are_called_outside_of_tran at 127.0.0.1:[port] as postgres (0 applied already)

      V1__procedures  4 statements in one transaction

      V2__call  3 statements in 3 steps, each committed: CALL of a procedure that commits or rolls back can't run in a transaction
          after `V1__procedures`: needs table public.t (and 2 more)

      V3__block  1 statement in 1 step, journalled: a DO block that commits or rolls back can't run in a transaction
          after `V2__call`: reads or writes rows of table public.t that the other writes

      V4__harmless  2 statements in one transaction
          after `V3__block`: reads or writes rows of table public.t that the other writes

    plan hash 644975f4fff3a906
    --- stderr
    --- exit 0
    ");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT string_agg(id::text, ',' ORDER BY id) FROM t"), ["0,1,1,2,2,3,3,4,9"]);
    insta::assert_snapshot!(refused("-- [migrate]\n-- transaction = \"always\"\nCREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN COMMIT; END';\nCALL p();\n"), @"
    error[M505]: `V2__bad` asks for one transaction, which CALL of a procedure that commits or rolls back can't run in
     --> migrations/V2__bad.sql:4:1
      |
    4 | CALL p();
      | ^^^^^^^^ can't run inside a transaction
      |
      = help: move it to a migration of its own, or leave `transaction` out of the header
    ");
}

#[test]
fn an_index_on_a_partitioned_table_is_not_built_concurrently() {
    insta::assert_snapshot!(refused("CREATE TABLE log (at date) PARTITION BY RANGE (at);\nCREATE INDEX CONCURRENTLY log_at ON log (at);\n"), @"
    error[M520]: `V2__bad` builds an index concurrently on `log`, which is partitioned
     --> migrations/V2__bad.sql:2:1
      |
    2 | CREATE INDEX CONCURRENTLY log_at ON log (at);
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ PostgreSQL can't do this for all partitions at once
      |
      = help: write CREATE INDEX log_at ON ONLY log …; then for each partition CREATE INDEX CONCURRENTLY and ALTER INDEX log_at ATTACH PARTITION
    ");
    let database = Database::new();
    database.psql("CREATE SCHEMA s; CREATE TABLE s.log (at date) PARTITION BY RANGE (at); CREATE TABLE log (at date)");
    let sandbox = on(&database);
    sandbox.write("migrations/V1__a.sql", "SET search_path = s, public;\nCREATE INDEX CONCURRENTLY ON log (at);\n");
    let output = sandbox.migrate(&["up"]).expect(5);
    assert!(output.stderr.contains("error[M520]"), "{output}");
    sandbox.write("migrations/V1__a.sql", "SET search_path = public, s;\nCREATE INDEX CONCURRENTLY ON log (at);\n");
    sandbox.migrate(&["up"]).expect(0);
    let database = Database::new();
    let recipe = "CREATE TABLE log (at date) PARTITION BY RANGE (at);\n\
         CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2020-01-01') TO (MAXVALUE);\n\
         CREATE INDEX log_at ON ONLY log (at);\nCREATE INDEX CONCURRENTLY log_1_at ON log_1 (at);\n\
         ALTER INDEX log_at ATTACH PARTITION log_1_at;\n";
    applied(&database, recipe);
    assert_eq!(database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'log_at'::regclass"), ["t"]);
}

/// A lock that is not granted in time undoes the whole transaction, data and all; the next try sends all of it again.
#[test]
fn a_copy_is_sent_again_after_a_lock_timeout() {
    let database = Database::new();
    let sandbox = on(&database);
    database.psql("CREATE TABLE t (id int); CREATE TABLE u (id int)");
    sandbox
        .write("migrate.toml", "[up]\nlock_timeout = \"100ms\"\nlock_retries = 20\n")
        .write("migrations/V1__a.sql", "COPY t FROM stdin;\n1\n2\n\\.\nCOPY u FROM stdin;\n3\n\\.\nSELECT 1;\n");
    let blocker = database.hold("LOCK TABLE u IN ACCESS EXCLUSIVE MODE");
    let output = std::thread::scope(|scope| {
        let run = scope.spawn(|| sandbox.migrate(&["up"]));
        let waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'u'::regclass)";
        while !run.is_finished() && database.query(waits) != ["t"] {}
        std::thread::sleep(std::time::Duration::from_millis(300));
        drop(blocker);
        run.join().unwrap().expect(0)
    });
    assert!(output.stderr.contains("rolled back, try 2 follows"), "{output}");
    assert_eq!(database.query("SELECT id FROM t UNION ALL SELECT id FROM u ORDER BY id"), ["1", "2", "3"]);
}

#[test]
fn a_file_in_another_encoding_is_refused() {
    insta::assert_snapshot!(refused("SET client_encoding = 'LATIN1';\n"), @"
    error[M507]: `V2__bad` changes the encoding
     --> migrations/V2__bad.sql:1:1
      |
    1 | SET client_encoding = 'LATIN1';
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: the file is read and sent as UTF-8
      = help: delete it, and save the file as UTF-8 (pg_dump: --encoding=UTF8)
    ");
    let database = Database::new();
    applied(&database, "SET client_encoding TO 'UTF8';\nSET SESSION client_encoding = utf8;\n");
}

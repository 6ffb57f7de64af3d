//! Statements that can be in no transaction, and those like them that can.

use std::fmt::Write as _;

use super::{applied, on, refused};
use crate::support::database::query;
use crate::support::{Database, PrivateServer};

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
    plan: 4 migrations for modes_outside_procedures_that_commit_are_called_outside at 127.0.0.1:[port] as postgres (0 applied already)

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

//! `adopt`: the history of another runner taken over.

use crate::support::{Database, Sandbox};

const A: &str = "CREATE TABLE a (id int);\n";
const B: &str = "CREATE TABLE b (id int);\n";
const FLYWAY: &str = "CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50),
    description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum int,
    installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(), execution_time int NOT NULL,
    success boolean NOT NULL);";

fn project(database: &Database) -> Sandbox {
    let sandbox = Sandbox::new().on(database);
    sandbox
        .write("migrations/V1__a.sql", A)
        .write("migrations/V002__b.sql", B)
        .write("migrations/V3__c.sql", "CREATE TABLE c (id int);\n");
    sandbox
}

#[test]
fn the_history_of_refinery_is_taken_over() {
    let database = Database::named("inventory_refinery");
    let sandbox = project(&database);
    database.psql(&format!(
        "{A} {B} CREATE TABLE refinery_schema_history (version int4 PRIMARY KEY, name varchar(255),
             applied_on varchar(255), checksum varchar(255));
         INSERT INTO refinery_schema_history VALUES (1, 'a', '', '1'), (2, 'b', '', '2');"
    ));
    insta::assert_snapshot!(sandbox.migrate(&["adopt", "--dry-run"]), @"
    $ migrate adopt --dry-run
      V1__a  baseline: all 2 things it makes are there
          state: no record → applied
          checksum: no record → c2de7559380e5ebf65caa7d59e166558e80243cf7e70006cc98d1593d94203c1

      V002__b  baseline: all 2 things it makes are there
          state: no record → applied
          checksum: no record → 07bbd90b208c445921accaef655512d2f9ab45bc584c5f71c3b8bc043e290d02

    note: by public.refinery_schema_history, which stays as it is

    would change 2 records of the ledger of inventory_refinery at 127.0.0.1:[port] as postgres; nothing was changed
    --- stderr
    --- exit 0
    ");
    sandbox.migrate(&["adopt", "--from", "refinery"]).expect(0);
    let up = sandbox.migrate(&["up"]).expect(0);
    assert!(up.stderr.starts_with("applied V3__c"), "{up}");
    // Once more: nothing is left to take over, and the ledger's own history table is not taken for the project's.
    sandbox.migrate(&["adopt"]).expect(0);
    database.psql("DROP TABLE public.refinery_schema_history");
    insta::assert_snapshot!(sandbox.migrate(&["adopt"]), @"
    $ migrate adopt
    --- stderr
    error[M518]: there is no table `refinery_schema_history` or `flyway_schema_history` in this database
     = help: `migrate baseline ID` takes a database over without another runner's history
    --- exit 5
    ");
}

#[test]
fn the_history_of_flyway_is_taken_over_with_its_baselines_and_undos() {
    let database = Database::named("inventory_flyway");
    let sandbox = project(&database);
    sandbox.write("migrations/R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT id FROM a;\n");
    database.psql(&format!(
        "{A} {B} CREATE VIEW v AS SELECT id FROM a; {FLYWAY}
         INSERT INTO flyway_schema_history VALUES
             (1, '1', 'baseline', 'BASELINE', 'baseline', NULL, 'x', now(), 0, true),
             (2, '2', 'b', 'SQL', 'V002__b.sql', 1, 'x', now(), 5, true),
             (3, '3', 'c', 'SQL', 'V3__c.sql', 1, 'x', now(), 5, true),
             (4, '3', 'c', 'UNDO_SQL', 'U3__c.sql', 1, 'x', now(), 5, true),
             (5, NULL, 'view', 'SQL', 'R__view.sql', 1, 'x', now(), 5, true);"
    ));
    sandbox.migrate(&["adopt"]).expect(0);
    assert_eq!(
        database.query("SELECT migration, event FROM migrate.history ORDER BY position"),
        ["V1__a|baseline", "V002__b|baseline", "R__view|baseline"]
    );
}

#[test]
fn what_failed_or_has_no_file_or_is_not_there_is_refused() {
    let database = Database::named("inventory_flyway_refused");
    let sandbox = project(&database);
    database.psql(&format!(
        "{A} {FLYWAY}
         INSERT INTO flyway_schema_history VALUES
             (1, '1', 'a', 'SQL', 'V1__a.sql', 1, 'x', now(), 5, true),
             (2, '2', 'b', 'SQL', 'V002__b.sql', 1, 'x', now(), 5, true),
             (3, '2.5', 'lost', 'SQL', 'V2.5__lost.sql', 1, 'x', now(), 5, true),
             (4, '3', 'c', 'SQL', 'sub/V3__c.sql', 1, 'x', now(), 5, false);"
    ));
    insta::assert_snapshot!(sandbox.migrate(&["adopt"]), @"
    $ migrate adopt
    --- stderr
    error[M518]: `V3__c` failed, by public.flyway_schema_history
     = help: finish it or take it back with the runner that began it, then adopt

    error[M518]: `V2.5__lost` is applied, by public.flyway_schema_history, but is not in this project
     = help: restore its file, or delete its row if it is gone for good

    error[M513]: `V002__b` can't count as applied: 2 of the 2 things it makes are not there
     --> migrations/V002__b.sql:1:14
      |
    1 | CREATE TABLE b (id int);
      |              ^  -- column public.b.id is not there
      |              |
      |              table public.b is not there
      |
      = help: set the baseline at an earlier migration, correct the database, or pass --force
    --- exit 5
    ");
    assert_eq!(database.query("SELECT to_regclass('migrate.applied') IS NULL"), ["t"]);
}

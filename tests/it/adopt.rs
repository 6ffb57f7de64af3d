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
         INSERT INTO refinery_schema_history VALUES (1, 'a', '', '{}'), (2, 'b', '', '{}');",
        refinery::Migration::unapplied("V1__a", A).unwrap().checksum(),
        refinery::Migration::unapplied("V2__b", B).unwrap().checksum(),
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
    error[M518]: there is no table `__diesel_schema_migrations` or `_prisma_migrations` or `_sqlx_migrations` or `flyway_schema_history` or `goose_db_version` or `refinery_schema_history` or `schema_migrations` in this database
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
             (2, '2', 'b', 'SQL', 'V002__b.sql', NULL, 'x', now(), 5, true),
             (3, '3', 'c', 'SQL', 'V3__c.sql', 1, 'x', now(), 5, true),
             (4, '3', 'c', 'UNDO_SQL', 'U3__c.sql', 1, 'x', now(), 5, true),
             (5, NULL, 'view', 'SQL', 'R__view.sql', NULL, 'x', now(), 5, true);"
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
             (1, '1', 'a', 'SQL', 'V1__a.sql', NULL, 'x', now(), 5, true),
             (2, '2', 'b', 'SQL', 'V002__b.sql', NULL, 'x', now(), 5, true),
             (3, '2.5', 'lost', 'SQL', 'V2.5__lost.sql', 1, 'x', now(), 5, true),
             (4, '3', 'c', 'SQL', 'sub/V3__c.sql', 1, 'x', now(), 5, false);"
    ));
    insta::assert_snapshot!(sandbox.migrate(&["adopt"]), @"
    $ migrate adopt
    --- stderr
    error[M518]: `V3__c` failed, by public.flyway_schema_history
     = help: undo what is left of it and run `flyway repair`, then adopt

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

const C: &str = "CREATE TABLE c (id int);\n";

/// Takes over what `history` says, then applies the rest; what was taken over.
fn adopted(database: &Database, sandbox: &Sandbox, history: &str) -> Vec<String> {
    database.psql(history);
    sandbox.migrate(&["adopt"]).expect(0);
    let adopted = database.query("SELECT migration FROM migrate.history ORDER BY position");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT to_regclass('c') IS NOT NULL"), ["t"]);
    adopted
}

fn refusal(sandbox: &Sandbox) -> String {
    sandbox.migrate(&["adopt"]).expect(5).stderr
}

const SQLX: &str = "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL,
    installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL,
    execution_time bigint NOT NULL);";

#[test]
fn the_history_of_sqlx_is_taken_over_with_its_checksums() {
    let database = Database::named("inventory_sqlx");
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write("migrations/20260101000000_a b.sql", A)
        .write("migrations/20260102000000_b.up.sql", B)
        .write("migrations/20260102000000_b.down.sql", "DROP TABLE b;\n")
        .write("migrations/20260103000000_c.sql", C);
    let row =
        |version: &str, text: &str, success: bool| format!("({version}, 'b', now(), {success}, sha384('{text}'), 5)");
    let rows = |rows: &[String]| {
        format!("TRUNCATE _sqlx_migrations; INSERT INTO _sqlx_migrations VALUES {};", rows.join(", "))
    };
    database.psql(&format!("{A} {B} {SQLX}"));
    database.psql(&rows(&[row("20260101000000", "CREATE TABLE a ();", true), row("20260102000000", B, false)]));
    insta::assert_snapshot!(sandbox.migrate(&["adopt"]), @"
    $ migrate adopt
    --- stderr
    error[M518]: `20260102000000_b` failed, by public._sqlx_migrations
     = help: undo what is left of it and delete its row, or finish it with the runner that began it, then adopt

    error[M518]: `20260101000000_a b` was changed after it was applied, by public._sqlx_migrations
     = note: sqlx wrote another checksum than that of migrations/20260101000000_a b.sql
     = help: restore the file as it was, or pass --force to take it as it is
    --- exit 5
    ");
    let history = rows(&[row("20260101000000", A, true), row("20260102000000", B, true)]);
    assert_eq!(adopted(&database, &sandbox, &history), ["20260101000000_a b", "20260102000000_b"]);
    sandbox.migrate(&["down", "20260102000000_b"]).expect(0);
    let down = sandbox.migrate(&["down", "20260101000000"]).expect(5);
    assert!(down.stderr.contains("write what reverts it into `migrations/20260101000000_a b.down.sql`"), "{down}");
}

#[test]
fn a_changed_file_is_taken_over_by_force_only() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/1_a.sql", A).write("migrations/2_c.sql", C);
    database.psql(&format!("{A} {SQLX} INSERT INTO _sqlx_migrations VALUES (1, 'a', now(), true, sha384('x'), 5);"));
    assert!(refusal(&sandbox).contains("error[M518]: `1_a` was changed after it was applied"));
    let output = sandbox.migrate(&["adopt", "--force"]).expect(0);
    assert!(output.stdout.contains("note: `1_a` was changed after it was applied"), "{output}");
    sandbox.migrate(&["up"]).expect(0);
}

#[test]
fn the_history_of_diesel_is_taken_over() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write(
            "migrations/00000000000000_diesel_initial_setup/up.sql",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';\n",
        )
        .write("migrations/00000000000000_diesel_initial_setup/down.sql", "DROP FUNCTION f();\n")
        .write("migrations/2026-01-01-123456_a_b/up.sql", A)
        .write("migrations/2026-01-01-123456_a_b/down.sql", "DROP TABLE a;\n")
        .write("migrations/2026-01-02-123456_c/up.sql", C)
        .write("migrations/2026-01-02-123456_c/metadata.toml", "run_in_transaction = false\n");
    let history = format!(
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; {A}
         CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp NOT NULL DEFAULT now());
         INSERT INTO __diesel_schema_migrations VALUES ('00000000000000'), ('20260101123456');"
    );
    let applied = ["00000000000000_diesel_initial_setup", "2026-01-01-123456_a_b"];
    assert_eq!(adopted(&database, &sandbox, &history), applied);
    let down = sandbox.migrate(&["down"]).expect(5);
    assert!(down.stderr.contains("write what reverts it into `migrations/2026-01-02-123456_c/down.sql`"), "{down}");
    sandbox.migrate(&["down", "2026-01-01-123456_a_b"]).expect(0);
    assert_eq!(database.query("SELECT to_regclass('a') IS NULL"), ["t"]);
}

#[test]
fn the_history_of_prisma_is_taken_over() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write("migrate.toml", "[migrations]\ndir = \"prisma/migrations\"\n")
        .write("prisma/schema.prisma", "// the model\n")
        .write("prisma/migrations/migration_lock.toml", "provider = \"postgresql\"\n")
        .write("prisma/migrations/0_init/migration.sql", A.replace('\n', "\r\n"))
        .write("prisma/migrations/20260101123456_b/migration.sql", B)
        .write("prisma/migrations/20260102123456_c/migration.sql", C);
    database.psql(&format!(
        "{A} {B} CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
             migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
             started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count int NOT NULL DEFAULT 0);
         INSERT INTO _prisma_migrations VALUES
             ('1', encode(sha256('{A}'), 'hex'), now(), '0_init', NULL, NULL, now(), 1),
             ('2', 'x', NULL, '20260101123456_b', 'it failed', NULL, now() + interval '1 s', 0);"
    ));
    let refused = refusal(&sandbox);
    assert!(refused.contains("error[M518]: `20260101123456_b` failed, by public._prisma_migrations"), "{refused}");
    assert!(refused.contains("`prisma migrate resolve --applied` or `--rolled-back`"), "{refused}");
    let resolved = format!(
        "UPDATE _prisma_migrations SET rolled_back_at = now() WHERE id = '2';
         INSERT INTO _prisma_migrations VALUES
             ('3', encode(sha256('{B}'), 'hex'), now(), '20260101123456_b', NULL, NULL, now() + interval '2 s', 1);"
    );
    assert_eq!(adopted(&database, &sandbox, &resolved), ["0_init", "20260101123456_b"]);
}

#[test]
fn the_version_of_golang_migrate_stands_for_all_up_to_it() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    for (name, sql) in [("1_a", A), ("2_b", B), ("3_c", C)] {
        sandbox
            .write(&format!("migrations/{name}.up.sql"), sql)
            .write(&format!("migrations/{name}.down.sql"), "SELECT 1;\n");
    }
    database.psql(&format!(
        "{A} {B} CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
         INSERT INTO schema_migrations VALUES (2, true);"
    ));
    let dirty = refusal(&sandbox);
    assert!(dirty.contains("`2` failed, by public.schema_migrations") && dirty.contains("`force VERSION`"), "{dirty}");
    database.psql("UPDATE schema_migrations SET version = 7, dirty = false");
    assert!(refusal(&sandbox).contains("`7` is applied, by public.schema_migrations, but is not in this project"));
    assert_eq!(adopted(&database, &sandbox, "UPDATE schema_migrations SET version = 2"), ["1_a", "2_b"]);
}

/// Files that hold both directions; what fails is shown at its line of the file.
#[test]
fn the_histories_of_dbmate_and_goose_are_taken_over() {
    for (up, down, history) in [
        (
            "-- migrate:up transaction:false",
            "-- migrate:down",
            "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY);
          INSERT INTO schema_migrations VALUES ('20260101000000'), ('20260102000000');",
        ),
        (
            "-- +goose Up",
            "-- +goose Down",
            "CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL,
              is_applied boolean NOT NULL, tstamp timestamp DEFAULT now());
          INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (20260101000000, true),
              (20260103000000, true), (20260103000000, false), (20260102000000, true);",
        ),
    ] {
        let database = Database::new();
        let sandbox = Sandbox::new().on(&database);
        for (n, name) in [(1, "a"), (2, "b"), (3, "c")] {
            let text = format!("{up}\nCREATE TABLE {name} (id int);\n\n{down}\nDROP TABLE {name};\n");
            sandbox.write(&format!("migrations/2026010{n}000000_{name}.sql"), text);
        }
        let history = format!("{A} {B} {history}");
        assert_eq!(adopted(&database, &sandbox, &history), ["20260101000000_a", "20260102000000_b"]);
        database.psql("DROP TABLE c; CREATE VIEW c AS SELECT 1");
        let failed = sandbox.migrate(&["down"]).expect(6);
        assert!(failed.stderr.contains("--> migrations/20260103000000_c.sql:5:1"), "{failed}");
        sandbox.migrate(&["down", "b"]).expect(0);
        assert_eq!(database.query("SELECT to_regclass('b') IS NULL"), ["t"]);
    }
}

#[test]
fn who_has_no_files_of_sql_in_order_is_told_how_to_go_on() {
    let database = Database::named("inventory_strangers");
    let sandbox = project(&database);
    database.psql("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);");
    insta::assert_snapshot!(refusal(&sandbox), @"
    error[M518]: the history of Alembic (`alembic_version`) can't be taken over
     = help: its migrations are programs: make the database as it is the first migration (`pg_dump --schema-only`), then set `migrate baseline` there
    ");
    database.psql(
        "DROP TABLE alembic_version; CREATE SCHEMA sqitch; CREATE TABLE sqitch.changes (change_id text PRIMARY KEY);",
    );
    insta::assert_snapshot!(refusal(&sandbox), @"
    error[M518]: the history of Sqitch (`sqitch.changes`) can't be taken over
     = help: number the deploy scripts in the order of `sqitch.plan` (`V0001__…`), name each revert script like its deploy script with `.down.sql`, then set `migrate baseline` at the last one deployed
    ");
}

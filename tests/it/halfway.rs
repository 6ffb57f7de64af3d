//! Migrations that a run has left half-way, and whose files are not what they were then, or that are not to go on.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use crate::support::{Database, Sandbox};

const IDX: &str = "INSERT INTO u VALUES (100);\nVACUUM u;\n";

/// A project whose second migration has failed at the last of its three steps.
fn half_applied(database: &Database) -> Sandbox {
    let sandbox = Sandbox::new().on(database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE u (a int);\n")
        .write("migrations/V2__idx.sql", format!("{IDX}ALTER TABLE u ADD COLUMN b int NOT NULL;\n"));
    let failed = sandbox.migrate(&["up"]).expect(6);
    assert!(failed.stderr.contains("the first 2 of 3 steps of `V2__idx` are committed"), "{failed}");
    sandbox
}

/// A project whose only migration was not reverted to the end: two of three steps are.
fn half_reverted(database: &Database) -> Sandbox {
    let sandbox = Sandbox::new().on(database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE u (a int);\nCREATE INDEX i ON u (a);\nINSERT INTO u VALUES (1);\n")
        .write(
            "migrations/V1__a.down.sql",
            "TRUNCATE u;\nDROP INDEX CONCURRENTLY i;\nDROP TABLE nope;\nDROP TABLE u;\n",
        );
    sandbox.migrate(&["up"]).expect(0);
    let failed = sandbox.migrate(&["down"]).expect(6);
    assert!(failed.stderr.contains("the first 2 of 3 steps of `V1__a` are committed"), "{failed}");
    sandbox
}

fn rename(sandbox: &Sandbox, from: &str, to: &str) {
    let path = |file: &str| sandbox.path().join("migrations").join(file);
    fs::rename(path(from), path(to)).unwrap();
}

#[test]
fn a_renamed_file_goes_on_under_its_new_name_once_that_is_said() {
    let database = Database::named("halfway_renamed");
    let sandbox = half_applied(&database);
    rename(&sandbox, "V2__idx.sql", "V3__index.sql");
    sandbox.write("migrations/V3__index.sql", format!("{IDX}ALTER TABLE u ADD COLUMN b int;\n"));
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M502]: `V2__idx` is partly applied here, and its file is now called `migrations/V3__index.sql`
     = note: its first 2 steps are committed
     = help: give the file its old name back, or run `migrate repair V2__idx`
    --- exit 5
    ");
    sandbox.migrate(&["plan"]).expect(5);
    insta::assert_snapshot!(sandbox.migrate(&["repair", "V2__idx", "--dry-run"]), @"
    $ migrate repair V2__idx --dry-run
      V2__idx  rename: its file is now called migrations/V3__index.sql, and goes on after what is committed
          id: V2__idx → V3__index

    would change 1 record of the ledger of halfway_renamed at 127.0.0.1:[port] as postgres; nothing was changed
    --- stderr
    --- exit 0
    ");
    // By its new name as well.
    sandbox.migrate(&["repair", "index"]).expect(0);
    let status = sandbox.migrate(&["status"]).expect(0);
    assert!(status.stdout.contains("V3__index  partly applied"), "{status}");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT a FROM u"), ["100"], "what was committed is not repeated");
    assert_eq!(database.query("SELECT id FROM migrate.applied ORDER BY position"), ["V1__a", "V3__index"]);
    assert_eq!(database.query("SELECT count(*) FROM migrate.intents"), ["0"]);
}

#[test]
fn the_plan_of_one_that_goes_on_shows_what_is_left_of_it() {
    let database = Database::named("halfway_plan");
    let sandbox = half_applied(&database);
    insta::assert_snapshot!(sandbox.migrate(&["plan"]), @"
    $ migrate plan
    plan: 1 migration for halfway_plan at 127.0.0.1:[port] as postgres (1 applied already)

      V2__idx  3 statements in 3 steps, 2 committed already: VACUUM can't run in a transaction
          line 3 ALTER TABLE takes ACCESS EXCLUSIVE on table u, blocks reads and writes

    plan hash 601f171b6f32767c
    --- stderr
    --- exit 0
    ");
    let plan = sandbox.migrate(&["plan", "--format", "json"]).expect(0);
    assert!(plan.stdout.contains("\"committed\": 2"), "{plan}");
    let plan = sandbox.migrate(&["plan", "--format", "markdown"]).expect(0);
    let row = "| `V2__idx` | 3 steps, 2 committed already: VACUUM can't run in a transaction |  | ACCESS EXCLUSIVE on `table u` |";
    assert!(plan.stdout.contains(row), "{plan}");
}

#[test]
fn a_renamed_file_that_begins_otherwise_is_not_taken_for_it() {
    let database = Database::new();
    let sandbox = half_applied(&database);
    rename(&sandbox, "V2__idx.sql", "V3__idx.sql");
    sandbox.write("migrations/V3__idx.sql", "INSERT INTO u VALUES (101);\nVACUUM u;\n");
    let refused = sandbox.migrate(&["up"]).expect(5);
    assert!(refused.stderr.contains("`V2__idx` is partly applied here, but is not in this project"), "{refused}");
    assert_eq!(database.query("SELECT a FROM u"), ["100"]);
}

#[test]
fn one_whose_file_is_gone_is_told_of_by_every_command_and_forgotten_when_asked() {
    let database = Database::named("halfway_gone");
    let sandbox = half_applied(&database);
    fs::remove_file(sandbox.path().join("migrations/V2__idx.sql")).unwrap();
    insta::assert_snapshot!(sandbox.migrate(&["status"]), @"
    $ migrate status
    status of halfway_gone at 127.0.0.1:[port] as postgres

    V1__a    applied   [timestamp]  [time]  by postgres
    V2__idx  partly applied, not on disk

    error[M502]: `V2__idx` is partly applied here, but is not in this project
     = note: its first 2 steps are committed
     = help: restore the file, or update this checkout if it is older than the database; if it is gone for good, take back what is committed of it, then `migrate repair V2__idx` forgets it

    1 applied, 0 pending, 1 problem: `migrate up` refuses
    --- stderr
    --- exit 5
    ");
    let document: serde_json::Value =
        serde_json::from_str(&sandbox.migrate(&["status", "--format", "json"]).expect(5).stdout).unwrap();
    assert_eq!(document["current"], false);
    assert_eq!(document["migrations"][1]["id"], "V2__idx");
    assert_eq!(document["migrations"][1]["state"], "partly applied, not on disk");
    for command in [&["up"][..], &["plan"], &["down"], &["baseline", "1"]] {
        let refused = sandbox.migrate(command).expect(5);
        assert!(format!("{refused}").contains("M502"), "{refused}");
    }
    let doctor = sandbox.migrate(&["doctor"]).expect(0);
    assert!(doctor.stdout.contains("note     steps     left half-way by a run that stopped: V2__idx"), "{doctor}");
    insta::assert_snapshot!(sandbox.migrate(&["repair", "V2__idx"]), @"
    $ migrate repair V2__idx
      V2__idx  forget: its file is gone; what it did to the database stays
          state: partly applied → no record

    changed 1 record of the ledger of halfway_gone at 127.0.0.1:[port] as postgres
    --- stderr
    --- exit 0
    ");
    let status = sandbox.migrate(&["status"]).expect(0);
    assert!(status.stdout.contains("1 applied, 0 pending: up to date"), "{status}");
    sandbox.migrate(&["up"]).expect(0);
}

/// The plan was made before the other run stopped half-way.
#[test]
fn a_run_that_waited_sees_what_the_one_before_it_has_left() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE u (a int);\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/V3__idx.sql", format!("{IDX}ALTER TABLE u ADD COLUMN b int;\n"));
    let holder = database.session(
        "UPDATE migrate.lease SET holder = 'ann@laptop pid 7', backend_pid = pg_backend_pid(), acquired_at = now(),
                expires_at = now() + interval '1 hour',
                backend_start = (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())",
    );
    let mut run = sandbox.command(Path::new(env!("CARGO_BIN_EXE_migrate"))).arg("up").spawn().unwrap();
    let mut said = BufReader::new(run.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.by_ref().any(|line| line.contains("waiting for another run")));
    database.psql(
        "INSERT INTO migrate.intents (migration, step, checksum, run_id, finished_at)
         VALUES ('V2__idx', 0, encode(sha256('INSERT INTO u VALUES (100);'), 'hex'), 1, now())",
    );
    drop(holder);
    let said: Vec<String> = said.collect();
    assert_eq!(run.wait().unwrap().code(), Some(5), "{said:#?}");
    assert!(said.iter().any(|line| line.contains("`V2__idx` is partly applied here")), "{said:#?}");
    assert_eq!(database.query("SELECT count(*) FROM u"), ["0"]);
}

#[test]
fn nothing_is_applied_while_one_is_partly_reverted() {
    let database = Database::named("halfway_reverted");
    let sandbox = half_reverted(&database);
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M523]: `V1__a` is partly reverted: its `down` stopped half-way
     = note: its first 2 steps are committed
     = help: run `migrate down V1__a` to finish it; if what it has done was put back by hand, run `migrate repair V1__a --interrupted from-start`
    --- exit 5
    ");
    sandbox.migrate(&["plan"]).expect(5);
    let status = sandbox.migrate(&["status"]).expect(5);
    assert!(status.stdout.contains("V1__a  partly reverted"), "{status}");
    assert!(status.stdout.contains("1 applied, 0 pending, 1 problem: `migrate up` refuses"), "{status}");
    database.psql("CREATE INDEX i ON u (a)");
    sandbox.migrate(&["repair", "V1__a", "--interrupted", "from-start"]).expect(0);
    let up = sandbox.migrate(&["up"]).expect(0);
    assert!(up.stdout.starts_with("nothing to do"), "{up}");
}

#[test]
fn one_that_is_partly_reverted_stays_so_under_a_new_name() {
    let database = Database::new();
    let sandbox = half_reverted(&database);
    rename(&sandbox, "V1__a.sql", "V1__b.sql");
    rename(&sandbox, "V1__a.down.sql", "V1__b.down.sql");
    sandbox.write("migrations/V1__b.down.sql", "TRUNCATE u;\nDROP INDEX CONCURRENTLY i;\nDROP TABLE u;\n");
    sandbox.migrate(&["repair", "V1__a"]).expect(0);
    let status = sandbox.migrate(&["status"]).expect(5);
    assert!(status.stdout.contains("V1__b  partly reverted"), "{status}");
    sandbox.migrate(&["down"]).expect(0);
    assert_eq!(database.query("SELECT to_regclass('u') IS NULL"), ["t"]);
    assert_eq!(database.query("SELECT count(*) FROM migrate.intents"), ["0"]);
}

#[test]
fn what_failed_before_any_step_was_committed_is_in_nobodys_way() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE u (a int);\n")
        .write("migrations/V1__a.down.sql", "DROP TABLE nope;\nVACUUM u;\nDROP TABLE u;\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.migrate(&["down"]).expect(6);
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/V1__a.down.sql", "VACUUM nope;\nDROP TABLE u;\n");
    sandbox.migrate(&["down"]).expect(6);
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/V2__b.sql", "SELECT 1 / 0;\nVACUUM u;\n");
    sandbox.migrate(&["up"]).expect(6);
    let status = sandbox.migrate(&["status"]).expect(0);
    assert!(status.stdout.contains("V2__b  pending"), "{status}");
    rename(&sandbox, "V2__b.sql", "V3__b.sql");
    sandbox.write("migrations/V3__b.sql", "CREATE TABLE b (id int);\nVACUUM u;\n");
    sandbox.migrate(&["up"]).expect(0);
}

/// What is committed of the migration is not taken for what is committed of its revert, though the text is the same.
#[test]
fn a_baseline_of_one_that_is_partly_applied_forgets_its_steps() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write(
            "migrations/V1__a.sql",
            "CREATE TABLE cache (a int);\nCREATE TABLE u (a int);\nINSERT INTO u VALUES (1);\n",
        )
        .write("migrations/V2__b.sql", "DELETE FROM cache;\nVACUUM u;\nALTER TABLE u ADD COLUMN b int NOT NULL;\n")
        .write("migrations/V2__b.down.sql", "DELETE FROM cache;\nVACUUM u;\nALTER TABLE u DROP COLUMN b;\n");
    sandbox.migrate(&["up"]).expect(6);
    database.psql("ALTER TABLE u ADD COLUMN b int; INSERT INTO cache VALUES (1)");
    sandbox.migrate(&["baseline", "V2__b"]).expect(0);
    let status = sandbox.migrate(&["status"]).expect(0);
    assert!(status.stdout.contains("2 applied, 0 pending: up to date"), "{status}");
    sandbox.migrate(&["down", "V2__b"]).expect(0);
    assert_eq!(database.query("SELECT count(*) FROM cache"), ["0"], "the revert runs as a whole");
}

#[test]
fn a_repeatable_that_is_partly_applied_again_is_not_up_to_date_with_its_old_file() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    let old = "CREATE TABLE IF NOT EXISTS u (a int);\nVACUUM u;\n";
    sandbox.write("migrations/R__u.sql", old);
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/R__u.sql", "INSERT INTO u VALUES (1);\nVACUUM u;\nSELECT 1 / 0;\n");
    sandbox.migrate(&["up"]).expect(6);
    sandbox.write("migrations/R__u.sql", old);
    let refused = sandbox.migrate(&["up"]).expect(5);
    assert!(refused.stderr.contains("error[M506]: `R__u` is partly applied again"), "{refused}");
    sandbox.migrate(&["repair", "R__u", "--interrupted", "from-start"]).expect(0);
    sandbox.migrate(&["up"]).expect(0);
}

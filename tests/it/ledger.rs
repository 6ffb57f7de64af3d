//! The ledger: its creation, its readers' privileges, its versions.

use crate::support::{Database, Sandbox};

#[test]
fn the_ledgers_schema_can_have_any_name() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write("migrate.toml", "[database]\nschema = \"My \\\"ledger\\\"\"\n")
        .write("migrations/V1__a.sql", "SELECT 1;\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT count(*) FROM \"My \"\"ledger\"\"\".applied"), ["1"]);
}

#[test]
fn a_reader_needs_only_select() {
    let database = Database::new();
    let owner = Sandbox::new().on(&database);
    owner.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n");
    owner.migrate(&["up"]).expect(0);
    let reader = owner.env("DATABASE_URL", &database.url_with_password());
    insta::assert_snapshot!(reader.migrate(&["status"]), @"
    $ migrate status
    --- stderr
    error[M420]: the ledger in schema `migrate` can't be used: permission denied for schema migrate
     = note: SQLSTATE 42501
     = help: to read it, let its owner run `GRANT USAGE ON SCHEMA migrate TO app; GRANT SELECT ON ALL TABLES IN SCHEMA migrate TO app`; to apply migrations, run as its owner
    --- exit 4
    ");
    database.psql("GRANT USAGE ON SCHEMA migrate TO app; GRANT SELECT ON ALL TABLES IN SCHEMA migrate TO app");
    reader.migrate(&["status"]).expect(0);
    reader.migrate(&["plan"]).expect(0);
    reader.migrate(&["history"]).expect(0);
    reader.migrate(&["up"]).expect(0);
}

/// The reader may not read the whole ledger, so what it says it knows from the fingerprint.
#[test]
fn that_nothing_is_pending_is_seen_without_reading_the_whole_ledger() {
    let database = Database::new();
    let owner = Sandbox::new().on(&database);
    for name in ["V9__b", "V10__a", "V1__Été", "V1.5__zu", "V2__Zu", "R__views"] {
        owner.write(&format!("migrations/{name}.sql"), format!("SELECT '{name}';\n"));
    }
    owner.migrate(&["up"]).expect(0);
    database.psql(
        "GRANT USAGE ON SCHEMA migrate TO app;
         GRANT SELECT ON migrate.refinery_schema_history, migrate.applied, migrate.intents, migrate.origin TO app",
    );
    let reader = owner.env("DATABASE_URL", &database.url_with_password());
    let idle = reader.migrate(&["up"]).expect(0);
    assert!(idle.stdout.starts_with("nothing to do: all 6 migrations"), "{idle}");
    reader.migrate(&["up", "--to", "V9__b"]).expect(4);
    let as_owner = ["up", "--database-url", &database.url()];
    reader.write("migrations/V9__b.sql", "SELECT 'V9__b'; -- a remark\n");
    reader.migrate(&["up"]).expect(4);
    let idle = reader.migrate(&as_owner).expect(0);
    assert!(idle.stdout.starts_with("nothing to do: all 6 migrations"), "{idle}");
    reader.write("migrations/V9__b.sql", "SELECT 'changed';\n");
    reader.migrate(&as_owner).expect(5);
}

#[test]
fn a_ledger_of_a_newer_version_is_refused() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__a.sql", "SELECT 1;\n");
    sandbox.migrate(&["up"]).expect(0);
    database.psql(
        "INSERT INTO migrate.refinery_schema_history (version, name, applied_on, checksum) VALUES (999, 'x', '', '')",
    );
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M422]: the ledger in schema `migrate` has version 999, this `migrate` knows 2
     = help: a newer `migrate` was used on this database: use that version or a later one
    --- exit 4
    ");
}

#[test]
fn the_lease_of_a_dead_run_is_taken_over_and_that_of_a_live_one_waited_for() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrate.toml", "[up]\nlease_wait = \"300ms\"\n").write("migrations/V1__a.sql", "SELECT 1;\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/V2__b.sql", "SELECT 2;\n");
    let live =
        "UPDATE migrate.lease SET holder = 'ann@laptop pid 7', backend_pid = pg_backend_pid(), acquired_at = now(),
                expires_at = now() + interval '1 hour',
                backend_start = (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())";
    let holder = database.session(live);
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    waiting for another run to finish: ann@laptop pid [pid], since [timestamp] ([time])
    error[M424]: another run holds the lease: ann@laptop pid [pid], since [timestamp] ([time])
     = note: no migration was committed in this run
     = help: wait until it has finished, or raise `[up] lease_wait`; the lease of a dead run frees by itself within a minute
    --- exit 4
    ");
    drop(holder);
    sandbox.migrate(&["up"]).expect(0);
}

#[test]
fn a_ledger_of_an_older_version_is_read_and_upgraded_by_the_next_run() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n");
    sandbox.migrate(&["up"]).expect(0);
    database.psql(
        "DELETE FROM migrate.refinery_schema_history WHERE version = 2;
         DROP FUNCTION migrate.record_applied(text, text, text, text, text, bigint, bigint, text, boolean)",
    );
    sandbox.write("migrations/V2__b.sql", "CREATE TABLE b (id int);\n");
    for command in ["plan", "status", "history", "verify"] {
        sandbox.migrate(&[command]).expect(0);
    }
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT id FROM migrate.applied ORDER BY position"), ["V1__a", "V2__b"]);
    assert_eq!(database.query("SELECT max(version) FROM migrate.refinery_schema_history"), ["2"]);
}

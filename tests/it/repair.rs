//! `repair`: the ledger brought in line with files and pieces, without running anything.

use std::fs;

use crate::support::{Database, Sandbox};

#[test]
fn an_edited_file_is_accepted_as_it_is_now() {
    let database = Database::named("inventory_accept");
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id bigint);\n");
    sandbox.migrate(&["up"]).expect(5);
    insta::assert_snapshot!(sandbox.migrate(&["repair", "V1__a", "--dry-run"]), @"
    $ migrate repair V1__a --dry-run
      V1__a  accept: its file was changed after it was applied, and counts as it is now
          checksum: c2de7559380e5ebf65caa7d59e166558e80243cf7e70006cc98d1593d94203c1 → 923d7eb167e53a46e8c3aea822a44a1ba964d34454fb01df1545ff8ab8426fa5

    would change 1 record of the ledger of inventory_accept at 127.0.0.1:[port] as postgres; nothing was changed
    --- stderr
    --- exit 0
    ");
    sandbox.migrate(&["up"]).expect(5);
    insta::assert_snapshot!(sandbox.migrate(&["repair", "1", "--format", "json"]), @r#"
    $ migrate repair 1 --format json
    {
      "format": 1,
      "target": "inventory_accept at 127.0.0.1:[port] as postgres",
      "outcome": "changed",
      "changes": [
        {
          "id": "V1__a",
          "action": "accept",
          "because": "its file was changed after it was applied, and counts as it is now",
          "ledger": [
            {
              "field": "checksum",
              "before": "c2de7559380e5ebf65caa7d59e166558e80243cf7e70006cc98d1593d94203c1",
              "after": "923d7eb167e53a46e8c3aea822a44a1ba964d34454fb01df1545ff8ab8426fa5"
            }
          ]
        }
      ],
      "notes": [],
      "refusals": []
    }
    --- stderr
    --- exit 0
    "#);
    sandbox.migrate(&["up"]).expect(0);
    insta::assert_snapshot!(sandbox.migrate(&["repair", "a"]), @"
    $ migrate repair a
    note: `V1__a` needs no repair

    nothing to do: the ledger of inventory_accept at 127.0.0.1:[port] as postgres is as it should be
    --- stderr
    --- exit 0
    ");
    insta::assert_snapshot!(sandbox.migrate(&["history"]), @"
    $ migrate history
    [timestamp]  run 1    applied    V1__a  [time]  by postgres
    [timestamp]  run 2    repaired   V1__a    by postgres
    --- stderr
    --- exit 0
    ");
    assert_eq!(database.query("SELECT holder IS NULL FROM migrate.lease"), ["t"]);
    assert_eq!(database.query("SELECT DISTINCT outcome FROM migrate.runs"), ["succeeded"]);
}

#[test]
fn a_renamed_file_keeps_its_record_and_a_lost_one_is_forgotten() {
    let database = Database::named("inventory_rename");
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n")
        .write("migrations/V2__b.sql", "CREATE TABLE b (id int);\n")
        .write("migrations/V3__c.sql", "CREATE TABLE c (id int);\n");
    sandbox.migrate(&["up"]).expect(0);
    let path = |file: &str| sandbox.path().join("migrations").join(file);
    fs::rename(path("V1__a.sql"), path("V1__first.sql")).unwrap();
    fs::remove_file(path("V3__c.sql")).unwrap();
    sandbox.migrate(&["up"]).expect(5);
    insta::assert_snapshot!(sandbox.migrate(&["repair", "V1__a", "V3__c"]), @"
    $ migrate repair V1__a V3__c
      V1__a  rename: its file is now called migrations/V1__first.sql
          id: V1__a → V1__first

      V3__c  forget: its file is gone; what it did to the database stays
          state: applied → no record
          checksum: 287c713ffe4eb4330954df3b71df956ed9fbe5ccbb4a0b50963a9a0af7584118 → no record

    changed 2 records of the ledger of inventory_rename at 127.0.0.1:[port] as postgres
    --- stderr
    --- exit 0
    ");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(
        database.query("SELECT id, version, name FROM migrate.applied ORDER BY position"),
        ["V1__first|1|first", "V2__b|2|b"]
    );
    assert_eq!(database.query("SELECT to_regclass('c') IS NOT NULL"), ["t"], "what it did stays");
    // By its new name as well.
    fs::rename(path("V2__b.sql"), path("V2__second.sql")).unwrap();
    sandbox.migrate(&["repair", "V2__second"]).expect(0);
    sandbox.migrate(&["up"]).expect(0);
    insta::assert_snapshot!(sandbox.migrate(&["repair", "V1__frist"]), @"
    $ migrate repair V1__frist
    --- stderr
    error[M001]: there is no migration `V1__frist`
     = help: did you mean `V1__first`?
    --- exit 2
    ");
}

#[test]
fn a_person_decides_about_pieces_that_the_catalog_does_not_tell_of() {
    let database = Database::named("inventory_pieces");
    let sandbox = Sandbox::new().on(&database);
    sandbox.write(
        "migrations/V1__a.sql",
        "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1), (1);\nCREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);\n",
    );
    sandbox.migrate(&["up"]).expect(6);
    insta::assert_snapshot!(sandbox.migrate(&["repair", "V1__a"]).stderr.lines().next().unwrap(), @"error[M512]: `V1__a` was interrupted: say what became of its pieces");
    insta::assert_snapshot!(sandbox.migrate(&["repair", "V1__a", "--interrupted", "again", "--dry-run"]), @"
    $ migrate repair V1__a --interrupted again --dry-run
      V1__a  repeat: piece 2 was begun at [timestamp] and is to run again
          piece: piece 2 begun → no record

    would change 1 record of the ledger of inventory_pieces at 127.0.0.1:[port] as postgres; nothing was changed
    --- stderr
    --- exit 0
    ");
    sandbox.migrate(&["repair", "V1__a", "--interrupted", "finished"]).expect(0);
    assert_eq!(database.query("SELECT count(*), count(finished_at) FROM migrate.intents"), ["2|2"]);
    sandbox.migrate(&["repair", "V1__a", "--interrupted", "from-start"]).expect(0);
    assert_eq!(database.query("SELECT count(*) FROM migrate.intents"), ["0"]);
    database.psql("DROP TABLE a");
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n");
    sandbox.migrate(&["up"]).expect(0);
}

#[test]
fn a_repair_waits_for_the_lease() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrate.toml", "[up]\nlease_wait = \"300ms\"\n").write("migrations/V1__a.sql", "SELECT 1;\n");
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/V1__a.sql", "SELECT 2;\n");
    let holder = database.session(
        "UPDATE migrate.lease SET holder = 'ann@laptop pid 7', backend_pid = pg_backend_pid(), acquired_at = now(),
                expires_at = now() + interval '1 hour',
                backend_start = (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())",
    );
    let output = sandbox.migrate(&["repair", "V1__a"]).expect(4);
    assert!(output.stderr.contains("error[M424]: another run holds the lease: ann@laptop"), "{output}");
    drop(holder);
    sandbox.migrate(&["repair", "V1__a"]).expect(0);
    sandbox.migrate(&["up"]).expect(0);
}

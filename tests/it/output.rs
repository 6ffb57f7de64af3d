//! What is printed in which format, and the commands that make a project.

use crate::support::{Database, Sandbox};

fn on(database: &Database) -> Sandbox {
    Sandbox::new().on(database)
}

#[test]
fn json_is_one_versioned_document() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n");
    insta::assert_snapshot!(sandbox.migrate(&["plan", "--format", "json"]), @r#"
    $ migrate plan --format json
    {
      "format": 1,
      "target": "output_json_is_one_versioned_document at 127.0.0.1:[port] as postgres",
      "already_applied": 0,
      "approved": true,
      "commits": "each",
      "hash": "d6a2055220afc45565ba1c4b72404db2156b2150b4917a0602fa971900143682",
      "steps": [
        {
          "id": "V1__a",
          "version": "1",
          "name": "a",
          "path": "migrations/V1__a.sql",
          "checksum": "c2de7559380e5ebf65caa7d59e166558e80243cf7e70006cc98d1593d94203c1",
          "direction": "up",
          "again": false,
          "mode": "transaction",
          "because": null,
          "committed": 0,
          "after": [],
          "statements": [
            {
              "tag": "CREATE TABLE",
              "line": 1,
              "column": 1,
              "locks": [],
              "opaque": null
            }
          ],
          "hazards": []
        }
      ],
      "notes": [],
      "warnings": [],
      "refusals": [],
      "missing": [],
      "blocked": null
    }
    --- stderr
    --- exit 0
    "#);
    insta::assert_snapshot!(sandbox.migrate(&["up", "--quiet", "--format", "json"]), @r#"
    $ migrate up --quiet --format json
    {
      "format": 1,
      "target": "output_json_is_one_versioned_document at 127.0.0.1:[port] as postgres",
      "outcome": "applied",
      "applied": [
        {
          "id": "V1__a",
          "duration_ms": [time]
        }
      ],
      "notices": [],
      "error": null,
      "verify": {
        "verdict": "holds",
        "results": [
          {
            "check": "index.invalid",
            "title": "every index is valid",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          },
          {
            "check": "index.incomplete",
            "title": "an index of a partitioned table has one for each partition",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          },
          {
            "check": "fk.not_enforced",
            "title": "foreign keys are enforced",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          },
          {
            "check": "unique.not_enforced",
            "title": "deferrable unique keys are enforced",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          },
          {
            "check": "partition.future_missing",
            "title": "tables partitioned by time have a partition for the next week",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          },
          {
            "check": "partition.detach_pending",
            "title": "no partition is half detached",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          },
          {
            "check": "table.replica_identity",
            "title": "tables whose updates are published have a replica identity",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          },
          {
            "check": "sequence.behind",
            "title": "every sequence is ahead of its column",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          },
          {
            "check": "sequence.headroom",
            "title": "every sequence has room left in its own range and its column's",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          },
          {
            "check": "sequence.ownership",
            "title": "sequences named for a column belong to it",
            "verdict": "holds",
            "severity": "warning",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          },
          {
            "check": "sequence.grant",
            "title": "who may insert may draw from the sequence of the default",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          },
          {
            "check": "default.partition_drift",
            "title": "partitions have their parent's defaults",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          },
          {
            "check": "default.missing_but_sequence_exists",
            "title": "no column has lost the default its sequence is there for",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          },
          {
            "check": "rls.mismatch",
            "title": "row security is on wherever policies are",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          },
          {
            "check": "fdw.user_mapping",
            "title": "foreign servers with tables have a user mapping",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          },
          {
            "check": "collation.version",
            "title": "collations sort as they did when their indexes were built",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          },
          {
            "check": "matview.not_populated",
            "title": "materialised views are populated",
            "verdict": "holds",
            "severity": "error",
            "findings": [],
            "broken": [],
            "note": null,
            "at": null
          }
        ],
        "skipped": [],
        "sequences": [],
        "stale": []
      }
    }
    --- stderr
    --- exit 0
    "#);
    insta::assert_snapshot!(sandbox.migrate(&["status", "--format", "json"]), @r#"
    $ migrate status --format json
    {
      "format": 1,
      "target": "output_json_is_one_versioned_document at 127.0.0.1:[port] as postgres",
      "current": true,
      "migrations": [
        {
          "id": "V1__a",
          "state": "applied",
          "path": "migrations/V1__a.sql",
          "applied_at": "[timestamp]",
          "applied_by": "postgres",
          "duration_ms": [time]
        }
      ],
      "problems": [],
      "lease": null,
      "copied_from": null
    }
    --- stderr
    --- exit 0
    "#);
}

#[test]
fn notices_are_shown_with_their_migration() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__a.sql", "DROP TABLE IF EXISTS nothing;\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @r#"
    $ migrate up
    applied 1 migration to output_notices_are_shown_with_their_migration at 127.0.0.1:[port] as postgres in [time]
    checks: 17 hold
    --- stderr
    notice V1__a: table "nothing" does not exist, skipping
    applied V1__a in [time]
    --- exit 0
    "#);
}

#[test]
fn a_new_project_can_be_made_and_grown() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @"
    $ migrate up
    --- stderr
    error[M100]: there is no project here or in any directory above
     = help: run `migrate init` to make one here, or point `--project` at one
    --- exit 3
    ");
    insta::assert_snapshot!(sandbox.migrate(&["init"]), @"
    $ migrate init
    made `migrations/`, `checks/`, `migrate.toml`, `checks/project.toml`
    next: `migrate new NAME`, then `migrate plan`
    --- stderr
    --- exit 0
    ");
    insta::assert_snapshot!(sandbox.migrate(&["new", "users extended"]), @"
    $ migrate new users extended
    migrations/V0001__users_extended.sql
    --- stderr
    --- exit 0
    ");
    insta::assert_snapshot!(sandbox.migrate(&["new", "more", "--requires", "V0001__users_extended"]), @"
    $ migrate new more --requires V0001__users_extended
    migrations/V0002__more.sql
    --- stderr
    --- exit 0
    ");
    insta::assert_snapshot!(sandbox.read("migrations/V0002__more.sql"), @r#"
    -- more: why it is needed.
    --
    -- [migrate]
    -- requires = ["V0001__users_extended"]
    "#);
    let made = sandbox.migrate(&["new", "third", "--format", "json"]).expect(0);
    assert_eq!(made.stdout, "{\n  \"format\": 1,\n  \"made\": [\n    \"migrations/V0003__third.sql\"\n  ]\n}\n");
    insta::assert_snapshot!(sandbox.migrate(&["new", "a/b"]), @"
    $ migrate new a/b
    --- stderr
    error[M002]: `a/b` can't be part of a file name
     = help: use letters, digits and `_`
    --- exit 2
    ");
}

/// A script must not take silence for success.
#[cfg(target_os = "linux")]
#[test]
fn a_result_that_could_not_be_written_is_an_error_and_a_reader_that_has_gone_is_none() {
    let database = Database::new();
    let sandbox = on(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n");
    let status = |output: &str| {
        let mut command = sandbox.command(std::path::Path::new("sh"));
        command.args(["-c", &format!("{{ {} status; echo status $? >&2; }} {output}", env!("CARGO_BIN_EXE_migrate"))]);
        sandbox.run("migrate status", command, "")
    };
    let full = status("> /dev/full");
    assert!(full.stderr.contains("error[M006]: the result could not be written: No space left on device"), "{full}");
    assert!(full.stderr.contains("status 74"), "{full}");
    let gone = status("| true");
    assert!(gone.stderr.contains("status 0") && !gone.stderr.contains("M006"), "{gone}");
}

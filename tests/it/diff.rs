//! `migrate snapshot` and `migrate diff` as commands.

use std::path::Path;
use std::process::Command;

use crate::cases::lost_defaults;
use crate::example;
use crate::snapshot::PARTITIONED;
use crate::support::{Database, Sandbox};

#[test]
fn case_2_test_against_uat_is_one_finding() {
    let (sandbox, uat) = example::applied();
    let test = Database::new();
    let sandbox = sandbox.env("UAT", &uat.url()).env("TEST", &test.url());
    sandbox.migrate(&["up", "--database-url", &test.url()]).expect(0);
    assert!(sandbox.migrate(&["diff", "env:UAT", "env:TEST"]).expect(0).stdout.starts_with("no difference between "));
    test.psql("ALTER TABLE global.product_mapping_product_store ALTER mapping_code DROP DEFAULT");
    insta::assert_snapshot!(sandbox.migrate(&["diff", "env:UAT", "env:TEST"]), @"
    $ migrate diff env:UAT env:TEST
    - diff_case_2_test_against_uat_is_one_finding at 127.0.0.1:[port] as postgres (PostgreSQL [major])
    + diff_case_2_test_against_uat_is_one_finding_2 at 127.0.0.1:[port] as postgres (PostgreSQL [major])

    table global.product_mapping_product_store
      column mapping_code, with 67 partitions as their parent
        - bigint not null default nextval('global.product_mapping_product_store_mapping_code_seq'::regclass)
        + bigint not null

    1 difference
    --- stderr
    --- exit 1
    ");
    insta::assert_snapshot!(sandbox.migrate(&["diff", "env:UAT", "env:TEST", "--format", "markdown"]), @"
    $ migrate diff env:UAT env:TEST --format markdown
    **1 difference**

    ```diff
    - diff_case_2_test_against_uat_is_one_finding at 127.0.0.1:[port] as postgres (PostgreSQL [major])
    + diff_case_2_test_against_uat_is_one_finding_2 at 127.0.0.1:[port] as postgres (PostgreSQL [major])
    ```

    ### table `global.product_mapping_product_store`

    column mapping_code, with 67 partitions as their parent

    ```diff
    - bigint not null default nextval('global.product_mapping_product_store_mapping_code_seq'::regclass)
    + bigint not null
    ```
    --- stderr
    --- exit 1
    ");
    insta::assert_snapshot!(sandbox.migrate(&["diff", "env:UAT", "env:TEST", "--format", "json"]), @r#"
    $ migrate diff env:UAT env:TEST --format json
    {
      "format": 1,
      "a": {
        "name": "diff_case_2_test_against_uat_is_one_finding at 127.0.0.1:[port] as postgres",
        "postgresql": [major]
      },
      "b": {
        "name": "diff_case_2_test_against_uat_is_one_finding_2 at 127.0.0.1:[port] as postgres",
        "postgresql": [major]
      },
      "equal": false,
      "ignored": 0,
      "differences": [
        {
          "object": "table global.product_mapping_product_store",
          "kind": "column",
          "path": "global.product_mapping_product_store.mapping_code",
          "change": "differs",
          "a": "bigint not null default nextval('global.product_mapping_product_store_mapping_code_seq'::regclass)",
          "b": "bigint not null",
          "partitions": [],
          "following_partitions": 67
        }
      ]
    }
    --- stderr
    --- exit 1
    "#);
    let ignoring = |pattern: &str| sandbox.migrate(&["diff", "env:UAT", "env:TEST", "--ignore", pattern]);
    for pattern in ["global.*", "*.mapping_code", "column *", "table global.product_mapping_product_store"] {
        let output = ignoring(pattern).expect(0);
        assert!(output.stdout.trim_end().ends_with(" (1 ignored)"), "{output}");
    }
    ignoring("global").expect(1);
    sandbox.write("migrate.toml", "[diff]\nignore = [\"column global.*\"]\n");
    sandbox.migrate(&["diff", "env:UAT", "env:TEST"]).expect(0);
}

#[test]
fn functions_and_objects_that_only_one_has_are_shown_line_by_line() {
    let (one, other) = (Database::new(), Database::new());
    let body = "CREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS $$\nDECLARE\n  a integer;\n  b integer;\nBEGIN\n  \
                a := 1;\n  b := 2;\n  RETURN a;\nEND $$";
    one.psql(&format!("{body}; CREATE TABLE kept (a integer, b text); {PARTITIONED}"));
    let body = body.replace("b := 2", "b := 3");
    other.psql(&format!("{body}; CREATE TABLE kept (b text, a integer); COMMENT ON COLUMN kept.a IS 'new'"));
    let sandbox = Sandbox::new().env("A", &one.url()).env("B", &other.url());
    insta::assert_snapshot!(sandbox.migrate(&["diff", "env:A", "env:B"]), @"
    $ migrate diff env:A env:B
    - diff_functions_and_objects_that_only_one_has_are_shown_ at 127.0.0.1:[port] as postgres (PostgreSQL [major])
    + diff_functions_and_objects_that_only_one_has_are_shown__2 at 127.0.0.1:[port] as postgres (PostgreSQL [major])

    table public.kept
      column a, comment
        + comment: new
      column order
        - a, b
        + b, a

    - table public.p
    -   partition by: LIST (k)
    -   column k: integer
    -   column n: integer not null default 1
    -   column s: text
    -   constraint p_n_check: CHECK ((n > 0))
    -   index p_n_idx: USING btree (n)
    -   partition public.p1: FOR VALUES IN (1)
    -   partition public.p2: FOR VALUES IN (2)
    -   partition public.q: FOR VALUES IN (3, 4) PARTITION BY RANGE (n)
    -   … and 2 more partitions

    function public.f()
        BEGIN
          a := 1;
      -   b := 2;
      +   b := 3;
          RETURN a;
        END $function$

    4 differences
    --- stderr
    --- exit 1
    ");
}

#[test]
fn migrations_against_the_database_show_what_was_changed_by_hand() {
    let (sandbox, database) = example::applied();
    insta::assert_snapshot!(sandbox.migrate(&["diff", "migrations", "database"]), @"
    $ migrate diff migrations database
    no difference between the 20 migrations and diff_migrations_against_the_database_show_what_was_chan at 127.0.0.1:[port] as postgres
    --- stderr
    --- exit 0
    ");
    assert!(!sandbox.path().join(".migrate").exists(), "the project's own embedded server isn't used");
    database.psql(lost_defaults::BREAK);
    database.psql(
        "CREATE INDEX by_hand ON core.suppliers (name); ALTER TABLE public.sync_progress DISABLE ROW LEVEL SECURITY",
    );
    insta::assert_snapshot!(sandbox.migrate(&["diff", "migrations", "database"]), @"
    $ migrate diff migrations database
    - the 20 migrations (PostgreSQL [major])
    + diff_migrations_against_the_database_show_what_was_chan at 127.0.0.1:[port] as postgres (PostgreSQL [major])

    sequence global.product_mapping_product_store_mapping_code_seq
      - owned by: global.product_mapping_product_store.mapping_code

    table core.suppliers
      + index by_hand: USING btree (name)

    table global.product_mapping_product_store
      column mapping_code, with 67 partitions as their parent
        - bigint not null default nextval('global.product_mapping_product_store_mapping_code_seq'::regclass)
        + bigint not null

    table public.sync_progress
      - row security: enabled

    4 differences
    --- stderr
    --- exit 1
    ");
    let on_server = sandbox.migrate(&["diff", "migrations", "database", "--scratch", &database.url()]).expect(1);
    assert!(on_server.stdout.ends_with("4 differences\n"), "{on_server}");
    no_scratch_database_is_left(&database);
}

/// Those of other tests have sessions, or will have in a moment.
fn no_scratch_database_is_left(database: &Database) {
    database.wait_until(
        "NOT EXISTS (
             SELECT FROM pg_database d WHERE datname LIKE 'migrate\\_scratch%'
             AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid))",
    );
}

#[test]
fn a_snapshot_file_stands_for_its_database() {
    let (sandbox, database) = example::applied();
    insta::assert_snapshot!(sandbox.migrate(&["snapshot", "-o", "uat.snapshot"]), @"
    $ migrate snapshot -o uat.snapshot
    wrote 42 objects of diff_a_snapshot_file_stands_for_its_database at 127.0.0.1:[port] as postgres to uat.snapshot
    --- stderr
    --- exit 0
    ");
    assert_eq!(sandbox.read("uat.snapshot"), sandbox.migrate(&["snapshot"]).expect(0).stdout);
    sandbox.migrate(&["diff", "uat.snapshot", "database"]).expect(0);
    database.psql("ALTER TABLE public.tags ADD note text");
    insta::assert_snapshot!(sandbox.migrate(&["diff", "uat.snapshot", "database"]), @"
    $ migrate diff uat.snapshot database
    - uat.snapshot (PostgreSQL [major])
    + diff_a_snapshot_file_stands_for_its_database at 127.0.0.1:[port] as postgres (PostgreSQL [major])

    table public.tags
      + column note: text

    1 difference
    --- stderr
    --- exit 1
    ");
    let json = sandbox.migrate(&["snapshot", "--format", "json"]).expect(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["format"], 1);
    assert_eq!(
        database.query("SELECT current_setting('server_version_num')::int / 10000"),
        [json["postgresql"].to_string()]
    );
    let objects = json["objects"].as_array().unwrap();
    assert!(objects.iter().any(|it| it["kind"] == "table" && it["name"] == "public.tags"));
    // Nothing of it needs a project.
    let elsewhere = Sandbox::new().on(&database);
    elsewhere.write("uat.snapshot", sandbox.read("uat.snapshot"));
    elsewhere.migrate(&["diff", "uat.snapshot", "database"]).expect(1);
    elsewhere.migrate(&["snapshot", "-o", "other.snapshot"]).expect(0);
}

#[test]
fn what_cannot_be_compared_is_refused_with_a_way_out() {
    let sandbox = Sandbox::new();
    sandbox.write("bad.snapshot", "migrate snapshot 1\nfrom PostgreSQL 15\n\ntable public.t\n  colunm a: text\n");
    sandbox.write("new.snapshot", "migrate snapshot 9\nfrom PostgreSQL 40\n");
    sandbox.write("good.snapshot", "migrate snapshot 1\nfrom PostgreSQL 15\n");
    let shown = [
        &["diff", "missing.snapshot", "good.snapshot"][..],
        &["diff", "good.snapshot", "bad.snapshot"],
        &["diff", "new.snapshot", "good.snapshot"],
        &["diff", "env:NOT_SET", "good.snapshot"],
        &["diff", "postgres://nobody@127.0.0.1:1/x", "good.snapshot"],
        &["diff", "mysql://x", "good.snapshot"],
        &["diff", "database", "good.snapshot"],
        &["diff", "migrations", "good.snapshot"],
        &["diff", "good.snapshot", "good.snapshot", "--scratch", "postgres://x"],
        &["snapshot"],
    ]
    .map(|arguments| sandbox.migrate(arguments).to_string());
    insta::assert_snapshot!(shown.join("\n"), @"
    $ migrate diff missing.snapshot good.snapshot
    --- stderr
    error[M801]: the snapshot `missing.snapshot` can't be read: No such file or directory (os error 2)
     = help: give a file that `migrate snapshot -o FILE` wrote, a connection string, `env:NAME`, `database` or `migrations`
    --- exit 2
    $ migrate diff good.snapshot bad.snapshot
    --- stderr
    error[M804]: `colunm` is nothing that a snapshot tells of
     --> bad.snapshot:5:3
      |
    5 |   colunm a: text
      |   ^^^^^^
      |
      = help: did you mean `column`?
    --- exit 2
    $ migrate diff new.snapshot good.snapshot
    --- stderr
    error[M803]: this snapshot has format 9, and this `migrate` knows formats up to 1
     --> new.snapshot:1:18
      |
    1 | migrate snapshot 9
      |                  ^
      |
      = help: use the `migrate` that wrote it, or make the snapshot anew with this one
    --- exit 2
    $ migrate diff env:NOT_SET good.snapshot
    --- stderr
    error[M403]: the variable `NOT_SET` is not set
     = help: set it to a connection such as `postgres://user@host:5432/database`
    --- exit 4
    $ migrate diff postgres://nobody@127.0.0.1:1/x good.snapshot
    --- stderr
    error[M410]: can't reach 127.0.0.1:[port]: Connection refused (os error 111)
     = help: check host and port, and that the server is up and reachable from here
    --- exit 4
    $ migrate diff mysql://x good.snapshot
    --- stderr
    error[M401]: the connection given by the command line can't be used: its scheme is neither `postgres://` nor `postgresql://`
     = help: write `postgres://user:password@host:5432/database`, with special characters percent-encoded
    --- exit 4
    $ migrate diff database good.snapshot
    --- stderr
    error[M100]: there is no project here, and no database is given
     = help: give --database-url or DATABASE_URL, or run this in a project
    --- exit 3
    $ migrate diff migrations good.snapshot
    --- stderr
    error[M100]: there is no project here or in any directory above
     = help: run `migrate init` to make one here, or point `--project` at one
    --- exit 3
    $ migrate diff good.snapshot good.snapshot --scratch postgres://x
    --- stderr
    error[M001]: `--scratch` says where `migrations` are applied, and none are compared
     = help: leave it out, or compare with `migrations`
    --- exit 2
    $ migrate snapshot
    --- stderr
    error[M100]: there is no project here, and no database is given
     = help: give --database-url or DATABASE_URL, or run this in a project
    --- exit 3
    ");
}

#[test]
fn migrations_that_need_more_than_an_empty_database_are_refused_and_leave_nothing() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id integer REFERENCES elsewhere (id));\n");
    insta::assert_snapshot!(sandbox.migrate(&["diff", "migrations", "database"]), @"
    $ migrate diff migrations database
    --- stderr
    error[M806]: the migrations can't be applied to an empty database
     = note: on an embedded PostgreSQL 17.5; `--scratch URL` takes a server of yours
     = help: what the environment provides must be there: `--scratch URL` takes a server whose new databases have it

    error[M302]: `V1__a` requires table `public.elsewhere`, which nothing provides
     --> migrations/V1__a.sql:1:39
      |
    1 | CREATE TABLE a (id integer REFERENCES elsewhere (id));
      |                                       ^^^^^^^^^ required here
      |
      = help: create it in an earlier migration, or list it under [external] in migrate.toml
    --- exit 5
    ");
    sandbox.write("migrations/V1__a.sql", "CREATE EXTENSION isn;\n");
    let lacking = sandbox.migrate(&["diff", "migrations", "database"]).expect(6);
    assert!(lacking.stderr.contains("on an embedded PostgreSQL 17.5; `--scratch URL`"), "{lacking}");
    sandbox.write("migrations/V1__a.sql", "SELECT 1/0;\n");
    insta::assert_snapshot!(sandbox.migrate(&["diff", "migrations", "database", "--scratch", "env:DATABASE_URL"]), @"
    $ migrate diff migrations database --scratch env:DATABASE_URL
    --- stderr
    error[M601]: `V1__a` failed: division by zero
     --> migrations/V1__a.sql:1:1
      |
    1 | SELECT 1/0;
      | ^^^^^^^^^^
      |
      = note: SQLSTATE 22012
      = note: rolled back: nothing of `V1__a` is in the database
      = note: no migration was committed in this run
      = help: correct `migrations/V1__a.sql`, then run `migrate up` again
    --- exit 6
    ");
    no_scratch_database_is_left(&database);
}

#[test]
fn a_signal_leaves_no_scratch_database() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__a.sql", "SELECT pg_sleep(60);\n");
    let mut command = sandbox.command(Path::new(env!("CARGO_BIN_EXE_migrate")));
    command.args(["diff", "migrations", "database", "--scratch", "env:DATABASE_URL"]);
    let child = command.spawn().unwrap();
    let running =
        "SELECT datname FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname LIKE 'migrate\\_scratch%'";
    database.wait_until(&format!("EXISTS ({running})"));
    let name = database.query(running).remove(0);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(6));
    assert_eq!(database.query(&format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'")), ["0"]);
}

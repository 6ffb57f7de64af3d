//! What `verify` and `doctor` need of a project, and what of none.

use crate::support::{Database, Sandbox};

const BEHIND: &str = "CREATE TABLE t (id serial PRIMARY KEY); INSERT INTO t VALUES (7)";

#[test]
fn without_a_project_the_built_in_checks_alone_are_asked_for() {
    let database = Database::named("shop_restored");
    database.psql(BEHIND);
    let sandbox = Sandbox::new().on(&database);
    let refused = sandbox.migrate(&["verify"]);
    let found = sandbox.migrate(&["verify", "--no-project"]);
    let fixed = sandbox.migrate(&["verify", "--no-project", "--fix-sequences"]);
    let named = sandbox.migrate(&["verify", "--no-project", "--check", "qa.rows"]);
    let both = sandbox.migrate(&["verify", "--no-project", "--project", "."]).expect(2);
    assert!(both.stderr.contains("'--no-project' cannot be used with '--project <DIR>'"), "{both}");
    insta::assert_snapshot!(format!("{refused}\n{found}\n{fixed}\n{named}"), @"
    $ migrate verify
    --- stderr
    error[M100]: there is no project here or in any directory above
     = help: run it in a project, point `--project` at one, or give `--no-project` for the built-in checks alone
    --- exit 3
    $ migrate verify --no-project
    1 sequence behind the data
      column       sequence         max  next  gap  used
      public.t.id  public.t_id_seq    7     1    7   0 %

    violated sequence.behind: every sequence is ahead of its column
      fix: `migrate verify --fix-sequences` (SHARE ROW EXCLUSIVE on the sequence, or ACCESS EXCLUSIVE for some milliseconds: inserts that draw from it wait)

    checks: 16 hold, 1 violated
    --- stderr
    --- exit 1
    $ migrate verify --no-project --fix-sequences
    fixed public.t_id_seq, next value 8

    checks: 17 hold
    --- stderr
    --- exit 0
    $ migrate verify --no-project --check qa.rows
    --- stderr
    error[M003]: no check matches `qa.rows`
    --- exit 2
    ");
}

#[test]
fn no_project_leaves_out_what_the_one_around_declares() {
    let database = Database::new();
    database.psql("CREATE TABLE t (v int); INSERT INTO t VALUES (1)");
    let sandbox = Sandbox::new().on(&database);
    let check = "[[check]]\nid = \"qa.rows\"\nviolations = \"SELECT v FROM public.t\"\n";
    sandbox.write("migrate.toml", "").write("checks/qa.toml", check);
    assert!(sandbox.migrate(&["verify"]).expect(1).stdout.contains("v = 1"));
    sandbox.migrate(&["verify", "--no-project"]).expect(0);
}

#[test]
fn a_database_must_be_given_where_there_is_no_project() {
    insta::assert_snapshot!(Sandbox::new().migrate(&["verify", "--no-project"]), @"
    $ migrate verify --no-project
    --- stderr
    error[M100]: there is no project here, and no database is given
     = help: give --database-url or DATABASE_URL, or run this in a project
    --- exit 3
    ");
}

#[test]
fn migrations_are_not_needed() {
    let database = Database::new();
    database.psql("CREATE TABLE t (v int); INSERT INTO t VALUES (1)");
    let sandbox = Sandbox::new().on(&database);
    // Another tool's migrations elsewhere, and checks here.
    sandbox.write("checks/qa.toml", "[[check]]\nid = \"qa.rows\"\nviolations = \"SELECT v FROM public.t\"\n");
    insta::assert_snapshot!(sandbox.migrate(&["--project", ".", "verify", "--check", "qa.*"]), @"
    $ migrate --project . verify --check qa.*
    violated qa.rows
      v = 1

    checks: 0 hold, 1 violated
    --- stderr
    --- exit 1
    ");
    // What is wrong with a file says nothing about a database.
    sandbox.write("migrate.toml", "").write("migrations/V1_a.sql", "CREATE TABLE;\n");
    sandbox.migrate(&["up"]).expect(3);
    sandbox.migrate(&["verify", "--check", "qa.*"]).expect(1);
    let doctor = sandbox.migrate(&["doctor"]).expect(0);
    assert!(doctor.stdout.contains("none yet: the first `migrate up` makes schema \"migrate\""), "{doctor}");
    // A wrong check is another matter: it would not be evaluated.
    sandbox.write("checks/qa.toml", "[[check]]\nid = \"qa.rows\"\n");
    sandbox.migrate(&["verify", "--check", "qa.*"]).expect(3);
    sandbox.migrate(&["doctor"]).expect(0);
}

#[test]
fn a_directory_that_is_no_project_is_not_taken_for_one_without_checks() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("elsewhere/readme", "");
    insta::assert_snapshot!(sandbox.migrate(&["--project", "elsewhere", "verify"]), @"
    $ migrate --project elsewhere verify
    --- stderr
    error[M100]: there is no project in `elsewhere`: no `migrate.toml`, no `checks` and no `migrations`
     = help: run `migrate init` to make one here, or point `--project` at one
    --- exit 3
    ");
}

#[test]
fn a_check_that_waits_for_no_migration_at_all_is_told_of() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrate.toml", "").write("migrations/V0001__items.sql", "CREATE TABLE items (id int);");
    let check =
        |id: &str, after: &str| format!("[[check]]\nid = \"{id}\"\nafter = \"{after}\"\ntables = [\"public.items\"]\n");
    let checks = [check("qa.id", "V0001__items"), check("qa.version", "1"), check("qa.name", "item")].concat();
    sandbox.write("checks/qa.toml", &checks);
    let first = sandbox.migrate(&["up"]).expect(0);
    let second = sandbox.migrate(&["plan"]).expect(0);
    assert_eq!(first.stderr.matches("M702").count(), 1, "{first}");
    insta::assert_snapshot!(second, @r#"
    $ migrate plan
    nothing to do: the only migration is applied to verify_project_a_check_that_waits_for_no_migration_at_a at 127.0.0.1:[port] as postgres
    --- stderr
    warning[M702]: the check `qa.name` waits for `item`, and there is no such migration
      --> checks/qa.toml:10:6
       |
    10 | id = "qa.name"
       |      ^^^^^^^^^ never evaluated
       |
       = help: did you mean `items`?
    --- exit 0
    "#);
}

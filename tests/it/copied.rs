//! A restored copy is recognised by the identity of its database and cluster.

use crate::support::{Database, PrivateServer, Sandbox};

const HELD: &str = "UPDATE migrate.lease SET holder = 'ann@laptop pid 7', backend_pid = 1, acquired_at = now(),
    expires_at = now() + interval '1 hour', backend_start = now()";

fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id serial PRIMARY KEY);\n");
    sandbox
}

/// A copy of `original` under this name.
fn copy(original: &Database, name: &str) -> Database {
    let copy = Database::named(name);
    PrivateServer::shared().run("postgres", &format!("DROP DATABASE {name}"));
    PrivateServer::shared().run("postgres", &format!("CREATE DATABASE {name} TEMPLATE {}", original.name()));
    copy
}

#[test]
fn status_and_up_say_that_a_database_is_a_copy() {
    let original = Database::new();
    let sandbox = project();
    let on = |database: &Database, arguments: &[&str]| {
        sandbox.migrate(&[&["--database-url", &database.url()], arguments].concat())
    };
    on(&original, &["up"]).expect(0);
    assert!(!on(&original, &["status"]).expect(0).stderr.contains("copy"));
    original.psql(HELD);
    let copy = copy(&original, "inventory_copy");

    let numbers = regex::Regex::new(r"oid \d+ of cluster \d+").unwrap();
    let status = on(&copy, &["status"]).expect(0);
    let shown = numbers.replace_all(&status.stderr, "oid [oid] of cluster [cluster]").into_owned();
    insta::assert_snapshot!(shown, @"
    warning[M517]: this database is a copy: its ledger was written in another one
     = note: the ledger was written in the database with oid [oid] of cluster [cluster]
     = note: a lease that came with it is void; what is applied and what was interrupted holds here as well
     = help: a restore may leave sequences behind their data and lose defaults: run `migrate verify --fix-sequences --fix-defaults`
    ");
    assert!(
        status.stdout.contains("ann@laptop pid 7 held a lease in the database this one was copied from, void here"),
        "{status}"
    );
    let json = on(&copy, &["status", "--format", "json"]).expect(0);
    assert!(json.stdout.contains("\"copied_from\": {\n    \"database_oid\":"), "{json}");
    let idle = on(&copy, &["up"]).expect(0);
    assert!(idle.stderr.contains("warning[M517]: this database is a copy"), "{idle}");

    // The lease that came with it is void: the run does not wait.
    sandbox.write("migrations/V2__b.sql", "CREATE TABLE b (id int);\n");
    let started = std::time::Instant::now();
    on(&copy, &["up"]).expect(0);
    assert!(started.elapsed() < std::time::Duration::from_secs(30));
    // From now on it is written here.
    assert!(!on(&copy, &["status"]).expect(0).stderr.contains("copy"));
    assert_eq!(
        copy.query(
            "SELECT database_oid = (SELECT oid FROM pg_database WHERE datname = current_database()) FROM migrate.origin"
        ),
        ["t"]
    );
}

#[test]
fn up_asks_for_the_repair_of_a_restored_copy_first() {
    let original = Database::new();
    let sandbox = project();
    let on = |database: &Database, arguments: &[&str]| {
        sandbox.migrate(&[&["--database-url", &database.url()], arguments].concat())
    };
    on(&original, &["up"]).expect(0);
    let copy = copy(&original, "inventory_copy_behind");
    copy.psql("INSERT INTO a (id) VALUES (42)");
    sandbox.write("migrations/V2__row.sql", "INSERT INTO a DEFAULT VALUES;\n");
    let refused = on(&copy, &["up"]).expect(5);
    let at = refused.stderr.find("error[M519]").unwrap();
    insta::assert_snapshot!(refused.stderr[at..], @"
    error[M519]: this database is a copy, and its restore is not complete
     = note: sequence.behind: 1 violated (every sequence is ahead of its column)
     = note: nothing was run
     = help: run `migrate verify --fix-sequences --fix-defaults`, then `migrate up` again
    ");
    assert_eq!(copy.query("SELECT count(*) FROM migrate.applied"), ["1"]);
    on(&copy, &["verify", "--fix-sequences"]).expect(0);
    on(&copy, &["up"]).expect(0);
    assert_eq!(copy.query("SELECT max(id) FROM a"), ["43"]);
}

#[test]
fn a_role_that_may_not_ask_for_the_cluster_still_recognises_another_database() {
    let server = PrivateServer::start_own();
    let sandbox = project();
    server.run(
        "postgres",
        "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM public; CREATE ROLE dev LOGIN; GRANT trusted TO dev",
    );
    server.run("postgres", "CREATE DATABASE one OWNER dev");
    // It revokes a right on the template's function as well as on this one.
    server.run("one", "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM public");
    let url = |name: &str| server.url(name).replace("postgres@", "dev@");
    let on = |name: &str, arguments: &[&str]| sandbox.migrate(&[&["--database-url", &url(name)], arguments].concat());
    on("one", &["up"]).expect(0);
    on("one", &["up"]).expect(0);
    let status = on("one", &["status"]).expect(0);
    assert_eq!(status.stderr, "", "{status}");
    server.run("postgres", "CREATE DATABASE two TEMPLATE one OWNER dev");
    let status = on("two", &["status"]).expect(0);
    assert!(status.stderr.contains("warning[M517]") && !status.stderr.contains("of cluster"), "{status}");
}

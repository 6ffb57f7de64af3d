//! `docs/roles.md`: its SQL is run as it stands, and each role may do what the page says.

use crate::support::{Database, PrivateServer, Sandbox};

/// The blocks of SQL on the page.
fn blocks() -> Vec<String> {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/roles.md")).unwrap();
    let mut blocks = Vec::new();
    let mut rest = page.as_str();
    while let Some((_, after)) = rest.split_once("```sql\n") {
        let (block, behind) = after.split_once("```").unwrap();
        blocks.push(block.to_owned());
        rest = behind;
    }
    blocks
}

fn url(database: &Database, role: &str) -> String {
    database.url().replace("postgres@", &format!("{role}@"))
}

#[test]
fn each_documented_role_may_do_what_the_page_says_and_no_more() {
    let database = Database::named("shop");
    let blocks = blocks();
    assert_eq!(blocks.len(), 2);
    database.psql("CREATE TABLE public.before (id serial PRIMARY KEY)");
    for block in &blocks {
        database.psql(block);
    }
    // How the test server lets them in.
    database.psql("GRANT trusted TO shop_deploy, shop_reader");

    let sandbox = Sandbox::new();
    sandbox
        .write("migrations/V1__schema.sql", "CREATE SCHEMA app;\nCREATE TABLE app.t (id serial PRIMARY KEY);\n")
        .write(
            "migrations/V2__rows.sql",
            "INSERT INTO app.t DEFAULT VALUES;\nCREATE INDEX CONCURRENTLY t_again ON app.t (id);\n",
        )
        .write("migrations/V2__rows.down.sql", "DROP INDEX app.t_again;\nDELETE FROM app.t;\n");
    let reader = |arguments: &[&str]| {
        sandbox.migrate(&[&["--database-url", &url(&database, "shop_reader")], arguments].concat())
    };
    let deploy = |arguments: &[&str]| {
        sandbox.migrate(&[&["--database-url", &url(&database, "shop_deploy")], arguments].concat())
    };

    // Before there is a ledger, and after.
    reader(&["plan", "--out", "approved.json"]).expect(0);
    reader(&["status"]).expect(0);
    deploy(&["up", "--plan", "approved.json"]).expect(0);
    for arguments in [&["plan"][..], &["status"], &["history"], &["verify"]] {
        let output = reader(arguments).expect(0);
        assert!(!output.stdout.contains("broken"), "{output}");
    }
    deploy(&["verify"]).expect(0);
    // Nothing about the ledger, whoever asks and whatever is asked.
    for output in [reader(&["verify", "--check", "*"]), deploy(&["verify", "--check", "*"])] {
        assert!(!output.stdout.contains("migrate."), "{output}");
    }

    // Whatever was made belongs to the owner; the ledger names who logged in.
    let owners = "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
                  WHERE nspname IN ('app', 'migrate')";
    assert_eq!(database.query(owners), ["shop_owner"]);
    assert_eq!(database.query("SELECT DISTINCT applied_by FROM migrate.applied"), ["shop_deploy"]);

    // The reader finds what is wrong, and may not change it, nor anything else.
    database.psql("SELECT setval('app.t_id_seq', 1, false)");
    reader(&["verify"]).expect(1);
    sandbox.write("migrations/V3__more.sql", "SELECT 1;\n");
    for arguments in [&["up"][..], &["down", "V2__rows"], &["baseline", "V3__more"]] {
        reader(arguments).expect(4);
    }
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["2"]);
    deploy(&["verify", "--fix-sequences"]).expect(0);
    deploy(&["up"]).expect(0);
    deploy(&["down", "V2__rows"]).expect(0);
    reader(&["verify"]).expect(0);

    // Without becoming the owner, the pipeline's role can do nothing.
    database.psql("ALTER ROLE shop_deploy IN DATABASE shop RESET role");
    deploy(&["status"]).expect(4);
    drop(database);
    PrivateServer::shared().run("postgres", "DROP ROLE shop_deploy, shop_reader; DROP ROLE shop_owner");
}

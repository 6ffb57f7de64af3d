//! What was set for the role or the database, and its encoding, must not change what checks and snapshots find.

use crate::support::{Database, Sandbox};

/// Something for each check that reads text which the server's own functions write.
const SCHEMA: &str = "
    CREATE TABLE serial (id serial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now() + '1 day'::interval);
    INSERT INTO serial VALUES (7);
    CREATE TABLE late (id int DEFAULT nextval('serial_id_seq'::text), raw bytea DEFAULT '\\xdeadbeef');
    CREATE TABLE gap (at date) PARTITION BY RANGE (at);
    CREATE TABLE gap_1 PARTITION OF gap FOR VALUES FROM ('2001-02-03') TO ('2001-03-04');
    CREATE TABLE gap_2 PARTITION OF gap FOR VALUES FROM ('2001-04-05') TO ('2001-05-06');
    CREATE TABLE next (at date) PARTITION BY RANGE (at);
    CREATE TABLE next_1 PARTITION OF next FOR VALUES FROM ('2001-02-03') TO ('2001-12-11') PARTITION BY RANGE (at);
    CREATE TABLE next_1_1 PARTITION OF next_1 FOR VALUES FROM ('2001-02-03') TO ('2001-12-11');
    CREATE TABLE quiet (id int PRIMARY KEY) WITH (autovacuum_enabled = off);
    CREATE FUNCTION careful() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1';
    CREATE FUNCTION careless() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';";

const CHECKS: &str = "
[[check]]
id = \"qa.tomorrow\"
column = \"public.serial.at\"
default = { expr = \"now() + '1 day'::interval\" }
";

#[test]
fn settings_of_the_database_change_no_finding_and_no_snapshot() {
    let database = Database::new();
    database.psql(SCHEMA);
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrate.toml", "").write("checks/qa.toml", CHECKS);
    let found = || sandbox.migrate(&["verify", "--check", "*", "--format", "json"]).expect(1).stdout;
    let written = || sandbox.migrate(&["snapshot"]).expect(0).stdout;
    let (plain, snapshot) = (found(), written());
    for told in ["public.serial_id_seq", "public.gap", "public.next", "public.quiet", "public.careless"] {
        assert!(plain.contains(told), "{told} is not found at all:\n{plain}");
    }
    assert!(
        !plain.contains("public.careful()") && !plain.contains("\"qa.tomorrow\",\n      \"verdict\": \"violated"),
        "{plain}"
    );
    for setting in [
        "quote_all_identifiers = on",
        "standard_conforming_strings = off",
        "DateStyle = 'SQL, DMY'",
        "DateStyle = 'German'",
        "IntervalStyle = iso_8601",
        "bytea_output = escape",
        "extra_float_digits = -5",
        "search_path = 'nowhere'",
        "default_transaction_isolation = serializable",
        "client_encoding = latin1",
    ] {
        let name = database.name();
        database.psql(&format!("ALTER DATABASE {name} SET {setting}"));
        assert_eq!(found(), plain, "{setting}");
        assert_eq!(written(), snapshot, "{setting}");
        database.psql("SET default_transaction_read_only = off");
        database
            .try_query(&format!("SET default_transaction_read_only = off; ALTER DATABASE {name} RESET ALL"))
            .unwrap();
    }
}

#[test]
fn a_database_in_latin1_is_migrated_checked_and_written_down() {
    let database = Database::with("ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE caf\u{e9} (id serial PRIMARY KEY);");
    sandbox.migrate(&["up"]).expect(0);
    let checked = sandbox.migrate(&["verify", "--check", "*"]).expect(0);
    assert!(!checked.stdout.contains("broken"), "{checked}");
    assert!(sandbox.migrate(&["snapshot"]).expect(0).stdout.contains("table public.caf\u{e9}"));
}

#[test]
fn a_ledger_beside_other_tables_hides_none_of_them() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox
        .write("migrate.toml", "[database]\nschema = \"public\"\n")
        .write("migrations/V1__a.sql", "CREATE TABLE a (id serial PRIMARY KEY); INSERT INTO a VALUES (3);");
    let up = sandbox.migrate(&["up"]).expect(1);
    assert!(up.stdout.contains("public.a_id_seq"), "{up}");
    assert!(sandbox.migrate(&["snapshot"]).expect(0).stdout.contains("table public.a\n"));
    // Nor does the name that a ledger would have.
    let other = Database::with("");
    other.psql(
        "CREATE SCHEMA migrate; CREATE TABLE migrate.a (id serial PRIMARY KEY); INSERT INTO migrate.a VALUES (3)",
    );
    let found = Sandbox::new().on(&other).migrate(&["verify", "--no-project"]).expect(1);
    assert!(found.stdout.contains("migrate.a_id_seq"), "{found}");
}

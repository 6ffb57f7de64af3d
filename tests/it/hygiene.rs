//! What a migration leaves in its session must reach neither the next migration nor, behind a pooler, anybody else.

use crate::support::{Database, Pooler, Sandbox};

/// What each leaves, and who could tell.
const LEAKS: &[(&str, &str)] = &[
    ("setting", "SET work_mem = '7MB';\nSET leak.secret = 'x';"),
    ("search_path", "SET search_path = leaked, public;"),
    ("defaults", "SET default_transaction_isolation = serializable;\nSET default_transaction_read_only = on;"),
    ("defaults_of_session", "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ;"),
    ("role", "SET ROLE pg_monitor;"),
    ("session_authorization", "SET SESSION AUTHORIZATION app;"),
    ("temp", "CREATE TEMP TABLE seen (id int);\nCREATE TEMP SEQUENCE s;"),
    ("listen", "LISTEN leak;"),
    ("prepared", "PREPARE leak AS SELECT 1;"),
    ("advisory", "SELECT pg_advisory_lock(42);\nSELECT pg_advisory_lock_shared(43);"),
    ("cursor", "DECLARE leak CURSOR WITH HOLD FOR SELECT 1;"),
];

const PROBE: &str = "SELECT current_setting('search_path') || '|' || current_user || '|' || session_user || '|'
    || current_setting('work_mem') || '|' || coalesce(current_setting('leak.secret', true), '') || '|'
    || current_setting('transaction_isolation') || '|' || current_setting('transaction_read_only') || '|'
    || (SELECT count(*) FROM pg_listening_channels()) || '|'
    || (SELECT count(*) FROM pg_prepared_statements WHERE from_sql) || '|'
    || (SELECT count(*) FROM pg_cursors WHERE is_holdable) || '|'
    || (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) || '|'
    || (SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relname IN ('seen', 's'))";

const CLEAN: &str = "\"$user\", public|postgres|postgres|4MB||read committed|off|0|0|0|0|0";

fn write(sandbox: &Sandbox) {
    sandbox
        .write("migrate.toml", "[up]\nverify = \"off\"\n")
        .write("migrations/V1__seen.sql", "CREATE TABLE public.seen (after text, state text);\n");
    for (n, (name, leak)) in LEAKS.iter().enumerate() {
        let (leaks, probes) = (2 * n + 2, 2 * n + 3);
        let probe = format!("INSERT INTO public.seen SELECT '{name}', ({PROBE});\n");
        sandbox
            .write(&format!("migrations/V{leaks}__{name}.sql"), format!("{leak}\n"))
            .write(&format!("migrations/V{probes}__after_{name}.sql"), probe);
    }
}

fn expect_clean(database: &Database) {
    let seen = database.query("SELECT after || ' ' || state FROM seen");
    let expected: Vec<_> = LEAKS.iter().map(|(name, _)| format!("{name} {CLEAN}")).collect();
    assert_eq!(seen, expected);
}

#[test]
fn nothing_that_a_migration_leaves_in_its_session_reaches_the_next() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    write(&sandbox);
    sandbox.migrate(&["up"]).expect(0);
    expect_clean(&database);
}

#[test]
fn nothing_that_a_migration_leaves_reaches_others_behind_a_pooler() {
    // One backend for all, so that everybody meets what was left in it.
    let (database, pooler) = (Database::new(), Pooler::new(1));
    let sandbox = pooler.sandbox(&database);
    write(&sandbox);
    let others = || pooler.query(&database, PROBE);
    assert_eq!(others(), [CLEAN]);
    for n in 1..=2 * LEAKS.len() + 1 {
        sandbox.migrate(&["up", "--to", &n.to_string()]).expect(0);
        assert_eq!(others(), [CLEAN], "after migration {n}");
    }
    expect_clean(&database);
    for (n, (_, leak)) in LEAKS.iter().enumerate() {
        let path = format!("migrations/V{}__fails.sql", 100 + n);
        sandbox.write(&path, format!("{leak}\nSELECT 1 / (SELECT 0);\n"));
        sandbox.migrate(&["up"]).expect(6);
        assert_eq!(others(), [CLEAN], "after the failure of {leak}");
        std::fs::remove_file(sandbox.path().join(path)).unwrap();
    }
}

/// Somebody else's leak, the other way round.
#[test]
fn what_others_have_left_in_a_pooled_session_does_not_reach_a_migration() {
    let (database, pooler) = (Database::new(), Pooler::new(1));
    let sandbox = pooler.sandbox(&database);
    database.psql("CREATE SCHEMA leaked");
    pooler.query(
        &database,
        "SET search_path = leaked; SET work_mem = '7MB'; SET default_transaction_isolation = serializable",
    );
    sandbox.write("migrations/V1__seen.sql", format!("CREATE TABLE seen AS {PROBE} AS state;\n"));
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT state FROM public.seen"), [CLEAN]);
}

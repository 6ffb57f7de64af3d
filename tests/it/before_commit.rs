//! Checks inside a migration's transaction: what does not hold is not committed.

use crate::support::{Database, Pooler, Sandbox};

const IN_TRANSACTION: &str = "[up]\nverify = \"in-transaction\"\n";

fn on(database: &Database, config: &str) -> Sandbox {
    let sandbox = Sandbox::new().on(database);
    sandbox.write("migrate.toml", config);
    sandbox
}

#[test]
fn a_migration_that_leaves_a_sequence_behind_is_rolled_back() {
    let database = Database::named("inventory_before");
    let sandbox = on(&database, IN_TRANSACTION);
    sandbox.write("migrations/V1__cards.sql", "CREATE TABLE cards (id serial PRIMARY KEY, name text);\n").write(
        "migrations/V2__seed.sql",
        "SET search_path = pg_catalog;\nINSERT INTO public.cards VALUES (1, 'a'), (42, 'b');\n",
    );
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @r#"
    $ migrate up
    --- stderr
    applied V1__cards in [time]
    error[M608]: `V2__seed` was not committed: `sequence.behind` does not hold after it
     = note: sequence.behind: public.cards_id_seq: maximum of public.cards.id is 42, next value is 1
     = note: what would mend it: ALTER SEQUENCE "public"."cards_id_seq" INCREMENT BY 1; SELECT pg_catalog.setval('"public"."cards_id_seq"'::pg_catalog.regclass, 42, true) FROM "public"."cards_id_seq" WHERE last_value <= 42
     = note: in migrations/V2__seed.sql
     = note: rolled back: nothing of `V2__seed` is in the database
     = note: 1 migration of this run is committed and recorded
     = help: correct `migrations/V2__seed.sql`, or accept what was found: `[verify] accept = ["sequence.behind:public.cards_id_seq"]` in `migrate.toml`; then run `migrate up` again
    --- exit 6
    "#);
    assert_eq!(database.query("SELECT id FROM migrate.applied"), ["V1__cards"]);
    assert_eq!(database.query("SELECT count(*) FROM cards"), ["0"]);
    sandbox.write(
        "migrations/V2__seed.sql",
        "INSERT INTO cards VALUES (1, 'a'), (42, 'b');\nSELECT setval('cards_id_seq', max(id)) FROM cards;\n",
    );
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT nextval('cards_id_seq')"), ["43"]);
}

#[test]
fn what_was_so_before_is_no_fault_of_the_migration() {
    let database = Database::new();
    database.psql("CREATE TABLE cards (id serial PRIMARY KEY); INSERT INTO cards VALUES (7)");
    let sandbox = on(&database, IN_TRANSACTION);
    sandbox.write("migrations/V1__a.sql", "ALTER TABLE cards ADD name text;\n");
    let output = sandbox.migrate(&["up"]).expect(1);
    assert!(output.stdout.contains("public.cards.id  public.cards_id_seq    7     1    7"), "{output}");
    assert_eq!(database.query("SELECT id FROM migrate.applied"), ["V1__a"]);

    // One that adds to it is refused for what it adds alone.
    sandbox
        .write("migrations/V2__b.sql", "ALTER TABLE cards ADD more text;\nCREATE POLICY mine ON cards USING (true);\n");
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("`rls.mismatch` does not hold after it"), "{output}");
    assert!(!output.stderr.contains("sequence.behind"), "{output}");
    assert_eq!(database.query("SELECT id FROM migrate.applied"), ["V1__a"]);
}

#[test]
fn what_others_do_meanwhile_is_not_touched() {
    let database = Database::new();
    database.psql("CREATE TABLE theirs (id serial PRIMARY KEY); CREATE TABLE signal (id int)");
    let sandbox = on(&database, IN_TRANSACTION);
    // Waits in the middle of its transaction until another session has committed something that does not hold.
    sandbox.write(
        "migrations/V1__a.sql",
        "CREATE TABLE mine (id int);\nDO $$ BEGIN FOR i IN 1..500 LOOP EXIT WHEN EXISTS (SELECT FROM public.theirs); \
         PERFORM pg_sleep(0.02); END LOOP; END $$;\nINSERT INTO mine SELECT count(*) FROM theirs;\n",
    );
    let run = std::thread::spawn(move || sandbox.migrate(&["up"]));
    let sleeps =
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%PERFORM pg_sleep%' AND pid <> pg_backend_pid()";
    while database.query(sleeps) == ["0"] {
        assert!(!run.is_finished());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    database.psql("INSERT INTO theirs VALUES (1)");
    // The checks at the end look at everything, and find it.
    let output = run.join().unwrap().expect(1);
    assert!(output.stdout.contains("public.theirs_id_seq"), "{output}");
    assert_eq!(database.query("SELECT id FROM mine"), ["1"]);
}

#[test]
fn accepted_findings_and_a_verification_that_is_off_let_it_pass() {
    let text = "CREATE TABLE cards (id serial PRIMARY KEY);\nINSERT INTO cards VALUES (42);\n";
    for (config, code) in [
        ("[up]\nverify = \"in-transaction\"\n[verify]\naccept = [\"sequence.behind:public.cards_id_seq\"]\n", 0),
        ("[up]\nverify = \"off\"\n", 0),
        ("[up]\nverify = \"after\"\n", 1),
    ] {
        let database = Database::new();
        let sandbox = on(&database, config);
        sandbox.write("migrations/V1__a.sql", text);
        sandbox.migrate(&["up"]).expect(code);
        assert_eq!(database.query("SELECT id FROM migrate.applied"), ["V1__a"], "{config}");
    }
}

/// A project whose second migration must leave `sync` isolated by tenant.
fn named(config: &str, database: &Database, second: &str) -> Sandbox {
    let sandbox = on(database, config);
    sandbox
        .write(
            "checks/sync.toml",
            "[[check]]\nid = \"sync.rls\"\nafter = \"V2\"\npolicies = { on = [\"public.sync\"], total = 1, rls = \"enabled\" }\n",
        )
        .write("migrations/V1__a.sql", "CREATE TABLE sync (id int);\n")
        .write("migrations/V2__b.sql", second);
    sandbox
}

#[test]
fn a_check_that_the_migration_names_has_to_hold() {
    let database = Database::named("inventory_named");
    let header = "-- [migrate]\n-- checks = [\"sync.*\"]\n";
    let sandbox = named("", &database, &format!("{header}CREATE POLICY p ON sync USING (true);\n"));
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @r#"
    $ migrate up
    --- stderr
    applied V1__a in [time]
    error[M608]: `V2__b` was not committed: `sync.rls` does not hold after it
     = note: sync.rls: table public.sync: row security is off, with 1 policy
     = note: what would mend it: ALTER TABLE "public"."sync" ENABLE ROW LEVEL SECURITY
     = note: in migrations/V2__b.sql
     = note: rolled back: nothing of `V2__b` is in the database
     = note: 1 migration of this run is committed and recorded
     = help: correct `migrations/V2__b.sql`, or accept what was found: `[verify] accept = ["sync.rls:table public.sync#rls"]` in `migrate.toml`; then run `migrate up` again
    --- exit 6
    "#);
    assert_eq!(database.query("SELECT id FROM migrate.applied"), ["V1__a"]);
    assert_eq!(database.query("SELECT count(*) FROM pg_policy"), ["0"]);
    let mended =
        format!("{header}CREATE POLICY p ON sync USING (true);\nALTER TABLE sync ENABLE ROW LEVEL SECURITY;\n");
    sandbox.write("migrations/V2__b.sql", mended);
    sandbox.migrate(&["up"]).expect(0);
}

#[test]
fn a_named_check_that_can_not_be_run_does_not_pass() {
    let database = Database::new();
    let sandbox = named("", &database, "-- [migrate]\n-- checks = [\"rows\"]\nINSERT INTO sync VALUES (1);\n");
    sandbox.write("checks/rows.toml", "[[check]]\nid = \"rows\"\nviolations = \"SELECT 1 / 0\"\n");
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("could not be checked: division by zero"), "{output}");
    assert_eq!(database.query("SELECT count(*) FROM sync"), ["0"]);
}

#[test]
fn a_check_that_there_is_not_is_refused_before_anything_runs() {
    let database = Database::named("inventory_misspelt");
    let sandbox = named("", &database, "-- [migrate]\n-- checks = [\"sync.rsl\"]\nSELECT 1;\n");
    insta::assert_snapshot!(sandbox.migrate(&["up"]), @r#"
    $ migrate up
    --- stderr
    error[M521]: no check matches `sync.rsl`
     --> migrations/V2__b.sql:2:14
      |
    2 | -- checks = ["sync.rsl"]
      |              ^^^^^^^^^^
      |
      = help: did you mean `sync.rls`?
    --- exit 5
    "#);
    assert_eq!(database.query("SELECT to_regclass('sync') IS NULL"), ["t"]);
}

#[test]
fn pieces_are_checked_before_they_commit_and_the_whole_before_it_counts() {
    let database = Database::new();
    let text = "-- [migrate]\n-- checks = [\"sync.rls\"]\nCREATE POLICY p ON sync USING (true);\nALTER TABLE sync ENABLE ROW LEVEL SECURITY;\n\
                CREATE INDEX CONCURRENTLY i ON sync (id);\nCREATE TABLE t (id serial);\nINSERT INTO t VALUES (9);\n";
    let sandbox = named(IN_TRANSACTION, &database, text);
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("`sequence.behind` does not hold"), "{output}");
    assert!(output.stderr.contains("the first 2 of 3 steps of `V2__b` are committed"), "{output}");
    assert_eq!(database.query("SELECT to_regclass('i') IS NOT NULL, to_regclass('t') IS NULL"), ["t|t"]);

    // What was committed stays; the piece that was refused may change.
    sandbox.write(
        "migrations/V2__b.sql",
        text.replace("INSERT INTO t VALUES (9)", "ALTER TABLE sync DISABLE ROW LEVEL SECURITY"),
    );
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("rls.mismatch"), "{output}");

    // With the built-in checks out of the way, the one it names is due when all its pieces are done.
    sandbox.write("migrate.toml", "");
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("`sync.rls` does not hold"), "{output}");
    assert!(
        output.stderr.contains("all 3 steps of `V2__b` are committed, and it does not count as applied"),
        "{output}"
    );
    assert_eq!(database.query("SELECT id FROM migrate.applied"), ["V1__a"]);
    database.psql("ALTER TABLE sync ENABLE ROW LEVEL SECURITY");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT id FROM migrate.applied ORDER BY 1"), ["V1__a", "V2__b"]);
}

#[test]
fn in_one_transaction_nothing_is_committed_when_one_does_not_hold() {
    let database = Database::new();
    let sandbox = on(&database, IN_TRANSACTION);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id serial PRIMARY KEY);\n")
        .write("migrations/V2__b.sql", "INSERT INTO a VALUES (5);\n")
        .write("migrations/V3__c.sql", "CREATE TABLE c (id int);\n");
    let output = sandbox.migrate(&["up", "--single-transaction"]).expect(6);
    assert!(output.stderr.contains("`V2__b` was not committed: `sequence.behind` does not hold after it"), "{output}");
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["0"]);
    sandbox.write("migrations/V2__b.sql", "INSERT INTO a DEFAULT VALUES;\n");
    sandbox.migrate(&["up", "--single-transaction"]).expect(0);
    assert_eq!(database.query("SELECT bool_and(duration_us > 0) FROM migrate.applied"), ["t"]);
}

#[test]
fn side_by_side_each_is_checked_for_itself() {
    let database = Database::new();
    let sandbox = on(&database, IN_TRANSACTION);
    for n in 1..=8 {
        let row = if n == 5 { format!("INSERT INTO t{n} VALUES (3);\n") } else { String::new() };
        sandbox.write(&format!("migrations/V{n}__t.sql"), format!("CREATE TABLE t{n} (id serial PRIMARY KEY);\n{row}"));
    }
    let output = sandbox.migrate(&["up", "--jobs", "4"]).expect(6);
    assert!(output.stderr.contains("`V5__t` was not committed"), "{output}");
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied WHERE id = 'V5__t'"), ["0"]);
    assert!(!output.stderr.contains("was not committed: `sequence.behind` does not hold after it\n --> migrations/V4"));
    sandbox.write("migrations/V5__t.sql", "CREATE TABLE t5 (id serial PRIMARY KEY);\n");
    sandbox.migrate(&["up", "--jobs", "4"]).expect(0);
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["8"]);
}

#[test]
fn a_revert_is_checked_too() {
    let database = Database::new();
    let sandbox = on(&database, IN_TRANSACTION);
    sandbox
        .write(
            "migrations/V1__a.sql",
            "CREATE TABLE a (id int);\nCREATE POLICY p ON a USING (true);\nALTER TABLE a ENABLE ROW LEVEL SECURITY;\n",
        )
        .write("migrations/V1__a.down.sql", "ALTER TABLE a DISABLE ROW LEVEL SECURITY;\n");
    sandbox.migrate(&["up"]).expect(0);
    let output = sandbox.migrate(&["down", "V1__a"]).expect(6);
    assert!(output.stderr.contains("`rls.mismatch` does not hold"), "{output}");
    assert!(output.stderr.contains("`V1__a` is still applied"), "{output}");
    assert_eq!(database.query("SELECT relrowsecurity FROM pg_class WHERE relname = 'a'"), ["t"]);
}

#[test]
fn behind_a_pooler_as_well() {
    let (database, pooler) = (Database::new(), Pooler::new(3));
    let sandbox = pooler.sandbox(&database);
    sandbox
        .write("migrate.toml", IN_TRANSACTION)
        .write("migrations/V1__a.sql", "CREATE TABLE a (id serial PRIMARY KEY);\n")
        .write("migrations/V2__b.sql", "SET search_path = pg_catalog;\nINSERT INTO public.a VALUES (5);\n");
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("`sequence.behind` does not hold"), "{output}");
    assert_eq!(database.query("SELECT id FROM migrate.applied"), ["V1__a"]);
    // Nobody else meets what it had set.
    for _ in 0..6 {
        assert!(!pooler.query(&database, "SHOW search_path").contains(&"pg_catalog".to_owned()));
    }
    sandbox.write("migrations/V2__b.sql", "INSERT INTO a DEFAULT VALUES;\n");
    sandbox.migrate(&["up"]).expect(0);
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["2"]);
}

#[test]
fn a_default_that_names_its_sequence_as_text_is_known_to_the_migrations_after_it() {
    let database = Database::new();
    let sandbox = on(&database, IN_TRANSACTION);
    sandbox
        .write("migrations/V1__a.sql", "CREATE TABLE a (id serial PRIMARY KEY);\nINSERT INTO a DEFAULT VALUES;\n")
        .write(
            "migrations/V2__late.sql",
            "CREATE SEQUENCE s;\nCREATE TABLE late (id int DEFAULT nextval('public.s'::text));\nINSERT INTO late VALUES (DEFAULT);\n",
        )
        .write("migrations/V3__set.sql", "SELECT setval('s', 1, false);\n");
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("error[M608]: `V3__set` was not committed"), "{output}");
    assert!(output.stderr.contains("what `setval` has set stays though the migration is rolled back"), "{output}");
    assert_eq!(database.query("SELECT id FROM migrate.applied ORDER BY 1"), ["V1__a", "V2__late"]);
}

/// Nothing locks a domain.
#[test]
fn a_domain_that_is_to_draw_from_now_on_is_seen() {
    let database = Database::new();
    let sandbox = on(&database, IN_TRANSACTION);
    sandbox
        .write(
            "migrations/V1__a.sql",
            "CREATE DOMAIN key AS int;\nCREATE TABLE a (id key PRIMARY KEY);\nINSERT INTO a VALUES (7);\nCREATE SEQUENCE s;\n",
        )
        .write("migrations/V2__draw.sql", "ALTER DOMAIN key SET DEFAULT nextval('s');\n");
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("error[M608]: `V2__draw` was not committed"), "{output}");
    assert!(output.stderr.contains("public.s: maximum of public.a.id is 7, next value is 1"), "{output}");
    sandbox.write("migrations/V2__draw.sql", "SELECT setval('s', 7);\nALTER DOMAIN key SET DEFAULT nextval('s');\n");
    sandbox.migrate(&["up"]).expect(0);
    // What others have set before is not looked at because of a word.
    database.psql("INSERT INTO a VALUES (90)");
    sandbox.write("migrations/V3__other.sql", "CREATE DOMAIN other AS text;\n");
    sandbox.migrate(&["up"]).expect(1);
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["3"]);
}

#[test]
fn rows_that_only_a_declared_query_compares_are_seen() {
    let database = Database::new();
    let sandbox = on(&database, IN_TRANSACTION);
    sandbox.write(
        "checks/sequences.toml",
        "[[sequences.override]]\nname = \"public.number\"\n\
         value_sql = \"SELECT max(substr(number, 2)::bigint) FROM public.invoice\"\n",
    );
    sandbox
        // The table that the query reads is not there yet: nothing to warn of.
        .write(
            "migrations/V1__a.sql",
            "CREATE SEQUENCE number;\nCREATE TABLE other (id int);\nINSERT INTO other VALUES (1);\n",
        )
        .write("migrations/V2__b.sql", "CREATE TABLE invoice (number text);\n")
        .write("migrations/V3__c.sql", "INSERT INTO invoice VALUES ('A7');\n");
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("error[M608]: `V3__c` was not committed"), "{output}");
    assert!(output.stderr.contains("public.number: maximum of its declared query is 7, next value is 1"), "{output}");
    assert!(!output.stderr.contains("could not be checked"), "{output}");
    sandbox.write("migrations/V3__c.sql", "INSERT INTO invoice VALUES ('A7');\nSELECT setval('number', 7);\n");
    sandbox.migrate(&["up"]).expect(0);
}

/// Nothing locks what privileges are granted on.
#[test]
fn privileges_that_do_not_go_together_are_seen() {
    let database = Database::new();
    let sandbox = on(&database, IN_TRANSACTION);
    sandbox
        .write(
            "migrations/V1__a.sql",
            "CREATE TABLE a (id serial PRIMARY KEY);\nCREATE SEQUENCE s;\nCREATE TABLE b (id int DEFAULT nextval('s'));\n",
        )
        .write("migrations/V2__grant.sql", "GRANT INSERT ON a, b TO pg_monitor;\n");
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("error[M608]: `V2__grant` was not committed"), "{output}");
    for (sequence, table) in [("a_id_seq", "a"), ("s", "b")] {
        let evidence = "and not draw from the sequence of its default";
        let finding = format!("public.{sequence}: pg_monitor may insert into public.{table} {evidence}");
        assert!(output.stderr.contains(&finding), "{output}");
    }
    let grants = "GRANT INSERT ON a, b TO pg_monitor;\nGRANT USAGE ON SEQUENCE a_id_seq, s TO pg_monitor;\n";
    sandbox.write("migrations/V2__grant.sql", grants);
    sandbox.write("migrations/V3__revoke.sql", "REVOKE ALL ON SEQUENCE a_id_seq FROM pg_monitor;\n");
    let output = sandbox.migrate(&["up"]).expect(6);
    assert!(output.stderr.contains("error[M608]: `V3__revoke` was not committed"), "{output}");
    assert!(!output.stderr.contains("public.s:"), "{output}");
    // What others have done before is not looked at because of a word, nor held against who grants something else there.
    database.psql("REVOKE ALL ON SEQUENCE s, a_id_seq FROM pg_monitor");
    sandbox.write("migrations/V3__revoke.sql", "GRANT SELECT ON a TO pg_monitor;\n");
    sandbox.migrate(&["up"]).expect(1);
    assert_eq!(database.query("SELECT count(*) FROM migrate.applied"), ["3"]);
}

#[test]
fn privileges_on_columns_and_views_are_seen() {
    let database = Database::new();
    let sandbox = on(&database, IN_TRANSACTION);
    sandbox.write(
        "migrations/V1__a.sql",
        "CREATE TABLE a (id serial PRIMARY KEY, n int);\nCREATE VIEW v AS SELECT * FROM a;\n\
         CREATE SEQUENCE s;\nCREATE TABLE b (id int DEFAULT nextval('public.s'::text));\n",
    );
    for (grant, on, sequence) in [
        ("GRANT INSERT (n) ON a TO pg_monitor", "a", "a_id_seq"),
        ("GRANT INSERT ON v TO pg_monitor", "v", "a_id_seq"),
        ("GRANT INSERT ON b TO pg_monitor", "b", "s"),
        ("ALTER TABLE b OWNER TO pg_monitor", "b", "s"),
    ] {
        sandbox.write("migrations/V2__grant.sql", format!("{grant};\n"));
        let output = sandbox.migrate(&["up"]).expect(6);
        let evidence = "and not draw from the sequence of its default";
        let finding = format!("public.{sequence}: pg_monitor may insert into public.{on} {evidence}");
        assert!(output.stderr.contains(&finding), "{output}");
    }
}

//! What is said of sequences that are repaired, and of those that can't be compared.

use super::on;
use crate::support::Database;

/// Every second connection is refused: one reads and mends everything.
#[test]
fn one_connection_is_enough() {
    let database = Database::new();
    database.psql(
        "CREATE ROLE only_one LOGIN CONNECTION LIMIT 1 IN ROLE trusted;
         CREATE SCHEMA app AUTHORIZATION only_one;
         SET ROLE only_one;
         DO $$ BEGIN FOR i IN 1..120 LOOP
             EXECUTE format('CREATE TABLE app.t%s (id serial PRIMARY KEY); INSERT INTO app.t%1$s VALUES (7)', i);
         END LOOP; END $$",
    );
    let url = database.url().replace("postgres@", "only_one@");
    let sandbox = on(&database);
    let found = sandbox.migrate(&["verify", "--database-url", &url]).expect(1).stdout;
    assert!(found.starts_with("120 sequences behind the data\n"), "{found}");
    let fixed = sandbox.migrate(&["verify", "--fix-sequences", "--database-url", &url]).expect(0).stdout;
    assert!(fixed.contains("\n… and 100 more; ") && !fixed.contains("not fixed"), "{fixed}");
    database.psql("DROP OWNED BY only_one; DROP ROLE only_one");
}

/// `pg_restore --table` brings the partitions' defaults back, and neither their parent's nor whom the sequence belongs to.
#[test]
fn one_run_puts_back_what_the_first_repair_brings_to_light() {
    let database = Database::new();
    database.psql(
        "CREATE TABLE m (code bigserial NOT NULL, c text NOT NULL) PARTITION BY LIST (c); \
         CREATE TABLE m1 PARTITION OF m FOR VALUES IN ('a'); INSERT INTO m VALUES (7, 'a'); \
         ALTER SEQUENCE m_code_seq OWNED BY NONE; ALTER TABLE ONLY m ALTER code DROP DEFAULT",
    );
    let sandbox = on(&database);
    insta::assert_snapshot!(sandbox.migrate(&["verify", "--fix-defaults", "--fix-sequences"]).expect(0).stdout, @r#"
    fixed public.m.code: ALTER TABLE ONLY "public"."m" ALTER COLUMN "code" SET DEFAULT nextval('public.m_code_seq'::regclass)
    fixed public.m.code: ALTER SEQUENCE "public"."m_code_seq" OWNED BY "public"."m"."code"
    fixed public.m_code_seq, next value 8

    checks: 17 hold
    "#);
    assert_eq!(database.query("SELECT pg_get_serial_sequence('m', 'code')"), ["public.m_code_seq"]);
    assert_eq!(database.query("INSERT INTO m (c) VALUES ('a') RETURNING code"), ["8"]);
}

#[test]
fn what_holds_for_want_of_a_comparison_says_so() {
    let database = Database::new();
    database.psql(
        "CREATE SEQUENCE number; CREATE TABLE invoice (number text DEFAULT 'A' || nextval('number')); \
         INSERT INTO invoice VALUES ('A7'); \
         CREATE SEQUENCE full_up MAXVALUE 3; CREATE TABLE last (id int DEFAULT nextval('full_up')); \
         INSERT INTO last SELECT nextval('full_up') FROM generate_series(1, 3)",
    );
    let sandbox = on(&database);
    let note = "sequence.behind: not compared, because what they feed is computed or no whole number: public.number; declare their `value_sql`";
    let output = sandbox.migrate(&["verify", "--check", "sequence.behind"]).expect(0).stdout;
    assert!(output.starts_with(&format!("note: {note}\n")), "{output}");
    let output = sandbox.migrate(&["verify", "--check", "sequence.behind", "--format", "markdown"]).expect(0).stdout;
    assert!(output.contains(note), "{output}");
    let json = sandbox.migrate(&["verify", "--check", "sequence.behind", "--format", "json"]).expect(0).stdout;
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    let full = &document["sequences"][0];
    assert_eq!((&full["sequence"], &full["max"]), (&"public.full_up".into(), &3.into()), "{json}");
    assert!(full["next"].is_null(), "a sequence hands out nothing beyond its end: {json}");
    sandbox.write(
        "checks/sequences.toml",
        "[[sequences.override]]\nname = \"public.number\"\nvalue_sql = \"SELECT max(substr(number, 2)::int) FROM public.invoice\"\n",
    );
    let output = sandbox.migrate(&["verify", "--check", "sequence.behind"]).expect(1).stdout;
    assert!(!output.contains("not compared") && output.contains("1 sequence behind the data"), "{output}");
}

#[test]
fn what_is_beside_a_finding_is_said_only_where_there_is_something() {
    let database = Database::new();
    database.psql(
        "CREATE TABLE \"new\nline\" (id serial); INSERT INTO \"new\nline\" VALUES (7); \
         CREATE TABLE granted (id serial); GRANT INSERT ON granted TO pg_monitor; \
         CREATE UNLOGGED TABLE cache (id int PRIMARY KEY)",
    );
    let sandbox = on(&database);
    let output = sandbox.migrate(&["verify", "--check", "sequence.grant"]).expect(1).stdout;
    assert!(output.contains("fix: GRANT USAGE ON SEQUENCE public.granted_id_seq TO pg_monitor\n"), "{output}");
    let output = sandbox.migrate(&["verify", "--check", "sequence.behind", "--fix-sequences"]).expect(0).stdout;
    assert!(output.contains("fixed public.\"new\\nline_id_seq\", next value 8\n"), "{output}");
    let output = sandbox.migrate(&["verify", "--check", "table.unlogged", "--format", "markdown"]).expect(0).stdout;
    assert!(output.lines().next().is_some_and(|heading| heading.ends_with(": no errors")), "{output}");
}

//! Declared checks: every form on a good and a bad database.

use std::time::Duration;

use pgmigrate::verify::{Limits, Verdict};

use crate::verify_support::{database, shown};

#[tokio::test]
async fn objects_must_exist_and_be_of_their_kind() {
    let mut db = database().await;
    db.sql(
        "CREATE SCHEMA auth; CREATE SCHEMA core;
         CREATE TABLE public.organizations (id int); CREATE TABLE core.suppliers (id int);
         CREATE VIEW public.suppliers AS SELECT * FROM core.suppliers;
         CREATE TABLE public.items (id int);
         CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid';
         CREATE FUNCTION auth.f(a int, b varchar) RETURNS int LANGUAGE sql AS 'SELECT 1';
         CREATE TABLE auth.part (id int) PARTITION BY LIST (id);",
    )
    .await;
    let good = r#"
        [[check]]
        id = "good"
        schemas = ["auth"]
        tables = ["public.organizations", "auth.part"]
        views = ["public.suppliers"]
        functions = ["auth.uid()", "auth.f(integer, character varying)", "auth.f(int, varchar)", "auth.f"]
        absent = ["table public.gone", "function auth.f(text)", "column public.items.name", "table public.suppliers"]
    "#;
    assert_eq!(shown(&db.declared(good).await), "Holds");
    let bad = r#"
        [[check]]
        id = "bad"
        severity = "warning"
        schemas = ["serve"]
        tables = ["public.organization", "public.suppliers", "auth.items", "nowhere.at_all"]
        views = ["public.items"]
        functions = ["auth.uid(text)", "auth.uidd()"]
        absent = ["schema core", "view public.suppliers"]
    "#;
    insta::assert_snapshot!(shown(&db.declared(bad).await), @"
    Holds
    bad Violated warning
      warning schema serve: does not exist
      warning table public.organization: does not exist; did you mean table public.organizations?
      warning table public.suppliers: is a view, not a table
      warning table auth.items: does not exist; did you mean table public.items?
      warning table nowhere.at_all: does not exist
      warning view public.items: is a table, not a view
      warning function auth.uid(text): does not exist; it exists with other arguments
      warning function auth.uidd(): does not exist; did you mean function auth.uid?
      warning schema core: exists
      warning view public.suppliers: exists
    ");
}

#[tokio::test]
async fn enums_have_exactly_their_labels() {
    let mut db = database().await;
    db.sql("CREATE TYPE sync_type AS ENUM ('delta', 'full', 'manual', 'x')").await;
    let check =
        |id: &str, labels: &str| format!("[[check]]\nid = \"{id}\"\nenums = {{ \"public.sync_type\" = {labels} }}\n");
    let good = check("a", "['delta', 'full', 'manual', 'x']") + &check("b", "{ count = 4 }");
    assert_eq!(shown(&db.declared(&good).await), "Holds");
    let bad = check("labels", "['delta', 'full', 'preview', 'manual']")
        + &check("order", "['full', 'delta', 'manual', 'x']")
        + &check("count", "{ count = 8 }")
        + "[[check]]\nid = \"missing\"\nenums = { \"public.sync_tipe\" = ['a'] }\n";
    insta::assert_snapshot!(shown(&db.declared(&bad).await), @"
    Violated
    labels Violated error
      error enum public.sync_type: lacks 'preview'; has 'x' besides [sql]
    order Violated error
      error enum public.sync_type: has the labels in another order: 'delta', 'full', 'manual', 'x'
    count Violated error
      error enum public.sync_type: has 4 labels, not 8
    missing Violated error
      error enum public.sync_tipe: does not exist; did you mean enum public.sync_type?
    ");
}

#[tokio::test]
async fn policies_count_only_with_row_security_on() {
    let mut db = database().await;
    db.sql(
        "CREATE TABLE a (id int); CREATE POLICY p ON a USING (true); ALTER TABLE a ENABLE ROW LEVEL SECURITY;
         CREATE TABLE b (id int); CREATE POLICY p ON b USING (true); CREATE POLICY q ON b USING (true);
         CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION touch();
         CREATE TRIGGER t BEFORE UPDATE ON b FOR EACH ROW EXECUTE FUNCTION touch();
         ALTER TABLE b DISABLE TRIGGER t;",
    )
    .await;
    let good = r#"
        [[check]]
        id = "good"
        policies = { on = ["public.a"], total = 1, rls = "enabled" }
        triggers = { on = ["public.a"], functions = ["touch", "public.touch()"], enabled = true }
    "#;
    assert_eq!(shown(&db.declared(good).await), "Holds");
    let bad = r#"
        [[check]]
        id = "bad"
        policies = { on = ["public.a", "public.b", "public.c"], total = 4, rls = "enabled" }
        triggers = { on = ["public.a", "public.b"], functions = ["touch", "toucha"], enabled = true }
        [[check]]
        id = "forced"
        policies = { on = ["public.a"], rls = "forced" }
    "#;
    insta::assert_snapshot!(shown(&db.declared(bad).await), @"
    Violated
    bad Violated error
      error table public.c: does not exist
      error table public.b: row security is off, with 2 policies [sql]
      error public.a, public.b, public.c: 3 policies, not 4: public.a 1, public.b 2
      error table public.a: no trigger calls toucha(); did you mean touch?
      error table public.b: trigger t, which calls touch(), is disabled [sql]
      error table public.b: no trigger calls toucha(); did you mean touch?
    forced Violated error
      error table public.a: row security does not bind the table's owner, with 1 policy [sql]
    ");
}

#[tokio::test]
async fn a_column_is_as_declared() {
    let mut db = database().await;
    db.sql(
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, name varchar(20) NOT NULL DEFAULT 'x', price numeric(10,2));",
    )
    .await;
    let good = r#"
        [[check]]
        id = "a"
        column = "public.t.name"
        type = "varchar(20)"
        not_null = true
        default = { expr = "'x'" }
        [[check]]
        id = "b"
        column = "public.t.id"
        default = { sequence = "public.t_id_seq" }
        [[check]]
        id = "c"
        column = "public.t.price"
        type = "decimal(10,2)"
        not_null = false
    "#;
    assert_eq!(shown(&db.declared(good).await), "Holds");
    let bad = r#"
        [[check]]
        id = "name"
        column = "public.t.name"
        type = "varchar(30)"
        not_null = false
        default = { expr = "'y'" }
        fix = "sql"
        [[check]]
        id = "price"
        column = "public.t.price"
        type = "text"
        not_null = true
        default = { sequence = "public.gone_seq" }
        [[check]]
        id = "near"
        column = "public.t.nmae"
        [[check]]
        id = "gone"
        column = "public.tt.name"
    "#;
    insta::assert_snapshot!(shown(&db.declared(bad).await), @"
    Violated
    name Violated error
      error column public.t.name: is of type character varying(20), not varchar(30)
      error column public.t.name: is NOT NULL [sql]
      error column public.t.name: has default 'x'::character varying, and should have 'y' [sql]
    price Violated error
      error column public.t.price: is of type numeric(10,2), not text
      error column public.t.price: allows nulls [sql]
      error column public.t.price: has no default, and should have the next value of public.gone_seq; that sequence does not exist
    near Violated error
      error column public.t.nmae: does not exist; did you mean name?
    gone Violated error
      error table public.tt: does not exist
    ");
}

const QA: &str = r#"
    [[check]]
    id = "qa.unique"
    table = "public.qa_photo_reviews"
    unique = [["drop_number", "review_date"]]
    allow_duplicates = [["drop_number"]]
    [[check]]
    id = "qa.both"
    severity = "warning"
    limit = 3
    timeout = "10s"
    message = "activated in the last week and not reviewed"
    violations = """
      SELECT m.drop_number, m.at FROM public.marketing_activations m WHERE m.at > now() - interval '7 days'
      AND NOT EXISTS (SELECT 1 FROM public.qa_photo_reviews q WHERE q.drop_number = m.drop_number) ORDER BY 1;"""
"#;

#[tokio::test]
async fn a_constraint_that_contradicts_the_rule_is_found_whatever_its_name() {
    let mut db = database().await;
    db.sql(
        "CREATE TABLE marketing_activations (drop_number text, at timestamp);
         CREATE TABLE qa_photo_reviews (drop_number text, review_date date, project text,
             CONSTRAINT per_day UNIQUE (review_date, drop_number));
         INSERT INTO qa_photo_reviews VALUES ('d1', '2026-01-01'), ('d1', '2026-01-02');
         INSERT INTO marketing_activations VALUES ('d1', '2100-01-01'), ('old', '2020-01-01');",
    )
    .await;
    assert_eq!(shown(&db.declared(QA).await), "Holds");
    db.sql(
        "TRUNCATE qa_photo_reviews;
         ALTER TABLE qa_photo_reviews ADD CONSTRAINT odd_name UNIQUE (drop_number);
         CREATE UNIQUE INDEX \"Odd\" ON qa_photo_reviews (lower(drop_number)) INCLUDE (project);
         CREATE UNIQUE INDEX partly ON qa_photo_reviews (drop_number) WHERE drop_number LIKE 'x%';
         INSERT INTO marketing_activations SELECT 'd' || i, timestamp '2100-01-01' FROM generate_series(2, 6) i;
         ALTER TABLE qa_photo_reviews DROP CONSTRAINT per_day;
         ALTER TABLE qa_photo_reviews ADD CONSTRAINT later UNIQUE (drop_number, review_date) DEFERRABLE;",
    )
    .await;
    let report = db.declared(QA).await;
    insta::assert_snapshot!(shown(&report), @r#"
    Violated
    qa.unique Violated error
      error table public.qa_photo_reviews: no unique index on (drop_number, review_date) that holds for every row at once: public.later is deferrable [sql]
      error table public.qa_photo_reviews: unique index public."Odd" on (drop_number) forbids rows that agree on (drop_number) [sql]
      error table public.qa_photo_reviews: constraint odd_name on (drop_number) forbids rows that agree on (drop_number) [sql]
      warning table public.qa_photo_reviews: partial unique index public.partly on (drop_number) forbids rows that agree on (drop_number) [sql]
    qa.both Violated warning
      warning drop_number = d1, at = 2100-01-01T00:00:00: activated in the last week and not reviewed
      warning drop_number = d2, at = 2100-01-01T00:00:00: activated in the last week and not reviewed
      warning drop_number = d3, at = 2100-01-01T00:00:00: activated in the last week and not reviewed
      note: more than 3 rows
    "#);
    let keys: Vec<&str> = report.findings().map(|(_, finding)| finding.key.as_str()).collect();
    insta::assert_snapshot!(keys.join("\n"), @r#"
    qa.unique:table public.qa_photo_reviews#unique(drop_number, review_date)
    qa.unique:table public.qa_photo_reviews#public."Odd"
    qa.unique:table public.qa_photo_reviews#odd_name
    qa.unique:table public.qa_photo_reviews#public.partly
    qa.both:row#96615f9c8d93
    qa.both:row#f8dced07549d
    qa.both:row#8fa3832b5660
    "#);
    let misspelt = "[[check]]\nid = \"x\"\ntable = \"public.qa_photo_reviews\"\nunique = [[\"drop_nmber\"]]\n";
    insta::assert_snapshot!(shown(&db.declared(misspelt).await), @"
    Violated
    x Violated error
      error column public.qa_photo_reviews.drop_nmber: does not exist; did you mean drop_number?
    ");
}

#[tokio::test]
async fn foreign_keys_grants_and_extensions_are_as_declared() {
    let mut db = database().await;
    db.as_role("verify_app").await;
    db.sql(
        "CREATE TABLE o (id int PRIMARY KEY, b int);
         CREATE TABLE t (o int REFERENCES o ON DELETE CASCADE, p int);
         ALTER TABLE t ADD CONSTRAINT loose FOREIGN KEY (p) REFERENCES o NOT VALID;
         GRANT SELECT ON t TO verify_app;",
    )
    .await;
    let good = r#"
        [[check]]
        id = "good"
        table = "public.t"
        foreign_keys = [{ columns = ["o"], references = "public.o", on_delete = "cascade" }]
        grants = [{ role = "verify_app", privilege = "select", on = ["public.t"] }]
        extensions = { plpgsql = "1.0" }
    "#;
    assert_eq!(shown(&db.declared(good).await), "Holds");
    let bad = r#"
        [[check]]
        id = "bad"
        table = "public.t"
        foreign_keys = [
            { columns = ["o"], references = "public.o", on_delete = "set null" },
            { columns = ["p"], references = "public.o" },
            { columns = ["o", "p"], references = "public.o" },
        ]
        grants = [
            { role = "verify_app", privilege = ["select", "insert"], on = ["public.t"] },
            { role = "nobody_here", privilege = "select", on = ["public.t"] },
        ]
        extensions = { plpgsql = "99", nonsense = "1" }
    "#;
    insta::assert_snapshot!(shown(&db.declared(bad).await), @"
    Violated
    bad Violated error
      error extension plpgsql: is at version 1.0, older than 99 [sql]
      error extension nonsense: is not installed [sql]
      error table public.t: t_o_fkey is ON DELETE cascade, not set null
      error table public.t: loose is NOT VALID: old rows were never checked
      error table public.t: no foreign key from (o, p) to public.o
      error public.t: role verify_app has no INSERT [sql]
      error public.t: role nobody_here does not exist
    ");
}

#[tokio::test]
async fn a_query_that_can_not_run_is_broken_at_its_place_and_never_holds() {
    let mut db = database().await;
    db.sql("CREATE TABLE t (id int); CREATE TABLE secret (id int)").await;
    let toml = r#"
        [[check]]
        id = "syntax"
        violations = """
        SELECT id
        FRM public.t"""
        [[check]]
        id = "unqualified"
        violations = "SELECT id FROM t"
        [[check]]
        id = "writes"
        violations = "INSERT INTO public.t VALUES (1) RETURNING id"
        [[check]]
        id = "two"
        violations = "SELECT 1) q; COMMIT; DROP TABLE public.t; SELECT * FROM (SELECT 1"
        [[check]]
        id = "effect"
        violations = "SELECT setval('public.s', 5)"
        [[check]]
        id = "slow"
        timeout = "50ms"
        violations = "SELECT pg_sleep(10)"
        [[check]]
        id = "after"
        violations = "SELECT 1 WHERE false"
    "#;
    db.sql("CREATE SEQUENCE s").await;
    let report = db.declared(toml).await;
    insta::assert_snapshot!(shown(&report), @r#"
    Broken
    syntax Broken error
      broken syntax: syntax error at or near "public" at checks/test.toml:6:13
    unqualified Broken error
      broken unqualified: relation "t" does not exist at checks/test.toml:9:38 (checks run with an empty search_path: write names with their schema)
    writes Broken error
      broken writes: syntax error at or near "INTO" at checks/test.toml:12:30
    two Broken error
      broken two: cannot insert multiple commands into a prepared statement
    effect Broken error
      broken effect: cannot execute setval() in a read-only transaction
    slow Broken error
      broken slow: canceling statement due to statement timeout (give the check a longer `timeout`)
    "#);
    assert_eq!(report.results.last().unwrap().verdict, Verdict::Holds, "a failure leaves the others alone");
    let secret = "[[check]]\nid = \"secret\"\nviolations = \"SELECT * FROM public.secret\"\n";
    let mut reader = db.as_role("verify_outsider").await;
    insta::assert_snapshot!(shown(&reader.declared(secret).await), @"
    Broken
    secret Broken error
      broken secret: permission denied for table secret (GRANT SELECT ON secret TO verify_outsider)
    ");
}

#[tokio::test]
async fn checks_of_migrations_to_come_are_skipped_by_name() {
    let mut db = database().await;
    let toml = "[[check]]\nid = \"later\"\nafter = \"V9999\"\ntables = [\"public.nothing\"]\n";
    let report = db.verify_with(toml, &["later"], Limits::default()).await;
    assert_eq!(shown(&report), "Holds");
    assert_eq!(report.skipped[0].reason, "V9999 is not applied");
}

#[tokio::test]
async fn a_locked_catalog_question_does_not_wait_for_user_locks() {
    let mut db = database().await;
    db.sql("CREATE TABLE t (id serial NOT NULL)").await;
    let other = db.connect().await;
    other.client().batch_execute("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let toml = "[[check]]\nid = \"column\"\ncolumn = \"public.t.id\"\nnot_null = true\n\
                default = { sequence = \"public.t_id_seq\" }\n";
    let started = std::time::Instant::now();
    assert_eq!(shown(&db.declared(toml).await), "Holds");
    assert!(started.elapsed() < Duration::from_secs(1));
    other.close().await.unwrap();
}

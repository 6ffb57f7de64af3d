//! What a snapshot tells of things that few schemas have, and what it must not tell.

use crate::copy_data::pg_dump;
use crate::snapshot::{compare, read, said};
use crate::support::{Database, Sandbox};
use crate::verify_support::database;

const SECRETS: &str = r#"
CREATE FOREIGN DATA WRAPPER nowhere OPTIONS (password 'SECRET', debug 'true');
CREATE SERVER far FOREIGN DATA WRAPPER nowhere OPTIONS (
    pwd 'SECRET', host 'h', datasource 'PG:host=x password=SECRET dbname=x', headers '{"X-Api-Key": "SECRET"}');
CREATE FOREIGN TABLE remote (id integer OPTIONS (auth_token 'SECRET', column_name 'pass'))
    SERVER far OPTIONS (password 'SECRET', uri 'http://user:SECRET@host/x', table_name 't', page 'http://host/a@b');
CREATE USER MAPPING FOR public SERVER far OPTIONS (user 'a', password 'SECRET');
"#;

#[tokio::test]
async fn of_options_that_are_secrets_the_names_are_told() {
    let mut database = database().await;
    database.sql(SECRETS).await;
    let before = read(&database).await;
    let text = before.to_text();
    insta::assert_snapshot!(text.split_once("foreign-data ").unwrap().1, @"
    wrapper nowhere: debug=true, password=...

    server far: wrapper nowhere options datasource=..., headers=..., host=h, pwd=...

    user mapping far.public: options password=..., user=a

    foreign table public.remote
      server: far
      options: page=http://host/a@b, password=..., table_name=t, uri=...
      column id: integer options auth_token=..., column_name=pass
    ");
    database.sql("ALTER USER MAPPING FOR public SERVER far OPTIONS (SET user 'b')").await;
    let after = read(&database).await;
    let found: Vec<String> = compare(&before, &after).iter().map(said).collect();
    assert_eq!(found, ["~ user mapping far.public"]);
    database.sql("GRANT SELECT ON remote TO PUBLIC").await;
    let after = read(&database).await;
    database = database.as_role("snapshot_nobody").await;
    let by_another = read(&database).await;
    assert!(by_another.to_text().contains("user mapping far.public: options unknown"));
    assert_eq!(compare(&after, &by_another), []);
}

const CASTS: &str = r"
CREATE TABLE t (st varchar(10) CHECK (st IN ('new', 'paid')), v varchar DEFAULT 'a]');
CREATE INDEX part ON t (v) WHERE st IN ('new', 'it''s');
CREATE VIEW v AS SELECT st, v IN ('a', 'b,') AS one FROM t WHERE st NOT IN ('x', 'y');
CREATE MATERIALIZED VIEW m AS SELECT 1 AS one FROM t WHERE st IN ('x', 'y');
CREATE RULE r AS ON DELETE TO t WHERE old.st IN ('x', 'y') DO INSTEAD NOTHING;
CREATE POLICY p ON t USING (st IN ('x', 'y')) WITH CHECK (v IN ('x', 'y'));
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW WHEN (new.st IN ('x', 'y')) EXECUTE FUNCTION f();
CREATE DOMAIN d AS varchar(10) CHECK (VALUE IN ('x', 'y'));
CREATE FUNCTION atomic(x varchar) RETURNS boolean LANGUAGE sql BEGIN ATOMIC SELECT x IN ('a', upper(x)); END;
";

#[test]
fn a_dump_and_its_restoration_make_no_difference() {
    let (original, copy) = (Database::new(), Database::new());
    original.psql(CASTS);
    let Some(dump) = pg_dump(&original, &["--schema-only"]) else { return };
    // Without the commands of psql.
    copy.psql(&dump.lines().filter(|line| !line.starts_with('\\')).collect::<Vec<_>>().join("\n"));
    let written = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 't_st_check'";
    assert_ne!(original.query(written), copy.query(written), "the two forms");
    let sandbox = Sandbox::new().env("A", &original.url()).env("B", &copy.url());
    sandbox.migrate(&["diff", "env:A", "env:B"]).expect(0);
    copy.psql("ALTER TABLE t DROP CONSTRAINT t_st_check, ADD CHECK (st IN ('new', 'Paid'))");
    sandbox.migrate(&["diff", "env:A", "env:B"]).expect(1);
}

//! What a snapshot tells of things that few schemas have, and what it must not tell.

use crate::copy_data::pg_dump;
use crate::snapshot::{ROLES, compare, every_change_is_told, read, said};
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
    let database = database().await;
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
    let by_another = read(&database.as_role("snapshot_nobody").await).await;
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

const RARE: &str = r"
CREATE EXTENSION pg_trgm;
CREATE TABLE p (id int NOT NULL, n int CONSTRAINT n CHECK (n > 0), v text) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
CREATE INDEX p_v ON p (v);
CREATE TABLE q (id int PRIMARY KEY, u text UNIQUE, i int GENERATED ALWAYS AS IDENTITY);
CREATE INDEX e ON q ((id + 1));
CREATE TABLE f (id int CONSTRAINT fk REFERENCES q);
CREATE TABLE g (id int REFERENCES q) PARTITION BY LIST (id);
CREATE TABLE g_1 PARTITION OF g FOR VALUES IN (1);
CREATE TABLE k (id int PRIMARY KEY) PARTITION BY LIST (id);
CREATE TABLE k_1 PARTITION OF k FOR VALUES IN (1);
CREATE TABLE j (id int REFERENCES k);
CREATE SCHEMA s;
CREATE TABLE s.a (id int);
CREATE TABLE s.b (id int);
CREATE MATERIALIZED VIEW m AS SELECT id, u FROM q;
CREATE STATISTICS st ON id, u FROM q;
CREATE FUNCTION fn() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE bt;
CREATE FUNCTION bt_in(cstring) RETURNS bt LANGUAGE internal STRICT IMMUTABLE AS 'int4in';
CREATE FUNCTION bt_out(bt) RETURNS cstring LANGUAGE internal STRICT IMMUTABLE AS 'int4out';
CREATE TYPE bt (INPUT = bt_in, OUTPUT = bt_out, INTERNALLENGTH = 4, PASSEDBYVALUE);
CREATE AGGREGATE ag (int) (SFUNC = int4pl, STYPE = int, MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = int);
CREATE LANGUAGE l HANDLER plpgsql_call_handler;
CREATE COLLATION c (lc_collate = 'C', lc_ctype = 'C');
CREATE PUBLICATION pub FOR TABLE s.a, s.b, p;
";

/// Each on top of those before it.
const RARE_CHANGES: &[(&str, &str)] = &[
    ("ALTER TABLE ONLY p ADD PRIMARY KEY (id)", "+ constraint public.p.p_pkey ; + constraint public.p.p_pkey"),
    (
        "ALTER TABLE p1 ADD PRIMARY KEY (id); ALTER INDEX p_pkey ATTACH PARTITION p1_pkey",
        "- constraint public.p.p_pkey",
    ),
    (
        "ALTER TABLE p2 ADD PRIMARY KEY (id); ALTER INDEX p_pkey ATTACH PARTITION p2_pkey",
        "~ constraint public.p.p_pkey ; - constraint public.p.p_pkey",
    ),
    ("CREATE INDEX w ON ONLY p (n)", "+ index public.p.w ; + index public.p.w"),
    ("CREATE INDEX w1 ON p1 (n); ALTER INDEX w ATTACH PARTITION w1", "- index public.p.w"),
    ("ALTER INDEX p2_v_idx SET (fillfactor = 50)", "+ index public.p.p_v"),
    ("ALTER INDEX p2_v_idx RESET (fillfactor)", "- index public.p.p_v"),
    (
        "UPDATE pg_constraint SET convalidated = false WHERE conrelid = 'p1'::regclass AND conname = 'n'",
        "+ constraint public.p.n",
    ),
    ("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'q_u_key'::regclass", "~ constraint public.q.q_u_key"),
    ("ALTER SEQUENCE q_i_seq AS smallint", "~ column public.q.i"),
    ("ALTER SEQUENCE q_i_seq RENAME TO own", "~ column public.q.i"),
    ("GRANT USAGE ON SEQUENCE own TO snapshot_reader", "+ sequence public.q.own"),
    ("COMMENT ON SEQUENCE own IS 'said'", "+ comment public.q.own"),
    ("ALTER TABLE f DISABLE TRIGGER ALL", "~ constraint public.f.fk"),
    ("ALTER TABLE q DISABLE TRIGGER ALL", "~ constraint public.f.fk ; ~ constraint public.g.g_id_fkey"),
    (
        "ALTER TABLE q ENABLE TRIGGER ALL; ALTER TABLE f ENABLE TRIGGER ALL",
        "~ constraint public.f.fk ; ~ constraint public.g.g_id_fkey",
    ),
    ("ALTER TABLE g_1 DISABLE TRIGGER ALL", "+ constraint public.g.g_id_fkey"),
    ("ALTER TABLE k_1 DISABLE TRIGGER ALL", "~ constraint public.j.j_id_fkey"),
    ("ALTER TABLE q SET (toast.autovacuum_enabled = false)", "+ options public.q"),
    ("ALTER INDEX e ALTER COLUMN 1 SET STATISTICS 100", "~ index public.q.e"),
    ("ALTER STATISTICS st SET STATISTICS 7", "~ statistics public.st"),
    ("ALTER MATERIALIZED VIEW m ALTER u SET STORAGE external", "+ column public.m.u"),
    ("ALTER MATERIALIZED VIEW m ALTER u SET STATISTICS 7", "~ column public.m.u"),
    ("COMMENT ON INDEX q_pkey IS 'said'", "+ index public.q.q_pkey"),
    ("COMMENT ON EXTENSION pg_trgm IS 'said'", "+ comment pg_trgm"),
    (
        "CREATE OR REPLACE AGGREGATE ag (int) (SFUNC = int4pl, STYPE = int, MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = int, SSPACE = 7)",
        "~ aggregate public.ag(integer)",
    ),
    (
        "CREATE OR REPLACE AGGREGATE ag (int) (SFUNC = int4pl, STYPE = int, MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = int, SSPACE = 7, MINITCOND = '3')",
        "~ aggregate public.ag(integer)",
    ),
    ("CREATE OR REPLACE LANGUAGE l HANDLER plpgsql_call_handler VALIDATOR plpgsql_validator", "~ language l"),
    ("UPDATE pg_type SET typdelim = ';' WHERE typname = 'bt'", "~ type public.bt"),
    ("UPDATE pg_type SET typdefault = '7' WHERE typname = 'bt'", "~ type public.bt"),
    ("ALTER FUNCTION fn() DEPENDS ON EXTENSION pg_trgm", "+ extension public.fn().pg_trgm"),
    ("ALTER INDEX e DEPENDS ON EXTENSION pg_trgm", "+ extension public.q.e.pg_trgm"),
    ("REVOKE INSERT ON s.a FROM postgres", r#"+ revoke s.a."its owner""#),
    ("GRANT INSERT ON s.a TO postgres", r#"- revoke s.a."its owner""#),
    ("DROP COLLATION c; CREATE COLLATION c (lc_collate = 'C', lc_ctype = 'POSIX')", "~ collation public.c"),
    ("ALTER PUBLICATION pub DROP TABLE p; ALTER PUBLICATION pub ADD TABLE p1, p2", "~ publication pub"),
    ("UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'p1'::regclass", "~ partition public.p1"),
];

#[tokio::test]
async fn every_rare_change_is_told() {
    let database = database().await;
    database.sql(ROLES).await;
    database.sql(RARE).await;
    every_change_is_told(&database, RARE_CHANGES).await;
    for (revoked, told) in [("UPDATE", "update"), ("ALL", "all")] {
        database.sql(&format!("REVOKE {revoked} ON s.b FROM postgres")).await;
        assert!(read(&database).await.to_text().contains(&format!("revoke \"its owner\": {told}\n")), "{revoked}");
    }
    database.sql("GRANT ALL ON s.b TO postgres").await;
    assert!(!read(&database).await.to_text().contains("its owner"));
    if database.text("SELECT current_setting('server_version_num')::int >= 150000").await == "t" {
        database.sql("DROP PUBLICATION pub; CREATE PUBLICATION pub FOR TABLE s.a, s.b").await;
        let schema = "DROP PUBLICATION pub; CREATE PUBLICATION pub FOR TABLES IN SCHEMA s";
        every_change_is_told(&database, &[(schema, "~ publication pub")]).await;
    }
    let icu = "SELECT current_setting('server_version_num')::int >= 160000 AND EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i')";
    if database.text(icu).await == "t" {
        database.sql("CREATE COLLATION i (provider = icu, locale = 'en')").await;
        let rules = "DROP COLLATION i; CREATE COLLATION i (provider = icu, locale = 'en', rules = '&a < g')";
        every_change_is_told(&database, &[(rules, "~ collation public.i")]).await;
    }
}

#[tokio::test]
async fn a_limit_on_statements_does_not_end_the_reading() {
    let database = database().await;
    database.sql("CREATE VIEW v AS SELECT 1 AS one").await;
    let other = database.connect().await;
    other.client().batch_execute("BEGIN; LOCK TABLE v IN ACCESS EXCLUSIVE MODE").await.unwrap();
    database.sql("SET statement_timeout = '400ms'").await;
    let release = async {
        tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
        other.client().batch_execute("ROLLBACK").await.unwrap();
    };
    let (snapshot, ()) = tokio::join!(read(&database), release);
    assert!(snapshot.to_text().contains("view public.v\n"));
}

#[test]
fn a_name_in_no_encoding_is_said_to_be_the_cause() {
    let database = Database::with("ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
    database.psql(r"DO $$ BEGIN EXECUTE convert_from('\x435245415445205441424c452022e922202829', 'SQL_ASCII'); END $$");
    let output = Sandbox::new().on(&database).migrate(&["snapshot"]).expect(4);
    assert!(output.stderr.contains("the schema is not UTF-8; the database's encoding, SQL_ASCII,"), "{output}");
}

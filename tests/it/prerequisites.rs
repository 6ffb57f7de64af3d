//! What the pending migrations need, against what the live database has.

use crate::support::{Database, Sandbox};

/// What `plan` says is missing, with the facts beside it and the statements to create it.
fn gap(live: &str, migration: &str) -> String {
    let database = Database::new();
    for statement in live.split_inclusive(';').filter(|it| !it.trim().is_empty()) {
        database.query(statement);
    }
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__m.sql", migration);
    let output = sandbox.migrate(&["plan", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{output}"));
    let told = |missing: &serde_json::Value| {
        let parts = ["object", "near", "gone", "sql"].into_iter().filter_map(|key| missing[key].as_str());
        parts.collect::<Vec<_>>().join(" | ")
    };
    let mut lines: Vec<String> = json["missing"].as_array().unwrap().iter().map(told).collect();
    lines.extend(json["notes"].as_array().unwrap().iter().map(|note| format!("note: {}", note.as_str().unwrap())));
    let expected = if json["missing"].as_array().unwrap().is_empty() { 0 } else { 5 };
    assert_eq!(output.code, Some(expected), "{output}");
    lines.join("\n")
}

#[test]
fn a_name_of_the_wrong_kind_is_told_and_a_view_serves_a_query() {
    let live = "CREATE TABLE base (id int PRIMARY KEY); CREATE VIEW suppliers AS SELECT id FROM base;
                CREATE SEQUENCE numbers; CREATE DOMAIN money_amount AS numeric; CREATE MATERIALIZED VIEW m AS SELECT 1 AS x;";
    insta::assert_snapshot!(gap(live, "CREATE TABLE a (s int REFERENCES suppliers (id));"), @"table public.suppliers | `public.suppliers` is a view");
    insta::assert_snapshot!(gap(live, "CREATE POLICY p ON suppliers USING (true);"), @"table public.suppliers | `public.suppliers` is a view");
    insta::assert_snapshot!(gap(live, "ALTER TABLE suppliers ADD COLUMN name text;"), @"table public.suppliers | `public.suppliers` is a view");
    insta::assert_snapshot!(gap(live, "CREATE VIEW v AS SELECT id FROM suppliers; CREATE INDEX ON m (x);"), @"note: accepted from the database, though no migration here makes it: materialized view public.m, view public.suppliers");
    insta::assert_snapshot!(gap(live, "CREATE TABLE a (n int DEFAULT nextval('base'));"), @"sequence public.base | `public.base` is a table");
    insta::assert_snapshot!(gap(live, "CREATE TABLE a (n money_amount); ALTER TYPE money_amount ADD VALUE 'x';"), @"note: accepted from the database, though no migration here makes it: domain public.money_amount");
}

#[test]
fn names_that_come_near_are_told() {
    let live = "CREATE SCHEMA core; CREATE TABLE core.organization (id int PRIMARY KEY);
                CREATE TABLE users (id int PRIMARY KEY, email text);
                CREATE TABLE companies (id int PRIMARY KEY); CREATE TYPE mood AS ENUM ('happy', 'sad');
                CREATE FUNCTION add_up(int) RETURNS int LANGUAGE sql AS 'SELECT 1';";
    insta::assert_snapshot!(gap(live, "CREATE TABLE a (o int REFERENCES organization (id));"), @"table public.organization | there is one in schema `core`");
    insta::assert_snapshot!(gap(live, "CREATE TABLE a (o int REFERENCES \"User\" (id));"), @r#"table public."User" | did you mean `public.users`?"#);
    insta::assert_snapshot!(gap(live, "CREATE TABLE a (o int REFERENCES company (id));"), @"table public.company | did you mean `public.companies`?");
    insta::assert_snapshot!(gap(live, "CREATE VIEW v AS SELECT e_mail FROM users;"), @"
    column public.users.e_mail | did you mean `email`?
    note: accepted from the database, though no migration here makes it: table public.users
    ");
    insta::assert_snapshot!(gap(live, "ALTER TYPE mood RENAME VALUE 'hapy' TO 'glad';"), @"
    enum label 'hapy' of public.mood | did you mean `happy`? | ALTER TYPE public.mood ADD VALUE 'hapy';
    note: accepted from the database, though no migration here makes it: enum public.mood
    ");
    insta::assert_snapshot!(gap(live, "DROP FUNCTION add_up();"), @"function public.add_up() | there is function public.add_up(integer) with other arguments");
}

#[test]
fn what_one_statement_creates_comes_with_that_statement() {
    insta::assert_snapshot!(gap("", "CREATE TABLE core.t (id int);\nGRANT SELECT ON core.t TO reporting_nobody;"), @"
    schema core | CREATE SCHEMA core;
    role reporting_nobody | CREATE ROLE reporting_nobody;
    ");
    insta::assert_snapshot!(gap("", "CREATE TABLE t (id uuid DEFAULT uuid_generate_v4());"), @r#"function public.uuid_generate_v4() | extension `uuid-ossp` brings it | CREATE EXTENSION "uuid-ossp";"#);
    insta::assert_snapshot!(gap("", "COMMENT ON EXTENSION hstore IS 'x';\nCOMMENT ON EXTENSION nowhere IS 'x';"), @"
    extension hstore | available on this server, not created in this database | CREATE EXTENSION hstore;
    extension nowhere | not installed on this server: its package comes first
    ");
}

#[test]
fn keys_constraints_and_triggers_of_tables_made_by_hand_are_looked_up() {
    let live = "CREATE TABLE t (id int PRIMARY KEY, a int, b int, UNIQUE (b, a), CONSTRAINT positive CHECK (a > 0));
                CREATE TABLE bare (id int, \"Name\" text); CREATE UNIQUE INDEX ON bare (\"Name\");";
    insta::assert_snapshot!(gap(live, "CREATE TABLE u (x int REFERENCES t (id), y int REFERENCES t, a int, b int,
        FOREIGN KEY (a, b) REFERENCES t (a, b), n text REFERENCES bare (\"Name\"));
        INSERT INTO t (a, b) VALUES (1, 2) ON CONFLICT (a, b) DO NOTHING;
        ALTER TABLE t DROP CONSTRAINT positive;"), @"note: accepted from the database, though no migration here makes it: table public.bare, table public.t");
    insta::assert_snapshot!(gap(live, "CREATE TABLE u (x int REFERENCES bare (id), y int REFERENCES bare);"), @"
    unique key (id) of public.bare
    primary key of public.bare
    note: accepted from the database, though no migration here makes it: table public.bare
    ");
    insta::assert_snapshot!(gap(live, "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO NOTHING;"), @"
    unique key (a) of public.t
    note: accepted from the database, though no migration here makes it: table public.t
    ");
    insta::assert_snapshot!(gap(live, "ALTER TABLE t DROP CONSTRAINT positiv;\nALTER TABLE t DROP CONSTRAINT IF EXISTS nowhere;"), @"
    constraint positiv on public.t | did you mean `positive`?
    note: accepted from the database, though no migration here makes it: table public.t
    ");
    insta::assert_snapshot!(gap(live, "DROP TRIGGER tr ON t;\nDROP POLICY p ON t;\nDROP INDEX nowhere;\nCOMMENT ON CONSTRAINT c ON t IS 'x';"), @"
    index public.nowhere
    trigger tr on public.t
    policy p on public.t
    constraint c on public.t
    note: accepted from the database, though no migration here makes it: table public.t
    ");
    insta::assert_snapshot!(gap(live, "ALTER TABLE t ADD CHECK (b > 0);\nALTER TABLE t DROP CONSTRAINT t_b_check1;"), @"note: accepted from the database, though no migration here makes it: table public.t");
    insta::assert_snapshot!(gap(live, "DO $$ BEGIN EXECUTE 'ALTER TABLE t ADD CONSTRAINT c' || ' CHECK (true)'; END $$;\nALTER TABLE t DROP CONSTRAINT c;"), @"note: accepted from the database, though no migration here makes it: table public.t");
}

/// Each is refused by no server: what is there, and what the migrations do with it.
#[test]
fn what_the_server_finds_is_not_missing() {
    let index = "create table t (a int); create index i on t (a);";
    let composite = "create type ct as (a int);";
    let like = "comment on column ct.a is 'x';\ncreate table t4 (like ct);\ninsert into t4 (a) values (1);\n";
    let table = "create table pt (a int, c int);";
    let renamed = "create view v as select b, p.b as d, c from pt as p (b);
        create table x (q int);
        insert into x select p.b from pt p (b, d) where p.d > 0;
        update x set q = p.b from pt as p (b) where p.b = q;
        delete from x using pt as p (b) where p.b = q;
        select j.b from (pt as p (b) join x on true) as j;\n";
    let function = "create function z(pt) returns int language sql as 'select 1';";
    let field = "create view w as select pt.z from pt;\nselect p.z from pt p;\n";
    let cases: [&[&str]; 11] = [
        &[index, "alter table i rename to j;\nalter table j set (fillfactor = 70);\n"],
        &[index, "alter index t rename to u;\nalter table u add column b int;\n"],
        &[composite, like],
        &[&[composite, like].concat()],
        &[composite, "alter type ct add attribute b int;\n", "comment on column ct.b is 'x';\n"],
        &[table, renamed],
        &[&[table, renamed].concat()],
        &[table, function, field],
        &[&[table, function].concat(), field],
        &[
            "create schema s; create type s.ct as (a int);",
            "set search_path = s, public;\ncreate table t4 (like ct);\n",
        ],
        &[
            "create function z(anyelement) returns int language sql as 'select 1';\ncreate table p (a int) partition by list (a); create table pt partition of p default;",
            field,
        ],
    ];
    for files in cases {
        for way in ["applied", "by hand", "at once"] {
            let database = Database::new();
            let sandbox = Sandbox::new().on(&database);
            for (place, text) in files.iter().enumerate() {
                let is_last = place + 1 == files.len();
                if way == "by hand" && !is_last {
                    database.psql(text);
                    continue;
                }
                sandbox.write(&format!("migrations/V{}__m.sql", place + 1), text);
                if way == "applied" || is_last {
                    let done = sandbox.migrate(&["up"]);
                    assert_eq!(done.code, Some(0), "{way}: {files:?}\n{done}");
                }
            }
        }
    }
    // A later migration may bring the function.
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrations/V1__t.sql", table).write("migrations/V2__v.sql", field);
    let refused = sandbox.migrate(&["up"]).expect(5);
    assert!(refused.stderr.contains("column public.pt.z"), "{refused}");
    sandbox.write("migrations/V3__z.sql", function).migrate(&["up"]).expect(0);
}

#[test]
fn the_schema_of_the_ledger_is_there_before_anything_runs() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    sandbox.write("migrate.toml", "[database]\nschema = \"changes\"\n");
    sandbox.write(
        "migrations/V1__grant.sql",
        "grant usage on schema changes to pg_monitor;\ngrant select on changes.applied to pg_monitor;\n",
    );
    sandbox.migrate(&["plan"]).expect(0);
    sandbox.migrate(&["up"]).expect(0);
    sandbox.write("migrations/V2__other.sql", "grant usage on schema migrate to pg_monitor;\n");
    let refused = sandbox.migrate(&["up"]).expect(5);
    assert!(refused.stderr.contains("schema migrate"), "{refused}");
}

/// What `plan` warns of.
fn warnings(live: &str, files: &[(&str, &str)]) -> String {
    let database = Database::new();
    for statement in live.split_inclusive(';').filter(|it| !it.trim().is_empty()) {
        database.query(statement);
    }
    let sandbox = Sandbox::new().on(&database);
    for (name, text) in files {
        sandbox.write(&format!("migrations/{name}.sql"), text);
    }
    sandbox
        .migrate(&["up"])
        .expect(0)
        .stderr
        .lines()
        .filter(|it| !it.starts_with("applied"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_body_that_names_what_nothing_provides_is_a_warning_and_no_refusal() {
    let body = "CREATE FUNCTION f(p int) RETURNS void LANGUAGE plpgsql AS $$\nDECLARE v int;\nBEGIN\n  \
        INSERT INTO audit_log VALUES (1);\n  PERFORM core.notify(1);\n  PERFORM helper();\n  \
        SELECT count(*) INTO v FROM core.orders;\nEND $$;\n";
    insta::assert_snapshot!(warnings("CREATE TABLE audit_logs (id int)", &[("V1__f", body)]), @"
    warning[M306]: a routine's body names table `audit_log`, which nothing provides
     --> migrations/V1__f.sql:4:15
      |
    4 |   INSERT INTO audit_log VALUES (1);
      |               ^^^^^^^^^ looked up when it runs
      |
      = note: did you mean `public.audit_logs`?

    warning[M306]: a routine's body names function `core.notify`, which nothing provides
     --> migrations/V1__f.sql:5:11
      |
    5 |   PERFORM core.notify(1);
      |           ^^^^^^^^^^^ looked up when it runs

    warning[M306]: a routine's body names function `helper`, which nothing provides
     --> migrations/V1__f.sql:6:11
      |
    6 |   PERFORM helper();
      |           ^^^^^^ looked up when it runs

    warning[M306]: a routine's body names table `core.orders`, which nothing provides
     --> migrations/V1__f.sql:7:31
      |
    7 |   SELECT count(*) INTO v FROM core.orders;
      |                               ^^^^^^^^^^^ looked up when it runs
    ");
    // There by hand, in another schema, or to come.
    let live = "CREATE SCHEMA core; CREATE TABLE core.orders (id int); CREATE TABLE core.audit_log (id int);
        CREATE FUNCTION core.notify(int) RETURNS void LANGUAGE sql AS 'SELECT';";
    let helper = "CREATE FUNCTION helper() RETURNS void LANGUAGE sql AS 'SELECT';\n";
    assert_eq!(warnings(live, &[("V1__f", body), ("V2__helper", helper)]), "");
}

#[test]
fn what_a_body_makes_or_declares_itself_is_no_warning() {
    let body = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$\nDECLARE r record; c CURSOR FOR SELECT 1;\nBEGIN\n  \
        CREATE TEMP TABLE scratch (id int);\n  INSERT INTO scratch SELECT 1;\n  \
        CREATE TEMPORARY TABLE IF NOT EXISTS more AS SELECT 1 AS x;\n  DELETE FROM more;\n  \
        WITH gone AS (DELETE FROM scratch RETURNING *) SELECT count(*) INTO r FROM gone;\n  \
        CREATE TABLE made_here (id int);\n  INSERT INTO made_here VALUES (1);\n  \
        INSERT INTO pg_temp.x VALUES (1);\n  PERFORM * FROM new_rows;\n  FOR r IN SELECT * FROM pg_class LOOP END LOOP;\n  RETURN NULL;\nEND $$;\n\
        CREATE TABLE t (id int);\nCREATE TRIGGER t AFTER INSERT ON t REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION f();\n";
    insta::assert_snapshot!(warnings("", &[("V1__f", body)]), @"");
}

#[test]
fn what_dynamic_sql_may_create_is_missing_once_that_has_run_and_did_not() {
    let database = Database::new();
    let sandbox = Sandbox::new().on(&database);
    let dynamic = "DO $$ DECLARE r record; BEGIN FOR r IN SELECT name FROM wanted LOOP
        EXECUTE format('CREATE TABLE public.%I (id int)', r.name); END LOOP; END $$;\n";
    sandbox
        .write("migrations/V1__wanted.sql", "CREATE TABLE wanted (name text); INSERT INTO wanted VALUES ('made');")
        .write("migrations/V2__made.sql", format!("{dynamic}INSERT INTO made VALUES (1);"))
        .write("migrations/V3__used.sql", "INSERT INTO made VALUES (2);");
    let up = sandbox.migrate(&["up"]).expect(0);
    assert!(up.stderr.contains("table made is not there yet; `V2__made` may create it"), "{up}");
    sandbox
        .write("migrations/V4__gone.sql", "DROP TABLE made;")
        .write("migrations/V5__again.sql", dynamic)
        .write("migrations/V6__used.sql", "INSERT INTO made VALUES (3);")
        .write("migrations/V7__other.sql", "INSERT INTO other VALUES (1);");
    let other = "`V5__again` may create it, which may change anything in schema `public`";
    let plan = sandbox.migrate(&["plan"]).expect(0);
    assert!(plan.stdout.contains(&format!("table other is not there yet; {other}")), "{plan}");
    sandbox.migrate(&["up", "--to", "5"]).expect(0);
    insta::assert_snapshot!(sandbox.migrate(&["plan", "--quiet"]), @"
    $ migrate plan --quiet
    plan: 2 migrations for prerequisites_what_dynamic_sql_may_create_is_missing_on at 127.0.0.1:[port] as postgres (5 applied already)

      V6__used  1 statement in one transaction
          line 1 INSERT takes ROW EXCLUSIVE on table made

      V7__other  1 statement in one transaction
          line 1 INSERT takes ROW EXCLUSIVE on table other

    refused: a prerequisite is missing; nothing was run

    missing
      table public.other
          `V5__again` may create it, and is applied: it did not, or somebody removed it since
          migrations/V7__other.sql:1

    blocked behind it
      `V7__other`

    create first, in this order
      1. table public.other
    --- stderr
    --- exit 5
    ");
    database.psql("DROP TABLE made");
    insta::assert_snapshot!(sandbox.migrate(&["plan", "--to", "6"]), @"
    $ migrate plan --to 6
    plan: 1 migration for prerequisites_what_dynamic_sql_may_create_is_missing_on at 127.0.0.1:[port] as postgres (5 applied already)

      V6__used  1 statement in one transaction
          line 1 INSERT takes ROW EXCLUSIVE on table made

    refused: a prerequisite is missing; nothing was run

    missing
      table public.made
          `V5__again` may create it, and is applied: it did not, or somebody removed it since
          migrations/V6__used.sql:1

    blocked behind it
      `V6__used`

    create first, in this order
      1. table public.made
    --- stderr
    --- exit 5
    ");
}

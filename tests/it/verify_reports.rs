//! What `verify` prints, in every format.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus};

use crate::support::{Database, Sandbox};

fn on(database: &Database) -> Sandbox {
    let sandbox = Sandbox::new().on(database);
    sandbox.write("migrate.toml", "").write("migrations/.keep", "");
    sandbox
}

/// A little of everything, with names that mean something to Markdown, XML and GitHub.
fn awkward(database: &Database) -> Sandbox {
    database.psql(
        "CREATE TABLE \"a|b`c\\|<d>\" (id serial PRIMARY KEY); INSERT INTO \"a|b`c\\|<d>\" VALUES (7);
         CREATE TABLE known (id int); CREATE POLICY p ON known USING (true);
         CREATE TABLE kept (id serial); ALTER SEQUENCE kept_id_seq OWNED BY NONE;",
    );
    let sandbox = on(database);
    sandbox
        .write(
            "migrate.toml",
            "[verify]\naccept = [\n  \"rls.mismatch:public.known\",\n  \"rls.mismatch:public.gone\",\n  \"rsl.mismatch:public.known\",\n]\n",
        )
        .write(
            "checks/qa,1.toml",
            r#"
[[check]]
id = "qa.rows"
severity = "warning"
message = "@all: <b> is | bold"
violations = "SELECT E'x | y\nz' AS v"
[[check]]
id = "qa.division"
violations = "SELECT 1 / 0"
[[check]]
id = "qa.names"
tables = ["public.knwon"]
[[check]]
id = "qa.later"
after = "V9"
tables = ["public.later"]
[[check]]
id = "alone"
tables = ["public.known"]
"#,
        );
    sandbox
}

const SELECTED: &[&str] =
    &["verify", "--check", "sequence.*", "--check", "rls.mismatch", "--check", "qa.*", "--check", "alone"];

#[test]
fn markdown_holds_whatever_the_names_are() {
    let database = Database::named("inventory_markdown");
    let sandbox = awkward(&database);
    insta::assert_snapshot!(sandbox.migrate(&[SELECTED, &["--format", "markdown"]].concat()), @r"
    $ migrate verify --check sequence.* --check rls.mismatch --check qa.* --check alone --format markdown
    ## Checks of `inventory_markdown at 127.0.0.1:[port] as postgres`: violated

    6 hold, 2 violated, 2 with warnings, 1 broken, 1 skipped, 1 accepted findings.

    ### Errors: 2

    | check | object | found | fix |
    |---|---|---|---|
    | `sequence.behind` | <code>public.&#34;a&#124;b&#96;c&#92;&#124;&#60;d&#62;&#95;id&#95;seq&#34;</code> | <code>maximum of public.&#34;a&#124;b&#96;c&#92;&#124;&#60;d&#62;&#34;.id is 7, next value is 1</code> | `migrate verify --fix-sequences` |
    | `qa.names` | `table public.knwon` | does not exist; did you mean table public.known? |  |

    ### Warnings: 2

    | check | object | found | fix |
    |---|---|---|---|
    | `sequence.ownership` | `public.kept_id_seq` | feeds public.kept.id alone, is named for it, and belongs to no column | `migrate verify --fix-defaults` |
    | `qa.rows` | <code>v = x &#124; y&#92;nz</code> | `@all: <b> is \| bold` |  |

    ### Could not be evaluated: 1

    | check | object | why | help |
    |---|---|---|---|
    | `qa.division` | `qa.division` | division by zero |  |

    note: skipped qa.later: V9 is not applied

    ### Accepted, and no longer found

    - `rls.mismatch:public.gone` at `migrate.toml:4:3`: `rls.mismatch` does not find this any more: remove it
    - `rsl.mismatch:public.known` at `migrate.toml:5:3`: no check has such findings: remove it
    --- stderr
    --- exit 1
    ");
    // Each row of each table has as many cells as its head, for GitHub, which splits before it looks for code.
    let fixed = sandbox.migrate(&[SELECTED, &["--format", "markdown", "--fix-sequences"]].concat()).expect(1).stdout;
    assert!(fixed.contains("### Repaired\n\n```\nfixed public."), "{fixed}");
    let planned =
        sandbox.migrate(&[SELECTED, &["--format", "markdown", "--fix-defaults", "--dry-run"]].concat()).stdout;
    assert!(planned.contains("### Would be run\n\n```sql\nALTER SEQUENCE \"public\".\"kept_id_seq\""), "{planned}");
}

#[test]
fn junit_has_a_test_for_each_check_and_is_read_back() {
    let database = Database::named("inventory_junit");
    let sandbox = awkward(&database);
    let xml = sandbox.migrate(&[SELECTED, &["--format", "junit"]].concat()).expect(1).stdout;
    let junit = quick_junit::Report::deserialize_from_str(&xml).unwrap();
    assert_eq!(junit.test_suites.len(), 1);
    let suite = &junit.test_suites[0];
    assert_eq!((suite.tests, suite.failures, suite.errors, suite.skipped), (12, 2, 1, 2));
    let line = |case: &TestCase| {
        let (status, message) = match &case.status {
            TestCaseStatus::Success { .. } => ("passed", None),
            TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, message, .. } => ("failed", message.as_ref()),
            TestCaseStatus::NonSuccess { kind: NonSuccessKind::Error, message, .. } => ("error", message.as_ref()),
            TestCaseStatus::Skipped { message, .. } => ("skipped", message.as_ref()),
        };
        let place = ["file", "line"].map(|name| case.extra.get(name).map_or("-", |value| value.as_str()));
        let class = case.classname.as_ref().unwrap().as_str();
        format!(
            "{class} / {}: {status} {} {}",
            case.name.as_str(),
            message.map_or("", |it| it.as_str()),
            place.join(":")
        )
    };
    insta::assert_snapshot!(suite.test_cases.iter().map(line).collect::<Vec<_>>().join("\n"), @"
    sequence / sequence.behind: failed every sequence is ahead of its column: 1 finding -:-
    sequence / sequence.headroom: passed  -:-
    sequence / sequence.ownership: passed  -:-
    sequence / sequence.other_owner: passed  -:-
    sequence / sequence.type_narrower_than_column: passed  -:-
    sequence / sequence.grant: passed  -:-
    rls / rls.mismatch: skipped 1 finding accepted -:-
    qa / qa.rows: passed  checks/qa,1.toml:3
    qa / qa.division: error could not be evaluated: division by zero checks/qa,1.toml:8
    qa / qa.names: failed qa.names: 1 finding checks/qa,1.toml:11
    alone / alone: passed  checks/qa,1.toml:18
    qa / qa.later: skipped V9 is not applied -:-
    ");
    let case = |name: &str| suite.test_cases.iter().find(|case| case.name.as_str() == name).unwrap();
    let TestCaseStatus::NonSuccess { description, ty, .. } = &case("sequence.behind").status else { panic!("{xml}") };
    assert_eq!(ty.as_ref().unwrap().as_str(), "violated");
    insta::assert_snapshot!(description.as_ref().unwrap().as_str(), @r#"
    public."a|b`c\|<d>_id_seq": maximum of public."a|b`c\|<d>".id is 7, next value is 1
    fix: `migrate verify --fix-sequences` (SHARE ROW EXCLUSIVE on the sequence, or ACCESS EXCLUSIVE for some milliseconds: inserts that draw from it wait)
    "#);
    insta::assert_snapshot!(case("qa.rows").system_out.as_ref().unwrap().as_str(), @r"
    warning: @all: <b> is | bold
    v = x | y\nz: @all: <b> is | bold
    ");
    insta::assert_snapshot!(suite.system_err.as_ref().unwrap().as_str(), @"
    note: `rls.mismatch:public.gone` is accepted at migrate.toml:4:3: `rls.mismatch` does not find this any more: remove it
    note: `rsl.mismatch:public.known` is accepted at migrate.toml:5:3: no check has such findings: remove it
    ");

    let fixed =
        sandbox.migrate(&["verify", "--check", "sequence.behind", "--fix-sequences", "--format", "junit"]).expect(0);
    let junit = quick_junit::Report::deserialize_from_str(&fixed.stdout).unwrap();
    let said = junit.test_suites[0].system_out.as_ref().unwrap().as_str();
    assert!(said.starts_with("fixed public."), "{said}");
    assert_eq!((junit.tests, junit.failures), (1, 0));
}

#[test]
fn what_xml_can_not_hold_is_left_out() {
    let database = Database::new();
    database.psql("CREATE TABLE \"bell\u{7}]]>\" (id serial PRIMARY KEY); INSERT INTO \"bell\u{7}]]>\" VALUES (7)");
    let sandbox = on(&database);
    let xml = sandbox.migrate(&["verify", "--format", "junit"]).expect(1).stdout;
    assert!(!xml.contains('\u{7}'), "{xml}");
    quick_junit::Report::deserialize_from_str(&xml).unwrap();
}

#[test]
fn github_is_told_where_a_check_is_declared() {
    let database = Database::named("inventory_github");
    let sandbox = awkward(&database).env("GITHUB_ACTIONS", "true");
    let output = sandbox.migrate(SELECTED).expect(1);
    insta::assert_snapshot!(output.stderr, @r#"
    ::error title=sequence.behind::public."a|b`c\|<d>_id_seq": maximum of public."a|b`c\|<d>".id is 7, next value is 1
    ::warning title=sequence.ownership::public.kept_id_seq: feeds public.kept.id alone, is named for it, and belongs to no column
    ::warning file=checks/qa%2C1.toml,line=3,col=6,title=qa.rows::v = x | y\nz: @all: <b> is | bold
    ::error file=checks/qa%2C1.toml,line=11,col=6,title=qa.names::table public.knwon: does not exist; did you mean table public.known?
    ::error file=checks/qa%2C1.toml,line=8,col=6,title=qa.division::qa.division could not be evaluated: division by zero
    ::notice file=migrate.toml,line=4,col=3,title=verify.accept::rls.mismatch:public.gone: `rls.mismatch` does not find this any more: remove it
    ::notice file=migrate.toml,line=5,col=3,title=verify.accept::rsl.mismatch:public.known: no check has such findings: remove it
    "#);
    // The result may go to a file, and the talk still to the log.
    assert_eq!(sandbox.migrate(&[SELECTED, &["--format", "markdown"]].concat()).stderr, output.stderr);

    // The same for what a run of the migrations finds at its end, and for what stops it.
    sandbox.write("migrations/V1__a.sql", "CREATE TABLE a (id int);\n");
    let output = sandbox.migrate(&["up"]).expect(1);
    assert!(output.stderr.contains("::error file=checks/qa%2C1.toml,line=8,col=6,title=qa.division::"), "{output}");
    sandbox.write("migrations/V2__b.sql", "CREATE TABLE b (id int REFERENCES nowhere);\n");
    for command in ["plan", "up"] {
        let output = sandbox.migrate(&[command]).expect(5);
        assert!(output.stderr.contains("::error file=migrations/V2__b.sql,line=1,col=35,title=M302::"), "{output}");
    }
}

#[test]
fn github_finds_the_files_of_a_project_in_a_subdirectory() {
    let database = Database::new();
    database.psql("CREATE TABLE t (v int); INSERT INTO t VALUES (1)");
    let sandbox = Sandbox::new().on(&database).env("GITHUB_ACTIONS", "true");
    let sandbox = {
        let workspace = sandbox.path().display().to_string();
        sandbox.env("GITHUB_WORKSPACE", &workspace)
    };
    let check = "[[check]]\nid = \"qa.rows\"\nviolations = \"SELECT v FROM public.t\"\n";
    sandbox.write("services/db/migrate.toml", "").write("services/db/checks/qa.toml", check);
    sandbox.write("services/db/migrations/V1__b.sql", "CREATE TABLE b (id int REFERENCES nowhere);\n");
    let expected = "::error file=services/db/checks/qa.toml,line=2,col=6,title=qa.rows::v = 1";
    for project in ["services/db", "./services/../services/db/"] {
        let output = sandbox.migrate(&["--project", project, "verify", "--check", "qa.*"]).expect(1);
        assert_eq!(output.stderr.trim(), expected);
    }
    // Nor does GitLab look for them anywhere else.
    let xml = sandbox.migrate(&["--project", "services/db", "verify", "--check", "qa.*", "--format", "junit"]);
    assert!(xml.stdout.contains("file=\"services/db/checks/qa.toml\""), "{xml}");
    // From within, the project is found upwards.
    let mut command = sandbox.command(std::path::Path::new(env!("CARGO_BIN_EXE_migrate")));
    command.current_dir(sandbox.path().join("services/db/checks")).args(["verify", "--check", "qa.*"]);
    assert_eq!(sandbox.run("migrate verify", command, "").expect(1).stderr.trim(), expected);
    let output = sandbox.migrate(&["--project", "services/db", "plan"]).expect(5);
    assert!(output.stderr.contains("::error file=services/db/migrations/V1__b.sql,line=1,col=35"), "{output}");
}

#[test]
fn an_accepted_finding_that_is_no_more_is_said() {
    let database = Database::new();
    let sandbox = awkward(&database);
    let output = sandbox.migrate(&["verify", "--check", "rls.mismatch"]).expect(0);
    insta::assert_snapshot!(output.stdout, @"
    note: `rls.mismatch:public.gone` is accepted at migrate.toml:4:3: `rls.mismatch` does not find this any more: remove it
    note: `rsl.mismatch:public.known` is accepted at migrate.toml:5:3: no check has such findings: remove it

    checks: 1 hold, 1 accepted findings
    ");
    let json = sandbox.migrate(&["verify", "--check", "rls.mismatch", "--format", "json"]).expect(0).stdout;
    let stale = &serde_json::from_str::<serde_json::Value>(&json).unwrap()["stale"];
    insta::assert_snapshot!(serde_json::to_string_pretty(stale).unwrap(), @r#"
    [
      {
        "at": {
          "column": 3,
          "line": 4,
          "path": "migrate.toml"
        },
        "key": "rls.mismatch:public.gone",
        "reason": "`rls.mismatch` does not find this any more: remove it"
      },
      {
        "at": {
          "column": 3,
          "line": 5,
          "path": "migrate.toml"
        },
        "key": "rsl.mismatch:public.known",
        "reason": "no check has such findings: remove it"
      }
    ]
    "#);
    // Whether a check that was not evaluated would find it is not known.
    sandbox.write("migrate.toml", "[verify]\naccept = [\"rls.mismatch:public.gone\", \"qa.division:public.gone\"]\n");
    let output = sandbox.migrate(&["verify", "--check", "qa.*"]).expect(1);
    assert!(!output.stdout.contains("is accepted at"), "{output}");
    // A row that is beyond the limit may be there still.
    sandbox.write("migrate.toml", "").write(
        "checks/qa,1.toml",
        "[[check]]\nid = \"qa.many\"\nlimit = 1\nseverity = \"info\"\nviolations = \"SELECT generate_series(1, 3)\"\n\
         [verify]\naccept = [\"qa.many:row#123456789abc\"]\n",
    );
    let output = sandbox.migrate(&["verify", "--check", "qa.*"]).expect(0);
    assert!(!output.stdout.contains("note:"), "{output}");
    // Once everything is seen, it is not.
    sandbox.write("checks/qa,1.toml", sandbox.read("checks/qa,1.toml").replace("limit = 1", "limit = 3"));
    let output = sandbox.migrate(&["verify", "--check", "qa.*"]).expect(0);
    assert!(
        output.stdout.contains("is accepted at checks/qa,1.toml:7:11: `qa.many` does not find this any more"),
        "{output}"
    );
}

#[test]
fn a_format_that_a_command_does_not_have_is_refused() {
    let database = Database::new();
    let sandbox = on(&database);
    for command in ["plan", "up", "status"] {
        let output = sandbox.migrate(&[command, "--format", "junit"]).expect(2);
        assert!(output.stderr.contains("this command has no JUnit form\n = help: only `verify` has"), "{output}");
    }
}

#[test]
fn of_ten_thousand_findings_the_first_are_shown_and_json_has_all() {
    let database = Database::new();
    database.psql(
        "DO $$ BEGIN FOR i IN 1..10000 LOOP EXECUTE format('CREATE TABLE t%s (id int)', i); \
         IF i % 1000 = 0 THEN COMMIT; END IF; END LOOP; END $$",
    );
    let sandbox = on(&database);
    let select = ["verify", "--check", "table.no_primary_key"];
    let human = sandbox.migrate(&select).expect(0).stdout;
    assert_eq!(human.lines().count(), 1 + 10 + 1 + 2, "{human}");
    assert!(human.contains("  … and 9990 more; --format json has them all"), "{human}");
    for format in ["markdown", "junit"] {
        let text = sandbox.migrate(&[&select[..], &["--format", format]].concat()).expect(0).stdout;
        assert!(text.lines().count() < 40, "{text}");
        assert!(text.contains("… and 9990 more"), "{text}");
    }
    let json = sandbox.migrate(&[&select[..], &["--format", "json"]].concat()).expect(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["results"][0]["findings"].as_array().unwrap().len(), 10_000);
}

#[test]
fn of_many_sequences_the_first_are_shown() {
    let database = Database::new();
    database.psql(
        "DO $$ BEGIN FOR i IN 1..120 LOOP
             EXECUTE format('CREATE TABLE t%s (id serial); INSERT INTO t%1$s VALUES (7)', i);
         END LOOP; END $$",
    );
    let sandbox = on(&database);
    let select = ["verify", "--check", "sequence.behind"];
    let found = sandbox.migrate(&select).expect(1).stdout;
    assert_eq!(found.matches("_id_seq").count(), 20, "{found}");
    assert_eq!(found.matches("more; --format json has them all").count(), 1, "{found}");
    assert!(found.starts_with("120 sequences behind the data\n") && found.contains("\n  … and 100 more; "), "{found}");
    let fixed = sandbox.migrate(&[&select[..], &["--fix-sequences"]].concat()).expect(0).stdout;
    assert_eq!(fixed.matches("next value 8").count(), 20, "{fixed}");
    assert!(fixed.contains("\n… and 100 more; --format json has them all\n"), "{fixed}");
}

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

    checks: 16 hold
    "#);
    assert_eq!(database.query("SELECT pg_get_serial_sequence('m', 'code')"), ["public.m_code_seq"]);
    assert_eq!(database.query("INSERT INTO m (c) VALUES ('a') RETURNING code"), ["8"]);
}

#[test]
fn many_sequences_are_counted_and_not_all_listed() {
    let database = Database::new();
    database.psql(
        "DO $$ BEGIN FOR i IN 10..40 LOOP EXECUTE format('CREATE TABLE t%s (id serial PRIMARY KEY)', i); \
         EXECUTE format('INSERT INTO t%s VALUES (5)', i); END LOOP; END $$",
    );
    let sandbox = on(&database);
    let accept = "[verify]\naccept = [\"sequence.behind:public.t10_id_seq\"]\n";
    sandbox.write("migrate.toml", accept);
    let output = sandbox.migrate(&["verify"]).expect(1).stdout;
    assert!(output.starts_with("30 sequences behind the data\n"), "{output}");
    assert_eq!(output.matches("public.t").count(), 2 * 20, "{output}");
    assert_eq!(output.matches("… and 10 more; --format json has them all").count(), 1, "{output}");
    assert!(!output.contains("t10"), "{output}");
    let output = sandbox.migrate(&["verify", "--fix-sequences"]).expect(0).stdout;
    assert_eq!(output.matches("fixed public.t").count(), 20, "{output}");
    assert_eq!(output.matches("… and 10 more; --format json has them all").count(), 1, "{output}");
    assert_eq!(database.query("SELECT nextval('t10_id_seq'), nextval('t40_id_seq')"), ["1|6"]);
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

//! What GitHub is told: annotations with the files they are about.

use super::{SELECTED, awkward};
use crate::support::{Database, Sandbox};

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

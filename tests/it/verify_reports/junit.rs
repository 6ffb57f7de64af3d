//! `--format junit`: XML that other programs read back, and which command has it.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus};

use super::{SELECTED, awkward, on};
use crate::support::Database;

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
fn a_format_that_a_command_does_not_have_is_refused() {
    let database = Database::new();
    let sandbox = on(&database);
    for command in ["plan", "up", "status"] {
        let output = sandbox.migrate(&[command, "--format", "junit"]).expect(2);
        assert!(output.stderr.contains("this command has no JUnit form\n = help: only `verify` has"), "{output}");
    }
}

//! Findings that are accepted and no longer found.

use super::awkward;
use crate::support::Database;

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

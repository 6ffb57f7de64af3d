//! Of many findings the first are shown, and all are counted.

use super::on;
use crate::support::Database;

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

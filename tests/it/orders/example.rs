//! The example project: random orders, and every edge that says "requires".

use std::path::Path;

use super::ground::{Ground, Renewal};
use super::necessity::{Verdict, necessity};
use super::oracle::{Baseline, examine};
use super::project::Project;
use super::schedule::Choice;

fn example() -> Project {
    Project::infer(Project::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations")))
}

#[test]
fn any_order_of_the_example_makes_the_same_database() {
    let project = example();
    assert_eq!(project.errors(), [""; 0]);
    let mut ground = Ground::new("orders_example", Renewal::Schemas);
    let baseline = Baseline::of(&mut ground, &project).unwrap();
    let mut choices = vec![Choice::Highest];
    choices.extend((0..10).map(Choice::Random));
    choices.extend((0..project.len()).step_by(2).map(Choice::Latest));
    let found = examine(&mut ground, &project, &choices, &baseline);
    let bad: Vec<String> = found.bad.iter().map(|it| it.describe(&project)).collect();
    assert_eq!(bad, [""; 0]);
    assert!(found.orders >= 20, "{}", found.orders);
    assert_eq!((found.opaque, found.false_alarms), (0, Vec::new()));
}

#[test]
fn every_requirement_of_the_example_is_real() {
    let project = example();
    let mut ground = Ground::new("orders_necessity", Renewal::Schemas);
    let baseline = Baseline::of(&mut ground, &project).unwrap();
    let cuts = necessity(&mut ground, &project, &baseline, None);
    assert!(cuts.len() >= 13, "{}", cuts.len());
    let false_edges: Vec<&str> =
        cuts.iter().filter(|it| it.verdict != Verdict::Fails).map(|it| it.text.as_str()).collect();
    assert_eq!(false_edges, [""; 0]);
}

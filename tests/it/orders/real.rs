//! Real projects, from a folder given by `REAL_PROJECTS`: `bench/real-projects` fills one.

use std::path::{Path, PathBuf};

use super::ground::{Ground, Renewal};
use super::minimise::minimise_order;
use super::oracle::{Baseline, Examination, examine, show};
use super::project::Project;
use super::schedule::Choice;

#[test]
#[ignore = "needs a folder of real projects in REAL_PROJECTS; bench/real-projects runs it"]
fn random_orders_of_real_projects() {
    let folder = PathBuf::from(std::env::var_os("REAL_PROJECTS").expect("REAL_PROJECTS"));
    let orders = number("REAL_ORDERS", 20);
    let only = std::env::var("REAL_ONLY").unwrap_or_default();
    let mut names: Vec<String> =
        std::fs::read_dir(&folder).unwrap().map(|it| it.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| only.is_empty() || only.split(' ').any(|it| it == name));
    names.sort();
    let found: Vec<(String, Examination)> =
        names.into_iter().map(|name| (name.clone(), project(&folder.join(&name), &name, orders))).collect();
    table(&found);
    let wrong =
        found.iter().filter(|(_, it)| it.unusable.is_some() || !it.bad.is_empty() || !it.false_alarms.is_empty());
    assert_eq!(wrong.map(|(name, _)| name.as_str()).collect::<Vec<_>>(), [""; 0]);
}

/// A number from the environment.
pub fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().map_or(otherwise, |it| it.parse().unwrap_or_else(|_| panic!("{variable}: {it}")))
}

fn project(folder: &Path, name: &str, orders: u64) -> Examination {
    let files = Project::read(&folder.join("migrations"));
    let project = Project::infer(files.clone());
    let mut ground = Ground::new("real_projects", Renewal::Database);
    if !project.errors().is_empty() {
        return Examination { unusable: Some(project.errors().join("\n")), ..Examination::default() };
    }
    let baseline = match Baseline::of(&mut ground, &project) {
        Ok(it) => it,
        Err((node, error)) => {
            let unusable = format!("version order fails at {}: {error}", files[node].stem);
            return Examination { unusable: Some(unusable), migrations: files.len(), ..Examination::default() };
        }
    };
    let found = examine(&mut ground, &project, &choices(&project, orders), &baseline);
    for bad in &found.bad {
        println!("{name}: {}", bad.describe(&project));
    }
    if let Some(bad) = found.bad.first().filter(|_| number("REAL_MINIMISE", 1) == 1) {
        match minimise_order(&mut ground, &project, bad) {
            Some((minimal, bad)) => println!("{}{}", show(&minimal), bad.describe(&minimal)),
            None => println!("(not the same again)"),
        }
    }
    for node in project.opaque() {
        println!("{name}: {} is opaque: {}", files[node].stem, project.graph.opaque(node).unwrap().0);
    }
    for it in &found.false_alarms {
        println!("{name}: false alarm: {it}");
    }
    found
}

/// The two orders that try most, then half of the rest each at random and with some migration as late as possible.
fn choices(project: &Project, orders: u64) -> Vec<Choice> {
    let mut random = fastrand::Rng::with_seed(number("REAL_SEED", 1));
    let mut choices = vec![Choice::Highest];
    while (choices.len() as u64) < orders {
        let node = random.usize(..project.len());
        choices.push(match choices.len() % 4 {
            0 | 2 => Choice::Random(random.u64(..)),
            1 => Choice::Latest(node),
            _ => Choice::Earliest(node),
        });
    }
    choices
}

fn table(found: &[(String, Examination)]) {
    println!("| project | migrations | orders | failed | different | free pairs | freedom | opaque | false alarms |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for (name, it) in found {
        if let Some(reason) = &it.unusable {
            println!("| {name} | {} | unusable: {} |", it.migrations, reason.lines().next().unwrap_or_default());
            continue;
        }
        let different = it.bad.iter().filter(|it| matches!(it.outcome, super::oracle::Outcome::Differs(_))).count();
        let failed = it.bad.len() - different;
        let permille = 1000 * it.free / it.pairs.max(1);
        println!(
            "| {name} | {} | {} | {failed} | {different} | {} of {} | {}.{} % | {} | {} |",
            it.migrations,
            it.orders,
            it.free,
            it.pairs,
            permille / 10,
            permille % 10,
            it.opaque,
            it.false_alarms.len()
        );
    }
}

use std::fmt::Write as _;

use super::ground::Ground;
use super::project::Project;
use super::schedule::Choice;
use super::snapshot::{Snapshot, Unstable};

/// What a bad order led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// This migration failed, with the server's words.
    Fails(usize, String),
    /// All applied, to something else than in version order.
    Differs(Vec<String>),
}

/// An order that the graph allows and should not.
#[derive(Debug, Clone)]
pub struct BadOrder {
    pub choice: Choice,
    pub order: Vec<usize>,
    pub outcome: Outcome,
}

/// What trying a project's orders found.
#[derive(Debug, Default)]
pub struct Examination {
    pub migrations: usize,
    pub orders: usize,
    pub bad: Vec<BadOrder>,
    pub free: usize,
    pub pairs: usize,
    pub opaque: usize,
    /// Prerequisites that the graph misses although version order applied to an empty database.
    pub false_alarms: Vec<String>,
    /// What the program would refuse, or the server in version order: then no other order was tried.
    pub unusable: Option<String>,
}

/// What version order makes.
pub struct Baseline {
    pub snapshot: Snapshot,
    pub unstable: Unstable,
}

impl Baseline {
    /// Applies version order, twice to see what differs by itself.
    pub fn of(ground: &mut Ground, project: &Project) -> Result<Self, (usize, String)> {
        let order = Choice::Version.order(project);
        ground.apply(project, &order)?;
        let snapshot = ground.snapshot();
        ground.apply(project, &order)?;
        let unstable = snapshot.unstable(&ground.snapshot());
        Ok(Self { snapshot, unstable })
    }

    /// The same of a project in which nothing differs by itself.
    pub fn stable(ground: &mut Ground, project: &Project) -> Result<Self, (usize, String)> {
        ground.apply(project, &Choice::Version.order(project))?;
        Ok(Self { snapshot: ground.snapshot(), unstable: Unstable::new() })
    }
}

/// What an order leads to, if not to what version order does.
pub fn outcome(ground: &mut Ground, project: &Project, baseline: &Baseline, order: &[usize]) -> Option<Outcome> {
    if let Err((node, error)) = ground.apply(project, order) {
        return Some(Outcome::Fails(node, error));
    }
    let differences = baseline.snapshot.differences(&ground.snapshot(), &baseline.unstable);
    (!differences.is_empty()).then_some(Outcome::Differs(differences))
}

/// Tries these orders of a project's graph.
pub fn examine(ground: &mut Ground, project: &Project, choices: &[Choice], baseline: &Baseline) -> Examination {
    let (free, pairs) = project.graph.freedom();
    let mut found = Examination {
        migrations: project.len(),
        free,
        pairs,
        opaque: project.opaque().len(),
        false_alarms: project.false_alarms(),
        ..Examination::default()
    };
    let mut tried = std::collections::BTreeSet::from([Choice::Version.order(project)]);
    for choice in choices {
        let order = choice.order(project);
        assert_eq!(order.len(), project.len(), "the edges have a cycle");
        if !tried.insert(order.clone()) {
            continue;
        }
        found.orders += 1;
        if let Some(outcome) = outcome(ground, project, baseline, &order) {
            found.bad.push(BadOrder { choice: *choice, order, outcome });
        }
    }
    found
}

impl BadOrder {
    /// The order, what went wrong, and the migrations concerned, for a person.
    pub fn describe(&self, project: &Project) -> String {
        let mut out = format!("{}:", self.choice);
        for node in &self.order {
            write!(out, " {}", node + 1).unwrap();
        }
        match &self.outcome {
            Outcome::Fails(node, error) => writeln!(out, "\n  {} fails: {error}", project.files[*node].stem).unwrap(),
            Outcome::Differs(lines) => {
                writeln!(out, "\n  {} differences:", lines.len()).unwrap();
                lines.iter().take(12).for_each(|line| writeln!(out, "    {line}").unwrap());
            }
        }
        out
    }
}

/// A project as text, with the edges that the graph has.
pub fn show(project: &Project) -> String {
    let mut out = String::new();
    for file in &project.files {
        writeln!(out, "-- {}\n{}", file.stem, file.text.trim_end()).unwrap();
    }
    for edge in project.graph.edges() {
        let reasons: Vec<String> = edge
            .reasons
            .iter()
            .take(4)
            .map(|it| {
                let object = it.object.as_ref().map(ToString::to_string).unwrap_or_default();
                format!("{} {object}", it.kind.as_str())
            })
            .collect();
        let (from, to) = (&project.files[edge.from].stem, &project.files[edge.to].stem);
        writeln!(out, "{from} after {to}: {}", reasons.join("; ")).unwrap();
    }
    out
}

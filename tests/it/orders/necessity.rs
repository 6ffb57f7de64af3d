use std::collections::{BTreeMap, BTreeSet};

use pgmigrate::graph::{Edge, ReasonKind};
use pgmigrate::model::{Ident, ObjectKind, ObjectName};
use pgmigrate::sql::Action;

use super::ground::Ground;
use super::oracle::Baseline;
use super::project::Project;

/// What came of running a migration before the one it requires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Fails,
    /// It works, and the schema or the rows differ.
    Differs(Vec<String>),
    Works,
}

/// A requires edge that does not follow from others, cut.
pub struct Cut {
    /// The stems of dependent and provider.
    pair: (String, String),
    pub verdict: Verdict,
    /// The same for a person.
    pub text: String,
}

impl Cut {
    fn new(project: &Project, edge: &Edge, verdict: Verdict) -> Self {
        let pair = (project.files[edge.from].stem.clone(), project.files[edge.to].stem.clone());
        let reasons: Vec<String> = edge
            .reasons
            .iter()
            .filter(|it| it.kind == ReasonKind::Requires)
            .map(|it| it.object.as_ref().map(ToString::to_string).unwrap_or_default())
            .collect();
        let words = match &verdict {
            Verdict::Fails => "fails".to_owned(),
            Verdict::Works => "works all the same".to_owned(),
            Verdict::Differs(lines) => {
                format!("works, with differences:\n    {}", lines[..lines.len().min(8)].join("\n    "))
            }
        };
        let text = format!("{} without {} ({}) {words}", pair.0, pair.1, reasons.join(", "));
        Self { pair, verdict, text }
    }

    /// Whether cutting the same edge does no harm in this project either.
    pub fn again(&self, ground: &mut Ground, project: &Project) -> bool {
        let is_same =
            |it: &Edge| project.files[it.from].stem == self.pair.0 && project.files[it.to].stem == self.pair.1;
        let edge = required(project).into_iter().find(is_same);
        edge.is_some_and(|it| ground.apply(project, &forced(project, &it)).is_ok())
    }
}

/// The requires edges that don't follow from others, without those about something that was made more than once: there
/// the older one would do in place of the one that version order finds.
fn required(project: &Project) -> Vec<Edge> {
    let mut made: BTreeMap<(Option<Ident>, Ident), BTreeSet<usize>> = BTreeMap::new();
    for (node, script) in project.scripts.iter().enumerate() {
        for statement in &script.statements {
            for effect in statement.effects.iter().filter(|it| it.action == Action::Creates) {
                made.entry((effect.object.schema.clone(), effect.object.name.clone())).or_default().insert(node);
            }
            for it in &statement.moves {
                let schema = it.schema.clone().or_else(|| it.from.schema.clone());
                let name = it.name.clone().unwrap_or_else(|| it.from.name.clone());
                made.entry((schema, name)).or_default().insert(node);
            }
        }
    }
    let once = |it: &ObjectName| made.get(&(it.schema.clone(), it.name.clone())).is_none_or(|it| it.len() < 2);
    let certain = |it: &&Edge| {
        let mut requires = it.reasons.iter().filter(|it| it.kind == ReasonKind::Requires);
        // Without the first schema of the path, things are made in the next.
        requires.any(|it| it.object.as_ref().is_some_and(|it| it.kind != ObjectKind::Schema && once(it)))
    };
    project.graph.reduced().into_iter().filter(certain).cloned().collect()
}

/// Cuts the requires edges that don't follow from others, or so many of them drawn with a seed, and puts each dependent
/// right before its provider.
pub fn necessity(
    ground: &mut Ground,
    project: &Project,
    baseline: &Baseline,
    sample: Option<(u64, usize)>,
) -> Vec<Cut> {
    let mut edges = required(project);
    if let Some((seed, count)) = sample {
        fastrand::Rng::with_seed(seed).shuffle(&mut edges);
        edges.truncate(count);
    }
    edges.iter().map(|edge| cut(ground, project, baseline, edge)).collect()
}

fn cut(ground: &mut Ground, project: &Project, baseline: &Baseline, edge: &Edge) -> Cut {
    let order = forced(project, edge);
    let verdict = if ground.apply(project, &order).is_err() {
        Verdict::Fails
    } else {
        let lines = baseline.snapshot.differences(&ground.snapshot(), &baseline.unstable);
        if lines.is_empty() { Verdict::Works } else { Verdict::Differs(lines) }
    };
    Cut::new(project, edge, verdict)
}

/// By version, but the edge's dependent before its provider, which comes right after it.
fn forced(project: &Project, edge: &Edge) -> Vec<usize> {
    let mut before = project.before();
    before[edge.from].retain(|it| *it != edge.to);
    before[edge.to].push(edge.from);
    let mut order = Vec::with_capacity(project.len());
    let mut placed = vec![false; project.len()];
    while order.len() < project.len() {
        let ready = |it: &usize| !placed[*it] && before[*it].iter().all(|earlier| placed[*earlier]);
        let next = (0..project.len()).find(ready).expect("an edge that follows from no others closes no circle");
        placed[next] = true;
        order.push(next);
    }
    order
}

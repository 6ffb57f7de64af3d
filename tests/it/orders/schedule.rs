use std::fmt;

use super::project::Project;

/// How to choose among the migrations that may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Version,
    Random(u64),
    /// The highest version first.
    Highest,
    /// This one only when nothing else is left, the others by version: every migration that needn't follow it comes
    /// before it, so that over all migrations every free pair is tried the wrong way round.
    Latest(usize),
    /// This one as soon as what it must follow is there.
    Earliest(usize),
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version => write!(f, "version order"),
            Self::Random(seed) => write!(f, "random order {seed}"),
            Self::Highest => write!(f, "highest version first"),
            Self::Latest(node) => write!(f, "number {} as late as possible", node + 1),
            Self::Earliest(node) => write!(f, "number {} as early as possible", node + 1),
        }
    }
}

impl Choice {
    /// A topological order of the project's graph, drawn this way.
    pub fn order(self, project: &Project) -> Vec<usize> {
        if self == Self::Version {
            return (0..project.len()).collect();
        }
        let before = project.before();
        let mut waiting: Vec<usize> = before.iter().map(Vec::len).collect();
        let mut after = vec![Vec::new(); project.len()];
        for (node, earlier) in before.iter().enumerate() {
            for it in earlier {
                after[*it].push(node);
            }
        }
        let mut ready: Vec<usize> = (0..project.len()).filter(|it| waiting[*it] == 0).collect();
        let mut random = fastrand::Rng::with_seed(if let Self::Random(seed) = self { seed } else { 0 });
        let wanted = self.wanted(&before);
        let mut order = Vec::with_capacity(project.len());
        while !ready.is_empty() {
            ready.sort_unstable();
            let at = match self {
                Self::Random(_) => random.usize(..ready.len()),
                Self::Highest => ready.len() - 1,
                Self::Latest(node) => usize::from(ready.len() > 1 && ready[0] == node),
                Self::Earliest(_) => ready.iter().position(|it| wanted[*it]).unwrap_or(0),
                Self::Version => 0,
            };
            let next = ready.remove(at);
            order.push(next);
            for later in &after[next] {
                waiting[*later] -= 1;
                if waiting[*later] == 0 {
                    ready.push(*later);
                }
            }
        }
        order
    }

    /// For [`Self::Earliest`]: what has to come early with it.
    fn wanted(self, before: &[Vec<usize>]) -> Vec<bool> {
        let mut wanted = vec![false; before.len()];
        let mut open = if let Self::Earliest(node) = self { vec![node] } else { Vec::new() };
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut wanted[node], true) {
                open.extend(&before[node]);
            }
        }
        wanted
    }
}

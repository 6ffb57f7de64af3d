//! Dependencies that headers declare.

use std::collections::BTreeMap;

use super::Node;
use super::circle;
use super::edge::{Edges, Reason, ReasonKind};
use super::order;
use crate::diagnostic::{Diagnostic, nearest};
use crate::model::{Span, Version};

/// How many steps of the chain that contradicts a declaration are shown with their source.
const SHOWN: usize = 3;

/// A declared dependency with both ends found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dependency {
    pub from: usize,
    pub to: usize,
    pub span: Span,
}

impl Dependency {
    pub fn reason(&self) -> Reason {
        Reason { kind: ReasonKind::Declared, object: None, from_span: Some(self.span), to_span: None }
    }
}

/// Finds what the headers name: an id, else a name, else a version.
pub(super) fn resolve(nodes: &[Node<'_>]) -> (Vec<Dependency>, Vec<Diagnostic>) {
    let (mut ids, mut names, mut versions) = (BTreeMap::new(), BTreeMap::<&str, Vec<usize>>::new(), BTreeMap::new());
    for (node, it) in nodes.iter().enumerate() {
        ids.insert(it.id.as_str(), node);
        names.entry(it.name).or_default().push(node);
        if let Some(version) = it.version {
            versions.insert(version, node);
        }
    }
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (from, it) in nodes.iter().enumerate() {
        for declared in it.requires {
            let text = declared.text.as_str();
            let bare = text.strip_prefix(['V', 'v', 'U', 'u']).unwrap_or(text);
            let by_name = names.get(text).filter(|it| it.len() == 1).and_then(|it| it.first());
            let by_version = || Version::parse(bare).ok().and_then(|version| versions.get(&version).copied());
            match ids.get(text).or(by_name).copied().or_else(by_version) {
                Some(to) if to != from => found.push(Dependency { from, to, span: declared.span }),
                Some(_) => problems.push(
                    Diagnostic::error("M304", format!("`{}` declares that it requires itself", it.id)).label(
                        it.source,
                        declared.span,
                        "",
                    ),
                ),
                None => {
                    let count = names.get(text).map_or(0, Vec::len);
                    let message = if count > 1 {
                        format!("`{text}` is the name of {count} migrations; `{}` requires one of them", it.id)
                    } else {
                        format!("`{}` requires `{text}`, which names no migration", it.id)
                    };
                    let mut problem = Diagnostic::error("M304", message).label(it.source, declared.span, "");
                    let known = ids.keys().chain(names.keys()).copied();
                    if let (Some(near), true) = (nearest(text, known), count < 2) {
                        problem = problem.help(format!("did you mean `{near}`?"));
                    }
                    problems.push(problem);
                }
            }
        }
    }
    (found, problems)
}

/// The declared dependencies that the SQL contradicts: what should come first needs, by the SQL, to come later.
pub(super) fn contradicted(
    nodes: &[Node<'_>],
    declared: &[Dependency],
    edges: &Edges,
    firm: impl Iterator<Item = (usize, usize)>,
) -> Vec<(Dependency, Diagnostic)> {
    if declared.is_empty() {
        return Vec::new();
    }
    let mut next = vec![Vec::new(); nodes.len()];
    for (from, to) in firm {
        next[from].push(to);
    }
    let mut found = Vec::new();
    for it in declared {
        let Some(path) = order::path(&next, it.to, it.from) else { continue };
        let chain: Vec<String> = path.iter().map(|node| format!("`{}`", nodes[*node].id)).collect();
        let (later, earlier) = (&nodes[it.from], &nodes[it.to]);
        let message = format!(
            "`{}` declares that it requires `{}`, but the SQL needs it the other way round",
            later.id, earlier.id
        );
        let mut problem = Diagnostic::error("M305", message).label(later.source, it.span, "declared here");
        for pair in path.windows(2).take(SHOWN) {
            let needed = circle::binding(edges.between(pair[0], pair[1]));
            if let Some((reason, span)) = needed.and_then(|it| Some((it, it.from_span?))) {
                problem = problem.label(nodes[pair[0]].source, span, circle::step(nodes, pair[1], reason));
            }
        }
        let problem = problem
            .note(format!("by the SQL, each needs the next one first: {}", chain.join(" → ")))
            .help("remove the declaration");
        found.push((it.clone(), problem));
    }
    found
}

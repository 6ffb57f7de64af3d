use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::*;
use crate::sql;

mod circles;
mod conflicts;
mod declared;
mod example;
mod generated;
mod inference;
mod keys;
mod made;
mod missing;
mod objects;
mod orders;
mod set_off;

/// A project given as texts; the file stem is the id.
struct Files {
    ids: Vec<MigrationId>,
    names: Vec<String>,
    versions: Vec<Option<Version>>,
    sources: Vec<Arc<Source>>,
    scripts: Vec<Script>,
    requires: Vec<Vec<Declared>>,
}

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let mut out =
            Self { ids: vec![], names: vec![], versions: vec![], sources: vec![], scripts: vec![], requires: vec![] };
        for (stem, text) in files {
            let source = Source::new(format!("{stem}.sql"), *text);
            let (script, problems) = sql::parse(&source);
            assert_eq!(problems, [], "{stem}");
            let (version, name) = stem.split_once("__").unwrap();
            out.ids.push(MigrationId::new(stem));
            out.names.push(name.to_owned());
            out.versions.push(version.strip_prefix('V').map(|it| Version::parse(it).unwrap()));
            out.sources.push(source);
            out.scripts.push(script);
            let declared = text
                .lines()
                .filter_map(|it| it.strip_prefix("-- requires "))
                .map(|it| Declared { text: it.to_owned(), span: Span::new(0, 5) });
            out.requires.push(declared.collect());
        }
        out
    }

    fn nodes(&self) -> Vec<Node<'_>> {
        (0..self.ids.len())
            .map(|it| Node {
                id: &self.ids[it],
                name: &self.names[it],
                version: self.versions[it].as_ref(),
                source: &self.sources[it],
                script: &self.scripts[it],
                requires: &self.requires[it],
                provides: &[],
            })
            .collect()
    }
}

/// The order, the edges with their reasons, what is missing, and the problems of a project.
fn graph(files: &[(&str, &str)]) -> String {
    let files = Files::new(files);
    let (graph, problems) = infer(&files.nodes(), &External::default());
    let mut out = String::new();
    let id = |it: usize| files.ids[it].as_str().split("__").next().unwrap().to_owned();
    writeln!(out, "order {}", graph.order().iter().map(|it| id(*it)).collect::<Vec<_>>().join(" ")).unwrap();
    for edge in graph.edges() {
        write!(out, "{} after {}:", id(edge.from), id(edge.to)).unwrap();
        let reasons: BTreeSet<String> = edge
            .reasons
            .iter()
            .map(|it| {
                format!(" {} {}", it.kind.as_str(), it.object.as_ref().map(ToString::to_string).unwrap_or_default())
                    .trim_end()
                    .to_owned()
            })
            .collect();
        writeln!(out, "{}", reasons.into_iter().collect::<Vec<_>>().join(";")).unwrap();
    }
    let all: BTreeSet<usize> = (0..files.ids.len()).collect();
    for it in graph.prerequisites(&all) {
        let names: Vec<String> = it.candidates.iter().map(ToString::to_string).collect();
        let places: Vec<String> =
            it.places.iter().map(|(node, span)| files.sources[*node].place(span.start()).to_string()).collect();
        write!(out, "missing {} at {}", names.join(" or "), places.join(", ")).unwrap();
        if let Some((node, _)) = it.dropped_by {
            write!(out, ", dropped by {}", id(node)).unwrap();
        }
        writeln!(out, "{}", it.assumed.map(|it| format!(" ({})", it.reason())).unwrap_or_default()).unwrap();
    }
    for it in problems {
        writeln!(out, "{} {}", it.code, it.message).unwrap();
        for label in it.labels {
            writeln!(out, "  {} {}", label.source.place(label.span.start()), label.text).unwrap();
        }
        it.notes.iter().chain(&it.help).for_each(|it| writeln!(out, "  {it}").unwrap());
    }
    out
}

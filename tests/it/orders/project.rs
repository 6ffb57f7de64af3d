use std::path::Path;
use std::sync::Arc;

use pgmigrate::diagnostic::{Diagnostic, Severity, Source};
use pgmigrate::graph::{self, Claim, External, MigrationGraph};
use pgmigrate::model::{MigrationId, ObjectKind, Version};
use pgmigrate::sql::{self, Script, Transaction};

/// A migration: its file's stem and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub stem: String,
    pub text: String,
}

/// Migrations in version order with the graph that was inferred from them.
pub struct Project {
    pub files: Vec<File>,
    ids: Vec<MigrationId>,
    versions: Vec<Version>,
    sources: Vec<Arc<Source>>,
    pub scripts: Vec<Script>,
    pub graph: MigrationGraph,
    pub problems: Vec<Diagnostic>,
}

impl Project {
    /// Parses and infers; the files' order is that of their versions.
    pub fn infer(files: Vec<File>) -> Self {
        let sources: Vec<Arc<Source>> =
            files.iter().map(|it| Source::new(format!("{}.sql", it.stem), it.text.clone())).collect();
        let mut problems = Vec::new();
        let mut scripts = Vec::new();
        for source in &sources {
            let (script, found) = sql::parse(source);
            scripts.push(script);
            problems.extend(found);
        }
        let ids: Vec<MigrationId> = files.iter().map(|it| MigrationId::new(&it.stem)).collect();
        let versions: Vec<Version> = (1..=files.len()).map(|it| Version::parse(&it.to_string()).unwrap()).collect();
        let graph = MigrationGraph::default();
        let mut project = Self { files, ids, versions, sources, scripts, graph, problems };
        let (graph, found) = graph::infer(&project.nodes(), &External::default());
        project.graph = graph;
        project.problems.extend(found);
        project
    }

    fn nodes(&self) -> Vec<graph::Node<'_>> {
        let node = |it: usize| graph::Node {
            id: &self.ids[it],
            name: &self.files[it].stem,
            version: Some(&self.versions[it]),
            source: &self.sources[it],
            script: &self.scripts[it],
            requires: &[],
            provides: &[],
        };
        (0..self.len()).map(node).collect()
    }

    /// What these migrations claim, in this order.
    pub fn claims(&self, order: &[usize]) -> Vec<Claim> {
        graph::claims(&self.nodes(), order)
    }

    /// The files `*.sql` of a folder, by name.
    pub fn read(folder: &Path) -> Vec<File> {
        let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut paths: Vec<_> = entries.map(|it| it.unwrap().path()).collect();
        paths.retain(|it| it.extension().is_some_and(|it| it == "sql"));
        paths.sort();
        let file = |path: &std::path::PathBuf| File {
            stem: path.file_stem().unwrap().to_string_lossy().into_owned(),
            text: std::fs::read_to_string(path).unwrap().trim_start_matches('\u{feff}').to_owned(),
        };
        paths.iter().map(file).collect()
    }

    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// What each migration must directly follow.
    pub fn before(&self) -> Vec<Vec<usize>> {
        let mut before = vec![Vec::new(); self.len()];
        for edge in self.graph.edges() {
            before[edge.from].push(edge.to);
        }
        before
    }

    /// Whether nothing comes before what it must follow.
    pub fn allows(&self, order: &[usize]) -> bool {
        let mut place = vec![usize::MAX; self.len()];
        for (at, node) in order.iter().enumerate() {
            place[*node] = at;
        }
        self.graph.edges().iter().all(|it| place[it.from] > place[it.to])
    }

    /// The errors that would stop the program.
    pub fn errors(&self) -> Vec<String> {
        let errors = self.problems.iter().filter(|it| it.severity == Severity::Error);
        errors.map(|it| format!("{} {}", it.code, it.message)).collect()
    }

    /// The migrations whose effects the text doesn't show.
    pub fn opaque(&self) -> Vec<usize> {
        (0..self.len()).filter(|it| self.graph.opaque(*it).is_some()).collect()
    }

    /// What the graph says nothing provides, though version order applies; roles belong to the server and may have
    /// been there before.
    pub fn false_alarms(&self) -> Vec<String> {
        let all = (0..self.len()).collect();
        let missing = self.graph.prerequisites(&all).into_iter();
        missing
            .filter(|it| it.assumed.is_none() && it.object.kind != ObjectKind::Role)
            .map(|it| format!("{} in {}", it.object, self.files[it.places[0].0].stem))
            .collect()
    }

    /// What is sent to the server for a migration: one message for its transaction, or one for each statement where
    /// it can't be in one.
    pub fn messages(&self, node: usize) -> Vec<String> {
        let text = &self.files[node].text;
        let statements = &self.scripts[node].statements;
        if statements.iter().all(|it| it.transaction == Transaction::Either) {
            return vec![format!("BEGIN;\n{text}\n;COMMIT")];
        }
        statements.iter().map(|it| text[it.span.range()].to_owned()).collect()
    }
}

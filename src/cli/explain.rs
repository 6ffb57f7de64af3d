use std::collections::BTreeSet;

use super::assemble::{self, Understood};
use super::context::load_project;
use super::global::{Format, Global};
use super::output::Output;
use super::{CommandResult, Stopped, exit};
use crate::diagnostic::Diagnostic;
use crate::graph::Objects;
use crate::plan::Unprovided;
use crate::report::{Explanation, GraphReport, Nodes};

/// `migrate plan --explain A B`: why one must run after the other, or that neither must. Needs no database.
pub fn run(a: &str, b: &str, global: &Global, output: &Output) -> CommandResult {
    let project = load_project(global)?;
    let migrations = &project.migrations;
    let (first, second) = (assemble::find(migrations, a)?, assemble::find(migrations, b)?);
    if first == second {
        let message = format!("`{a}` and `{b}` are the same migration");
        let help = "give two; `migrate graph --around ID` shows all that stands around one";
        return Err(Stopped::new(exit::USAGE, Diagnostic::error("M001", message).help(help)));
    }
    let Understood { scripts, graph, warnings, .. } = assemble::understand(&project, None)?;
    let report = GraphReport {
        migrations,
        graph: &graph,
        objects: &Objects::of(&scripts, graph.order()),
        unprovided: &Unprovided::default(),
        shown: &BTreeSet::from([first, second]),
        pending: None,
        nodes: Nodes::Migrations,
    };
    output.diagnostics(&warnings);
    let explanation = Explanation::between(&report, first, second);
    output.result(&match output.format {
        Format::Json => explanation.json(),
        Format::Markdown => explanation.markdown(),
        _ => explanation.human(output.paint),
    });
    Ok(exit::OK)
}

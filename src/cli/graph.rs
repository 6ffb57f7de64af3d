use std::collections::BTreeSet;

use clap::Args;

use super::assemble::{self, Understood};
use super::context::{Context, load_project};
use super::global::{Format, Global};
use super::output::Output;
use super::{CommandResult, Stopped, exit};
use crate::db::ServerInfo;
use crate::diagnostic::Diagnostic;
use crate::graph::{MigrationGraph, Objects};
use crate::ledger::Ledger;
use crate::plan::{Standing, unprovided};
use crate::project::{Migration, Project};
use crate::report::{GraphReport, MOST_BOXES, Nodes, fits_mermaid};

/// `migrate graph`.
#[derive(Debug, Args)]
pub struct GraphArgs {
    /// Show the objects that the migrations create, and who touches them (mermaid, dot, svg, json).
    #[arg(long)]
    pub objects: bool,
    /// Only the pending migrations, and what they hang on; asks the database.
    #[arg(long)]
    pub pending: bool,
    /// Only what is at most DEPTH steps before or after a migration (an id, a version or a name) [default DEPTH: 2].
    #[arg(long, value_name = "ID[,DEPTH]")]
    pub around: Option<String>,
}

/// Shows the graph. Needs no database, but for `--pending`.
pub fn run(args: &GraphArgs, global: &Global, output: &Output) -> CommandResult {
    let project = load_project(global)?;
    show(args, &project, None, None, output)
}

/// The same when the ledger has to say what is pending.
pub async fn run_pending(args: &GraphArgs, context: &Context, output: &Output) -> CommandResult {
    let session = context.connect(output).await?;
    let ledger = Ledger::read(&session, &context.project.config.ledger_schema).await;
    let ledger = ledger.map_err(|error| context.ledger_error(&error, &session));
    let server = session.server().clone();
    context.close(session, output).await;
    let standing = Standing::compare(&context.project.migrations, &ledger?);
    show(args, &context.project, Some(&standing.pending.into_iter().collect()), Some(&server), output)
}

fn show(
    args: &GraphArgs,
    project: &Project,
    pending: Option<&BTreeSet<usize>>,
    server: Option<&ServerInfo>,
    output: &Output,
) -> CommandResult {
    if args.objects && output.format == Format::Human {
        let diagnostic = Diagnostic::error("M004", "the list shows no objects")
            .help("`--objects` goes with `--format mermaid`, `dot`, `svg` or `json`");
        return Err(Stopped::new(exit::USAGE, diagnostic));
    }
    let around = args.around.as_deref().map(|text| neighbourhood_of(&project.migrations, text)).transpose()?;
    let Understood { scripts, graph, warnings, .. } = assemble::understand(project, server)?;
    let objects = Objects::of(&scripts, graph.order());
    let mut shown: BTreeSet<usize> = (0..project.migrations.len()).collect();
    if let Some(pending) = pending {
        shown = with_what_they_hang_on(&graph, pending);
    }
    if let Some((centre, depth)) = around {
        let near = near(&graph, centre, depth);
        shown.retain(|it| near.contains(it));
    }
    let unprovided = unprovided(project, &scripts, &graph, &objects, &shown);
    let report = GraphReport {
        migrations: &project.migrations,
        graph: &graph,
        objects: &objects,
        unprovided: &unprovided,
        shown: &shown,
        pending,
        nodes: if args.objects { Nodes::Objects } else { Nodes::Migrations },
    };
    if output.format == Format::Svg && report.boxes() > MOST_BOXES {
        let message = format!("a drawing of {} boxes serves nobody", report.boxes());
        let help = "show a part with `--around ID` or `--pending`, or give `--format dot` to a program of your own";
        return Err(Stopped::new(exit::USAGE, Diagnostic::error("M004", message).help(help)));
    }
    output.diagnostics(&warnings);
    let text = match output.format {
        Format::Json => report.json(),
        Format::Mermaid => report.mermaid(),
        Format::Dot => report.dot(),
        Format::Svg => report.svg(),
        _ => report.human(output.paint),
    };
    output.result(&text);
    if let (Some(why), Format::Mermaid | Format::Dot | Format::Svg) = (report.nothing(), output.format) {
        output.say(why);
    }
    if output.format == Format::Mermaid && !fits_mermaid(&text) {
        output.say(
            "Mermaid draws no more than 500 arrows and 50,000 characters unless its page allows more; \
             `--around ID` and `--pending` show less, `--format svg` draws it here",
        );
    }
    Ok(exit::OK)
}

/// A migration, and how far from it: `ID` or `ID,DEPTH`.
fn neighbourhood_of(migrations: &[Migration], text: &str) -> Result<(usize, usize), Stopped> {
    match text.rsplit_once(',').map(|(id, depth)| (id, depth.trim().parse())) {
        Some((id, Ok(depth))) => Ok((assemble::find(migrations, id)?, depth)),
        _ => Ok((assemble::find(migrations, text)?, 2)),
    }
}

/// The pending migrations, what each directly follows, and what stands between two of them.
fn with_what_they_hang_on(graph: &MigrationGraph, pending: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut shown = pending.clone();
    shown.extend(graph.reduced().into_iter().filter(|it| pending.contains(&it.from)).map(|it| it.to));
    shown.extend(graph.ancestors(pending).intersection(&graph.dependents(pending)));
    shown
}

/// Everything at most `depth` direct steps before or after a migration, and the migration.
fn near(graph: &MigrationGraph, centre: usize, depth: usize) -> BTreeSet<usize> {
    let edges = graph.reduced();
    let (mut before, mut after) = (BTreeSet::from([centre]), BTreeSet::from([centre]));
    for _ in 0..depth {
        let count = before.len() + after.len();
        let further: Vec<usize> = edges.iter().filter(|it| before.contains(&it.from)).map(|it| it.to).collect();
        before.extend(further);
        let further: Vec<usize> = edges.iter().filter(|it| after.contains(&it.to)).map(|it| it.from).collect();
        after.extend(further);
        if before.len() + after.len() == count {
            break;
        }
    }
    before.extend(after);
    before
}

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;

use super::amend;
use super::apply::{self, Patience};
use super::assemble::{self, Assembled};
use super::context::Context;
use super::output::Output;
use super::plan;
use super::progress::Progress;
use super::up;
use super::{CommandResult, Stopped, exit};
use crate::db::Session;
use crate::execute::Outcome;
use crate::plan::{DownInput, Standing, down};
use crate::report::DownReport;
use crate::sql::{self, Script};

use super::global::Format;

/// `migrate down`.
#[derive(Debug, Args)]
pub struct DownArgs {
    /// What to revert, by its `.down.sql`: ids, names or versions [default: the migration applied last].
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Show what would be done, and change nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    patience: Patience,
}

/// Reverts migrations, unless applied ones depend on them.
pub async fn run(args: &DownArgs, context: &Context, output: &Output) -> CommandResult {
    let mut session = context.connect(output).await?;
    let result = revert(args, context, &mut session, output).await;
    amend::finish(result, context, session, output).await
}

async fn revert(args: &DownArgs, context: &Context, session: &mut Session, output: &Output) -> CommandResult {
    let target = context.target_name();
    loop {
        let assembled = assemble(args, context, session).await?;
        output.diagnostics(&assembled.warnings);
        if args.dry_run {
            plan::print(&assembled, context, output);
            return Ok(if assembled.plan.is_refused() { exit::REFUSED } else { exit::OK });
        }
        let Assembled { plan, new, ledger, .. } = assembled;
        let approved = match plan.approve() {
            Ok(approved) => approved,
            Err(refused) => {
                let refused = Assembled { plan: *refused, new, ledger, warnings: Vec::new() };
                return Ok(up::refuse(&refused, context, output));
            }
        };
        let mut progress = Progress::new(output, approved.steps());
        let (reverted, result) = if approved.steps().is_empty() {
            (Vec::new(), Ok(Outcome::Applied))
        } else {
            let mut interrupts = apply::listen()?;
            args.patience.apply(context, session, &mut [], &approved, &mut interrupts, &mut progress).await
        };
        let report = DownReport { target: &target, reverted: &reverted, notices: &progress.notices };
        match result {
            Ok(Outcome::Applied) => {
                output.result(&if output.format == Format::Json {
                    report.json(&[])
                } else {
                    report.human(output.paint)
                });
                return Ok(exit::OK);
            }
            Ok(Outcome::Overtaken) => output.say("another run has changed the ledger meanwhile; planning again"),
            Err(error) => {
                let diagnostics = context.explain(&error, reverted.len(), session);
                let document = Some(report.json(&diagnostics));
                return Err(Stopped { document, ..Stopped::with(apply::exit_code(&error), diagnostics) });
            }
        }
    }
}

async fn assemble(args: &DownArgs, context: &Context, session: &Session) -> Result<Assembled, Stopped> {
    let project = &context.project;
    let ledger = amend::read_ledger(context, session).await?;
    let standing = Standing::compare(&project.migrations, &ledger);
    let understood = assemble::understand(project, Some(session.server()))?;
    let surroundings = assemble::surroundings(session.server());
    let mut selected = BTreeSet::new();
    for text in &args.ids {
        selected.insert(assemble::find(&project.migrations, text)?);
    }
    if let (true, Some(last)) = (args.ids.is_empty(), ledger.applied.last()) {
        selected.extend(project.migrations.iter().position(|it| it.id == last.id));
    }
    let mut scripts: BTreeMap<usize, Script> = BTreeMap::new();
    let mut warnings = understood.warnings;
    for index in &selected {
        let Some(file) = &project.migrations[*index].down else { continue };
        let (parsed, found) = sql::parse_all(&[&file.source], &surroundings);
        warnings.extend(found);
        scripts.extend(parsed.into_iter().next().map(|script| (*index, script)));
    }
    assemble::stop_on_errors(&warnings)?;
    let input = DownInput {
        project,
        graph: &understood.graph,
        ledger: &ledger,
        standing: &standing,
        selected: &selected,
        scripts: &scripts,
    };
    Ok(Assembled { plan: down(&input), new: BTreeSet::new(), ledger, warnings })
}

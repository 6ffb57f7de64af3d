use std::path::PathBuf;

use clap::Args;

use super::assemble::{self, Assembled, Wish};
use super::context::Context;
use super::global::Format;
use super::output::Output;
use super::{CommandResult, approval, exit};
use crate::db::Session;
use crate::plan::{Commits, LatePolicy};
use crate::project::Config;
use crate::report;

/// `migrate plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub selection: Selection,
    /// Say why one of two migrations must run after the other, or that neither must; needs no database.
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with_all = ["selection", "out"])]
    pub explain: Option<Vec<String>>,
    /// Also write the plan to this file, to be approved and run with `up --plan`; not when it is refused.
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Which migrations, and how strictly.
#[derive(Debug, Args)]
#[group(id = "selection", multiple = true)]
pub struct Selection {
    /// Stop after this migration (an id, a version or a name).
    #[arg(long, value_name = "ID")]
    pub to: Option<String>,
    /// Accept migrations that are older than applied ones, even where the order matters.
    #[arg(long)]
    pub allow_out_of_order: bool,
    /// Refuse every migration that is older than an applied one, independent or not.
    #[arg(long, conflicts_with = "allow_out_of_order")]
    pub strict_order: bool,
    /// Apply everything in one transaction, or nothing; refused if a migration can't be in one.
    #[arg(long)]
    pub single_transaction: bool,
}

impl Selection {
    /// What is asked for: the flags, and where they say nothing the project's configuration.
    pub(super) fn wish(&self, config: &Config) -> Wish<'_> {
        let late = match (self.allow_out_of_order, self.strict_order || config.up.strict_order) {
            (true, _) => LatePolicy::Accept,
            (false, true) => LatePolicy::Strict,
            (false, false) => LatePolicy::Proven,
        };
        let commits = if self.single_transaction { Commits::Together } else { Commits::Each };
        Wish { to: self.to.as_deref(), late, commits }
    }
}

/// Shows what `up` would do.
pub async fn run(args: &PlanArgs, context: &Context, output: &Output) -> CommandResult {
    let session = context.connect(output).await?;
    let result = show(args, context, &session, output).await;
    context.close(session, output).await;
    result
}

async fn show(args: &PlanArgs, context: &Context, session: &Session, output: &Output) -> CommandResult {
    let wish = args.selection.wish(&context.project.config);
    let assembled = assemble::plan(context, session, wish).await?;
    output.diagnostics(&assembled.warnings);
    let refused = assembled.plan.is_refused();
    if let (Some(path), false) = (&args.out, refused) {
        approval::write(path, &assembled, wish, context, session).await?;
    }
    print(&assembled, context, output);
    Ok(if refused { exit::REFUSED } else { exit::OK })
}

/// Prints the plan in the format asked for, and what refuses it as annotations.
pub(super) fn print(assembled: &Assembled, context: &Context, output: &Output) {
    let Assembled { plan, new, .. } = assembled;
    let target = context.target_name();
    output.result(&match output.format {
        Format::Json => report::plan_to_json(plan, &target, new),
        Format::Markdown => report::plan_to_markdown(plan, &target, new),
        _ => report::plan_to_human(plan, &target, new, output.detail, output.paint),
    });
    output.annotate(&report::annotations_of(&plan.problems()));
}

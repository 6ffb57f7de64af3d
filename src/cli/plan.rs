use clap::Args;

use super::assemble::{self, Assembled, Wish};
use super::context::Context;
use super::global::Format;
use super::output::Output;
use super::{CommandResult, exit};
use crate::plan::LatePolicy;
use crate::report;

/// `migrate plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub selection: Selection,
    /// Say why one of two migrations must run after the other, or that neither must; needs no database.
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with_all = ["to", "allow_out_of_order"])]
    pub explain: Option<Vec<String>>,
}

/// Which migrations, and how strictly.
#[derive(Debug, Args)]
pub struct Selection {
    /// Stop after this migration (an id, a version or a name).
    #[arg(long, value_name = "ID")]
    pub to: Option<String>,
    /// Accept migrations that are older than applied ones, even where the order matters.
    #[arg(long)]
    pub allow_out_of_order: bool,
}

impl Selection {
    pub(super) fn wish(&self) -> Wish<'_> {
        Wish {
            to: self.to.as_deref(),
            late: if self.allow_out_of_order { LatePolicy::Accept } else { LatePolicy::Proven },
        }
    }
}

/// Shows what `up` would do.
pub async fn run(args: &PlanArgs, context: &Context, output: &Output) -> CommandResult {
    let session = context.connect(output).await?;
    let assembled = assemble::plan(context, &session, args.selection.wish()).await;
    context.close(session, output).await;
    let assembled = assembled?;
    output.diagnostics(&assembled.warnings);
    output.result(&shown(&assembled, context, output));
    let refused = !assembled.plan.refusals.is_empty() || assembled.plan.gap.is_some();
    Ok(if refused { exit::REFUSED } else { exit::OK })
}

/// The plan in the format asked for.
pub(super) fn shown(assembled: &Assembled, context: &Context, output: &Output) -> String {
    let Assembled { plan, new, .. } = assembled;
    let target = context.target_name();
    match output.format {
        Format::Json => report::plan_to_json(plan, &target, new),
        Format::Markdown => report::plan_to_markdown(plan, &target, new),
        _ => report::plan_to_human(plan, &target, new, output.detail, output.paint),
    }
}

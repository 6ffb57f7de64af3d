use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;

use super::apply::{self, Patience};
use super::assemble::{self, Assembled, Wish};
use super::context::Context;
use super::global::{Format, Global};
use super::interrupt::Interrupts;
use super::output::Output;
use super::plan::{self, Selection};
use super::progress::Progress;
use super::{CommandResult, Stopped, approval, exit, verify};
use crate::db::Session;
use crate::diagnostic::Diagnostic;
use crate::execute::{ExecuteError, Outcome};
use crate::ledger::Fingerprint;
use crate::model::MigrationId;
use crate::plan::{Commits, PlanFile};
use crate::project::VerifyWhen;
use crate::project::checks::Severity;
use crate::report::{self, UpReport};
use crate::verify::Verdict;

/// `migrate up`.
#[derive(Debug, Args)]
pub struct UpArgs {
    #[command(flatten)]
    selection: Selection,
    /// Run exactly the plan that `migrate plan --out FILE` wrote, or refuse with what differs.
    #[arg(long, value_name = "FILE", conflicts_with = "selection")]
    plan: Option<PathBuf>,
    /// Show what would be done, as `migrate plan` does, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Apply up to this many migrations at a time that don't follow from each other, each over a connection of its own.
    #[arg(long, value_name = "N", default_value = "1", conflicts_with = "single_transaction")]
    jobs: NonZeroUsize,
    #[command(flatten)]
    patience: Patience,
}

/// Applies the pending migrations, then runs the checks.
pub async fn run(args: &UpArgs, global: &Global, output: &Output) -> CommandResult {
    let started = Instant::now();
    let approved = args.plan.as_deref().map(approval::read).transpose()?;
    let (context, mut session, applied) = Context::load_and_connect(global, output).await?;
    let context = &context;
    let asked = approved.as_ref().map(PlanFile::asked);
    let wish = asked.map_or_else(|| args.selection.wish(&context.project.config), Wish::of);
    let wanted = Wanted { wish, approved: approved.as_ref(), jobs: args.jobs, patience: args.patience };
    let result = if args.dry_run {
        dry_run(wanted, context, &session, output).await
    } else if wanted.is_everything() && applied == Some(fingerprint(context)) {
        let mut report = UpReport::new(context.target_name());
        report.already = context.project.migrations.len();
        output.result(&report.nothing_to_do(0, output.format == Format::Json));
        Ok(exit::OK)
    } else {
        up(wanted, context, &mut session, started, output).await
    };
    context.close(session, output).await;
    result
}

/// What this run is to do.
#[derive(Debug, Clone, Copy)]
struct Wanted<'a> {
    wish: Wish<'a>,
    /// The plan it must be, with `--plan`.
    approved: Option<&'a PlanFile>,
    /// How many at a time.
    jobs: NonZeroUsize,
    patience: Patience,
}

impl Wanted<'_> {
    /// Whether it is whatever is pending: then nothing has to be looked up or compared when that is nothing.
    const fn is_everything(&self) -> bool {
        self.wish.to.is_none() && self.approved.is_none()
    }

    /// The plan as it is to be made now, refused if it is not the approved one.
    async fn assemble(self, context: &Context, session: &Session) -> Result<Assembled, Stopped> {
        let mut assembled = assemble::plan(context, session, self.wish).await?;
        if let (Some(approved), false) = (self.approved, assembled.plan.is_refused()) {
            let refusal = approval::refusal(approved, &assembled, self.wish, context, session).await?;
            assembled.plan.refusals.extend(refusal);
        }
        Ok(assembled)
    }
}

/// What the ledger's fingerprint is when all files are applied as they are.
fn fingerprint(context: &Context) -> Fingerprint {
    Fingerprint::of(context.project.migrations.iter().map(|it| (&it.id, it.checksum)))
}

async fn dry_run(wanted: Wanted<'_>, context: &Context, session: &Session, output: &Output) -> CommandResult {
    let assembled = wanted.assemble(context, session).await?;
    output.diagnostics(&assembled.warnings);
    plan::print(&assembled, context, output);
    Ok(if assembled.plan.is_refused() { exit::REFUSED } else { exit::OK })
}

async fn up(
    wanted: Wanted<'_>,
    context: &Context,
    session: &mut Session,
    started: Instant,
    output: &Output,
) -> CommandResult {
    let mut report = UpReport::new(context.target_name());
    let mut interrupts = None;
    loop {
        let Assembled { plan, warnings, new, ledger } = wanted.assemble(context, session).await?;
        output.diagnostics(&warnings);
        report.already = plan.applied;
        let approved = match plan.approve() {
            Ok(approved) => approved,
            Err(refused) => {
                if assemble::moved_on(context, session, &ledger).await? {
                    continue;
                }
                let refused = Assembled { plan: *refused, new, ledger, warnings: Vec::new() };
                return Ok(refuse(&refused, context, output));
            }
        };
        for note in &approved.plan().notes {
            output.say(&format!("note: {note}"));
        }
        if approved.steps().is_empty() {
            let left_out = approved.plan().left_out;
            output.result(&report.nothing_to_do(left_out, output.format == Format::Json));
            return Ok(exit::OK);
        }
        if ledger.copied_from.is_some()
            && let Some(refusal) = unsound_copy(context, session, output).await?
        {
            let document = Some(report.failed(std::slice::from_ref(&refusal)));
            return Err(Stopped { document, ..Stopped::new(exit::REFUSED, refusal) });
        }
        let mut helpers = helpers(wanted, session, approved.steps().len()).await?;
        let interrupts = match &mut interrupts {
            Some(interrupts) => interrupts,
            none => none.insert(apply::listen()?),
        };
        let mut progress = Progress::new(output, approved.steps());
        let result = wanted.patience.apply(context, session, &mut helpers, &approved, interrupts, &mut progress).await;
        report.notices.append(&mut progress.notices);
        for helper in helpers {
            context.close(helper, output).await;
        }
        match result {
            (applied, Ok(Outcome::Applied)) => {
                report.applied = applied;
                break;
            }
            (_, Ok(Outcome::Overtaken)) => output.say("another run has changed the ledger meanwhile; planning again"),
            (applied, Err(error)) => return Err(failed(context, session, &mut report, applied, &error)),
        }
    }
    report.took = started.elapsed();
    let checked = match context.project.config.up.verify {
        VerifyWhen::Off => None,
        VerifyWhen::InTransaction | VerifyWhen::After => {
            match check(context, session, interrupts.as_mut(), output).await {
                Ok(checked) => Some(checked),
                Err(stopped) => return Err(unchecked(stopped, &report, output)),
            }
        }
    };
    let code = checked.as_ref().map_or(exit::OK, verify::Checked::exit_code);
    let checks = checked.as_ref().map(verify::Checked::report);
    output.result(&report.done(checks, output.format == Format::Json, output.paint));
    if let Some(checks) = checks {
        output.annotate(&report::annotations_of_checks(checks));
    }
    Ok(code)
}

/// The connections that `--jobs` asks for besides the first one.
async fn helpers(wanted: Wanted<'_>, session: &Session, steps: usize) -> Result<Vec<Session>, Stopped> {
    let side_by_side = if wanted.wish.commits == Commits::Together { 1 } else { wanted.jobs.get() };
    let wanted = side_by_side.min(steps) - 1;
    let mut helpers = Vec::new();
    while helpers.len() < wanted {
        let helper = session.connect_another().await;
        helpers.push(helper.map_err(|error| {
            let number = helpers.len() + 2;
            let note = format!("connection {number} of {} for `--jobs`; nothing was applied", wanted + 1);
            Stopped::new(exit::CONNECTION, error.to_diagnostic().note(note))
        })?);
    }
    Ok(helpers)
}

/// Runs the checks until they are done or a signal comes.
async fn check(
    context: &Context,
    session: &mut Session,
    interrupts: Option<&mut Interrupts>,
    output: &Output,
) -> Result<verify::Checked, Stopped> {
    let interrupted = async {
        match interrupts {
            Some(interrupts) => interrupts.next().await,
            None => std::future::pending().await,
        }
    };
    let cancel = session.cancel_token();
    tokio::select! {
        checked = verify::check(context, session, &[], output) => checked,
        () = interrupted => {
            // One that can't be cancelled ends by itself.
            let _ = cancel.cancel().await;
            let stopped = Diagnostic::error("M606", "stopped as asked, during the checks")
                .help("run `migrate verify` to check again");
            Err(Stopped::new(exit::VIOLATED, stopped))
        }
    }
}

/// Why migrations should not run on a copy yet: a restore has left behind what would make them fail.
async fn unsound_copy(
    context: &Context,
    session: &mut Session,
    output: &Output,
) -> Result<Option<Diagnostic>, Stopped> {
    let select = ["sequence.*", "default.*"].map(str::to_owned);
    let checked = verify::check(context, session, &select, output).await?;
    let violated = checked.report().results.iter().filter(|it| it.verdict == Verdict::Violated);
    let violated: Vec<_> = violated.filter(|it| it.severity == Severity::Error).collect();
    if violated.is_empty() {
        return Ok(None);
    }
    let mut refusal = Diagnostic::error("M519", "this database is a copy, and its restore is not complete");
    for result in violated {
        let objects = result.findings.iter().filter(|it| !it.accepted).count();
        refusal = refusal.note(format!("{}: {objects} violated ({})", result.check, result.title));
    }
    Ok(Some(
        refusal
            .note("nothing was run")
            .help("run `migrate verify --fix-sequences --fix-defaults`, then `migrate up` again"),
    ))
}

pub(super) fn refuse(refused: &Assembled, context: &Context, output: &Output) -> u8 {
    if output.format == Format::Human {
        output.refusal(&report::refusal_to_human(&refused.plan, output.talk()), &refused.plan.problems());
    } else {
        plan::print(refused, context, output);
    }
    exit::REFUSED
}

/// When the checks could not be run: everything is applied all the same, and said to be.
fn unchecked(stopped: Stopped, report: &UpReport, output: &Output) -> Stopped {
    if output.format == Format::Json {
        return Stopped { document: Some(report.unchecked(&stopped.diagnostics)), ..stopped };
    }
    output.result(&report.done(None, false, output.paint));
    stopped
}

fn failed(
    context: &Context,
    session: &Session,
    report: &mut UpReport,
    applied: Vec<(MigrationId, Duration)>,
    error: &ExecuteError,
) -> Stopped {
    let diagnostics = context.explain(error, applied.len(), session);
    report.applied = applied;
    Stopped { document: Some(report.failed(&diagnostics)), ..Stopped::with(apply::exit_code(error), diagnostics) }
}

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;

use super::assemble::{self, Assembled};
use super::context::Context;
use super::global::Format;
use super::interrupt::Interrupts;
use super::output::Output;
use super::plan::{self, Selection};
use super::progress::Progress;
use super::{CommandResult, Stopped, exit, verify};
use crate::db::{CancelToken, Session};
use crate::diagnostic::Diagnostic;
use crate::execute::{self, Event, ExecuteError, LockPatience, Outcome, RunOptions};
use crate::ledger::{Intent, Ledger};
use crate::model::{MigrationId, parse_duration};
use crate::plan::{ApprovedPlan, Plan, ledger_digest};
use crate::project::VerifyWhen;
use crate::report::{self, UpReport};

/// `migrate up`.
#[derive(Debug, Args)]
pub struct UpArgs {
    #[command(flatten)]
    selection: Selection,
    /// Show what would be done, as `migrate plan` does, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Apply up to this many migrations at a time that don't follow from each other, each over a connection of its own.
    #[arg(long, value_name = "N", default_value = "1")]
    jobs: NonZeroUsize,
    /// How long to wait for another run to finish, such as `30s` or `10min` [default: `[up] lease_wait`, 5 min].
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    lease_wait: Option<Duration>,
    /// How long to go on trying a migration that gets no lock; replaces `[up] lock_retries`.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    max_lock_wait: Option<Duration>,
}

/// Applies the pending migrations, then runs the checks.
pub async fn run(args: &UpArgs, context: &Context, output: &Output) -> CommandResult {
    if args.dry_run {
        let args =
            plan::PlanArgs { selection: Selection { to: args.selection.to.clone(), ..args.selection }, explain: None };
        return plan::run(&args, context, output).await;
    }
    let started = Instant::now();
    let mut session = context.connect(output).await?;
    let result = up(args, context, &mut session, started, output).await;
    context.close(session, output).await;
    result
}

async fn up(
    args: &UpArgs,
    context: &Context,
    session: &mut Session,
    started: Instant,
    output: &Output,
) -> CommandResult {
    let mut report = UpReport::new(context.target_name());
    let mut interrupts = None;
    loop {
        let Assembled { plan, warnings, new, intents } =
            assemble::plan(context, session, args.selection.wish(&context.project.config)).await?;
        output.diagnostics(&warnings);
        report.already = plan.applied;
        let approved = match plan.approve() {
            Ok(approved) => approved,
            Err(refused) => {
                if moved_on(context, session, &refused, &intents).await? {
                    continue;
                }
                let refused = Assembled { plan: *refused, new, intents, warnings: Vec::new() };
                return Ok(refuse(&refused, context, output));
            }
        };
        for note in &approved.plan().notes {
            output.say(&format!("note: {note}"));
        }
        if approved.steps().is_empty() {
            output.result(&report.nothing_to_do(output.format == Format::Json));
            return Ok(exit::OK);
        }
        let mut helpers = helpers(args, session, approved.steps().len()).await?;
        let interrupts = match &mut interrupts {
            Some(interrupts) => interrupts,
            none => none.insert(listen()?),
        };
        let mut progress = Progress::new(output, approved.steps().len());
        let result = apply(args, context, session, &mut helpers, &approved, interrupts, &mut progress).await;
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
        VerifyWhen::After => match check(context, session, interrupts.as_mut()).await {
            Ok(checked) => Some(checked),
            Err(stopped) => return Err(unchecked(stopped, &report, output)),
        },
    };
    let code = checked.as_ref().map_or(exit::OK, verify::Checked::exit_code);
    output.result(&report.done(
        checked.as_ref().map(verify::Checked::report),
        output.format == Format::Json,
        output.paint,
    ));
    Ok(code)
}

/// The connections that `--jobs` asks for besides the first one.
async fn helpers(args: &UpArgs, session: &Session, steps: usize) -> Result<Vec<Session>, Stopped> {
    let wanted = args.jobs.get().min(steps) - 1;
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

fn listen() -> Result<Interrupts, Stopped> {
    Interrupts::listen().map_err(|error| {
        Stopped::new(exit::BUG, Diagnostic::error("M900", format!("signals can't be listened to: {error}")))
    })
}

/// Runs the checks until they are done or a signal comes.
async fn check(
    context: &Context,
    session: &mut Session,
    interrupts: Option<&mut Interrupts>,
) -> Result<verify::Checked, Stopped> {
    let interrupted = async {
        match interrupts {
            Some(interrupts) => interrupts.next().await,
            None => std::future::pending().await,
        }
    };
    let cancel = session.cancel_token();
    tokio::select! {
        checked = verify::check(context, session, &[]) => checked,
        () = interrupted => {
            // One that can't be cancelled ends by itself.
            let _ = cancel.cancel().await;
            let stopped = Diagnostic::error("M606", "stopped as asked, during the checks")
                .help("run `migrate verify` to check again");
            Err(Stopped::new(exit::VIOLATED, stopped))
        }
    }
}

async fn apply(
    args: &UpArgs,
    context: &Context,
    session: &mut Session,
    helpers: &mut [Session],
    plan: &ApprovedPlan,
    interrupts: &mut Interrupts,
    progress: &mut Progress<'_>,
) -> (Vec<(MigrationId, Duration)>, Result<Outcome, ExecuteError>) {
    let config = &context.project.config;
    let stop = AtomicBool::new(false);
    let options = RunOptions {
        schema: &config.ledger_schema,
        holder: &context.holder(),
        lease_wait: args.lease_wait.unwrap_or(config.up.lease_wait),
        lock_patience: match args.max_lock_wait {
            Some(limit) => LockPatience::For(limit),
            None => LockPatience::Tries(config.up.lock_retries),
        },
        stop: &stop,
    };
    let result = until_done_or_interrupted(session, helpers, plan, &options, interrupts, progress).await;
    progress.finish();
    // Side by side they end in any order; the report has the plan's.
    let place: BTreeMap<&MigrationId, usize> =
        plan.steps().iter().enumerate().map(|(at, step)| (&step.id, at)).collect();
    progress.applied.sort_by_key(|(id, _)| place.get(id).copied());
    (std::mem::take(&mut progress.applied), result)
}

/// Runs the plan; at a first signal cancels the running statement and lets the run end in order.
async fn until_done_or_interrupted(
    session: &mut Session,
    helpers: &mut [Session],
    plan: &ApprovedPlan,
    options: &RunOptions<'_>,
    interrupts: &mut Interrupts,
    progress: &mut Progress<'_>,
) -> Result<Outcome, ExecuteError> {
    let cancels: Vec<CancelToken> = helpers.iter().chain([&*session]).map(Session::cancel_token).collect();
    let output = progress.output;
    let mut emit = |event: Event<'_>| progress.event(&event);
    let mut run = Box::pin(execute::run(session, helpers, plan, options, &mut emit));
    loop {
        tokio::select! {
            result = &mut run => return result,
            () = interrupts.next() => {
                if options.stop.swap(true, Ordering::Relaxed) {
                    std::process::exit(i32::from(exit::FAILED));
                }
                output.say("stopping: the running statement is cancelled; once more ends this program at once");
                for cancel in &cancels {
                    // One that can't be cancelled is waited for.
                    tokio::select! {
                        _ = cancel.cancel() => {}
                        () = interrupts.next() => std::process::exit(i32::from(exit::FAILED)),
                    }
                }
            }
        }
    }
}

/// Whether another run has changed the ledger since `plan` was made of it: then the plan compares an old ledger with a
/// newer catalog, and its refusal means nothing.
async fn moved_on(context: &Context, session: &Session, plan: &Plan, intents: &[Intent]) -> Result<bool, Stopped> {
    let ledger = Ledger::read(session, &context.project.config.ledger_schema)
        .await
        .map_err(|error| context.ledger_error(&error, session))?;
    Ok(ledger_digest(&ledger.applied) != plan.ledger_digest || ledger.intents != intents)
}

fn refuse(refused: &Assembled, context: &Context, output: &Output) -> u8 {
    if output.format == Format::Human {
        output.refusal(&report::refusal_to_human(&refused.plan, output.talk()), &refused.plan.problems());
    } else {
        output.result(&plan::shown(refused, context, output));
    }
    exit::REFUSED
}

/// When the checks could not be run: everything is applied all the same, and said to be.
fn unchecked(stopped: Stopped, report: &UpReport, output: &Output) -> Stopped {
    if output.format == Format::Json {
        let document = stopped.diagnostics.first().map(|diagnostic| report.unchecked(diagnostic));
        return Stopped { document, ..stopped };
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
    let code = match error {
        ExecuteError::Migration(_) | ExecuteError::Several(_) | ExecuteError::Stopped => exit::FAILED,
        ExecuteError::NeedsSession { .. } => exit::REFUSED,
        ExecuteError::Ledger(_) | ExecuteError::Db(_) => exit::CONNECTION,
    };
    Stopped { document: Some(report.failed(&diagnostics)), ..Stopped::with(code, diagnostics) }
}

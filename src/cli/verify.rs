use clap::{ArgGroup, Args};

use super::check_progress::CheckProgress;
use super::context::Context;
use super::global::{Format, Global};
use super::output::Output;
use super::schema::Surroundings;
use super::{CommandResult, Stopped, awaited, exit};
use crate::db::Session;
use crate::diagnostic::Diagnostic;
use crate::ledger::Ledger;
use crate::project::checks::Accepted;
use crate::report::{self, Fixes};
use crate::verify::{self, ExplicitIds, FixOptions, Limits, Report, Request, Verdict, VerifyError};

/// `migrate verify`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
#[command(group(ArgGroup::new("fix").multiple(true)))]
pub struct VerifyArgs {
    /// Run only these checks, on by default or not: an id, or a pattern such as `sync.*`; may be given several times.
    #[arg(long = "check", value_name = "ID")]
    checks: Vec<String>,
    /// Run the built-in checks alone on the database given, whether there is a project here or not.
    #[arg(long, conflicts_with = "project")]
    no_project: bool,
    /// Move sequences that are behind their data past it; never backwards, safe beside live writers.
    #[arg(long, group = "fix")]
    fix_sequences: bool,
    /// With --fix-sequences: lock the tables against writes first, where imports or applications choose ids themselves.
    ///
    /// It waits for open transactions that write to the table of a sequence that is behind, so that their ids count before
    /// they are committed, and blocks writes to the table for the moment that the move takes.
    #[arg(long, requires = "fix_sequences")]
    lock_tables: bool,
    /// Put lost defaults back: the parent first, then each partition in a transaction of its own.
    #[arg(long, group = "fix")]
    fix_defaults: bool,
    /// With a --fix option: print the SQL and change nothing.
    #[arg(long, requires = "fix")]
    dry_run: bool,
}

/// Checks the database's invariants, and repairs what was asked for.
pub async fn run(args: &VerifyArgs, global: &Global, output: &Output) -> CommandResult {
    let context = if args.no_project { Surroundings::default().context(global)? } else { Context::of_checks(global)? };
    let mut session = context.connect(output).await?;
    let result = verify(args, &context, &mut session, output).await;
    context.close(session, output).await;
    result
}

async fn verify(args: &VerifyArgs, context: &Context, session: &mut Session, output: &Output) -> CommandResult {
    let mut checked = check(context, session, &args.checks, output).await?;
    let mut fixes = None;
    if args.fix_sequences || args.fix_defaults {
        let mut done = fix(args, context, session, checked.report(), output).await?;
        if !args.dry_run {
            checked = check(context, session, &args.checks, output).await?;
            verify::confirm_sequences(&mut done.sequences, checked.report());
        }
        fixes = Some(done);
    }
    output.result(&shown(checked.report(), fixes.as_ref(), &context.target_name(), output));
    output.annotate(&report::annotations_of_checks(checked.report()));
    Ok(checked.exit_code())
}

/// The report in the format asked for.
fn shown(checks: &Report, fixes: Option<&Fixes>, target: &str, output: &Output) -> String {
    match (output.format, fixes) {
        (Format::Json, None) => report::verify_to_json(checks, target),
        (Format::Json, Some(fixes)) => fixes.json(checks, target),
        (Format::Markdown, fixes) => report::verify_to_markdown(checks, fixes, target),
        (Format::Junit, fixes) => report::verify_to_junit(checks, fixes, target, &output.directory),
        (_, None) => report::verify_to_human(checks, output.paint),
        (_, Some(fixes)) if fixes.dry_run => fixes.script(),
        (_, Some(fixes)) => {
            format!("{}\n\n{}", fixes.human(output.paint), report::verify_to_human(checks, output.paint))
        }
    }
}

/// Repairs what `found` says can be repaired, as far as it was asked for.
async fn fix(
    args: &VerifyArgs,
    context: &Context,
    session: &mut Session,
    found: &Report,
    output: &Output,
) -> Result<Fixes, Stopped> {
    let up = &context.project.config.up;
    let options = FixOptions {
        lock_timeout: up.lock_timeout,
        retries: up.lock_retries,
        dry_run: args.dry_run,
        explicit_ids: if args.lock_tables { ExplicitIds::InFlight } else { ExplicitIds::Committed },
    };
    let mut fixes = Fixes { dry_run: args.dry_run, ..Fixes::default() };
    // First, so that no default that is put back hands out what is used.
    if args.fix_sequences {
        fixes.sequences = verify::fix_sequences(session, found, &options).await.map_err(|error| stopped(&error))?;
    }
    if args.fix_defaults {
        fixes.defaults = verify::fix_defaults(session, found, &options).await.map_err(|error| stopped(&error))?;
        if !args.dry_run {
            // A default that was just put back may show that its sequence belongs to no column, or is behind.
            let checked = check(context, session, &args.checks, output).await?.0;
            let shown = verify::fix_defaults(session, &checked.since(found), &options).await;
            fixes.defaults.extend(shown.map_err(|error| stopped(&error))?);
            if args.fix_sequences {
                let shown = verify::fix_sequences(session, &checked.since(found), &options).await;
                fixes.sequences.extend(shown.map_err(|error| stopped(&error))?);
            }
        }
    }
    Ok(fixes)
}

/// What the checks came to.
pub struct Checked(Report);

impl Checked {
    /// The report.
    pub const fn report(&self) -> &Report {
        &self.0
    }

    /// A violated or broken check is exit code 1: "could not be checked" must not pass for "fine".
    pub fn exit_code(&self) -> u8 {
        match self.0.verdict() {
            Verdict::Holds => exit::OK,
            Verdict::Violated | Verdict::Broken => exit::VIOLATED,
        }
    }
}

/// Evaluates all checks, or those that `select` names.
pub async fn check(
    context: &Context,
    session: &mut Session,
    select: &[String],
    output: &Output,
) -> Result<Checked, Stopped> {
    let ledger = Ledger::read(session, &context.project.config.ledger_schema)
        .await
        .map_err(|error| context.ledger_error(&error, session))?;
    let applied = |text: &str| awaited::is_applied(&ledger, text);
    let checks = &context.project.checks;
    let progress = CheckProgress::new(output);
    let request = Request {
        select,
        builtin: context.project.config.builtin,
        ledger_schema: context.project.config.ledger_schema.as_str(),
        applied: &applied,
        accept: &Accepted::keys(&checks.accept),
        sequences: &checks.sequences,
        limits: Limits::default(),
        progress: &|event| progress.event(event),
    };
    let mut report = verify::run(session, &checks.declared, &request).await.map_err(|error| stopped(&error))?;
    report.stale = verify::stale(&report, &checks.declared, &checks.accept);
    Ok(Checked(report))
}

fn stopped(error: &VerifyError) -> Stopped {
    match error {
        VerifyError::NoSuchCheck { near, .. } => {
            let diagnostic = Diagnostic::error("M003", error.to_string());
            let help = near.as_ref().map(|near| format!("did you mean `{near}`?"));
            Stopped::new(exit::USAGE, Diagnostic { help, ..diagnostic })
        }
        other => {
            Stopped::new(exit::CONNECTION, Diagnostic::error("M701", format!("the checks could not be run: {other}")))
        }
    }
}

//! The command line: one file per subcommand, each with its arguments and its function.
//!
//! Only this floor prints: results on standard output, everything else on standard error.

mod adopt;
mod amend;
mod apply;
mod approval;
mod args;
mod assemble;
mod awaited;
mod baseline;
mod check_progress;
mod context;
mod diff;
mod doctor;
mod down;
pub mod exit;
mod explain;
mod global;
mod graph;
mod history;
mod init;
mod interrupt;
mod new;
mod output;
mod plan;
mod progress;
mod repair;
mod schema;
mod scratch;
mod snapshot;
mod status;
mod up;
mod verify;

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use crate::diagnostic::Diagnostic;
use crate::report;
use args::{Cli, Command};
use context::Context;
use global::Format;
use output::Output;

/// Reads the command line, runs the command, prints, and says how the process should end.
#[must_use]
pub fn main() -> ExitCode {
    // clap prints usage errors itself and exits with 2.
    let cli = Cli::parse();
    let output = Output::new(&cli.global);
    let result = match cli.command {
        command if !command.has_form(output.format) => {
            Err(Stopped::new(exit::USAGE, command.no_such_form(output.format)))
        }
        Command::Init(args) => init::run(&args, &cli.global, &output),
        Command::New(args) => new::run(&args, &cli.global, &output),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "migrate", &mut io::stdout());
            Ok(exit::OK)
        }
        Command::Man => man(),
        Command::Graph(args) if !args.pending => graph::run(&args, &cli.global, &output),
        Command::Plan(plan::PlanArgs { explain: Some(two), .. }) => {
            // clap has made sure that there are two.
            explain::run(&two[0], &two[1], &cli.global, &output)
        }
        command => with_database(command, &cli.global, &output),
    };
    match result {
        Ok(exit::OK) if Output::is_lost() => ExitCode::from(exit::UNWRITTEN),
        Ok(code) => ExitCode::from(code),
        Err(stopped) => {
            output.diagnostics(&stopped.diagnostics);
            if output.format == Format::Json {
                output.result(&stopped.document.unwrap_or_else(|| report::failure_to_json(&stopped.diagnostics)));
            }
            ExitCode::from(stopped.code)
        }
    }
}

/// Why a command stopped: what to print and how to exit.
#[derive(Debug)]
pub struct Stopped {
    code: u8,
    diagnostics: Vec<Diagnostic>,
    /// The command's own JSON document, when it has more to say than the diagnostics.
    document: Option<String>,
}

impl Stopped {
    fn new(code: u8, diagnostic: Diagnostic) -> Self {
        Self::with(code, vec![diagnostic])
    }

    const fn with(code: u8, diagnostics: Vec<Diagnostic>) -> Self {
        Self { code, diagnostics, document: None }
    }
}

type CommandResult = Result<u8, Stopped>;

fn with_database(command: Command, global: &global::Global, output: &Output) -> CommandResult {
    // One thread is enough for what mostly waits for the server, and each answer would wake another one first.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Stopped::new(exit::BUG, Diagnostic::error("M900", format!("no runtime: {error}"))))?;
    let context = || Context::load(global);
    runtime.block_on(async {
        match command {
            Command::Plan(args) => plan::run(&args, &context()?, output).await,
            // Too large to lie on the stack.
            Command::Up(args) => Box::pin(up::run(&args, global, output)).await,
            Command::Down(args) => down::run(&args, &context()?, output).await,
            Command::Repair(args) => repair::run(&args, &context()?, output).await,
            Command::Adopt(args) => adopt::run(&args, &context()?, output).await,
            Command::Baseline(args) => baseline::run(&args, &context()?, output).await,
            Command::Status(args) => status::run(&args, &context()?, output).await,
            Command::History(args) => history::run(&args, &context()?, output).await,
            Command::Verify(args) => verify::run(&args, global, output).await,
            Command::Snapshot(args) => snapshot::run(&args, global, output).await,
            Command::Diff(args) => Box::pin(diff::run(&args, global, output)).await,
            Command::Doctor(args) => doctor::run(&args, global, output).await,
            Command::Graph(args) => graph::run_pending(&args, &context()?, output).await,
            Command::Init(_) | Command::New(_) | Command::Completions { .. } | Command::Man => Ok(exit::OK),
        }
    })
}

impl Command {
    /// Whether the command's result comes in this format.
    const fn has_form(&self, format: Format) -> bool {
        match format {
            Format::Human | Format::Json => true,
            Format::Markdown => matches!(self, Self::Plan(_) | Self::Up(_) | Self::Diff(_) | Self::Verify(_)),
            Format::Junit => matches!(self, Self::Verify(_)),
            Format::Mermaid | Format::Dot | Format::Svg => matches!(self, Self::Graph(_)),
        }
    }

    fn no_such_form(&self, format: Format) -> Diagnostic {
        let (name, help) = match format {
            Format::Markdown if matches!(self, Self::Graph(_)) => {
                ("Markdown", "it has `mermaid`, for a block in a Markdown document, `dot`, `svg` and `json`")
            }
            Format::Markdown => {
                ("Markdown", "`plan`, `up`, `diff` and `verify` have; leave --format out, or give `json`")
            }
            Format::Junit => ("JUnit", "only `verify` has"),
            Format::Mermaid => ("Mermaid", "only `graph` has"),
            Format::Dot => ("Graphviz", "only `graph` has"),
            Format::Svg => ("SVG", "only `graph` has"),
            Format::Human | Format::Json => ("such", "leave --format out"),
        };
        Diagnostic::error("M004", format!("this command has no {name} form")).help(help)
    }
}

fn man() -> CommandResult {
    clap_mangen::Man::new(Cli::command())
        .render(&mut io::stdout())
        .map_err(|error| Stopped::new(exit::BUG, Diagnostic::error("M900", format!("standard output: {error}"))))?;
    Ok(exit::OK)
}

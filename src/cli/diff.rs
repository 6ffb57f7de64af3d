use std::path::PathBuf;

use clap::Args;

use super::global::{Format, Global};
use super::output::Output;
use super::schema::{self, Surroundings};
use super::{CommandResult, Stopped, exit, scratch};
use crate::db::Target;
use crate::diagnostic::Diagnostic;
use crate::report::{Compared, ComparisonReport};
use crate::snapshot::{Comparison, Snapshot};

/// `migrate diff`.
#[derive(Debug, Args)]
#[command(
    after_help = "Each of the two is a file that `migrate snapshot -o FILE` wrote, a connection string, env:NAME for \
one in a variable, `database` for the project's own database, or `migrations` for what the project's migrations make of an \
empty one."
)]
pub struct DiffArgs {
    /// The one, shown with `-`.
    a: String,
    /// The other, shown with `+`.
    b: String,
    /// Leave out what this pattern names, such as `public.audit_*`, `grant *` or `owner *`; may be repeated.
    #[arg(long, value_name = "PATTERN")]
    ignore: Vec<String>,
    /// Server on which `migrations` are applied to a new database, dropped afterwards, as a connection string or env:NAME
    /// [default: an embedded one].
    #[arg(long, value_name = "URL")]
    scratch: Option<String>,
}

/// What one argument means.
enum Side {
    File(PathBuf),
    Server(Target),
    Database,
    Migrations,
}

/// Compares two schemas.
pub async fn run(args: &DiffArgs, global: &Global, output: &Output) -> CommandResult {
    let sides = [Side::of(&args.a)?, Side::of(&args.b)?];
    if args.scratch.is_some() && !sides.iter().any(|side| matches!(side, Side::Migrations)) {
        let diagnostic =
            Diagnostic::error("M001", "`--scratch` says where `migrations` are applied, and none are compared");
        return Err(Stopped::new(exit::USAGE, diagnostic.help("leave it out, or compare with `migrations`")));
    }
    let surroundings = Surroundings::find(global)?;
    let mut read = Vec::new();
    for side in &sides {
        read.push(side.read(args, &surroundings, global, output).await?);
    }
    let ignore: Vec<String> = args.ignore.iter().chain(&surroundings.config.diff_ignore).cloned().collect();
    let [(a, a_name), (b, b_name)] = &read[..] else { return Ok(exit::BUG) };
    let comparison = Comparison::of(a, b, &ignore);
    let compared = |snapshot: &Snapshot, name: &str| Compared { name: name.to_owned(), major: snapshot.major };
    let report = ComparisonReport { a: compared(a, a_name), b: compared(b, b_name), comparison: &comparison };
    output.result(&match output.format {
        Format::Json => report.json(),
        Format::Markdown => report.markdown(),
        _ => report.human(output.paint),
    });
    Ok(if comparison.is_equal() { exit::OK } else { exit::VIOLATED })
}

impl Side {
    fn of(text: &str) -> Result<Self, Stopped> {
        match text {
            "database" => return Ok(Self::Database),
            "migrations" => return Ok(Self::Migrations),
            _ => {}
        }
        let path = PathBuf::from(text);
        if text.starts_with("env:") || text.contains("://") || text.contains('=') && !path.exists() {
            return schema::server(text).map(Self::Server);
        }
        Ok(Self::File(path))
    }

    /// The schema, and how to call where it comes from.
    async fn read(
        &self,
        args: &DiffArgs,
        surroundings: &Surroundings,
        global: &Global,
        output: &Output,
    ) -> Result<(Snapshot, String), Stopped> {
        Ok(match self {
            Self::File(path) => (schema::parse(path)?, path.display().to_string()),
            Self::Server(target) => (surroundings.read(target, output).await?, target.to_string()),
            Self::Database => {
                let target = surroundings.target(global)?;
                (surroundings.read(&target, output).await?, target.to_string())
            }
            Self::Migrations => scratch::migrations(args.scratch.as_deref(), global, output).await?,
        })
    }
}

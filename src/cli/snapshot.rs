use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::global::{Format, Global};
use super::output::Output;
use super::schema::Surroundings;
use super::{CommandResult, exit, init};
use crate::report;

/// `migrate snapshot`.
#[derive(Debug, Args)]
pub struct SnapshotArgs {
    /// Write it to this file and not to standard output.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Writes the schema of the database.
pub async fn run(args: &SnapshotArgs, global: &Global, output: &Output) -> CommandResult {
    let surroundings = Surroundings::find(global)?;
    let target = surroundings.target(global)?;
    let snapshot = surroundings.read(&target, output).await?;
    let json = output.format == Format::Json;
    let Some(path) = &args.out else {
        // As it is: it may be read again.
        Output::document(&if json {
            report::snapshot_to_json(&snapshot, &target.to_string())
        } else {
            snapshot.to_text().trim_end().to_owned()
        });
        return Ok(exit::OK);
    };
    let shown = path.display().to_string();
    fs::write(path, snapshot.to_text()).map_err(|error| init::failed(&shown, &error))?;
    output.result(&if json {
        report::made_to_json(&[shown])
    } else {
        format!("wrote {} objects of {target} to {shown}", snapshot.len())
    });
    Ok(exit::OK)
}

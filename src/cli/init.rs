use std::fs;
use std::path::Path;

use clap::Args;

use super::global::{Format, Global};
use super::output::Output;
use super::{CommandResult, Stopped, exit};
use crate::diagnostic::Diagnostic;
use crate::report;

/// `migrate init`.
#[derive(Debug, Args)]
pub struct InitArgs {}

const CONFIG: &str = include_str!("init/migrate.toml");
const CHECKS: &str = include_str!("init/checks.toml");

/// Makes a project; whatever is there already stays as it is.
pub fn run(_: &InitArgs, global: &Global, output: &Output) -> CommandResult {
    let root = global.project.clone().unwrap_or_else(|| ".".into());
    let mut made = Vec::new();
    directory(&root.join("migrations"), "migrations/", &mut made)?;
    directory(&root.join("checks"), "checks/", &mut made)?;
    file(&root.join("migrate.toml"), CONFIG, "migrate.toml", &mut made)?;
    file(&root.join("checks/project.toml"), CHECKS, "checks/project.toml", &mut made)?;
    output.result(&match output.format {
        Format::Json => report::made_to_json(&made),
        _ if made.is_empty() => "nothing to do: this is a project already".to_owned(),
        _ => {
            let made: Vec<String> = made.iter().map(|path| format!("`{path}`")).collect();
            format!("made {}\nnext: `migrate new NAME`, then `migrate plan`", made.join(", "))
        }
    });
    Ok(exit::OK)
}

fn directory(path: &Path, shown: &str, made: &mut Vec<String>) -> Result<(), Stopped> {
    if !path.is_dir() {
        fs::create_dir_all(path).map_err(|error| failed(shown, &error))?;
        made.push(shown.to_owned());
    }
    Ok(())
}

fn file(path: &Path, text: &str, shown: &str, made: &mut Vec<String>) -> Result<(), Stopped> {
    if !path.exists() {
        fs::write(path, text).map_err(|error| failed(shown, &error))?;
        made.push(shown.to_owned());
    }
    Ok(())
}

pub(super) fn failed(shown: &str, error: &std::io::Error) -> Stopped {
    Stopped::new(exit::PROJECT, Diagnostic::error("M102", format!("`{shown}` can't be written: {error}")))
}

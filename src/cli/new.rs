use std::fs::{self, OpenOptions};
use std::io::Write as _;

use clap::Args;

use super::global::{Format, Global};
use super::output::Output;
use super::{CommandResult, Stopped, context, exit, init};
use crate::diagnostic::Diagnostic;
use crate::project::FileName;
use crate::report;

/// `migrate new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// What the migration does, in a few words: `users_extended`.
    name: String,
    /// A migration that must run before this one, though the SQL does not show it; may be given several times.
    #[arg(long, value_name = "ID")]
    requires: Vec<String>,
}

/// Makes a migration file with the version after the newest.
pub fn run(args: &NewArgs, global: &Global, output: &Output) -> CommandResult {
    let project = context::load_project(global)?;
    let name = args.name.trim().replace([' ', '-'], "_");
    let newest = project.migrations.iter().filter_map(|m| m.version.as_ref()).max();
    let version = next_version(newest.map(crate::model::Version::as_str));
    let file = format!("V{version}__{name}.sql");
    if name.is_empty() || name.contains(['/', '\\']) || !matches!(FileName::parse(None, &file), FileName::Migration(_))
    {
        let diagnostic = Diagnostic::error("M002", format!("`{}` can't be part of a file name", args.name))
            .help("use letters, digits and `_`");
        return Err(Stopped::new(exit::USAGE, diagnostic));
    }
    let shown = format!("{}/{file}", project.config.migrations_dir);
    let path = project.root.join(&shown);
    fs::create_dir_all(project.root.join(&project.config.migrations_dir)).map_err(|e| init::failed(&shown, &e))?;
    let mut opened =
        OpenOptions::new().write(true).create_new(true).open(&path).map_err(|e| init::failed(&shown, &e))?;
    opened.write_all(text(&name, &args.requires).as_bytes()).map_err(|e| init::failed(&shown, &e))?;
    output.result(&match output.format {
        Format::Json => report::made_to_json(&[shown]),
        _ => shown,
    });
    Ok(exit::OK)
}

fn text(name: &str, requires: &[String]) -> String {
    let mut text = format!("-- {}: why it is needed.\n", name.replace('_', " "));
    if !requires.is_empty() {
        let list: Vec<_> = requires.iter().map(|id| format!("{id:?}")).collect();
        text.push_str("--\n-- [migrate]\n-- requires = [");
        text.push_str(&list.join(", "));
        text.push_str("]\n");
    }
    text.push('\n');
    text
}

/// The version after `newest`, in its style: as many digits, or a timestamp where timestamps are used.
fn next_version(newest: Option<&str>) -> String {
    let Some(newest) = newest else { return "0001".to_owned() };
    let (major, width) = (newest.split(['.', '_']).next().unwrap_or_default(), newest.len());
    let number: u64 = major.parse().unwrap_or(0);
    if width == 14 && major.len() == 14 {
        let now = jiff::Timestamp::now().strftime("%Y%m%d%H%M%S").to_string();
        if now.as_str() > newest {
            return now;
        }
    }
    format!("{:0width$}", number + 1, width = major.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_version_keeps_the_style() {
        assert_eq!(next_version(None), "0001");
        assert_eq!(next_version(Some("0027")), "0028");
        assert_eq!(next_version(Some("9")), "10");
        assert_eq!(next_version(Some("1.4")), "2");
        assert!(next_version(Some("20200101000000")).as_str() > "20260101000000");
    }
}

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// Connection string, as a URL or as `host=… dbname=…`; overrides `DATABASE_URL` and `migrate.toml`.
    #[arg(long, global = true, value_name = "URL", help_heading = "Global options")]
    pub database_url: Option<String>,
    /// Project directory [default: the nearest one upwards with a migrate.toml].
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    pub project: Option<PathBuf>,
    /// Format of the result on standard output.
    #[arg(long, global = true, value_enum, default_value_t = Format::Human, help_heading = "Global options")]
    pub format: Format,
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, help_heading = "Global options")]
    pub color: Colour,
    /// Say more: in a plan, every statement with every lock.
    #[arg(long, short, global = true, conflicts_with = "quiet", help_heading = "Global options")]
    pub verbose: bool,
    /// Print nothing on standard error but errors.
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub quiet: bool,
    /// Never draw a progress bar; print a line for each migration instead.
    #[arg(long, global = true, help_heading = "Global options")]
    pub no_progress: bool,
}

/// `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// One versioned JSON document.
    Json,
    /// For tickets and pull requests (`plan`, `up`, `diff`, `verify`).
    Markdown,
    /// XML that CI systems show as test results (`verify`).
    Junit,
    /// A flowchart for Markdown documents (`graph`).
    Mermaid,
    /// For Graphviz (`graph`).
    Dot,
    /// A drawing (`graph`).
    Svg,
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

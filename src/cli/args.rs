use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{history, init, new, plan, status, up, verify};

/// PostgreSQL migrations whose order is inferred from the SQL, refused before anything runs when they cannot work,
/// and followed by checks of the database's invariants.
#[derive(Debug, Parser)]
#[command(name = "migrate", version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "Exit codes: 0 done, everything holds · 1 a check is violated or could not run · 2 usage · \
3 the project is wrong · 4 no connection, login or lease · 5 refused, nothing was run · 6 a migration failed · 70 a bug";

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
    /// For tickets and pull requests.
    Markdown,
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

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a project here: migrate.toml, migrations/, checks/.
    Init(init::InitArgs),
    /// Make a new migration file.
    New(new::NewArgs),
    /// Show what `up` would do and why; exit code 5 if it would refuse.
    Plan(plan::PlanArgs),
    /// Apply the pending migrations, then run the checks.
    Up(up::UpArgs),
    /// Compare the database with the files.
    Status(status::StatusArgs),
    /// Show everything that was ever applied, oldest first.
    History(history::HistoryArgs),
    /// Check the database's invariants; repair sequences and defaults.
    Verify(verify::VerifyArgs),
    /// Print a completion script for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
}

use clap::{Parser, Subcommand};

use super::global::Global;
use super::{
    adopt, baseline, diff, doctor, down, graph, history, init, new, plan, repair, snapshot, status, up, verify,
};

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

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a project here: migrate.toml, migrations/, checks/.
    Init(init::InitArgs),
    /// Make a new migration file.
    New(new::NewArgs),
    /// Show what `up` would do and why; exit code 5 if it would refuse.
    Plan(plan::PlanArgs),
    /// Show which migrations must run after which, and why; needs no database.
    Graph(graph::GraphArgs),
    /// Apply the pending migrations, then run the checks.
    Up(up::UpArgs),
    /// Compare the database with the files.
    Status(status::StatusArgs),
    /// Show everything that was ever applied, oldest first.
    History(history::HistoryArgs),
    /// Check the database's invariants; repair sequences and defaults.
    Verify(verify::VerifyArgs),
    /// Write the database's schema as a text that shows each change as a changed line.
    Snapshot(snapshot::SnapshotArgs),
    /// Compare the schemas of databases, snapshots and the migrations; exit code 1 if they differ.
    Diff(diff::DiffArgs),
    /// Revert migrations by their .down.sql, unless applied ones depend on them.
    Down(down::DownArgs),
    /// Bring the ledger in line with edited, renamed or lost files and interrupted pieces; runs no migration.
    Repair(repair::RepairArgs),
    /// Take an existing database over: mark migrations as applied that it has already.
    Baseline(baseline::BaselineArgs),
    /// Take over what refinery or Flyway has applied.
    Adopt(adopt::AdoptArgs),
    /// Examine the connection, the role's privileges, the ledger and the lease.
    Doctor(doctor::DoctorArgs),
    /// Print a completion script for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
}

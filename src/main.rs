//! The `migrate` program; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    pgmigrate::cli::main()
}

//! Exit codes: part of the interface, listed in the README.

/// Done; every check holds.
pub const OK: u8 = 0;
/// A check is violated, or could not be evaluated; two schemas differ.
pub const VIOLATED: u8 = 1;
/// The command line is wrong.
pub const USAGE: u8 = 2;
/// The project is wrong: files, configuration, SQL or graph.
pub const PROJECT: u8 = 3;
/// The database can't be reached, authenticated to, or leased, or lacks a privilege outside of any migration.
pub const CONNECTION: u8 = 4;
/// The plan is refused; nothing was run.
pub const REFUSED: u8 = 5;
/// A migration failed; the report says what is committed.
pub const FAILED: u8 = 6;
/// What was asked for is done, and the result could not be written to standard output.
pub const UNWRITTEN: u8 = 74;
/// A bug in this program.
pub const BUG: u8 = 70;

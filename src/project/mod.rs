//! The project on disk: `migrate.toml`, the migration files with their headers, and the declared checks.
//!
//! Reading reports every problem it finds, each at its place; nothing here talks to a database or parses SQL.

pub mod checks;
mod config;
mod disk;
mod document;
mod file_name;
mod header;
mod load;
mod migration;
mod name;
mod secrets;
mod sections;

pub use config::{Config, UpConfig, VerifyWhen};
pub use document::At;
pub use file_name::{FileName, MigrationKind, ParsedName};
pub use header::{Header, TransactionChoice};
pub use load::Project;
pub use migration::{Down, Migration};
